"""A telephone exchange in front of the farm: numbers that are never answered get their status from it.

A stateless proxy (RFC 3261 section 16.11) on UDP, as far as the farm needs one: it passes INVITE, CANCEL and the ACK of
a refusal on to the farm's own agent and the answers back; everything within a dialog goes to the agent directly.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

_DIALLED = re.compile(rb"^\w+ sip:(\+?\d+)@")
_BRANCH = re.compile(rb"branch=([^;\s]+)")
_COPIED = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a number answers instead of a person.

    Attributes:
        status: "404 Not Found".
        first: sent before it: "180 Ringing", "183 Session Progress".
        headers: lines of the final answer: "Retry-After: 2".
        times: how often, before calls go through; None: always.
    """

    status: str
    first: str = ""
    headers: str = ""
    times: int | None = None


class Exchange(asyncio.DatagramProtocol):
    """One of them, in front of the agent on a port of this machine."""

    def __init__(self, agent: Address, refusals: Mapping[str, Refusal]) -> None:
        self._agent, self._refusals = agent, dict(refusals)
        self._asked: Counter[str] = Counter()
        self._callers: dict[bytes, Address] = {}
        self._wires: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wires = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if data.startswith(b"SIP/2.0 "):
            self._back(data)
        else:
            self._on(data, addr)

    def _on(self, request: bytes, caller: Address) -> None:
        found = _DIALLED.match(request)
        number = found[1].decode() if found else ""
        refusal = self._refusals.get(number)
        if request.startswith(b"INVITE "):
            self._asked[number] += 1
        if refusal is not None and (refusal.times is None or self._asked[number] <= refusal.times):
            if request.startswith(b"INVITE "):
                for status in (refusal.first, refusal.status):
                    if status:
                        self._send(_answer(request, status, refusal.headers), caller)
            return
        branch = _BRANCH.search(request)
        assert branch is not None
        ours = b"z9hG4bKexchange" + branch[1]
        self._callers[ours] = caller
        line, _, rest = request.partition(b"\r\n")
        assert self._wires is not None
        host, port = self._wires.get_extra_info("sockname")
        via = f"Via: SIP/2.0/UDP {host}:{port};branch=".encode() + ours
        self._send(b"\r\n".join((line, via, rest)), self._agent)

    def _back(self, answer: bytes) -> None:
        branch = _BRANCH.search(answer)
        if branch is None or branch[1] not in self._callers:
            return
        lines = answer.split(b"\r\n")
        ours = next(place for place, line in enumerate(lines) if line.lower().startswith(b"via:"))
        self._send(b"\r\n".join(lines[:ours] + lines[ours + 1 :]), self._callers[branch[1]])

    def _send(self, message: bytes, to: Address) -> None:
        assert self._wires is not None
        self._wires.sendto(message, to)


def _answer(request: bytes, status: str, headers: str) -> bytes:
    """An answer without a body, made from its request (RFC 3261 section 8.2.6)."""
    copied = [line for line in request.split(b"\r\n") if line.lower().startswith(_COPIED)]
    named = [line + b";tag=exchange" if line.lower().startswith(b"to:") else line for line in copied]
    extra = [headers.encode()] if headers else []
    return b"\r\n".join([f"SIP/2.0 {status}".encode(), *named, *extra, b"Content-Length: 0", b"", b""])
