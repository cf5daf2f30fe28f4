"""`outbound doctor sip` and the call it makes, to telephones that work and that do not."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from audio.synthesis import voice_for
from outbound.lines.sip.checkup import Finding, checkup, far
from tests.outbound.lines.sip.calls import line_to, order
from tests.outbound.lines.sip.farm import callee_farm
from tests.outbound.lines.sip.sipp import answer, bye, expect, pause, press, refuse, reply, scenario, sipp

pytestmark = pytest.mark.telephones

NUMBER = "+12025550101"
PEOPLE = """
person: {rings: 0.2, greeting: '', thinks: 0.5, does: [{press: '1'}, {say: hello hello}]}
hears_nothing: {rings: 0.2, greeting: 'Hello? Hello, who is there?', does: []}
presses_another: {rings: 0.2, greeting: '', thinks: 0.5, does: [{press: '5'}, {say: hello hello}]}
"""


async def looked_at(port: int) -> dict[str, Finding]:
    async with line_to(port, allow=("+1202",), media_timeout_seconds=60) as line:
        channel = await line.dial(order(10.0, NUMBER))
        async with asyncio.timeout(45):
            findings = [*await checkup(channel, voice_for("en-US")), far(*line.round_trips)]
            return {one.what: one for one in findings}


async def looked_at_person(name: str, folder: Path) -> dict[str, Finding]:
    async with callee_farm(folder, PEOPLE, {NUMBER: name}) as port:
        return await looked_at(port)


def test_a_telephone_that_works_is_found_to_work(tmp_path: Path) -> None:
    findings = asyncio.run(looked_at_person("person", tmp_path))
    assert [name for name, one in findings.items() if one.works] == [
        "call", "our sound", "keys", "their sound", "network", "round trip"
    ]  # fmt: skip
    assert re.match(r"messages \d+ ms", findings["round trip"].found)


def test_a_person_who_talks_and_does_not_hear_shows_which_way_is_shut(tmp_path: Path) -> None:
    findings = asyncio.run(looked_at_person("hears_nothing", tmp_path))
    assert findings["their sound"].works
    assert not findings["our sound and keys"].works
    assert "rtp_ports" in findings["our sound and keys"].hint
    assert "inband_keys" in findings["our sound and keys"].hint


def test_another_key_than_the_one_asked_for_proves_the_keys_and_not_the_sound(tmp_path: Path) -> None:
    findings = asyncio.run(looked_at_person("presses_another", tmp_path))
    assert findings["keys"].works
    assert not findings["our sound"].works


def test_a_telephone_that_sends_keys_and_no_sound_shows_which_way_is_shut(tmp_path: Path) -> None:
    async def run() -> None:
        steps = scenario(answer(), pause(1_500), press("1"), pause(16_000), expect("BYE"), reply("200 OK"))
        async with sipp(steps, tmp_path) as mute:
            findings = await looked_at(mute.port)
        assert findings["our sound"].works
        assert findings["keys"].works
        assert "inbound" in findings["their sound"].hint

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("486 Busy Here", "try again"),
        ("603 Decline", "numbers it does not know"),
        ("404 Not Found", "dial_prefix"),
        ("488 Not Acceptable Here", "codecs"),
        ("480 Temporarily Unavailable", "pick up"),
    ],
)
def test_every_refusal_comes_with_what_to_do(status: str, hint: str, tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(refuse(status), tmp_path) as trunk:
            call = (await looked_at(trunk.port))["call"]
        assert status in call.found
        assert hint in call.hint

    asyncio.run(run())


def test_a_far_trunk_is_told_from_a_near_one() -> None:
    assert far(0.02, 0.05) == Finding("round trip", True, "messages 20 ms, sound 50 ms")
    assert not far(0.02, 0.8).works
    assert "not measured" in far(None, None).found


def test_a_telephone_without_sound_shows_what_to_open(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(scenario(answer(), pause(9_000), bye()), tmp_path) as deaf:
            findings = await looked_at(deaf.port)
        assert findings["call"].works
        assert not findings["our sound and keys"].works
        assert "rtp_ports" in findings["their sound"].hint
        assert not findings["network"].works

    asyncio.run(run())


def test_a_trunk_that_refuses_is_told_with_what_to_check(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(refuse("403 Forbidden"), tmp_path) as trunk:
            call = (await looked_at(trunk.port))["call"]
        assert not call.works
        assert "403 Forbidden" in call.found
        assert "password" in call.hint

    asyncio.run(run())
