"""The sound of one SIP leg: the stack's byte streams as frames of 20 ms at the line's rate.

Decides the cushion that evens out arrival, when a frame counts as lost, and how much delay may build up before sound is
dropped. The stack has its own jitter buffer below this; the clock that asks for frames is `pulse.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

from audio.pcm import FRAME_SECONDS, Samples

if TYPE_CHECKING:
    from baresip import AudioInfo, CallAudio

_CUSHION_FRAMES = 2
"""In hand before the first frame is given out, and before the first one is sent."""
_DEEPEST_FRAMES = 6
"""More than this is delay that nobody needs: go back to the cushion."""
_READ_SECONDS = 0.5


class Media:
    """Reads and writes one leg. Re-INVITEs may change codec and streams underneath; the rate here stays.

    Args:
        audio: the leg's streams: int16, interleaved, at whatever rate was negotiated.
        rate: Hz of the frames given out and taken.
    """

    def __init__(self, audio: CallAudio, rate: int) -> None:
        self._audio = audio
        self.rate = rate
        self._size = round(rate * FRAME_SECONDS)
        self._heard = np.zeros(0, dtype=np.int16)
        self._flowing = False
        self._incoming = _Converter(0, 1, rate)
        self._outgoing = _Converter(rate, 1, 0)

    def read(self) -> Samples | None:
        """The next 20 ms, or None: nothing has arrived."""
        self._heard = np.concatenate((self._heard, self._arrived()))
        frames = len(self._heard) // self._size
        if frames > _DEEPEST_FRAMES:
            self._heard = self._heard[-_CUSHION_FRAMES * self._size :]
        if frames < (1 if self._flowing else _CUSHION_FRAMES):
            self._flowing = False
            return None
        self._flowing = True
        frame, self._heard = self._heard[: self._size], self._heard[self._size :]
        return frame

    def write(self, frame: Samples) -> None:
        """Send 20 ms. Ignored while there is no stream to send on."""
        from baresip import AudioNotActive, AudioRestarted

        try:
            info = self._audio.info()
            if not info.tx_ready:
                return
            waiting = info.tx_buffered / (2 * info.tx_channels * info.tx_sample_rate * FRAME_SECONDS)
            if waiting > _DEEPEST_FRAMES:
                return
            self._outgoing = self._outgoing.towards(info.tx_sample_rate)
            if waiting < 1:
                frame = np.concatenate((np.zeros(_CUSHION_FRAMES * self._size, dtype=np.int16), frame))
            sound = self._outgoing.convert(frame)
            self._audio.write(np.repeat(sound, info.tx_channels).tobytes())
        except (AudioNotActive, AudioRestarted):
            return

    def _arrived(self) -> Samples:
        from baresip import AudioNotActive, AudioRestarted

        try:
            info = self._audio.info()
            if not info.rx_ready or not info.rx_buffered:
                return np.zeros(0, dtype=np.int16)
            raw = self._audio.read(_bytes_of(_READ_SECONDS, info))
        except (AudioNotActive, AudioRestarted):
            return np.zeros(0, dtype=np.int16)
        self._incoming = self._incoming.origin(info.rx_sample_rate, info.rx_channels)
        return self._incoming.convert(np.frombuffer(raw, dtype=np.int16))


def _bytes_of(seconds: float, info: AudioInfo) -> int:
    return int(2 * info.rx_channels * info.rx_sample_rate * seconds)


class _Converter:
    """A stream from one rate to another; 0 is a rate not known yet."""

    def __init__(self, source: int, channels: int, target: int) -> None:
        self._source, self._channels, self._target = source, channels, target
        needed = source and target and source != target
        self._stream = soxr.ResampleStream(source, target, 1, dtype="int16", quality="LQ") if needed else None

    def origin(self, source: int, channels: int) -> _Converter:
        same = (source, channels) == (self._source, self._channels)
        return self if same else _Converter(source, channels, self._target)

    def towards(self, target: int) -> _Converter:
        return self if target == self._target else _Converter(self._source, self._channels, target)

    def convert(self, samples: Samples) -> Samples:
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1).astype(np.int16)
        if self._stream is None:
            return samples
        converted: Samples = self._stream.resample_chunk(samples)
        return converted
