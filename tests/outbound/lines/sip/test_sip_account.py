"""Connecting to a trunk or registrar: accounts, passwords, transports, identities."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import numpy as np
import pytest

from outbound.errors import OutboundError
from outbound.lines.base import Channel, EndCause, Frame, Signal
from tests.audio.sounds import pitch
from tests.outbound.lines.sip.calls import NUMBER, follow, line_to, one_call, order
from tests.outbound.lines.sip.second_agent import second_agent
from tests.outbound.lines.sip.sipp import Scenario, answer, bye, expect, free_port, pause, reply, scenario, sipp

pytestmark = pytest.mark.telephones

PASSWORD = "correct horse"
CHALLENGE = 'WWW-Authenticate: Digest realm="trunk", nonce="47364c23432d2e131a5fb210812c", algorithm=MD5'


def registrar(password: str) -> Scenario:
    """Challenges, checks the digest, and grants or refuses; then takes the goodbye."""
    checked = (
        '<recv request="REGISTER"><action>'
        f'<verifyauth assign_to="known" username="robot" password="{password}"/>'
        '</action></recv><nop test="known" next="known"/>'
    )
    refused = reply("403 Forbidden") + '<nop next="end"/>'
    granted = '<label id="known"/>' + reply("200 OK", "Expires: 300")
    goodbye = expect("REGISTER") + reply("200 OK", "Expires: 0") + '<label id="end"/>' + pause(1)
    return scenario(reply("401 Unauthorized", CHALLENGE), checked, refused, granted, goodbye, first="REGISTER")


def test_an_account_registers_with_its_password_and_says_goodbye(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(registrar(PASSWORD), tmp_path) as server:
            async with line_to(server.port, PASSWORD, register=True):
                pass
            assert await server.finished() == 0, server.errors()

    asyncio.run(run())


def test_a_wrong_password_is_refused_with_a_hint(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(registrar(PASSWORD), tmp_path) as server:
            with pytest.raises(OutboundError, match="403 Forbidden") as failure:
                async with line_to(server.port, "wrong", register=True):
                    pass
            assert "password" in failure.value.hint
            assert "wrong" not in str(failure.value)

    asyncio.run(run())


def test_a_trunk_s_challenge_is_answered_with_the_account_s_own_name(tmp_path: Path) -> None:
    steps = scenario(
        reply("401 Unauthorized", CHALLENGE), expect("ACK"),
        '<recv request="INVITE"><action>'
        f'<verifyauth assign_to="known" username="secret-name" password="{PASSWORD}"/></action></recv>'
        '<nop test="known" next="known"/>' + reply("403 Forbidden") + '<label id="known"/>',
        answer(), pause(100), bye(),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as trunk, line_to(trunk.port, PASSWORD, auth_user="secret-name") as line:
            heard = await follow(await line.dial(order()))
            assert heard.end.cause is EndCause.FAR_END, trunk.errors()

    asyncio.run(run())


def test_a_call_over_tcp(tmp_path: Path) -> None:
    async def run() -> None:
        async with sipp(scenario(answer(), pause(300), bye()), tmp_path, transport="t1") as callee:
            heard = await one_call(callee, transport="tcp")
            assert heard.answered
            assert heard.end.cause is EndCause.FAR_END

    asyncio.run(run())


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key in one file."""
    path = folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem"), "-out", str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + (folder / "key.pem").read_bytes())
    return path


def hang_up_at_the_first_frame(signal: Signal, channel: Channel) -> None:
    if isinstance(signal, Frame):
        channel.hang_up()


def test_a_call_over_tls_to_a_server_whose_certificate_we_trust(tmp_path: Path) -> None:
    async def run() -> None:
        own = certificate(tmp_path, "trunk")
        async with (
            second_agent(NUMBER, transport="tls", certificate=own) as callee,
            line_to(callee.port + 1, transport="tls", ca_file=str(own)) as line,
        ):
            heard = await follow(await line.dial(order()), hang_up_at_the_first_frame)
            assert heard.answered, heard.end

    asyncio.run(run())


def test_a_tls_server_that_nobody_vouches_for_gets_no_call(tmp_path: Path) -> None:
    async def run() -> None:
        own, other = certificate(tmp_path, "trunk"), certificate(tmp_path, "another")
        async with (
            second_agent(NUMBER, transport="tls", certificate=own) as callee,
            line_to(callee.port + 1, transport="tls", ca_file=str(other)) as line,
        ):
            heard = await follow(await line.dial(order()))
            assert heard.end.cause is EndCause.ROUTE_DOWN
            assert "CALL_INCOMING" not in [event["event"] for event in callee.events]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("where", "header", "expected"),
    [
        ("from", "From:", "sip:[+]4989555123@"),
        ("p-asserted-identity", "P-Asserted-Identity:", "sip:[+]4989555123@"),
        ("p-preferred-identity", "P-Preferred-Identity:", "sip:[+]4989555123@"),
    ],
)
def test_each_campaign_can_show_its_own_number(where: str, header: str, expected: str, tmp_path: Path) -> None:
    check = f'<ereg regexp="{expected}" search_in="hdr" header="{header}" check_it="true" assign_to="shown"/>'
    steps = scenario(answer(), pause(100), bye())

    class Checked(Scenario):
        @property
        def xml(self) -> str:
            return steps.xml.replace("</action>", f"{check}</action>", 1).replace('via"/>', 'via,shown"/>')

    async def run() -> None:
        async with sipp(Checked(()), tmp_path) as callee, line_to(callee.port, caller_id_in=where) as line:
            heard = await follow(await line.dial(order(caller_id="+4989555123")))
            assert heard.answered, callee.errors()

    asyncio.run(run())


@pytest.mark.parametrize(("codec", "spec"), [("g722", "g722/16000/1"), ("opus", "opus/48000/2")])
def test_wideband_sound_arrives_at_16_khz(codec: str, spec: str) -> None:
    seen = 0

    def hang_up_later(signal: Signal, channel: Channel) -> None:
        nonlocal seen
        seen += isinstance(signal, Frame) and not signal.lost
        if seen == 50:
            channel.hang_up()

    async def run() -> None:
        async with (
            second_agent(NUMBER, codecs=spec, hertz=5_000) as callee,
            line_to(callee.port, codecs=[codec, "pcmu"]) as line,
        ):
            heard = await follow(await line.dial(order()), hang_up_later)
            frames = [frame.samples for frame in heard.frames if not frame.lost]
            assert frames[0].shape == (320,)
            assert abs(pitch(np.concatenate(frames), 16_000) - 5_000) < 20

    asyncio.run(run())


def test_a_second_line_in_the_process_is_refused_with_a_hint() -> None:
    async def run() -> None:
        async with line_to(free_port()):
            with pytest.raises(OutboundError) as failure:
                async with line_to(free_port()):
                    pass
            assert failure.value.hint

    asyncio.run(run())
