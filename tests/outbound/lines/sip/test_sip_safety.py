"""Nobody steers the line from outside, and nothing leaves it that must not."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from outbound.lines.base import Channel, EndCause, Frame, Signal
from tests.outbound.lines.sip.calls import NUMBER, follow, line_to, order
from tests.outbound.lines.sip.second_agent import second_agent
from tests.outbound.lines.sip.sipp import answer, bye, free_port, pause, refuse, scenario, sipp

pytestmark = pytest.mark.telephones


def test_a_stranger_who_calls_is_refused_and_never_answered() -> None:
    async def run() -> None:
        port = free_port()
        async with second_agent() as stranger, line_to(stranger.port, local_port=port) as line:
            await stranger.say(f"dial sip:robot@127.0.0.1:{port}")
            assert (await stranger.until("CALL_CLOSED"))["text"] == "486 Busy Here"
            assert "CALL_ESTABLISHED" not in [event["event"] for event in stranger.events]
            assert line.in_use == 0

    asyncio.run(run())


def test_a_callee_who_asks_us_to_call_somebody_else_is_refused() -> None:
    async def run() -> None:
        async with second_agent(NUMBER) as callee, second_agent() as victim, line_to(callee.port) as line:
            following = asyncio.ensure_future(follow(await line.dial(order())))
            await callee.until("CALL_ESTABLISHED")
            await callee.say(f"refer {victim.address}")
            assert (await callee.until("REFER_REFUSED"))["status"] == 603
            await callee.say("hang-up")
            assert (await following).end.cause is EndCause.FAR_END
            assert "CALL_INCOMING" not in [event["event"] for event in victim.events]

    asyncio.run(run())


def test_a_number_outside_the_allow_list_never_leaves_the_line(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(refuse("486 Busy Here"), tmp_path) as callee, line_to(callee.port) as line:
            heard = await follow(await line.dial(order(number="+881612345678")))
            assert heard.end.cause is EndCause.FAILED
            assert callee.process.returncode is None, "no INVITE may have arrived"
            assert line.in_use == 0

    asyncio.run(run())


def test_the_calls_of_a_day_run_out_and_the_line_says_when_to_come_back(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            sipp(refuse("486 Busy Here"), tmp_path) as callee,
            line_to(callee.port, max_calls_per_day=1) as line,
        ):
            assert (await follow(await line.dial(order()))).end.cause is EndCause.BUSY
            end = (await follow(await line.dial(order()))).end
            assert end.cause is EndCause.ROUTE_DOWN
            assert end.retry_after_seconds is not None
            assert 86_000 < end.retry_after_seconds <= 86_400

    asyncio.run(run())


def test_the_minutes_of_a_day_run_out_while_a_call_still_goes_on() -> None:
    async def run() -> None:
        talked = asyncio.Event()
        frames = 0

        def count(signal: Signal, _channel: Channel) -> None:
            nonlocal frames
            frames += isinstance(signal, Frame)
            if frames == 100:
                talked.set()

        async with second_agent(NUMBER) as callee, line_to(callee.port, max_minutes_per_day=0.02) as line:
            channel = await line.dial(order())
            first = asyncio.ensure_future(follow(channel, count))
            await talked.wait()
            end = (await follow(await line.dial(order()))).end
            assert end.cause is EndCause.ROUTE_DOWN
            assert "minutes" in end.detail
            channel.hang_up()
            assert (await first).end.cause is EndCause.NEAR_END

    asyncio.run(run())


def test_more_calls_than_channels_are_not_placed(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            sipp(scenario(answer(), pause(300), bye()), tmp_path) as callee,
            line_to(callee.port, channels=1) as line,
        ):
            first = asyncio.ensure_future(follow(await line.dial(order())))
            assert (await follow(await line.dial(order()))).end.cause is EndCause.ROUTE_DOWN
            assert (await first).end.cause is EndCause.FAR_END

    asyncio.run(run())


def test_a_call_has_a_longest_duration(tmp_path: Path) -> None:
    async def run() -> None:
        async with second_agent(NUMBER) as callee, line_to(callee.port, max_call_seconds=0.5) as line:
            heard = await follow(await line.dial(order()))
            assert heard.end.cause is EndCause.NEAR_END
            assert heard.ended_at - heard.answered_at < 5

    asyncio.run(run())


def test_a_call_that_breaks_leaves_the_other_calls_alone() -> None:
    def break_at_the_first_frame(signal: Signal, channel: Channel) -> None:
        if isinstance(signal, Frame):
            channel._leg.media.read = None  # type: ignore[attr-defined]

    def hang_up_at_the_fiftieth(signal: Signal, channel: Channel) -> None:
        nonlocal frames
        frames += isinstance(signal, Frame)
        if frames == 50:
            channel.hang_up()

    async def run() -> None:
        async with second_agent(NUMBER) as callee, line_to(callee.port) as line:
            one, other = await asyncio.gather(
                follow(await line.dial(order()), break_at_the_first_frame),
                follow(await line.dial(order()), hang_up_at_the_fiftieth),
            )
            assert one.end.cause is EndCause.FAILED
            assert other.end.cause is EndCause.NEAR_END
            assert not other.frames[-1].lost

    frames = 0
    asyncio.run(run())


def test_a_dead_stack_ends_every_call_honestly_and_takes_no_more() -> None:
    """In a process of its own: a stack that has died poisons its process."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.outbound.lines.sip.dying_stack"], capture_output=True, text=True, timeout=60
    )
    assert finished.stdout.split() == ["lost", "route_down", "0"], finished.stderr


def test_logs_carry_no_numbers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with sipp(refuse("404 Not Found"), tmp_path) as callee, line_to(callee.port) as line:
            await follow(await line.dial(order()))

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run())
    assert NUMBER.removeprefix("+") not in caplog.text
    assert NUMBER.removeprefix("+") not in repr(order())
