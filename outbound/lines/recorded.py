"""Recording calls: a channel like any other, whose sound is kept as a stereo file: the robot left, the callee right.

Decides how both sides are laid next to each other and when the file is written. Whether a call may be recorded, whether
that is said first, and how long the file is kept is decided elsewhere, before this is put around a channel.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from audio.pcm import FRAME_SECONDS, Samples
from outbound.lines.base import Channel, DialOrder, Ended, Frame, Line, Signal, TransferOrder


class RecordedLine:
    """Implements `outbound.lines.base.Line` around another one: every call becomes `<call id>.wav` in the folder."""

    def __init__(self, line: Line, folder: Path) -> None:
        self._line, self._folder = line, folder

    @property
    def name(self) -> str:
        return self._line.name

    @property
    def channels(self) -> int:
        return self._line.channels

    async def open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        await self._line.open()

    async def dial(self, order: DialOrder) -> RecordedChannel:
        return RecordedChannel(await self._line.dial(order), self._folder / f"{order.call_id}.wav")

    async def close(self) -> None:
        await self._line.close()


class RecordedChannel:
    """Implements `outbound.lines.base.Channel` around another one.

    Args:
        path: a WAV file, 16 bit; written while the call goes on, so that a crash loses nothing. It does not come into
            being when nobody answers.
    """

    def __init__(self, channel: Channel, path: Path) -> None:
        self._channel, self._path = channel, path
        self._file: wave.Wave_write | None = None
        self._sent: Samples | None = None
        self._silence: Samples = np.zeros(round(channel.rate * FRAME_SECONDS), dtype=np.int16)

    @property
    def rate(self) -> int:
        return self._channel.rate

    async def receive(self) -> Signal:
        signal = await self._channel.receive()
        if isinstance(signal, Frame):
            self._keep(signal.samples)
        elif isinstance(signal, Ended) and self._file is not None:
            self._file.close()
        return signal

    def send(self, frame: Samples) -> None:
        self._sent = frame
        self._channel.send(frame)

    def transfer(self, order: TransferOrder) -> None:
        self._channel.transfer(order)

    def hang_up(self) -> None:
        self._channel.hang_up()

    def _keep(self, heard: Samples) -> None:
        """20 ms of the callee, beside what was sent since the last ones."""
        if self._file is None:
            self._file = wave.open(str(self._path), "wb")  # noqa: SIM115 - open for as long as the call
            self._file.setnchannels(2)
            self._file.setsampwidth(2)
            self._file.setframerate(self.rate)
        sent = self._silence if self._sent is None else self._sent
        self._sent = None
        self._file.writeframes(np.stack((sent, heard), axis=1).astype("<i2").tobytes())
