"""The sound of one SIP leg: the stack's byte streams as frames of 20 ms at the line's rate.

Decides how the stack's streams, their rates and channels become the line's, and how much may wait to be sent. How
uneven arrival is evened out is `playout.py`; the clock that asks for frames is `pulse.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from audio.pcm import FRAME_SECONDS, Samples
from outbound.lines.sip.playout import Playout

if TYPE_CHECKING:
    from baresip import AudioInfo, CallAudio

_CUSHION_FRAMES = 2
"""Of silence before the first frame that is sent."""
_DEEPEST_FRAMES = 6
"""More than this waiting to be sent is delay that nobody needs."""
_LOOK_EVERY_FRAMES = 10
"""Asking the stack how much waits to be sent costs more than sending: look five times a second."""


class Media:
    """Reads and writes one leg. Re-INVITEs may change codec and streams underneath; the rate here stays.

    Args:
        audio: the leg's streams: int16, interleaved, at whatever rate was negotiated.
        rate: Hz of the frames given out and taken.
        delay_ms: the playout delay, lowest and highest.
    """

    def __init__(self, audio: CallAudio, rate: int, delay_ms: tuple[int, int]) -> None:
        self.rate = rate
        self._audio = audio
        self._gone = _gone()
        self._size = round(rate * FRAME_SECONDS)
        self._playout = Playout(self._size, delay_ms)
        self._streams: _Streams | None = None
        self._until_look = 0

    def read(self) -> Samples | None:
        """The next 20 ms, or None: nothing has arrived."""
        arrived = self._arrived()
        if len(arrived):
            self._playout.add(arrived)
        return self._playout.frame()

    def write(self, frame: Samples) -> None:
        """Send 20 ms. Ignored while there is no stream to send on."""
        streams = self._current()
        if streams is None or not streams.can_send:
            return
        try:
            if self._until_look == 0:
                self._until_look = _LOOK_EVERY_FRAMES
                waiting = streams.frames_waiting(self._audio)
                if waiting > _DEEPEST_FRAMES:
                    return
                if waiting < 1:
                    frame = np.concatenate((np.zeros(_CUSHION_FRAMES * self._size, dtype=np.int16), frame))
            self._until_look -= 1
            self._audio.write(streams.outgoing(frame))
        except self._gone:
            self._streams = None

    def _arrived(self) -> Samples:
        streams = self._current()
        if streams is None or not streams.can_hear:
            return _nothing()
        try:
            raw = self._audio.read(streams.most_bytes)
        except self._gone:
            self._streams = None
            return _nothing()
        return streams.incoming(np.frombuffer(raw, dtype=np.int16)) if raw else _nothing()

    def _current(self) -> _Streams | None:
        """The streams of now; None before the media is up and after the call."""
        if self._streams is None or not self._streams.complete:
            try:
                self._streams = _Streams(self._audio.info(), self.rate, 2 * self._playout.most)
            except self._gone:
                return None
            self._until_look = 0
        return self._streams


class _Streams:
    """What was negotiated, and the conversion to and from it.

    Args:
        most_frames: that are read at a time.
    """

    def __init__(self, info: AudioInfo, rate: int, most_frames: int) -> None:
        self.can_hear, self.can_send = info.rx_ready, info.tx_ready
        self.complete = self.can_hear and self.can_send
        self._channels_in, self._channels_out = info.rx_channels, info.tx_channels
        self.most_bytes = round(2 * info.rx_channels * info.rx_sample_rate * most_frames * FRAME_SECONDS)
        """At a time. What is more waits for the next time: it is late enough to be dropped."""
        self._bytes_per_frame = 2 * info.tx_channels * info.tx_sample_rate * FRAME_SECONDS
        self._from_far_end = _resampler(info.rx_sample_rate, rate)
        self._to_far_end = _resampler(rate, info.tx_sample_rate)

    def frames_waiting(self, audio: CallAudio) -> float:
        """How much is written and not yet sent."""
        return float(audio.info().tx_buffered / self._bytes_per_frame)

    def incoming(self, samples: Samples) -> Samples:
        if self._channels_in > 1:
            samples = samples.reshape(-1, self._channels_in).mean(axis=1).astype(np.int16)
        return _resampled(self._from_far_end, samples)

    def outgoing(self, samples: Samples) -> bytes:
        samples = _resampled(self._to_far_end, samples)
        return (np.repeat(samples, self._channels_out) if self._channels_out > 1 else samples).tobytes()


def _gone() -> tuple[type[Exception], ...]:
    """What the stack raises when the streams are no more, or others."""
    from baresip import AudioNotActive, AudioRestarted

    return AudioNotActive, AudioRestarted


def _resampler(source: int, target: int) -> soxr.ResampleStream | None:
    if 0 in (source, target) or source == target:
        return None
    return soxr.ResampleStream(source, target, 1, dtype="int16", quality="LQ")


def _resampled(stream: soxr.ResampleStream | None, samples: Samples) -> Samples:
    if stream is None:
        return samples
    converted: Samples = stream.resample_chunk(samples)
    return converted


def _nothing() -> Samples:
    return np.zeros(0, dtype=np.int16)
