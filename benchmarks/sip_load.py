"""How many telephone calls at once: concurrent SIP calls with live recognition, on this machine alone.

    python benchmarks/sip_load.py --calls 4,8,16 --seconds 60
    python benchmarks/sip_load.py --calls 8 --seconds 3600        # a soak: watch descriptors and memory

The callees talk, from a farm in a process of its own on the loopback interface; its computing takes part of the machine
and is given apart. A reply is counted from the callee's last sound to the robot's first, as both leave this process.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np

from audio.pcm import Samples, Sound
from audio.synthesis import PromptCache
from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.store import CampaignState, open_store
from outbound.clock import LoopClock
from outbound.dialer import Dialer, Finished, News
from outbound.journal import Journal
from outbound.lines.base import Answered, Channel, DialOrder, Frame, Signal, TransferOrder
from outbound.lines.sip import SipLine
from outbound.routes import SpeechSettings, SpokenRoute
from tests.outbound.lines.sip.calls import settings
from tests.outbound.lines.sip.farm import callee_farm
from tests.outbound.lines.sip.test_sip_campaign import CAMPAIGN, TUESDAY_NOON

CALLEE = """
talks: {rings: 0.2, thinks: 1.0, does: [{say: "yes please"}, {say: "I would give it a five."}]}
"""
AUDIBLE_DBFS = -45.0
LONGEST_REPLY_SECONDS = 4.0


@dataclass(slots=True)
class Figures:
    """What was seen in all calls."""

    replies: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    frames: int = 0
    lost: int = 0
    answered: int = 0
    most: int = 0
    now: int = 0
    ends: list[str] = field(default_factory=list)


class Watched:
    """A channel that measures what goes through it."""

    def __init__(self, channel: Channel, figures: Figures) -> None:
        self._channel, self._figures = channel, figures
        self._loop = asyncio.get_running_loop()
        self._spoke_at: float | None = None
        self._robot_speaks = False
        self._robot_quiet = 0
        self.rate = channel.rate

    async def receive(self) -> Signal:
        signal = await self._channel.receive()
        if isinstance(signal, Answered):
            self._figures.answered += 1
            self._figures.now += 1
            self._figures.most = max(self._figures.most, self._figures.now)
        elif isinstance(signal, Frame):
            self._figures.frames += 1
            self._figures.lost += signal.lost
            if self._audible(signal.samples):
                self._spoke_at = self._loop.time()
        return signal

    def send(self, frame: Samples) -> None:
        self._channel.send(frame)
        if not self._audible(frame):
            self._robot_quiet += 1
            self._robot_speaks = self._robot_speaks and self._robot_quiet < 25
            return
        self._robot_quiet = 0
        if not self._robot_speaks and self._spoke_at is not None:
            reply = self._loop.time() - self._spoke_at
            if 0.02 < reply < LONGEST_REPLY_SECONDS:
                self._figures.replies.append(reply)
            self._spoke_at = None
        self._robot_speaks = True

    def transfer(self, order: TransferOrder) -> None:
        self._channel.transfer(order)

    def hang_up(self) -> None:
        self._channel.hang_up()

    def _audible(self, samples: Samples) -> bool:
        return Sound(samples, self.rate).level_dbfs > AUDIBLE_DBFS


class WatchedLine:
    """The SIP line, measured."""

    name = "sip"

    def __init__(self, line: SipLine, figures: Figures) -> None:
        self._line, self._figures = line, figures
        self.channels = line.channels

    async def open(self) -> None:
        await self._line.open()

    async def dial(self, order: DialOrder) -> Channel:
        return Watched(await self._line.dial(order), self._figures)

    async def close(self) -> None:
        await self._line.close()


async def load(calls: int, seconds: float, engine: str | None, folder: Path) -> None:
    """Keep so many calls up for so long, and print what was seen."""
    figures = Figures()
    count = round(calls * (seconds / 12 + 2))
    cast = {f"+1202{2_000_000 + place}": "talks" for place in range(count)}
    store = open_store(":memory:")
    store.save_campaign(parse(CAMPAIGN, "load"), CAMPAIGN, TUESDAY_NOON)
    store.add_contacts(
        "parcels", [NewContact(number, "America/New_York", "en-US", {}, None, "US") for number in cast], TUESDAY_NOON
    )
    store.set_state("parcels", CampaignState.RUNNING, TUESDAY_NOON)

    def watch(news: News) -> None:
        if isinstance(news, Finished):
            figures.now -= 1
            figures.ends.append(news.disposition)

    async with callee_farm(folder, CALLEE, cast) as port:
        clock = LoopClock(TUESDAY_NOON, asyncio.get_running_loop())
        trunk = settings(port, allow=("+1202",), channels=calls, max_calls_per_day=1_000_000, max_minutes_per_day=1e6)
        sip = SipLine(trunk, clock.now)
        line = WatchedLine(sip, figures)
        await line.open()
        route = SpokenRoute(
            line, clock, SpeechSettings("pyttsx3", recognizer_engine=engine, cache=PromptCache(folder / "prompts"))
        )
        dialer = Dialer(store, route, clock, Journal(folder / "journal"), owner="load", watch=watch)
        heartbeat = asyncio.create_task(_late(figures))
        began, cpu = time.perf_counter(), time.process_time()
        memory, files = _memory(), _descriptors()
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, dialer.drain)
        await dialer.run()
        await sip.idle()
        took, used = time.perf_counter() - began, time.process_time() - cpu
        heartbeat.cancel()
        _show(calls, figures, took, used, memory, files)
        await line.close()
    store.close()


async def _late(figures: Figures) -> None:
    """How late the event loop is: what every frame of every call waits for."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + 0.02
        await asyncio.sleep(0.02)
        figures.late.append(loop.time() - due)


def _show(calls: int, figures: Figures, took: float, used: float, memory: float, files: int) -> None:
    def percentile(values: list[float], share: float) -> str:
        return f"{1000 * float(np.quantile(values, share)):.0f} ms" if values else "-"

    completed = sum(end == "completed" for end in figures.ends)
    farm = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{calls} at once (most {figures.most}), {took:.0f} s: {figures.answered} answered, {completed} completed, "
        f"{figures.answered / took * 60:.0f} a minute\n"
        f"  reply: median {percentile(figures.replies, 0.5)}, p95 {percentile(figures.replies, 0.95)} "
        f"of {len(figures.replies)}\n"
        f"  frames: {figures.frames}, {figures.lost / max(figures.frames, 1):.2%} starved; "
        f"loop late: p99 {percentile(figures.late, 0.99)}, worst {1000 * max(figures.late):.0f} ms\n"
        f"  computing: {used / took:.2f} cores, {used / took / calls:.3f} a call "
        f"(earlier farms {farm.ru_utime + farm.ru_stime:.0f} s)\n"
        f"  memory: {_memory():.0f} MB, {(_memory() - memory) / calls:.1f} MB more a call; "
        f"descriptors: {_descriptors() - files:+d}",
        flush=True,
    )


def _memory() -> float:
    """Resident, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", default="4,8", help="how many at once; several runs with commas")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long calls are placed")
    parser.add_argument("--engine", help="pocketsphinx, whisper, cascade; the best one present if not given")
    given = parser.parse_args()
    for calls in given.calls.split(","):
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(load(int(calls), given.seconds, given.engine, Path(folder)))


if __name__ == "__main__":
    main()
