"""Recording calls: a channel like any other, whose sound is kept as a stereo file: the robot left, the callee right.

Decides how both sides are laid next to each other and when the file is written. Whether a call may be recorded, whether
that is said first, and how long the file is kept is decided elsewhere (`outbound/recordings.py`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.pcm import FRAME_SECONDS, Samples
from outbound.lines.base import Channel, DialOrder, Ended, Frame, Line, Signal
from outbound.lines.wrapped import WrappedChannel

log = logging.getLogger(__name__)

_BLOCK_FRAMES = 50
"""A second is written at a time: what a crash can lose."""


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
        channel = RecordedChannel(await self._line.dial(order))
        channel.begin(self._folder / f"{order.call_id}.wav")
        return channel

    async def close(self) -> None:
        await self._line.close()


class RecordedChannel(WrappedChannel):
    """Keeps the sound of a channel. Keeps nothing until it is told to `begin`."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._path: Path | None = None
        self._file: wave.Wave_write | None = None
        self._closing = contextlib.ExitStack()
        self._block: list[NDArray[np.int16]] = []
        self._sent: Samples | None = None
        self._silence: Samples = np.zeros(round(channel.rate * FRAME_SECONDS), dtype=np.int16)

    def begin(self, path: Path) -> None:
        """Keep what is heard and sent from now on.

        Args:
            path: a WAV file, 16 bit, for its owner's eyes only (mode 0600); written while the call goes on. It does
                not come into being when nobody answers.
        """
        if self._path is None:
            self._path = path

    async def receive(self) -> Signal:
        signal = await super().receive()
        if self._path is not None:
            if isinstance(signal, Frame):
                self._keep(signal.samples)
            elif isinstance(signal, Ended):
                self._write()
                self._closing.close()
        return signal

    def send(self, frame: Samples) -> None:
        self._sent = frame
        super().send(frame)

    def _keep(self, heard: Samples) -> None:
        """20 ms of the callee, beside what was sent since the last ones."""
        sent = self._silence if self._sent is None else self._sent
        self._sent = None
        self._block.append(np.stack((sent, heard), axis=1))
        if len(self._block) >= _BLOCK_FRAMES:
            self._write()

    def _write(self) -> None:
        """A disk that is full ends the recording, not the call."""
        if not self._block:
            return
        frames, self._block = np.concatenate(self._block), []
        try:
            if self._file is None:
                self._file = self._opened()
            self._file.writeframes(frames.astype("<i2").tobytes())
        except OSError as error:
            log.error("a call is not recorded any further: %s", error.strerror)
            self._path = None
            with contextlib.suppress(OSError):
                self._closing.close()

    def _opened(self) -> wave.Wave_write:
        assert self._path is not None
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        raw = self._closing.enter_context(os.fdopen(descriptor, "wb"))
        file = self._closing.enter_context(wave.open(raw, "wb"))  # noqa: SIM115 - open for as long as the call
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(self.rate)
        return file
