"""Placing calls in tests: a line to a peer on this machine, and everything its channel signalled."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from outbound.lines.base import Answered, Channel, DialOrder, EarlyMedia, Ended, Frame, Key, Signal
from outbound.lines.sip import SipLine, SipSettings
from outbound.lines.sip.transfer import Announce
from tests.outbound.lines.sip.sipp import Sipp

NUMBER = "+4930123456"
_LONGEST_TEST_CALL_SECONDS = 20.0


def settings(port: int, **changes: Any) -> SipSettings:
    values: dict[str, Any] = {
        "server": f"127.0.0.1:{port}",
        "user": "robot",
        "allow": ("+49",),
        "local_address": "127.0.0.1",
    }
    return SipSettings.model_validate(values | changes)


def order(ring_seconds: float = 5.0, number: str = NUMBER, caller_id: str | None = None) -> DialOrder:
    return DialOrder(call_id=1, number=number, caller_id=caller_id, ring_seconds=ring_seconds)


@contextlib.asynccontextmanager
async def line_to(
    port: int, password: str = "", announce: Announce | None = None, **changes: Any
) -> AsyncIterator[SipLine]:
    line = SipLine(settings(port, **changes), lambda: datetime.now(UTC), password, announce)
    await line.open()
    try:
        yield line
    finally:
        await line.close()


@dataclass(slots=True)
class Heard:
    """What one channel signalled."""

    signals: list[Signal] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    early: list[EarlyMedia] = field(default_factory=list)
    answered_at: float = 0.0
    ended_at: float = 0.0

    @property
    def end(self) -> Ended:
        last = self.signals[-1]
        assert isinstance(last, Ended)
        return last

    @property
    def keys(self) -> str:
        return "".join(signal.key for signal in self.signals if isinstance(signal, Key))

    @property
    def answered(self) -> bool:
        return any(isinstance(signal, Answered) for signal in self.signals)


async def follow(channel: Channel, react: Callable[[Signal, Channel], None] | None = None) -> Heard:
    """Take every signal until the end, sending each frame back, as a mirror would."""
    heard = Heard()
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(_LONGEST_TEST_CALL_SECONDS):
        while True:
            signal = await channel.receive()
            match signal:
                case Frame():
                    heard.frames.append(signal)
                    channel.send(signal.samples)
                case EarlyMedia():
                    heard.early.append(signal)
                case Answered():
                    heard.answered_at = loop.time()
                    heard.signals.append(signal)
                case _:
                    heard.signals.append(signal)
            if react is not None:
                react(signal, channel)
            if isinstance(signal, Ended):
                heard.ended_at = loop.time()
                return heard


async def one_call(peer: Sipp, ring_seconds: float = 5.0, react: Callable[[Signal, Channel], None] | None = None,
                   completes: bool = True, **changes: Any) -> Heard:  # fmt: skip
    """Open a line, place one call, follow it to its end. The peer saw all it expected, and nothing stays in use."""
    async with line_to(peer.port, **changes) as line:
        heard = await follow(await line.dial(order(ring_seconds)), react)
        assert line.in_use == 0
        if completes:
            assert await peer.finished() == 0, peer.errors()
        return heard
