"""What talk next door costs a callee, and whether a callee who speaks softer than before is still heard.

    python -m benchmarks.next_door --corpus PATH [--part tune] [--engine whisper] [--limit 40] [--json]

On the simulated line a callee says hello at -22 dBFS. The robot then puts a question of yes and no, or an open one, and
listens for five seconds; people may talk next door all the time.

asked         questions put to a callee who says nothing
taken         what was said next door was taken for an answer to them, or for something understood everywhere
cut short     it ended the listening as an answer that was not understood: a re-prompt too early, and a miss that counts
patience      seconds until the robot knew that nobody answers, where it came to know; 5.0 is right
answers       said by the callee softer than the hello by so many dB; understood, or anything else came of it
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from audio.pcm import TELEPHONE_RATE, Samples, Sound, read_sound
from audio.recognition import Recognizer, recognizer_for
from audio.synthesis import voice_for
from audio.synthesis.base import Voice
from benchmarks.corpus import Clip, Part, read_corpus
from benchmarks.turns import MeteredLoop
from campaigns.intents import Intent
from outbound.dialogue.actions import Listen, Say
from outbound.dialogue.events import Answered, Heard, HungUp, SaidAll, Silence
from outbound.intents import understanding_for
from outbound.lines.base import Channel, Frame, Signal
from outbound.lines.simulated import SimulatedChannel
from outbound.lines.wrapped import WrappedChannel
from outbound.simulation.callee import Callee, Says
from outbound.speech import SpokenConversation
from outbound.speech.labelled import OPEN_STEP, YES_NO_STEP

_QUESTION = "Will someone be there to take it?"
_LISTEN_SECONDS = 5.0
_ASKS_AFTER = 3.0
_GIVES_UP_SECONDS = 12.0
_CALLEE_DBFS = -22.0
_NEXT_DOOR_DBFS = (-40.0, -32.0)
_SOFTER_DB = (6.0, 9.0, 12.0)
_HELLO = "hello?"
_PLACES = 4
"""Where talk next door begins: in so many places of the recordings."""


class NextDoor(WrappedChannel):
    """A line with other people in the room. `sound` is repeated for ever."""

    def __init__(self, channel: Channel, sound: Samples) -> None:
        super().__init__(channel)
        self._sound, self._place = sound, 0

    async def receive(self) -> Signal:
        signal = await super().receive()
        if not isinstance(signal, Frame) or not len(self._sound):
            return signal
        size = len(signal.samples)
        self._place += size
        talk = np.take(self._sound, np.arange(self._place - size, self._place), mode="wrap")
        both = signal.samples.astype(np.int32) + talk
        return Frame(np.clip(both, -32_768, 32_767).astype(np.int16))


@dataclass(frozen=True, slots=True)
class Listened:
    """What the robot heard first after its question, and how long after the question's end; None: nothing at all."""

    event: Heard | Silence | None
    seconds: float


@cache
def _robot() -> Voice:
    return voice_for("en-US")


def listened(answer: Sound | None, talk: Samples, recognizer: Recognizer, asked: frozenset[Intent]) -> Listened:
    """One question in a call."""
    hello = voice_for("en-US", "piper", repeatable=True).speak(_HELLO).at(TELEPHONE_RATE)
    sounds = {_HELLO: hello.louder(_CALLEE_DBFS - hello.level_dbfs)}
    if answer is not None:
        sounds["it"] = answer
    callee = Callee("callee", greeting=_HELLO, rings=0.1, does=(Says("it"),) if answer else ())

    async def call() -> Listened:
        loop = asyncio.get_running_loop()
        rendered: asyncio.Future[Any] = loop.create_future()
        rendered.set_result(sounds)
        channel = NextDoor(SimulatedChannel(callee, 25.0, rendered, 1), talk)
        conversation = SpokenConversation(
            channel,
            voice=_robot(),
            recognizer=recognizer,
            understanding=understanding_for("en-US"),
            texts=(_QUESTION,),
            local_now=lambda: datetime(2025, 6, 2, 14, tzinfo=UTC),
        )
        asking, ended = False, 0.0
        found: Heard | Silence | None = None

        def ask() -> None:
            nonlocal asking
            asking = True
            conversation.perform(Listen(asked, seconds=_LISTEN_SECONDS))
            conversation.perform(Say(1, _QUESTION))

        while found is None and not isinstance(event := await conversation.next_event(), HungUp):
            match event:
                case Answered():
                    loop.call_later(_ASKS_AFTER, ask)
                case SaidAll():
                    ended = loop.time()
                    loop.call_later(_GIVES_UP_SECONDS, channel.hang_up)
                case Heard() | Silence() if asking:
                    found = event
        seconds = loop.time() - ended
        await conversation.close()
        return Listened(found, seconds)

    with asyncio.Runner(loop_factory=MeteredLoop) as runner:
        return runner.run(call())


def unanswered(talk: Sound, recognizer: Recognizer) -> dict[str, Any]:
    """Questions to a callee who says nothing, while others talk."""
    found = []
    for place in range(_PLACES):
        samples = np.roll(talk.samples, -place * len(talk.samples) // _PLACES)
        found += [listened(None, samples, recognizer, asked) for asked in (YES_NO_STEP, OPEN_STEP)]
    heard = [one for one in found if isinstance(one.event, Heard)]
    early = [one for one in heard if one.seconds < _LISTEN_SECONDS]
    quiet = [one.seconds for one in found if one not in early and one.event is not None]
    return {
        "asked": len(found),
        "taken": sum(one.event.intent is not Intent.OTHER for one in heard if isinstance(one.event, Heard)),
        "cut short": sum(one.event.intent is Intent.OTHER for one in early if isinstance(one.event, Heard)),
        "never ended": sum(one.event is None for one in found),
        "patience": round(float(np.mean(quiet)), 1) if quiet else None,
    }


def answered(clips: Sequence[Clip], softer_db: float, talk: Samples, recognizer: Recognizer) -> dict[str, Any]:
    """Answers that are softer than the hello."""
    right = wrong = 0
    for clip in clips:
        sound = read_sound(clip.path).at(TELEPHONE_RATE)
        sound = sound.louder(_CALLEE_DBFS - softer_db - sound.level_dbfs)
        one = listened(sound, talk, recognizer, clip.asked)
        if isinstance(one.event, Heard) and one.event.intent in clip.labels:
            right += 1
        elif isinstance(one.event, Heard) and one.event.intent is not Intent.OTHER:
            wrong += 1
    return {"said": len(clips), "understood": right, "for something else": wrong}


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--corpus", type=Path, required=True)
    wanted.add_argument("--part", type=Part, choices=list(Part), default=Part.HELD_OUT)
    wanted.add_argument("--engine", default="whisper")
    wanted.add_argument("--limit", type=int, default=40, help="so many answers, drawn at random but always the same")
    wanted.add_argument("--json", action="store_true")
    arguments = wanted.parse_args()
    everything = read_corpus(arguments.corpus, arguments.part)
    recognizer = recognizer_for("en-US", arguments.engine)
    if recognizer is None:
        raise SystemExit(f"error: {arguments.engine} understands no English here")
    answers = [clip for clip in everything if clip.intent is not Intent.OTHER]
    clips = Random(1).sample(answers, min(arguments.limit, len(answers)))
    spoken = [clip for clip in everything if clip.group == "background" and "talk" in clip.name]
    talk = Sound(np.concatenate([read_sound(c.path).at(TELEPHONE_RATE).samples for c in spoken]), TELEPHONE_RATE)
    nobody: Samples = np.zeros(0, dtype=np.int16)
    result: dict[str, Any] = {}

    def note(name: str, found: dict[str, Any]) -> None:
        result[name] = found
        if not arguments.json:
            print(f"{name:42} {found}", flush=True)

    for level in _NEXT_DOOR_DBFS:
        near = talk.louder(level - talk.level_dbfs)
        note(f"nobody answers, talk at {level:.0f} dBFS", unanswered(near, recognizer))
    for softer in _SOFTER_DB:
        note(f"answers {softer:.0f} dB softer", answered(clips, softer, nobody, recognizer))
    loud = talk.louder(_NEXT_DOOR_DBFS[-1] - talk.level_dbfs).samples
    note(f"answers, talk at {_NEXT_DOOR_DBFS[-1]:.0f} dBFS", answered(clips, 0.0, loud, recognizer))
    if arguments.json:
        print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
