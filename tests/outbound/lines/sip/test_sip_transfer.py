"""Blind and warm transfer among independent phones; success only on the final outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from audio.pcm import TELEPHONE_RATE, Sound
from outbound.lines.base import Channel, EndCause, Ended, Frame, Signal, TransferDone, TransferOrder
from tests.audio.sounds import hum, pitch
from tests.outbound.lines.sip.calls import NUMBER, follow, line_to, order
from tests.outbound.lines.sip.second_agent import second_agent
from tests.outbound.lines.sip.sipp import answer, bye, expect, pause, refuse, reply, reply_to_invite, scenario, sipp
from tests.outbound.lines.sip.softphone import softphone

pytestmark = pytest.mark.telephones

SUMMARY = "The caller asks about parcel 7; we called to say that it has shipped."
REACTION = Callable[[Signal, Channel], None]


async def announce(sentence: str) -> Sound:
    assert sentence == SUMMARY
    return hum(300, 1.0)


def transfer_to(target: str, ring_seconds: float = 3.0, urgent: bool = False) -> REACTION:
    """Ask for the transfer at the tenth frame; hang up when the person was not reached."""
    seen = 0

    def react(signal: Signal, channel: Channel) -> None:
        nonlocal seen
        if isinstance(signal, Frame):
            seen += 1
            if seen == 10:
                channel.transfer(TransferOrder(target, SUMMARY, ring_seconds, urgent))
        elif isinstance(signal, TransferDone) and not signal.reached:
            channel.hang_up()

    return react


def hosts(*ports: int) -> list[str]:
    return [f"127.0.0.1:{port}" for port in ports]


def test_blind_transfer_succeeds_when_the_person_has_answered(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            softphone(tmp_path, NUMBER) as callee,
            softphone(tmp_path) as person,
            line_to(callee.port, join="blind", transfer_hosts=hosts(person.port)) as line,
        ):
            heard = await follow(await line.dial(order()), transfer_to(person.address))
            await person.until("CALL_ESTABLISHED")
            assert heard.signals[-2] == TransferDone(reached=True)
            assert heard.end.cause is EndCause.TRANSFERRED
            assert line.in_use == 0

    asyncio.run(run())


@pytest.mark.parametrize("status", ["486 Busy Here", "603 Decline", "482 Loop Detected", "480 Temporarily Unavailable"])
@pytest.mark.parametrize("join", ["blind", "warm"])
def test_a_person_who_does_not_take_the_call_leaves_the_callee_with_us(join: str, status: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            softphone(tmp_path, NUMBER) as callee,
            sipp(refuse(status), tmp_path) as person,
            line_to(callee.port, join=join, transfer_hosts=hosts(person.port)) as line,
        ):
            target = f"sip:person@127.0.0.1:{person.port}"
            heard = await follow(await line.dial(order()), transfer_to(target))
            assert heard.signals[-2] == TransferDone(False, status)
            assert heard.end.cause is EndCause.NEAR_END

    asyncio.run(run())


def test_nobody_answers_the_warm_transfer_and_the_ringing_is_cancelled(tmp_path: Path) -> None:
    steps = scenario(
        reply("180 Ringing"), expect("CANCEL"), reply("200 OK"), reply_to_invite("487 Request Terminated"),
        expect("ACK"),
    )  # fmt: skip

    async def run() -> None:
        async with (
            softphone(tmp_path, NUMBER) as callee,
            sipp(steps, tmp_path) as person,
            line_to(callee.port, transfer_hosts=hosts(person.port)) as line,
        ):
            target = f"sip:person@127.0.0.1:{person.port}"
            heard = await follow(await line.dial(order()), transfer_to(target, ring_seconds=0.5))
            assert heard.signals[-2] == TransferDone(False, "nobody answered")
            assert await person.finished() == 0

    asyncio.run(run())


@pytest.mark.parametrize("join", ["blind", "warm"])
def test_the_next_person_can_be_called_after_one_who_did_not_take_the_call(join: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            softphone(tmp_path, NUMBER) as callee,
            sipp(refuse("486 Busy Here"), tmp_path) as first,
            softphone(tmp_path) as second,
            line_to(callee.port, join=join, transfer_hosts=hosts(first.port, second.port)) as line,
        ):
            begin = transfer_to(f"sip:person@127.0.0.1:{first.port}")

            def react(signal: Signal, channel: Channel) -> None:
                if signal == TransferDone(False, "486 Busy Here"):
                    channel.transfer(TransferOrder(second.address, SUMMARY))
                else:
                    begin(signal, channel)

            heard = await follow(await line.dial(order()), react)
            assert [signal for signal in heard.signals if isinstance(signal, TransferDone)][1:] == [TransferDone(True)]
            assert heard.end.cause is EndCause.TRANSFERRED
            await callee.command("hangup")
            await line.idle()

    asyncio.run(run())


def test_warm_transfer_over_a_bridge_tells_the_person_first_and_then_joins_the_two(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            softphone(tmp_path, NUMBER, hertz=500) as callee,
            softphone(tmp_path, hertz=900) as person,
            line_to(callee.port, announce=announce, join="bridge", transfer_hosts=hosts(person.port)) as line,
        ):
            heard = await follow(await line.dial(order()), transfer_to(person.address))
            assert heard.signals[-2:] == [TransferDone(reached=True), Ended(EndCause.TRANSFERRED)]
            assert line.in_use == 1
            assert line.channels == 9, "one less for calls, while the two talk"
            await asyncio.sleep(2.5)  # they talk
            await person.command("hangup")
            await callee.until("CALL_CLOSED")
            await line.idle()
            assert line.channels == 10
        to_person, to_callee = person.recording(), callee.recording()
        middle = round(1.0 * TELEPHONE_RATE)
        assert abs(pitch(to_person.samples[:middle]) - 300) < 5, "the sentence comes first"
        assert abs(pitch(to_person.samples[-middle:]) - 500) < 5, "then the callee"
        assert abs(pitch(to_callee.samples[-middle:]) - 900) < 5

    asyncio.run(run())


def test_a_callee_s_side_that_cannot_replace_is_joined_over_a_bridge_instead(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            softphone(tmp_path, NUMBER) as callee,
            softphone(tmp_path) as person,
            line_to(callee.port, join="warm", transfer_hosts=hosts(person.port)) as line,
        ):
            heard = await follow(await line.dial(order()), transfer_to(person.address))
            assert heard.signals[-2:] == [TransferDone(reached=True), Ended(EndCause.TRANSFERRED)]
            assert line.in_use == 1
            await callee.command("hangup")
            await person.until("CALL_CLOSED")
            await line.idle()

    asyncio.run(run())


def test_warm_transfer_hands_both_over_when_the_callee_s_side_can_replace(tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            second_agent(NUMBER) as callee,
            second_agent() as person,
            line_to(callee.port, announce=announce, transfer_hosts=hosts(person.port)) as line,
        ):
            heard = await follow(await line.dial(order()), transfer_to(person.address, urgent=True))
            assert heard.signals[-2:] == [TransferDone(reached=True), Ended(EndCause.TRANSFERRED)]
            arrived = await person.until("CALL_INCOMING")
            assert arrived["headers"] == {"Subject": SUMMARY, "Priority": "emergency"}
            replaced = await person.until("CALL_INCOMING")
            assert NUMBER in replaced["peer"]
            assert line.in_use == 0

    asyncio.run(run())


def test_a_callee_who_hangs_up_meanwhile_ends_the_call_to_the_person(tmp_path: Path) -> None:
    ringing = scenario(
        reply("180 Ringing"), expect("CANCEL"), reply("200 OK"), reply_to_invite("487 Request Terminated"),
        expect("ACK"),
    )  # fmt: skip

    async def run() -> None:
        async with (
            sipp(scenario(answer(), pause(900), bye()), tmp_path) as callee,
            sipp(ringing, tmp_path) as person,
            line_to(callee.port, transfer_hosts=hosts(person.port)) as line,
        ):
            target = f"sip:person@127.0.0.1:{person.port}"
            heard = await follow(await line.dial(order()), transfer_to(target, ring_seconds=10))
            assert heard.signals[-2] == TransferDone(False, "the call ended first")
            assert heard.end.cause is EndCause.FAR_END
            assert await person.finished() == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    "target", ["+881612345678", "sip:someone@example.org", "sip:a@127.0.0.1:9?Replaces=x", "agent"]
)
def test_a_target_outside_the_allow_list_is_never_called(target: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with softphone(tmp_path, NUMBER) as callee, line_to(callee.port) as line:
            heard = await follow(await line.dial(order()), transfer_to(target))
            assert heard.signals[-2] == TransferDone(False, "the target is not on the line's allow-list")

    asyncio.run(run())
