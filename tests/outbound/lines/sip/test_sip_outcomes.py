"""Every way a call can end before or after the answer, played by SIPp."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from outbound.lines.base import Channel, EndCause, Frame, Ringing, Signal
from tests.outbound.lines.sip.calls import follow, line_to, one_call, order
from tests.outbound.lines.sip.sipp import (
    Scenario,
    answer,
    bye,
    expect,
    expect_reply,
    free_port,
    pause,
    refuse,
    reply,
    reply_to_invite,
    request,
    scenario,
    sipp,
)

pytestmark = pytest.mark.telephones


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("486 Busy Here", EndCause.BUSY),
        ("600 Busy Everywhere", EndCause.BUSY),
        ("603 Decline", EndCause.REJECTED),
        ("607 Unwanted", EndCause.REJECTED),
        ("480 Temporarily Unavailable", EndCause.NO_ANSWER),
        ("408 Request Timeout", EndCause.NO_ANSWER),
        ("487 Request Terminated", EndCause.NO_ANSWER),
        ("404 Not Found", EndCause.UNREACHABLE),
        ("410 Gone", EndCause.UNREACHABLE),
        ("484 Address Incomplete", EndCause.UNREACHABLE),
        ("604 Does Not Exist Anywhere", EndCause.UNREACHABLE),
        ("403 Forbidden", EndCause.ROUTE_DOWN),
        ("500 Server Internal Error", EndCause.ROUTE_DOWN),
        ("503 Service Unavailable", EndCause.ROUTE_DOWN),
        ("482 Loop Detected", EndCause.FAILED),
        ("488 Not Acceptable Here", EndCause.FAILED),
    ],
)
def test_a_refusal_becomes_the_cause_that_the_field_reads_in_it(status: str, cause: EndCause, tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(refuse(status), tmp_path) as callee:
            heard = await one_call(callee)
            assert heard.end.cause is cause
            assert heard.end.detail == status
            assert not heard.answered

    asyncio.run(run())


def test_a_route_that_is_down_tells_how_long_to_wait(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(refuse("503 Service Unavailable", "Retry-After: 7 (maintenance)"), tmp_path) as callee:
            assert (await one_call(callee)).end.retry_after_seconds == 7

    asyncio.run(run())


def test_a_challenge_that_no_password_answers_is_the_route_s_fault(tmp_path: Path) -> None:
    challenge = 'Proxy-Authenticate: Digest realm="trunk", nonce="4711", algorithm=MD5'
    again = '<recv request="INVITE"/>'
    steps = scenario(
        reply("407 Proxy Authentication Required", challenge), expect("ACK"), again,
        reply("403 Forbidden"), expect("ACK"),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as trunk:
            assert (await one_call(trunk)).end.cause is EndCause.ROUTE_DOWN

    asyncio.run(run())


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async def run() -> None:
        steps = refuse("302 Moved Temporarily", f"Contact: <sip:+881000000@127.0.0.1:{free_port()}>")
        async with sipp(steps, tmp_path) as callee:
            assert (await one_call(callee)).end.cause is EndCause.UNREACHABLE

    asyncio.run(run())


def test_nobody_picks_up_within_the_ring_time_and_the_call_is_cancelled(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(RINGS_FOR_EVER, tmp_path) as callee:
            heard = await one_call(callee, ring_seconds=1.5)
            assert heard.signals[0] == Ringing()
            assert heard.end.cause is EndCause.NO_ANSWER

    asyncio.run(run())


def test_an_answer_that_crosses_our_cancel_is_hung_up_and_stays_unanswered(tmp_path: Path) -> None:
    steps = scenario(
        reply("180 Ringing"), expect("CANCEL"), reply("200 OK"),
        reply_to_invite("200 OK", sdp=True), expect("ACK"), expect("BYE"), reply("200 OK"),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee, ring_seconds=0.5)
            assert heard.end.cause is EndCause.NO_ANSWER
            assert not heard.answered

    asyncio.run(run())


def test_a_route_that_says_nothing_is_down_long_before_the_ring_time() -> None:
    async def run() -> None:
        async with line_to(free_port(), trunk_silence_seconds=1) as line:
            heard = await follow(await line.dial(order(ring_seconds=30)))
            assert heard.end.cause is EndCause.ROUTE_DOWN

    asyncio.run(run())


def test_a_slow_phone_is_not_a_silent_route(tmp_path: Path) -> None:
    steps = scenario(reply("100 Trying"), pause(3_000), reply("180 Ringing"), pause(200), answer(), bye())

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee, trunk_silence_seconds=2)
            assert heard.end.cause is EndCause.FAR_END

    asyncio.run(run())


def test_an_invite_that_is_sent_again_because_the_trunk_is_slow_is_one_call(tmp_path: Path) -> None:
    """Timer A fires after 0.5 s without any answer (RFC 3261 section 17.1.1.2)."""
    steps = scenario(expect("INVITE"), reply("180 Ringing"), pause(1_500), answer(), pause(200), bye())

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            assert [type(signal).__name__ for signal in heard.signals] == ["Ringing", "Answered", "Ended"]
            assert heard.end.cause is EndCause.FAR_END, callee.errors()

    asyncio.run(run())


def test_the_callee_hangs_up(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(scenario(reply("180 Ringing"), answer(), pause(300), bye()), tmp_path) as callee:
            heard = await one_call(callee)
            assert heard.answered
            assert heard.end.cause is EndCause.FAR_END

    asyncio.run(run())


def test_we_hang_up_and_the_end_comes_at_once_even_when_nobody_confirms_it(tmp_path: Path) -> None:
    def hang_up_at_the_first_frame(signal: Signal, channel: Channel) -> None:
        if isinstance(signal, Frame):
            channel.hang_up()

    async def run() -> None:
        async with sipp(scenario(answer(), expect("BYE"), pause(3_000)), tmp_path) as callee:
            heard = await one_call(callee, react=hang_up_at_the_first_frame, completes=False)
            assert heard.end.cause is EndCause.NEAR_END
            assert heard.ended_at - heard.answered_at < 2.5

    asyncio.run(run())


def test_an_answer_whose_ack_was_lost_is_still_one_answer(tmp_path: Path) -> None:
    again = reply_to_invite("200 OK", sdp=True)
    steps = scenario(reply("180 Ringing"), answer(), pause(200), again, pause(200), again, pause(200), bye())

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            assert sum(type(signal).__name__ == "Answered" for signal in heard.signals) == 1
            assert heard.end.cause is EndCause.FAR_END

    asyncio.run(run())


def test_a_callee_that_vanishes_without_a_bye_is_lost(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(scenario(answer(), expect("BYE"), reply("200 OK")), tmp_path) as callee:
            heard = await one_call(callee, media_timeout_seconds=1)
            assert heard.end.cause is EndCause.LOST
            assert all(frame.lost for frame in heard.frames)

    asyncio.run(run())


def test_a_far_end_on_hold_is_not_lost(tmp_path: Path) -> None:
    steps = scenario(
        answer(),
        request("INVITE", 2, sdp=True, direction="sendonly"), expect_reply(200), request("ACK", 2),
        pause(2_000), bye(),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee, media_timeout_seconds=1)
            assert heard.end.cause is EndCause.FAR_END, callee.errors()
            assert not heard.frames[-1].lost

    asyncio.run(run())


def test_a_callee_that_comes_back_from_hold_and_then_vanishes_is_lost(tmp_path: Path) -> None:
    steps = scenario(
        answer(),
        request("INVITE", 2, sdp=True, direction="inactive"), expect_reply(200), request("ACK", 2),
        pause(1_500),
        request("INVITE", 3, sdp=True), expect_reply(200), request("ACK", 3),
        expect("BYE"), reply("200 OK"),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee, media_timeout_seconds=1)
            assert heard.end.cause is EndCause.LOST, callee.errors()
            assert heard.ended_at - heard.answered_at > 2.0, "on hold it is not lost"

    asyncio.run(run())


RINGS_FOR_EVER: Scenario = scenario(
    reply("180 Ringing"), expect("CANCEL"), reply("200 OK"),
    reply_to_invite("487 Request Terminated"), expect("ACK"),
)  # fmt: skip
