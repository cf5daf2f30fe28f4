"""A channel that signals what a test wrote down, and remembers what was asked of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from audio.pcm import TELEPHONE_RATE, Samples
from outbound.lines.base import DialOrder, Signal, TransferOrder


class ScriptedChannel:
    rate = TELEPHONE_RATE

    def __init__(self, signals: Iterable[Signal]) -> None:
        self._signals = deque(signals)
        self.sent: list[Samples] = []
        self.transfers: list[TransferOrder] = []
        self.hung_up = False

    async def receive(self) -> Signal:
        return self._signals.popleft()

    def send(self, frame: Samples) -> None:
        self.sent.append(frame)

    def transfer(self, order: TransferOrder) -> None:
        self.transfers.append(order)

    def hang_up(self) -> None:
        self.hung_up = True


class ScriptedLine:
    """Hands out one channel."""

    name = "scripted"
    channels = 1

    def __init__(self, channel: ScriptedChannel) -> None:
        self.channel = channel
        self.is_open = False

    async def open(self) -> None:
        self.is_open = True

    async def dial(self, order: DialOrder) -> ScriptedChannel:
        return self.channel

    async def close(self) -> None:
        self.is_open = False
