"""One answer in pieces: "Yes, | yes, | I know." is said in one breath and heard as three.

Decides what a callee who goes on with an answer after it was taken has said beyond it. The step is answered: what would
be the same answer to it again, or no answer at all, is an echo and answers nothing that is asked next; it is kept for
the record. Another answer of the same kind takes the first one back ("Yes. | No!"): the last word holds. What is
understood everywhere counts, by itself or in one sentence with the pieces before ("never | call me again"). How long
somebody may be said to go on is decided in `conversation.py`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from audio.recognition import Transcript
from campaigns.intents import GLOBAL_INTENTS, Intent
from outbound.dialogue.actions import Listen
from outbound.dialogue.events import Corrected, Event, Heard, WentOn
from outbound.intents import Meaning, Understanding
from outbound.speech.ears import Utterance

ALWAYS_HEARD = frozenset({Intent.OPT_OUT, Intent.CRISIS})
"""What nothing else that was said makes undone, and no sentence of the robot waits for."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was taken.

    Attributes:
        listen: what was asked for.
        answer: the last word on it.
        told: every intent that the pieces so far were taken for.
        transcript: all pieces so far.
    """

    listen: Listen
    answer: Meaning
    told: frozenset[Intent]
    transcript: Transcript

    def joined_with(self, more: Transcript) -> Transcript:
        """All pieces in one sentence. It is as sure as its least sure piece."""
        confidence = min(self.transcript.confidence, more.confidence)
        return Transcript(f"{self.transcript.text} {more.text}", confidence, more.engine)


def given(utterance: Utterance, listen: Listen) -> Given | None:
    """What the callee may go on with; None where the words answered nothing, so that the question stays open."""
    meaning = utterance.meaning
    open_question = listen.seconds is not None and not listen.expecting and bool(meaning.words)
    if meaning.choice is None and meaning.intent not in listen.expecting and not open_question:
        return None
    return Given(listen, meaning, frozenset({meaning.intent}), utterance.transcript)


def gone_on(before: Given, utterance: Utterance, understanding: Understanding) -> tuple[Given, Event]:
    """The answer with this piece, and what has happened by it."""
    whole = before.joined_with(utterance.transcript)
    listen = before.listen
    joined, alone = (understanding.meaning(t, listen.expecting, listen.phrases) for t in (whole, utterance.transcript))
    heard = sorted((joined, utterance.meaning), key=lambda meaning: meaning.intent not in ALWAYS_HEARD)
    beyond = next((m for m in heard if m.intent in GLOBAL_INTENTS and m.intent not in before.told), None)
    if beyond is not None:
        told = before.told | {beyond.intent}
        return replace(before, told=told, transcript=whole), Heard(beyond.intent, beyond.confidence, beyond.words)
    if _takes_back(before, alone, joined):
        corrected = Corrected(alone.intent, alone.confidence, alone.words, alone.choice)
        return Given(listen, alone, before.told | {alone.intent}, utterance.transcript), corrected
    return replace(before, transcript=whole), WentOn(utterance.transcript.text)


def _takes_back(before: Given, alone: Meaning, joined: Meaning) -> bool:
    """Whether this is another answer of the same kind. "Four | it was good" is one, and so is "four | out of five"."""
    answer = before.answer
    if alone.choice is not None or answer.choice is not None:
        return None not in (alone.choice, answer.choice) and alone.choice != answer.choice
    if alone.intent is answer.intent or not {alone.intent, answer.intent} <= before.listen.expecting:
        return False
    if alone.intent.rating and joined.intent is answer.intent:
        return False
    return _kind(alone.intent) == _kind(answer.intent)


def _kind(intent: Intent) -> str:
    if intent.rating:
        return "number"
    return "mood" if intent in {Intent.SATISFIED, Intent.DISSATISFIED} else "word"
