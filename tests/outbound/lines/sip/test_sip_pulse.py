"""The one clock of a line."""

from __future__ import annotations

import asyncio
import time

from outbound.lines.sip.pulse import Pulse


def test_a_late_event_loop_is_caught_up_so_that_frames_and_time_agree() -> None:
    async def run() -> tuple[int, float]:
        pulse, ticks, last = Pulse(), 0, 0.0
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def tick() -> None:
            nonlocal ticks, last
            ticks, last = ticks + 1, loop.time()
            if ticks == 5:
                time.sleep(0.3)  # the loop is blocked: what is shown is that the clock makes up for it
            if ticks >= 30:
                done.set()

        began = loop.time()
        pulse.add(tick, lambda: None)
        await done.wait()
        pulse.discard(tick)
        return ticks, last - began

    ticks, seconds = asyncio.run(run())
    assert abs(seconds - ticks * 0.02) < 0.06


def test_it_rests_while_it_has_no_members() -> None:
    async def run() -> None:
        pulse, ticked = Pulse(), asyncio.Event()
        pulse.add(ticked.set, lambda: None)
        await ticked.wait()
        pulse.discard(ticked.set)
        assert len(pulse) == 0
        ticked.clear()
        pulse.add(ticked.set, lambda: None)
        await ticked.wait()
        pulse.discard(ticked.set)

    asyncio.run(run())
