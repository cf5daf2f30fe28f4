"""Sound as samples: mono int16 with a rate, and what is done to it everywhere.

Decides the one representation that voices, recognisers and lines exchange. Reading and writing files
is here too (WAV, G.711); engines, devices and telephone lines are elsewhere.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soxr
from numpy.typing import NDArray

from audio.errors import AudioError

Samples = NDArray[np.int16]
"""Mono samples, shape (n,), full scale at +-32767."""

TELEPHONE_RATE = 8_000
"""Hz; what G.711 carries (ITU-T G.711)."""
WIDEBAND_RATE = 16_000
"""Hz; what recognisers and wideband codecs want."""
FRAME_SECONDS = 0.02
"""A telephone line moves sound in frames of 20 ms (the default packet time of RFC 3551)."""
_FULL_SCALE = 32_767.0


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A piece of mono sound: `samples` (int16, shape (n,)) at `rate` Hz. Treat the samples as read-only."""

    samples: Samples
    rate: int

    def __post_init__(self) -> None:
        if self.samples.dtype != np.int16 or self.samples.ndim != 1:
            kind = f"{self.samples.dtype} of shape {self.samples.shape}"
            raise AudioError(f"sound must be mono int16, not {kind}")

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def level_dbfs(self) -> float:
        """Root mean square level in dB below full scale; -inf for silence."""
        return level_dbfs(self.samples)

    def at(self, rate: int) -> Sound:
        """The same sound at `rate` Hz."""
        if rate == self.rate or len(self.samples) == 0:
            return Sound(self.samples, rate)
        return Sound(soxr.resample(self.samples, self.rate, rate), rate)

    def louder(self, gain_db: float) -> Sound:
        """The sound scaled by `gain_db`, clipped at full scale."""
        scaled = self.samples.astype(np.float64) * 10 ** (gain_db / 20)
        return Sound(to_int16(scaled), self.rate)

    def part(self, start_seconds: float, end_seconds: float | None = None) -> Sound:
        """What lies between two moments, in seconds from the beginning."""
        end = None if end_seconds is None else round(end_seconds * self.rate)
        return Sound(self.samples[round(start_seconds * self.rate) : end], self.rate)

    def frames(self, seconds: float = FRAME_SECONDS) -> Iterable[Samples]:
        """Consecutive frames of `seconds`; the last one is padded with silence."""
        size = round(self.rate * seconds)
        for start in range(0, len(self.samples), size):
            frame = self.samples[start : start + size]
            yield frame if len(frame) == size else np.pad(frame, (0, size - len(frame)))


def level_dbfs(samples: Samples) -> float:
    """As `Sound.level_dbfs`, of samples at whatever rate."""
    if len(samples) == 0:
        return -math.inf
    values = samples.astype(np.float64)
    mean_square = float(values @ values) / len(values)
    return 10 * math.log10(mean_square / _FULL_SCALE**2) if mean_square > 0 else -math.inf


def silence(seconds: float, rate: int = TELEPHONE_RATE) -> Sound:
    return Sound(np.zeros(round(seconds * rate), dtype=np.int16), rate)


def to_int16(values: NDArray[np.floating]) -> Samples:
    """Values on the int16 scale, rounded and clipped."""
    clipped: Samples = np.clip(np.rint(values), -32_768, 32_767).astype(np.int16)
    return clipped


def joined(sounds: Iterable[Sound], rate: int) -> Sound:
    """The sounds one after the other, at `rate` Hz."""
    parts = [sound.at(rate).samples for sound in sounds]
    return Sound(np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16), rate)


def mixed(one: Sound, other: Sound, offset_seconds: float = 0.0) -> Sound:
    """Both at once, `other` starting `offset_seconds` into `one`; as long as the longer needs, clipped."""
    other = other.at(one.rate)
    start = round(offset_seconds * one.rate)
    total = np.zeros(max(len(one.samples), start + len(other.samples)), dtype=np.float64)
    total[: len(one.samples)] += one.samples
    total[start : start + len(other.samples)] += other.samples
    return Sound(to_int16(total), one.rate)


def read_wav(path: Path | BinaryIO) -> Sound:
    """A WAV file, given by path or open, as mono sound: 16 bit, any rate; several channels are averaged.

    Raises:
        AudioError: the file is missing, is no WAV file, or is not 16 bit.
    """
    try:
        with wave.open(str(path) if isinstance(path, Path) else path, "rb") as file:
            if file.getsampwidth() != 2:
                raise AudioError(f"{path}: {8 * file.getsampwidth()} bit samples", "convert it to 16 bit PCM")
            raw = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
            channels, rate = file.getnchannels(), file.getframerate()
    except (OSError, wave.Error, EOFError) as error:
        raise AudioError(f"cannot read {path}: {error}", "give a 16 bit PCM WAV file") from error
    if channels > 1:
        raw = to_int16(raw.reshape(-1, channels).mean(axis=1))
    return Sound(raw, rate)


def read_sound(path: Path) -> Sound:
    """A WAV file, or whatever else the package soundfile reads (FLAC, Ogg, MP3) where it is installed, as mono sound.

    Raises:
        AudioError: it cannot be read.
    """
    if path.suffix.lower() == ".wav":
        return read_wav(path)
    try:
        import soundfile
    except ImportError as error:
        raise AudioError(f"{path} is no WAV file", "convert it to 16 bit PCM WAV, or: pip install soundfile") from error
    try:
        values, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise AudioError(f"cannot read {path}: {error}", "give a sound file") from error
    return Sound(to_int16(values.mean(axis=1) * 32_767), rate)


def write_wav(path: Path, *channels: Sound) -> None:
    """Write a 16 bit WAV file; several sounds become its channels (left first), the shorter ones padded."""
    rate = channels[0].rate
    columns = [channel.at(rate).samples for channel in channels]
    length = max(len(column) for column in columns)
    columns = [np.pad(column, (0, length - len(column))) for column in columns]
    # Opened first: a wave.Wave_write that cannot open its file complains when it is collected, too.
    with path.open("wb") as opened, wave.open(opened, "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(columns, axis=1).astype("<i2").tobytes())


_BIAS = 0x84
_CLIP = 32_635


def to_mulaw(samples: Samples) -> NDArray[np.uint8]:
    """G.711 mu-law bytes, shape (n,), of int16 samples (ITU-T G.711)."""
    values = samples.astype(np.int32)
    sign = np.where(values < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(values), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    data: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return data


def from_mulaw(data: NDArray[np.uint8]) -> Samples:
    """int16 samples, shape (n,), of G.711 mu-law bytes."""
    inverted = ~data.astype(np.int32) & 0xFF
    exponent, mantissa = (inverted >> 4) & 0x07, inverted & 0x0F
    magnitude = (((mantissa << 3) + _BIAS) << exponent) - _BIAS
    return np.where(inverted & 0x80, -magnitude, magnitude).astype(np.int16)


def over_telephone(sound: Sound) -> Sound:
    """What is left of a sound after a telephone line: 8 kHz, mu-law."""
    narrow = sound.at(TELEPHONE_RATE)
    return Sound(from_mulaw(to_mulaw(narrow.samples)), TELEPHONE_RATE)
