"""The loop whose clock jumps: virtual time passes only when nothing is left to do."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta

from outbound.clock import LoopClock
from outbound.simulation.clock import run_virtually


def test_an_hour_of_waiting_takes_no_time() -> None:
    async def run() -> float:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(asyncio.sleep(minutes * 60) for minutes in range(61)))
        return loop.time()

    began = time.perf_counter()
    assert run_virtually(run()) == 3600
    assert time.perf_counter() - began < 5


def note(fired: list[tuple[float, str]], name: str) -> None:
    fired.append((round(asyncio.get_running_loop().time(), 6), name))


def test_timers_fire_in_order_at_their_own_moments() -> None:
    async def run() -> list[tuple[float, str]]:
        loop = asyncio.get_running_loop()
        fired: list[tuple[float, str]] = []
        for seconds, name in ((3.0, "c"), (1.0, "a"), (2.0, "b")):
            loop.call_later(seconds, note, fired, name)
        await asyncio.sleep(4)
        return fired

    assert run_virtually(run()) == [(1.0, "a"), (2.0, "b"), (3.0, "c")]


def test_the_clock_stands_still_while_a_thread_works() -> None:
    release = threading.Event()

    async def run() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        ticks: list[float] = []
        ticking = asyncio.create_task(tick(ticks))
        await asyncio.sleep(1.0)
        threading.Timer(0.05, release.set).start()
        await loop.run_in_executor(None, release.wait)
        worked = loop.time()
        ticking.cancel()
        return worked, ticks[-1]

    async def tick(ticks: list[float]) -> None:
        while True:
            ticks.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.02)

    worked, last_tick = run_virtually(run())
    assert worked <= 1.021
    assert last_tick <= worked


def test_a_month_on_the_loop_s_clock_is_a_month_of_dates() -> None:
    start = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    async def run() -> datetime:
        clock = LoopClock(start, asyncio.get_running_loop())
        await asyncio.sleep(timedelta(days=30).total_seconds())
        return clock.now()

    assert run_virtually(run()) == start + timedelta(days=30)
