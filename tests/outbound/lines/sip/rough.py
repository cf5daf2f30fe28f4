"""The sound of a callee over a bad network: packets are lost, doubled, and overtake each other.

SIPp does the signalling; its SDP names the port of this. Sound comes from wherever ours goes to.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from audio.pcm import Samples, to_mulaw

_HEADER = struct.Struct("!BBHII")
_PCMU = 0
_FRAME = 160
Address = tuple[str, int]


def to_alaw(samples: Samples) -> NDArray[np.uint8]:
    """G.711 A-law bytes, by the table of the standard: 13 segments of 16 steps, even bits inverted."""
    values = samples.astype(np.int32) >> 3
    negative = values < 0
    values = np.where(negative, -values - 1, values)
    segment = np.where(values < 32, 0, np.floor(np.log2(np.maximum(values, 1))).astype(np.int32) - 4)
    step = np.where(segment < 2, values >> 1, values >> np.maximum(segment, 1)) & 0x0F
    coded: NDArray[np.uint8] = ((segment << 4 | step) ^ np.where(negative, 0x55, 0xD5)).astype(np.uint8)
    return coded


@dataclass(slots=True)
class RoughSound(asyncio.DatagramProtocol):
    """Plays a sound as RTP (RFC 3550) to whoever sends sound here, a packet for each one that comes.

    Attributes:
        lost: share of packets that never arrive.
        swapped: share of packets that come after the next one.
        doubled: share of packets that come twice.
        payload_type: how it is coded.
    """

    samples: Samples
    lost: float = 0.0
    swapped: float = 0.0
    doubled: float = 0.0
    payload_type: int = _PCMU
    port: int = 0
    _number: int = 0
    _held: bytes | None = None
    _chance: random.Random = field(default_factory=lambda: random.Random(1))
    _wire: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._number += 1
        if self._chance.random() < self.lost:
            return
        packet = self._packet()
        if self._held is None and self._chance.random() < self.swapped:
            self._held = packet
            return
        for each in (packet, self._held):
            if each is not None:
                self._send(each, addr)
        self._held = None
        if self._chance.random() < self.doubled:
            self._send(packet, addr)

    def _packet(self) -> bytes:
        places = np.arange(self._number * _FRAME, (self._number + 1) * _FRAME) % len(self.samples)
        code = to_mulaw if self.payload_type == _PCMU else to_alaw
        head = _HEADER.pack(0x80, self.payload_type, self._number & 0xFFFF, self._number * _FRAME, 4711)
        return head + code(self.samples[places]).tobytes()

    def _send(self, packet: bytes, to: Address) -> None:
        assert self._wire is not None
        self._wire.sendto(packet, to)


@contextlib.asynccontextmanager
async def over(sound: RoughSound) -> AsyncIterator[RoughSound]:
    """Its port is open meanwhile."""
    loop = asyncio.get_running_loop()
    wire, _ = await loop.create_datagram_endpoint(lambda: sound, local_addr=("127.0.0.1", 0))
    try:
        yield sound
    finally:
        wire.close()
