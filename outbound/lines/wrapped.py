"""A channel around another one: the base of what listens in on a call or changes a little of it.

Decides nothing: everything is handed on. What wraps a channel overrides what it is interested in.
"""

from __future__ import annotations

from audio.pcm import Samples
from outbound.lines.base import Channel, Signal, TransferOrder


class WrappedChannel:
    """Implements `outbound.lines.base.Channel` by another."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    @property
    def rate(self) -> int:
        return self._channel.rate

    async def receive(self) -> Signal:
        return await self._channel.receive()

    def send(self, frame: Samples) -> None:
        self._channel.send(frame)

    def transfer(self, order: TransferOrder) -> None:
        self._channel.transfer(order)

    def hang_up(self) -> None:
        self._channel.hang_up()
