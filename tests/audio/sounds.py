"""Sounds that tests can tell apart."""

from __future__ import annotations

import numpy as np

from audio.pcm import TELEPHONE_RATE, Samples, Sound


def hum(hertz: float, seconds: float, rate: int = TELEPHONE_RATE) -> Sound:
    """One tone."""
    times = np.arange(round(seconds * rate)) / rate
    return Sound((8_000 * np.sin(2 * np.pi * hertz * times)).astype(np.int16), rate)


def pitch(samples: Samples, rate: int = TELEPHONE_RATE) -> float:
    """The loudest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))
