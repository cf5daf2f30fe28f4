"""SIPp as the far end: scenarios written as short lists of steps.

Everything stays on 127.0.0.1. SIPp is an independent SIP implementation (Debian package sip-tester).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

PCMU, PCMA = 0, 8
"""Payload types (RFC 3551 section 6), which need no mapping."""
_REPLY = """SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:];tag=callee[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>
{headers}"""

_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=callee 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio {port} RTP/AVP {codec} 101
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a={direction}
"""

_REQUEST = """{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: [$callee];tag=callee[call_number]
To: [$robot]
Call-ID: [call_id]
CSeq: {cseq} {method}
Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
{headers}"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario for SIPp: the steps after the first request has been taken."""

    steps: tuple[str, ...]
    first: str = "INVITE"

    @property
    def xml(self) -> str:
        return "\n".join(
            [
                '<?xml version="1.0" encoding="ISO-8859-1"?>',
                '<scenario name="callee">',
                f'<recv request="{self.first}" rrs="true"><action>'
                '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="robot"/>'
                '<ereg regexp=".*" search_in="hdr" header="To:" assign_to="callee"/>'
                '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="invite"/>'
                '<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>'
                "</action></recv>",
                *self.steps,
                '<Reference variables="robot,callee,invite,via"/>',
                "</scenario>",
            ]
        )


def scenario(*steps: str, first: str = "INVITE") -> Scenario:
    return Scenario(steps, first)


def reply(status: str, *headers: str, sdp: bool = False, retransmitted: bool = False, port: str = "[media_port]",
          direction: str = "sendrecv", version: int = 1) -> str:  # fmt: skip
    body = _SDP.format(port=port, direction=direction, version=version, codec=PCMU) if sdp else "Content-Length: 0\n"
    message = _REPLY.format(status=status, headers="".join(f"{line}\n" for line in headers) + body)
    retrans = ' retrans="500"' if retransmitted else ""
    return f"<send{retrans}><![CDATA[\n{message}\n]]></send>"


def reply_to_invite(status: str, sdp: bool = False) -> str:
    """A final reply to the INVITE although another request came in between."""
    kept = {"[last_Via:]": "Via: [$via]", "[last_CSeq:]": "CSeq: [$invite] INVITE"}
    message = reply(status, sdp=sdp)
    for latest, own in kept.items():
        message = message.replace(latest, own)
    return message


def refuse(status: str, *headers: str) -> Scenario:
    return scenario(reply(status, *headers), expect("ACK"))


def answer(direction: str = "sendrecv", port: str = "[media_port]") -> str:
    return reply("200 OK", sdp=True, retransmitted=True, direction=direction, port=port) + expect("ACK")


def expect(request: str, optional: bool = False, timeout_ms: int | None = None) -> str:
    more = ' optional="true"' if optional else ""
    more += f' timeout="{timeout_ms}"' if timeout_ms is not None else ""
    return f'<recv request="{request}"{more}/>'


def expect_reply(status: int) -> str:
    return f'<recv response="{status}" rrs="true"/>'


def request(method: str, cseq: int, *headers: str, sdp: bool = False, direction: str = "sendrecv",
            port: str = "[media_port]", codec: int = PCMU) -> str:  # fmt: skip
    body = _SDP.format(port=port, direction=direction, version=cseq + 1, codec=codec) if sdp else "Content-Length: 0\n"
    message = _REQUEST.format(method=method, cseq=cseq, headers="".join(f"{line}\n" for line in headers) + body)
    retrans = "" if method == "ACK" else ' retrans="500"'
    return f"<send{retrans}><![CDATA[\n{message}\n]]></send>"


def pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>'


PLAYING_PORT = "[rtpstream_audio_port]"
"""The port to offer in the SDP of a scenario that plays."""


def play(mulaw: Path) -> str:
    """Stream a file of mu-law bytes as RTP, once."""
    return f'<nop><action><exec rtp_stream="{escape(str(mulaw))},1,0,PCMU/8000"/></action></nop>'


def press(key: str) -> str:
    """Send a digit as RFC 4733 events, from SIPp's own recordings; sending recorded packets takes root."""
    return f'<nop><action><exec play_pcap_audio="/usr/share/sip-tester/dtmf_2833_{key}.pcap"/></action></nop>'


def silence_rtp() -> str:
    return '<nop><action><exec rtp_stream="pause"/></action></nop>'


def bye() -> str:
    return request("BYE", 90) + expect_reply(200)


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Sipp:
    """A running SIPp."""

    port: int
    process: asyncio.subprocess.Process
    folder: Path

    async def finished(self) -> int:
        """SIPp's verdict: 0 when every step of every call came as written."""
        async with asyncio.timeout(20):
            return await self.process.wait()

    def errors(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*_errors.log"))


@contextlib.asynccontextmanager
async def sipp(steps: Scenario, folder: Path, *, calls: int = 1, transport: str = "u1",
               more: Iterable[str] = ()) -> AsyncIterator[Sipp]:  # fmt: skip
    """Run a scenario on a free port of 127.0.0.1 and wait until it listens."""
    kind = socket.SOCK_DGRAM if transport.startswith("u") else socket.SOCK_STREAM
    port = free_port(kind)
    media = 30_000 + (port % 1_000) * 8
    path = folder / f"callee{port}.xml"
    path.write_text(steps.xml, encoding="latin-1")
    process = await asyncio.create_subprocess_exec(
        "sipp", "-sf", str(path), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(port), "-t", transport,
        "-mp", str(media), "-m", str(calls), "-nostdin",
        "-trace_err", "-timeout", "25s", *more,
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _listening(port, kind, process)
        yield Sipp(port, process, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _listening(port: int, kind: socket.SocketKind, process: asyncio.subprocess.Process) -> None:
    """As Linux tells it: whoever tried to bind the port himself might take it from SIPp in that very moment."""
    for _ in range(200):
        if process.returncode is not None:
            raise RuntimeError("SIPp did not start; is the scenario well-formed?")
        if _is_taken(port, kind):
            return
        await asyncio.sleep(0.02)
    raise RuntimeError("SIPp does not listen")


def _is_taken(port: int, kind: socket.SocketKind) -> bool:
    """proc_net_tcp(5): the local address is the second column, in hexadecimal; the fourth is 0A when it listens."""
    table = Path("/proc/net/udp" if kind is socket.SOCK_DGRAM else "/proc/net/tcp").read_text()
    rows = (line.split() for line in table.splitlines()[1:])
    return any(row[1].endswith(f":{port:04X}") and (kind is socket.SOCK_DGRAM or row[3] == "0A") for row in rows)
