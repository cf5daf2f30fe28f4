"""What a call would sound like: a script taken through by keys, without a line, a callee or a clock.

Decides which keys are pressed where nobody says so: the first answer of every question, and a five for a rating. What
is said in return is the dialogue's own word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from audio.pcm import Sound, joined, silence
from audio.synthesis import Voice
from audio.tones import dtmf
from campaigns.script import Collecting, Script, Step
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action, Say, Transfer
from outbound.dialogue.events import (
    Answered,
    Event,
    Party,
    Pressed,
    Ringing,
    SaidAll,
    Screened,
    Silence,
    TransferSettled,
)
from outbound.dialogue.state import State

_RATE = 22_050
_BEFORE_ANSWER_SECONDS = 0.9
_AFTER_ANSWER_SECONDS = 0.4
_MOST_EVENTS = 500
_KEYS = {Collecting.RATING: "5", Collecting.YES_NO: "1", Collecting.TIME: ""}


def previewed(script: Script, keys: Iterable[str], local_now: datetime) -> Iterator[Say | Pressed]:
    """What is said and pressed in a call, in order.

    Args:
        keys: pressed at the questions, one for each; the usual ones where these are over.
        local_now: the callee's time, for a promised callback.
    """
    dialogue = Dialogue(script)
    given = iter(keys)
    pressing: list[str] = []
    say: Say | None = None
    events: list[Event] = [Ringing(), Answered(local_now), Screened(Party.HUMAN)]
    for _ in range(_MOST_EVENTS):
        if dialogue.ended:
            return
        if not events and say is not None:
            events.append(SaidAll(say.say_id))
            say = None
        elif not events:
            if not pressing and dialogue.state is State.ASKING:
                pressing += next(given, "") or _usual_keys(script.steps[dialogue.step])
            if pressing:
                events.append(key := Pressed(pressing.pop(0)))
                yield key
            else:
                events.append(Silence())
        for action in dialogue.receive(events.pop(0)):
            if isinstance(action, Say):
                say = action
                yield action
            events.extend(_settled(action))


def _usual_keys(step: Step) -> str:
    if step.collect is Collecting.DIGITS:
        fewest, most = step.digits
        return "1" * fewest + ("#" if fewest < most else "")
    if step.collect is not None:
        return _KEYS[step.collect]
    return step.choices[0].key or ""


def _settled(action: Action) -> Iterator[Event]:
    if isinstance(action, Transfer):
        yield TransferSettled(reached=True)


def heard(pieces: Iterable[Say | Pressed], voice: Voice) -> Sound:
    """The call as one would hear it; keys sound as they do on the line."""
    parts: list[Sound] = []
    for piece in pieces:
        if isinstance(piece, Pressed):
            parts += (silence(_BEFORE_ANSWER_SECONDS, _RATE), dtmf(piece.key), silence(_AFTER_ANSWER_SECONDS, _RATE))
        elif piece.text:
            parts += (voice.speak(piece.text, pace=piece.pace), silence(_AFTER_ANSWER_SECONDS, _RATE))
    return joined(parts, _RATE)
