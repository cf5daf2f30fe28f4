"""The robot's own voice coming back over somebody's loudspeaker.

Decides which windows of what came in are an echo of what was played, by comparing the two at every delay an echo can
have. Such a window is nobody speaking: neither a turn, nor an interruption, nor a greeting. Taking the echo out of
the sound is `echo.py`, for the one line that has a microphone of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from audio.activity import Window
from audio.past import Past
from audio.pcm import Samples

_DELAY_SECONDS: Final = 0.6
"""Longest way of the robot's voice there and back: packet buffers on both sides and a loudspeaker."""
_COMPARED_SECONDS: Final = 0.2
_LIKENESS: Final = 0.5
"""Greatest normalised cross-correlation between what came in and what was played, from which on it is an echo."""


class OwnVoice:
    """Watches one call. Feed it all the time, whether the robot speaks or not."""

    def __init__(self, rate: int) -> None:
        self._heard = Past(round(_COMPARED_SECONDS * rate))
        self._played = Past(round((_COMPARED_SECONDS + _DELAY_SECONDS) * rate))

    def without(self, samples: Samples, windows: Iterable[Window], played: Samples) -> list[Window]:
        """What `VoiceActivity` says about a frame that came in, inactive where it is an echo.

        `played` is the frame that was played meanwhile, of the same length.
        """
        self._heard.add(samples)
        self._played.add(played)
        return [replace(w, active=False) if w.active and self._is_echo() else w for w in windows]

    def _is_echo(self) -> bool:
        """Whether what came in is like what was played at any delay (normalised cross-correlation)."""
        played = self._played.samples().astype(np.float32)
        if not played.any():
            return False
        heard = self._heard.samples().astype(np.float32)
        heard -= heard.mean()
        size = len(played) + len(heard)
        spectrum = np.fft.rfft(played, size) * np.conj(np.fft.rfft(heard, size))
        likeness = np.fft.irfft(spectrum, size)[: len(played) - len(heard) + 1]
        energy = np.concatenate([[0.0], np.cumsum(np.square(played, dtype=np.float64))])
        played_energy = energy[len(heard) :] - energy[: -len(heard)]
        scale = np.sqrt(np.maximum(played_energy, 1.0) * max(float(np.square(heard).sum()), 1.0))
        return bool(np.max(np.abs(likeness) / scale) >= _LIKENESS)
