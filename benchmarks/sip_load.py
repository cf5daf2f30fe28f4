"""How many telephone calls at once: concurrent SIP calls with live recognition, on this machine alone.

    python -m benchmarks.sip_load --calls 4,8,16 --seconds 60
    python -m benchmarks.sip_load --calls 60 --processes 2    # the calls spread over two processes
    python -m benchmarks.sip_load --setup 200                 # how many calls a second are set up and let go
    python -m benchmarks.sip_load --calls 3 --soak 60         # an hour: memory, descriptors, channels before and after

The callees talk: a crowd of recordings in a process of its own on the loopback interface (`crowd.py`). Its computing
takes part of the machine and is given apart from the robot's, which is its own process and those that decode. A reply
is counted from the callee's last sound to the robot's first, as both leave this process. On a machine that others use,
computing per call says more than starved frames and replies do.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import operator
import os
import tempfile
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from functools import reduce
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from audio.pcm import FRAME_SECONDS, Samples
from audio.synthesis import PromptCache
from benchmarks.computing import Computing
from benchmarks.crowd import QUIET_ROOM_DBFS, crowd
from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.pacing import Pace
from campaigns.store import CampaignState, Store, open_store
from outbound.clock import LoopClock
from outbound.dialer import Dialer
from outbound.dialing.news import Finished, News
from outbound.journal import Journal
from outbound.lines.base import Answered, Channel, DialOrder, Ended, Frame, Signal
from outbound.lines.sip import SipLine
from outbound.lines.wrapped import WrappedChannel
from outbound.routes import SpeechSettings, SpokenRoute
from outbound.wiring import SPEECH_THREADS
from tests.outbound.lines.sip.calls import settings
from tests.outbound.lines.sip.test_sip_campaign import CAMPAIGN, TUESDAY_NOON

RINGS_SECONDS = (0.2, 4.0, 1.5, 7.0, 2.5, 5.5, 3.0, 8.5)
"""People do not all pick up at the same moment."""
SAID = ("hello?", "yes please", "I would give it a five.")
AUDIBLE = round(32_767 * 10 ** (-32.0 / 20))
"""Peak of a frame in which something can be heard: speech, but no room."""
LONGEST_REPLY_SECONDS = 4.0
LONGEST_LATE_MS = 2_000
LOOK_SECONDS = 5.0
REPORT_SECONDS = 300.0
BEGUN_WITHIN_SECONDS = 25.0
"""Calls begin about as apart as they end later on: nobody's trunk takes a hundred in the same moment."""
DIALLING_AT_ONCE = 10


@dataclass(slots=True)
class Figures:
    """What was seen in all calls."""

    replies: list[float] = field(default_factory=list)
    late: Counter[int] = field(default_factory=Counter)
    """How often the event loop was so many ms late: what every frame of every call waits for."""
    frames: int = 0
    lost: int = 0
    answered: int = 0
    most: int = 0
    now: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    memory: float = 0.0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Figures)))

    def late_ms(self, share: float) -> int:
        wanted = share * self.late.total()
        for milliseconds in sorted(self.late):
            wanted -= self.late[milliseconds]
            if wanted <= 0:
                return milliseconds
        return 0


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of the machine.

    Attributes:
        calls: at once.
        seconds: how long calls are placed.
        engine: that recognises; None is the best one present.
        decoders: processes that decode.
        room_dbfs: steady noise where the callees are.
        soak: tell now and then how it goes.
    """

    calls: int
    seconds: float
    engine: str | None
    decoders: int
    room_dbfs: float
    soak: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one process, or of several at the same time."""

    figures: Figures
    seconds: float
    before: Computing
    after: Computing

    def __add__(self, other: Run) -> Run:
        seconds = max(self.seconds, other.seconds)
        return Run(self.figures + other.figures, seconds, self.before + other.before, self.after + other.after)


class Watched(WrappedChannel):
    """A channel that measures what goes through it."""

    def __init__(self, channel: Channel, figures: Figures) -> None:
        super().__init__(channel)
        self._figures = figures
        self._loop = asyncio.get_running_loop()
        self._lately: deque[tuple[float, Samples]] = deque(maxlen=round(LONGEST_REPLY_SECONDS / FRAME_SECONDS))
        """Heard since the last reply, and when: looked at when there is one, because that is seldom."""
        self._robot_speaks = False
        self._robot_quiet = 0
        self._silence: Samples | None = None
        """The frame that was sent last while the robot was quiet."""
        self._flows = False

    async def receive(self) -> Signal:
        signal = await super().receive()
        if isinstance(signal, Answered):
            self._figures.answered += 1
            self._figures.now += 1
            self._figures.most = max(self._figures.most, self._figures.now)
        elif isinstance(signal, Frame):
            self._figures.frames += 1
            self._flows = self._flows or not signal.lost
            self._figures.lost += signal.lost and self._flows
            self._lately.append((self._loop.time(), signal.samples))
        return signal

    def send(self, frame: Samples) -> None:
        super().send(frame)
        if frame is self._silence or not _audible(frame):  # what measures should not be what is measured
            self._silence = frame
            self._robot_quiet += 1
            self._robot_speaks = self._robot_speaks and self._robot_quiet < 25
            return
        self._robot_quiet = 0
        if not self._robot_speaks:
            reply = self._loop.time() - next((at for at, heard in reversed(self._lately) if _audible(heard)), 0.0)
            if 0.02 < reply < LONGEST_REPLY_SECONDS:
                self._figures.replies.append(reply)
            self._lately.clear()
        self._robot_speaks = True

    def hang_up(self) -> None:
        self._flows = False
        super().hang_up()


def _audible(samples: Samples) -> bool:
    return int(samples.max()) > AUDIBLE


class WatchedLine:
    """The SIP line, measured."""

    name = "sip"

    def __init__(self, line: SipLine, figures: Figures) -> None:
        self._line, self._figures = line, figures

    @property
    def channels(self) -> int:
        return self._line.channels

    async def open(self) -> None:
        await self._line.open()

    async def dial(self, order: DialOrder) -> Channel:
        return Watched(await self._line.dial(order), self._figures)

    async def close(self) -> None:
        await self._line.close()


def _store(folder: Path, numbers: list[str]) -> Store:
    store = open_store(str(folder / "store.db"))
    store.save_campaign(parse(CAMPAIGN, "load"), CAMPAIGN, TUESDAY_NOON)
    people = [NewContact(number, "America/New_York", "en-US", {}, None, "US") for number in numbers]
    store.add_contacts("parcels", people, TUESDAY_NOON)
    store.set_state("parcels", CampaignState.RUNNING, TUESDAY_NOON)
    return store


@contextlib.asynccontextmanager
async def _crowd_and_line(
    folder: Path, said: Sequence[str], rings_seconds: Sequence[float], calls: int, room_dbfs: float = QUIET_ROOM_DBFS
) -> AsyncIterator[SipLine]:
    async with crowd(folder, said, rings_seconds, room_dbfs) as port:
        clock = LoopClock(TUESDAY_NOON, asyncio.get_running_loop())
        trunk = settings(port, allow=("+1202",), channels=calls, max_calls_per_day=1_000_000, max_minutes_per_day=1e6)
        line = SipLine(trunk, clock.now)
        await line.open()
        try:
            yield line
        finally:
            await line.close()


async def run(asked: Load, folder: Path) -> Run:
    """Keep so many calls up for so long."""
    calls, seconds = asked.calls, asked.seconds
    numbers = [f"+1202{2_000_000 + place}" for place in range(round(calls * (seconds / 12 + 2)))]
    figures, store = Figures(), _store(folder, numbers)

    def watch(news: News) -> None:
        if isinstance(news, Finished):
            figures.now -= 1
            figures.ends[news.disposition] += 1

    threads = ThreadPoolExecutor(SPEECH_THREADS)  # as in a run: nothing waits for the decoders but who asked them
    async with _crowd_and_line(folder, SAID, RINGS_SECONDS, calls, asked.room_dbfs) as sip:
        clock = LoopClock(TUESDAY_NOON, asyncio.get_running_loop())
        speech = SpeechSettings(
            "pyttsx3",
            recognizer_engine=asked.engine,
            cache=PromptCache(folder / "prompts"),
            decoders=asked.decoders,
        )
        route = SpokenRoute(WatchedLine(sip, figures), clock, speech, threads)
        definition = parse(CAMPAIGN, "load")
        await route.prepare(definition.example_script("en-US", {}))
        pace = Pace(per_second=max(1.0, calls / BEGUN_WITHIN_SECONDS))
        dialer = Dialer(store, route, clock, Journal(folder / "journal"), owner="load", watch=watch, pace=pace)
        watching = [asyncio.create_task(_late(figures)), asyncio.create_task(_grown(figures))]
        if asked.soak:
            watching.append(asyncio.create_task(_report(figures, sip)))
        began, before = time.perf_counter(), Computing.now()
        asyncio.get_running_loop().call_later(seconds, dialer.drain)
        await dialer.run()
        await sip.idle()
        took, after = time.perf_counter() - began, Computing.now()
        for task in watching:
            task.cancel()
        if asked.soak:
            print(f"  channels in use at the end: {sip.in_use}", flush=True)
    threads.shutdown()
    store.close()
    return Run(figures, took, before, after)


def in_this_process(asked: Load) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(asked, Path(folder)))


def spread(asked: Load, processes: int) -> Run:
    """The calls spread over so many processes that know nothing of each other, each with a line of its own."""
    share = replace(asked, calls=asked.calls // processes, decoders=max(1, asked.decoders // processes))
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        runs = [pool.submit(in_this_process, share) for _ in range(processes)]
        return reduce(operator.add, [each.result() for each in runs])


async def setup_rate(count: int, folder: Path) -> None:
    """Set so many calls up as quickly as they come, ten at a time, and let each go when it is answered."""
    numbers = [f"+1202{2_000_000 + place}" for place in range(count)]
    waits: list[float] = []
    async with _crowd_and_line(folder, (), (0.0,), DIALLING_AT_ONCE) as line:
        loop, waiting = asyncio.get_running_loop(), iter(enumerate(numbers))

        async def dial() -> None:
            for call_id, number in waiting:
                began = loop.time()
                channel = await line.dial(DialOrder(call_id, number, None, 20.0))
                while not isinstance(signal := await channel.receive(), Ended):
                    if isinstance(signal, Answered):
                        waits.append(loop.time() - began)
                        channel.hang_up()

        began, before = time.perf_counter(), Computing.now()
        await asyncio.gather(*(dial() for _ in range(DIALLING_AT_ONCE)))
        took, after = time.perf_counter() - began, Computing.now()
    print(
        f"set-up: {len(waits)} of {count} answered, {count / took:.1f} calls a second, "
        f"median {1000 * float(np.median(waits)):.0f} ms, p95 {1000 * float(np.quantile(waits, 0.95)):.0f} ms; "
        f"computing {1000 * (after.robot - before.robot) / count:.1f} ms a call, "
        f"the crowd {1000 * (after.callees - before.callees) / count:.1f} ms",
        flush=True,
    )


async def _late(figures: Figures) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.02
        await asyncio.sleep(0.02)
        figures.late[min(round(1000 * (loop.time() - due)), LONGEST_LATE_MS)] += 1


async def _grown(figures: Figures) -> None:
    while True:
        figures.memory = max(figures.memory, Computing.now().memory)
        await asyncio.sleep(LOOK_SECONDS)


async def _report(figures: Figures, line: SipLine) -> None:
    """A line now and then: a leak is a row of numbers that only rises."""
    began = time.perf_counter()
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        now = Computing.now()
        print(
            f"  {(time.perf_counter() - began) / 60:4.0f} min: {figures.ends.total()} calls, {line.in_use} channels, "
            f"memory {now.memory:.0f} MB, crowd {now.callees_memory:.0f} MB, {now.descriptors} descriptors, "
            f"{figures.lost} of {figures.frames} frames starved",
            flush=True,
        )


def _show(calls: int, run: Run) -> None:
    figures, took, before, after = run.figures, run.seconds, run.before, run.after

    def percentile(share: float) -> str:
        return f"{1000 * float(np.quantile(figures.replies, share)):.0f} ms" if figures.replies else "-"

    robot, decoding, callees = (
        after.robot - before.robot, after.decoding - before.decoding, after.callees - before.callees
    )  # fmt: skip
    talked = figures.frames * 0.02
    print(
        f"{calls} at once (most {figures.most}), {took:.0f} s: {figures.answered} answered, "
        f"{figures.ends['completed']} completed, {figures.answered / took * 60:.0f} a minute\n"
        f"  reply: median {percentile(0.5)}, p95 {percentile(0.95)} of {len(figures.replies)}\n"
        f"  frames: {figures.frames}, {figures.lost} starved ({figures.lost / max(figures.frames, 1):.3%}); "
        f"loop late: p99 {figures.late_ms(0.99)} ms, worst {max(figures.late, default=0)} ms\n"
        f"  computing a call: {robot / talked:.4f} cores for the call, {decoding / talked:.4f} decoding "
        f"(in all {(robot + decoding) / took:.2f} cores; the crowd {callees / took:.2f})\n"
        f"  memory: {before.memory:.0f} MB before, {after.memory:.0f} MB after; "
        f"{(figures.memory - before.memory) / max(figures.most, 1):.1f} MB more a call at most; "
        f"descriptors {before.descriptors} before, {after.descriptors} after",
        flush=True,
    )


def _counts(text: str) -> list[int]:
    counts = text.split(",")
    if not all(each.isdecimal() and int(each) for each in counts):
        raise argparse.ArgumentTypeError(f"{text!r} is not how many calls at once, like 4,8,16")
    return list(map(int, counts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=_counts, default="4,8", help="how many at once; several runs with commas")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long calls are placed")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="as long as this, with a look every five minutes")
    parser.add_argument("--setup", type=int, metavar="CALLS", help="how quickly so many calls are set up, nothing else")
    parser.add_argument("--processes", type=int, default=1, help="spread the calls over so many")
    parser.add_argument("--room", type=float, default=QUIET_ROOM_DBFS, help="noise where the callees are, in dBFS")
    parser.add_argument("--engine", help="pocketsphinx, whisper, cascade; the best one present if not given")
    given = parser.parse_args()
    if given.setup:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(setup_rate(given.setup, Path(folder)))
        return
    seconds = given.seconds if given.soak is None else given.soak * 60
    for calls in given.calls:
        asked = Load(calls, seconds, given.engine, os.cpu_count() or 1, given.room, given.soak is not None)
        _show(calls, spread(asked, given.processes) if given.processes > 1 else in_this_process(asked))


if __name__ == "__main__":
    main()
