"""`outbound doctor sip` and the call it makes, to telephones that work and that do not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from audio.synthesis import voice_for
from outbound.lines.sip.checkup import Finding, checkup
from tests.outbound.lines.sip.calls import line_to, order
from tests.outbound.lines.sip.farm import callee_farm
from tests.outbound.lines.sip.sipp import answer, bye, pause, refuse, scenario, sipp

pytestmark = pytest.mark.telephones

NUMBER = "+12025550101"
PERSON = "person: {rings: 0.2, greeting: '', thinks: 0.5, does: [{press: '1'}, {say: hello hello}]}"


async def looked_at(port: int) -> dict[str, Finding]:
    async with line_to(port, allow=("+1202",), media_timeout_seconds=60) as line:
        channel = await line.dial(order(10.0, NUMBER))
        async with asyncio.timeout(45):
            return {one.what: one for one in await checkup(channel, voice_for("en-US"))}


def test_a_telephone_that_works_is_found_to_work(tmp_path: Path) -> None:
    async def run() -> None:
        async with callee_farm(tmp_path, PERSON, {NUMBER: "person"}) as port:
            findings = await looked_at(port)
        assert [name for name, one in findings.items() if one.works] == [
            "call", "our sound", "keys", "their sound", "network"
        ]  # fmt: skip

    asyncio.run(run())


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
            (call,) = (await looked_at(trunk.port)).values()
        assert not call.works
        assert "403 Forbidden" in call.found
        assert "password" in call.hint

    asyncio.run(run())
