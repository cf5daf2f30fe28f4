"""How many calls one core can listen to, and what each of them costs.

    python -m benchmarks.speech_load --corpus PATH [--engine whisper] [--streams 1 8 16 24] [--seconds 30] [--json]

Every stream is a whole conversation: voice activity, echo, interruption, screening, turns, decoding, meaning, and a
robot that answers. The callee says yes or no every 8 s (answers of the corpus, by telephone), the robot a sentence
after each. A frame comes every 20 ms. It is late when it is taken up 20 ms after it came, and missed after 60 ms: a
jitter buffer of three frames has run empty then.

Decoding is done in a process of its own, as on a real line. Both processes stay on one core, and their clock is the
CPU time that they took together, which jumps where nothing is left to do: so the figures are those of a core of their
own, whatever else the machine does. Memory is what the streams add to the process that has the calls; the one that
decodes has the engine's, once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import selectors
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle
from multiprocessing import active_children
from pathlib import Path
from random import Random
from typing import Any, TypeVar, TypeVarTuple

import numpy as np

from audio.pcm import FRAME_SECONDS, TELEPHONE_RATE, Samples, Sound, joined, over_telephone, read_sound, silence
from audio.recognition import Recognizer, recognizer_for
from audio.synthesis import voice_for
from benchmarks.corpus import Clip, read_corpus
from benchmarks.turns import Recorded
from campaigns.intents import Intent
from outbound.dialogue.actions import Listen, Say
from outbound.dialogue.events import Heard, HungUp, Silence
from outbound.intents import understanding_for
from outbound.lines.base import Answered, EndCause, Ended, Frame, Signal, TransferOrder
from outbound.speech import SpokenConversation

_TURN_SECONDS = 8.0
_LATE_SECONDS, _MISSED_SECONDS = 0.02, 0.06
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_CPU_CLOCK = 2
"""CPUCLOCK_SCHED of Linux, by which the clock of another process is named (clock_getcpuclockid(3))."""
_SENTENCE = "Your order will arrive on Tuesday."


@dataclass(frozen=True, slots=True)
class Load:
    """What so many streams at once cost.

    Attributes:
        cpu_per_stream: seconds of CPU for a second of call.
        memory_mb_per_stream: what each adds to the process.
        heard: answers that were decoded.
    """

    streams: int
    frames: int
    late: int
    missed: int
    worst_lag_ms: float
    cpu_per_stream: float
    memory_mb_per_stream: float
    heard: int


class OneCoreLoop(asyncio.SelectorEventLoop):
    """A loop whose clock is the CPU time of this process and its children; it jumps when none of them is at work."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self.at_work = 0
        self._clocks = [_CPU_CLOCK | ~child.pid << 3 for child in active_children() if child.pid is not None]
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self.computed() + self._skipped

    def computed(self) -> float:
        """Seconds of CPU so far."""
        return time.process_time() + sum(map(time.clock_gettime, self._clocks))

    def skip(self, seconds: float) -> None:
        self._skipped += seconds

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        self.at_work += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self.at_work -= 1


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: OneCoreLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self._loop.at_work:
            return super().select(timeout)
        ready = super().select(0)
        if not ready and timeout > 0:
            self._loop.skip(timeout)
        return ready


class Paced:
    """A call whose frames come by the clock. Implements `outbound.lines.base.Channel`."""

    rate = TELEPHONE_RATE

    def __init__(self, frames: Iterator[Samples], seconds: float) -> None:
        self._frames = frames
        self._left = round(seconds / FRAME_SECONDS)
        self._loop = asyncio.get_running_loop()
        self._due: float | None = None
        self.lags: list[float] = []

    async def receive(self) -> Signal:
        if self._due is None:
            self._due = self._loop.time()
            return Answered()
        if self._left == 0:
            return Ended(EndCause.FAR_END)
        self._left -= 1
        self._due += FRAME_SECONDS
        await asyncio.sleep(max(0.0, self._due - self._loop.time()))
        self.lags.append(self._loop.time() - self._due)
        return Frame(next(self._frames))

    def send(self, frame: Samples) -> None:
        """Nobody is there to hear it."""

    def transfer(self, order: TransferOrder) -> None:
        """Nobody is there to be connected."""

    def hang_up(self) -> None:
        self._left = 0


async def _stream(channel: Paced, robot: Sound, recognizer: Recognizer, executor: ThreadPoolExecutor) -> int:
    conversation = SpokenConversation(
        channel,
        voice=Recorded(robot),
        recognizer=recognizer,
        understanding=understanding_for("en-US"),
        texts=(_SENTENCE,),
        local_now=lambda: datetime(2025, 6, 2, 14, tzinfo=UTC),
        executor=executor,
    )
    conversation.perform(Listen(frozenset({Intent.YES, Intent.NO}), seconds=3 * _TURN_SECONDS))
    heard = 0
    while not isinstance(event := await conversation.next_event(), HungUp):
        if isinstance(event, Heard | Silence):
            heard += isinstance(event, Heard)
            conversation.perform(Say(heard, _SENTENCE, interruptible=False))
    await conversation.close()
    return heard


async def _streams(
    count: int, seconds: float, callees: Sequence[Sound], robot: Sound, recognizer: Recognizer
) -> tuple[list[Paced], int]:
    chance = Random(count)
    with ThreadPoolExecutor(max_workers=16, thread_name_prefix="speech") as executor:
        channels, streams = [], []
        for number in range(count):
            sound = joined(chance.sample(list(callees), len(callees)), TELEPHONE_RATE)
            frames = list(sound.frames())
            skipped = chance.randrange(len(frames))
            channels.append(Paced(cycle(frames[skipped:] + frames[:skipped]), seconds))
            streams.append(asyncio.create_task(_stream(channels[-1], robot, recognizer, executor)))
            await asyncio.sleep(FRAME_SECONDS / count if number else 0)  # calls do not tick together
        heard = sum(await asyncio.gather(*streams))
    return channels, heard


def measured(count: int, seconds: float, callees: Sequence[Sound], robot: Sound, recognizer: Recognizer) -> Load:
    memory = _memory_mb()
    with asyncio.Runner(loop_factory=OneCoreLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, OneCoreLoop)
        before = loop.computed()
        channels, heard = runner.run(_streams(count, seconds, callees, robot, recognizer))
        used = loop.computed() - before
    lags = np.array([lag for channel in channels for lag in channel.lags])
    return Load(
        streams=count,
        frames=len(lags),
        late=int((lags > _LATE_SECONDS).sum()),
        missed=int((lags > _MISSED_SECONDS).sum()),
        worst_lag_ms=round(1000 * float(lags.max()), 1),
        cpu_per_stream=round(used / seconds / count, 4),
        memory_mb_per_stream=round(max(0.0, _memory_mb() - memory) / count, 2),
        heard=heard,
    )


def callee_sounds(clips: Sequence[Clip]) -> list[Sound]:
    """Yes and no, each in a turn of 8 s, by telephone."""
    answers = [clip for clip in clips if clip.intent in {Intent.YES, Intent.NO}]
    sounds = [over_telephone(read_sound(clip.path)) for clip in Random(1).sample(answers, min(12, len(answers)))]
    return [joined([sound, silence(_TURN_SECONDS - sound.seconds)], TELEPHONE_RATE) for sound in sounds]


def _memory_mb() -> float:
    """Resident memory of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--corpus", type=Path, required=True)
    wanted.add_argument("--engine", default="whisper")
    wanted.add_argument("--streams", type=int, nargs="+", default=[1, 8, 16, 24])
    wanted.add_argument("--seconds", type=float, default=30.0)
    wanted.add_argument("--core", type=int, default=0, help="the one core to stay on")
    wanted.add_argument("--json", action="store_true")
    arguments = wanted.parse_args()
    os.sched_setaffinity(0, {arguments.core})
    callees, robot = callee_sounds(read_corpus(arguments.corpus)), voice_for("en-US").speak(_SENTENCE)
    recognizer = recognizer_for("en-US", arguments.engine, processes=1)
    if recognizer is None:
        raise SystemExit(f"error: {arguments.engine} understands no English here")
    measured(1, _TURN_SECONDS, callees, robot, recognizer)  # models and searches are loaded on use
    loads = [measured(count, arguments.seconds, callees, robot, recognizer) for count in arguments.streams]
    if arguments.json:
        print(json.dumps([asdict(load) for load in loads], indent=1))
        return
    names = list(asdict(loads[0]))
    print("  ".join(f"{name:>20}" for name in names))
    for load in loads:
        print("  ".join(f"{value:>20}" for value in asdict(load).values()))


if __name__ == "__main__":
    main()
