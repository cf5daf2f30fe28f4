"""How quickly the robot replies and falls silent, and how often it stops for nothing.

    python -m benchmarks.turns --corpus PATH [--part held-out] [--engine whisper] [--limit 60] [--json]

Recorded answers are spoken by a callee on the simulated line (8 kHz mu-law, a quiet room), the robot listens as in a
call. Time is the line's: every 20 ms frame counts, and so does the computing of engine and voice, as the CPU time of
this process, as if each call had a core to itself. So the figures do not depend on what else the machine does.

reply            from the end of the callee's speech to the first sample of the robot's
reply, known     the same where the answer was understood (otherwise the robot waits for more)
cut off          the robot began before the callee had finished
no reply         nothing was understood as an answer: the robot waits
fall silent      from the first sample of an interruption to the robot's last; recordings of people begin with the sound
                 of their room, a breath or a click, if that is within 30 dB of the loudest
... from a word  the same from where the first word begins (`alignment.py`)
never            the interruption did not stop it
stops per hour   of a speaking robot, for a background that is not meant for it, where the callee speaks at -22 dBFS
stopped          share of the time in which it is silent for that reason
turns per hour   the same for a listening one: an engine is asked what that was, and mostly finds no words in it
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar, TypeVarTuple

import numpy as np

from audio.activity import VoiceActivity
from audio.interruption import Interruption
from audio.pcm import FRAME_SECONDS, TELEPHONE_RATE, Samples, Sound, mixed, read_sound
from audio.recognition import Recognizer, recognizer_for
from audio.synthesis import voice_for
from audio.synthesis.base import Voice
from audio.turns import SpeechStarted, Turns
from benchmarks.alignment import words_begin
from benchmarks.corpus import Clip, Part, babble_of, crowd_of, read_corpus
from campaigns.intents import Intent
from outbound.dialogue.actions import Listen, Say
from outbound.dialogue.events import Answered, Heard, HungUp, SaidAll, Silence
from outbound.intents import understanding_for
from outbound.lines.base import Channel, DialOrder, Frame, Signal
from outbound.lines.simulated import SimulatedLine
from outbound.lines.wrapped import WrappedChannel
from outbound.simulation.callee import Callee, Says
from outbound.simulation.clock import VirtualTimeLoop
from outbound.speech import SpokenConversation
from outbound.speech.conversation import HOLD_SECONDS

_QUESTION, _REPLY = "How was it?", "Thank you."
_NOTICE = "your order has been shipped this morning and it will arrive on tuesday between nine and eleven"
_LISTEN_SECONDS = 5.0
_INTERRUPTS_AFTER = 1.2
_EDGE_DB = 30.0
"""A clip's speech is what lies between its first and last 10 ms that are within 30 dB of its loudest."""
_AUDIBLE = 60
"""On the int16 scale, -55 dBFS."""
_HELD_SECONDS = 0.4
"""Silence of the robot so long is no pause of its own: the notice has none."""
_BACKGROUND_SECONDS = 300.0
_BACKGROUND_DBFS = (-40.0, -32.0)
_CALLEE_DBFS = -22.0
_CALLEE_EVERY_SECONDS = 15.0
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class MeteredLoop(VirtualTimeLoop):
    """Work given to a thread takes as much of the loop's time as it took of this process's CPU."""

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        began = time.process_time()
        try:
            result = func(*args)
        except Exception as error:  # noqa: BLE001  # whoever waits for the work gets its error
            self.call_later(time.process_time() - began, _settle, future, None, error)
        else:
            self.call_later(time.process_time() - began, _settle, future, result, None)
        return future


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A voice that has one thing to say. Implements `Voice`."""

    sound: Sound
    engine = language = identity = "recorded"

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        return self.sound


class Overheard(WrappedChannel):
    """A channel and how loud it was in both directions, frame by frame."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self.came_in: list[int] = []
        self.went_out: list[int] = []

    async def receive(self) -> Signal:
        signal = await super().receive()
        if isinstance(signal, Frame):
            self.came_in.append(_peak(signal.samples))
        return signal

    def send(self, frame: Samples) -> None:
        self.went_out.append(_peak(frame))
        super().send(frame)


def _peak(samples: Samples) -> int:
    return int(np.abs(samples.astype(np.int32)).max(initial=0))


@dataclass(frozen=True, slots=True)
class Trial:
    """One clip said to the robot. Seconds; None where it did not happen.

    Attributes:
        reply_seconds: negative where the callee was cut off.
        understood: the words meant something.
        word_seconds: from the first sound of the clip to its first word.
    """

    clip: str
    text: str
    reply_seconds: float | None
    understood: bool
    silent_seconds: float | None
    word_seconds: float


@cache
def _robot() -> Voice:
    return voice_for("en-US")


def replied(clip: Clip, recognizer: Recognizer) -> tuple[float | None, bool]:
    """Seconds from the end of the answer to the robot's reply, and whether the answer was understood."""
    speech = _speech(clip)
    line, heard = _call(Callee("answering", greeting="", rings=0.1, does=(Says("it"),)), speech, recognizer, clip.asked)
    asked = next(place for place, loud in enumerate(line.went_out) if loud > _AUDIBLE)
    starts = next((p for p, loud in enumerate(line.came_in[asked:], asked) if loud > _loud(speech)), None)
    if starts is None or heard is None:
        return None, False
    question_ends = starts - max(1, round(0.3 / FRAME_SECONDS))
    reply = next(p for p, loud in enumerate(line.went_out) if p > question_ends and loud > _AUDIBLE)
    return (reply - starts) * FRAME_SECONDS - speech.seconds, heard.intent is not Intent.OTHER


def fell_silent(clip: Clip, recognizer: Recognizer) -> float | None:
    """Seconds from the start of the interruption to the robot's last sample; None: it was not stopped."""
    speech = _speech(clip)
    callee = Callee("interrupting", greeting="", rings=0.1, does=(Says("it", after=_INTERRUPTS_AFTER),))
    line, _ = _call(callee, speech, recognizer, clip.asked, notice=True)
    starts = next((p for p, loud in enumerate(line.came_in) if loud > _loud(speech)), None)
    if starts is None:
        return None
    held = round(_HELD_SECONDS / FRAME_SECONDS)
    spoken = [p for p, loud in enumerate(line.went_out) if loud > 0]
    whole = spoken[0] + round(_robot().speak(_NOTICE).seconds / FRAME_SECONDS)
    for place, following in zip(spoken, [*spoken[1:], whole], strict=True):
        if place >= starts and following - place > held:
            return (place + 1 - starts) * FRAME_SECONDS
    return None


def _call(
    callee: Callee, speech: Sound, recognizer: Recognizer, asked: frozenset[Intent], *, notice: bool = False
) -> tuple[Overheard, Heard | None]:
    """The robot says its sentence, the callee the clip; what went over the line, and what was heard."""

    async def call() -> tuple[Overheard, Heard | None]:
        line = SimulatedLine(lambda _: callee, Recorded(speech))
        channel = Overheard(await line.dial(DialOrder(1, "+12025550123", None, 25.0)))
        conversation = SpokenConversation(
            channel,
            voice=_robot(),
            recognizer=recognizer,
            understanding=understanding_for("en-US"),
            texts=(_NOTICE if notice else _QUESTION, _REPLY),
            local_now=lambda: datetime(2025, 6, 2, 14, tzinfo=UTC),
        )
        heard = None
        while not isinstance(event := await conversation.next_event(), HungUp):
            match event:
                case Answered():
                    conversation.perform(Listen(asked, seconds=_LISTEN_SECONDS))
                    conversation.perform(Say(1, _NOTICE if notice else _QUESTION))
                case Heard():
                    heard = event
                    if not notice:
                        conversation.perform(Say(2, _REPLY, interruptible=False))
                case Silence() | SaidAll(2):
                    channel.hang_up()
        await conversation.close()
        await line.close()
        return channel, heard

    with asyncio.Runner(loop_factory=MeteredLoop) as runner:
        return runner.run(call())


@cache
def _speech(clip: Clip) -> Sound:
    """The clip at the telephone's rate without the silence around it."""
    sound = read_sound(clip.path).at(TELEPHONE_RATE)
    size = TELEPHONE_RATE // 100
    levels = np.array([_peak(frame) for frame in sound.frames(0.01)])
    loud = np.flatnonzero(levels > levels.max() * 10 ** (-_EDGE_DB / 20))
    return Sound(sound.samples[loud[0] * size : (loud[-1] + 1) * size], TELEPHONE_RATE)


def _loud(speech: Sound) -> int:
    """A peak that only the clip has, not the room. (The line brings its level to -22 dBFS first.)"""
    levelled = speech.louder(_CALLEE_DBFS - speech.level_dbfs)
    return max(_AUDIBLE, round(_peak(levelled.samples) * 10 ** (-_EDGE_DB / 20)))


@dataclass(frozen=True, slots=True)
class Alarms:
    """What a background does to a robot: how often it stops a speaking one and for what share of the time, and how
    often a listening one takes it for a turn."""

    stops_per_hour: int
    stopped_share: float
    turns_per_hour: int


def false_alarms(background: Sound, callee: Sound) -> Alarms:
    """How a background fares, as in a call: a robot that was stopped speaks on when the turn is over without a word in
    it, or after 4 s, and is then not stopped again in the same turn.

    Every 15 s the callee says something, by which the robot knows how loud somebody near is; that does not count.
    """
    sound = background
    for start in np.arange(0.0, background.seconds - callee.seconds, _CALLEE_EVERY_SECONDS):
        sound = mixed(sound, callee, float(start))
    activity, interruption, turns = VoiceActivity(sound.rate), Interruption(sound.rate), Turns()
    stopped: int | None = None
    overruled = False
    stops = stopped_frames = begun = 0
    for number, frame in enumerate(sound.frames()):
        theirs = number * FRAME_SECONDS % _CALLEE_EVERY_SECONDS < callee.seconds + 1.0
        windows = activity.feed(frame)
        interrupts = interruption.feed(frame, windows)
        begun += sum(isinstance(event, SpeechStarted) and not theirs for event in turns.feed(windows))
        if not turns.speaking:
            if stopped is not None and not theirs:
                interruption.came_to_nothing()
            stopped, overruled = None, False
        elif stopped is not None and (number - stopped) * FRAME_SECONDS >= HOLD_SECONDS:
            interruption.came_to_nothing()
            stopped, overruled = None, True
        elif stopped is None and interrupts and not overruled:
            stopped = number
            stops += not theirs
        stopped_frames += stopped is not None and not theirs
    hours = sound.seconds / 3600
    share = stopped_frames * FRAME_SECONDS / sound.seconds
    return Alarms(round(stops / hours), round(share, 3), round(begun / hours))


def backgrounds(clips: Sequence[Clip]) -> dict[str, Sound]:
    """Sound that is not meant for the robot: the corpus' own and a crowd, at two levels."""
    own = [read_sound(clip.path).at(TELEPHONE_RATE) for clip in clips if clip.group == "background"]
    found = {"a crowd of six": babble_of(crowd_of(clips), _BACKGROUND_SECONDS).at(TELEPHONE_RATE)}
    if own:
        once = np.concatenate([sound.samples for sound in own])
        found["talk next door, line silence"] = Sound(
            np.resize(once, round(_BACKGROUND_SECONDS * TELEPHONE_RATE)), TELEPHONE_RATE
        )
    return {
        f"{name} at {level:.0f} dBFS": sound.louder(level - sound.level_dbfs)
        for name, sound in found.items()
        for level in _BACKGROUND_DBFS
    }


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    return {f"p{q}_ms": round(1000 * float(np.percentile(seconds, q))) if seconds else None for q in (50, 95)}


def measured(clips: Sequence[Clip], recognizer: Recognizer, note: Callable[[int], None]) -> list[Trial]:
    trials = []
    for number, clip in enumerate(clips, start=1):
        reply, understood = replied(clip, recognizer)
        begins = words_begin(_speech(clip), clip.words)
        trials.append(Trial(clip.name, clip.text, reply, understood, fell_silent(clip, recognizer), begins))
        note(number)
    return trials


def summary(trials: Sequence[Trial], everything: Sequence[Clip]) -> dict[str, Any]:
    replies = [trial.reply_seconds for trial in trials if trial.reply_seconds is not None]
    known = [trial.reply_seconds for trial in trials if trial.reply_seconds is not None and trial.understood]
    stopped = [trial.silent_seconds for trial in trials if trial.silent_seconds is not None]
    from_word = [t.silent_seconds - t.word_seconds for t in trials if t.silent_seconds is not None]
    alarms = {}
    callee = _speech(next(clip for clip in everything if clip.intent is Intent.YES))
    callee = callee.louder(_CALLEE_DBFS - callee.level_dbfs)
    for name, sound in backgrounds(everything).items():
        alarms[name] = asdict(false_alarms(sound, callee))
    return {
        "answers": len(trials),
        "reply": _percentiles([max(0.0, seconds) for seconds in replies]),
        "reply, known": _percentiles([max(0.0, seconds) for seconds in known]),
        "cut off": sum(seconds < 0 for seconds in replies),
        "no reply": len(trials) - len(replies),
        "fall silent": _percentiles(stopped),
        "fall silent, from a word": _percentiles(from_word),
        "never": len(trials) - len(stopped),
        **alarms,
    }


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--corpus", type=Path, required=True)
    wanted.add_argument("--part", type=Part, choices=list(Part), default=Part.HELD_OUT)
    wanted.add_argument("--engine", default="whisper")
    wanted.add_argument("--limit", type=int, default=60, help="so many answers, drawn at random but always the same")
    wanted.add_argument("--json", action="store_true")
    arguments = wanted.parse_args()
    everything = read_corpus(arguments.corpus)
    answers = [c for c in everything if c.part is arguments.part and c.intent is not Intent.OTHER]
    recognizer = recognizer_for("en-US", arguments.engine)
    if recognizer is None:
        raise SystemExit(f"error: {arguments.engine} understands no English here")
    clips = Random(1).sample(answers, min(arguments.limit, len(answers)))
    trials = measured(clips, recognizer, lambda number: print(f"\r{number} of {len(clips)}", end="", flush=True))
    result = summary(trials, everything)
    if arguments.json:
        print("\n" + json.dumps({**result, "trials": [asdict(trial) for trial in trials]}, indent=1))
        return
    print()
    for name, value in result.items():
        print(f"{name:42} {value}")


if __name__ == "__main__":
    main()
