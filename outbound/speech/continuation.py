"""One answer in pieces: "Yes, | yes, | I know." is said in one breath and heard as three.

Decides what a callee who goes on with an answer after it was taken has said beyond it. The step is answered: what would
be an answer to it again, or no answer at all, is an echo and answers nothing that is asked next. What is understood
everywhere counts, by itself or in one sentence with the pieces before ("never | call me again"). How long somebody may
be said to go on is decided in `conversation.py`. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from audio.recognition import Transcript
from campaigns.intents import GLOBAL_INTENTS, Intent
from outbound.dialogue.actions import Listen
from outbound.intents import Meaning, Understanding
from outbound.speech.ears import Utterance

ALWAYS_HEARD = frozenset({Intent.OPT_OUT, Intent.CRISIS})
"""What nothing else that was said makes undone, and no sentence of the robot waits for."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was taken.

    Attributes:
        listen: what was asked for.
        told: every intent that the pieces so far were taken for.
        transcript: all pieces so far.
    """

    listen: Listen
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
    return Given(listen, frozenset({meaning.intent}), utterance.transcript)


def gone_on(before: Given, utterance: Utterance, understanding: Understanding) -> tuple[Given, Meaning | None]:
    """The answer with this piece, and what the piece says beyond it, if anything."""
    whole = before.joined_with(utterance.transcript)
    joined = understanding.meaning(whole, before.listen.expecting, before.listen.phrases)
    heard = sorted((joined, utterance.meaning), key=lambda meaning: meaning.intent not in ALWAYS_HEARD)
    beyond = next((m for m in heard if m.intent in GLOBAL_INTENTS and m.intent not in before.told), None)
    told = before.told if beyond is None else before.told | {beyond.intent}
    return replace(before, told=told, transcript=whole), beyond
