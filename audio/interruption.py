"""Does the callee interrupt the robot, or is it a cough, a hum, or the robot's own voice coming back?

Decides, while the robot plays, whether what comes in is speech meant for it. Sound that the robot is sending and
that comes back over a loudspeaker is recognised by comparing it with what was played. Whether the words were a
mere "uh-huh" is known only when they are recognised: the robot has stopped by then, and its caller lets the
prompt go on where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

import numpy as np

from audio.activity import WINDOW_SECONDS, Window
from audio.pcm import Samples

SPEECH_WINDOWS: Final = 5
AMONG_WINDOWS: Final = 6
"""Near speech that interrupts: 160 ms of it within 192 ms. With the detector's own delay of about 80 ms this is a
word of a quarter of a second, and the robot is silent within 300 ms.
"""
_HUM_WINDOWS: Final = 19
"""A hum ("mm", "mhm") must last 600 ms to interrupt."""
_HUM_BELOW_HZ: Final = 700.0
_HUM_SHARE: Final = 0.985
"""Share of the energy below that frequency that makes a hum: nasals have next to nothing above it."""
_ECHO_DELAY_SECONDS: Final = 0.6
"""Longest way of the robot's voice there and back: packet buffers on both sides and a loudspeaker."""
_COMPARED_SECONDS: Final = 0.2
_ECHO_LIKENESS: Final = 0.5
"""Greatest normalised cross-correlation between what came in and what was played, from which on it is an echo."""


class Interruption:
    """Watches one call while the robot speaks. Feed it all the time, whether the robot speaks or not."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._heard = np.zeros(round(_COMPARED_SECONDS * rate), dtype=np.float32)
        self._played = np.zeros(round((_COMPARED_SECONDS + _ECHO_DELAY_SECONDS) * rate), dtype=np.float32)
        self._recent: deque[bool] = deque(maxlen=AMONG_WINDOWS)
        self._hummed = 0

    def feed(self, samples: Samples, windows: Iterable[Window], played: Samples | None = None) -> bool:
        """Take one frame that came in, what `VoiceActivity` says about it, and the frame played meanwhile.

        `played` is None when the robot is silent. True when the callee interrupts; the counting then begins anew.
        """
        self._heard = _shifted(self._heard, samples)
        self._played = _shifted(self._played, np.zeros_like(samples) if played is None else played)
        return sum(self._judge(window) for window in windows) > 0

    def reset(self) -> None:
        """A new prompt begins: what was heard before does not interrupt it."""
        self._recent.clear()
        self._hummed = 0

    def _judge(self, window: Window) -> bool:
        speech = window.active and not self._is_echo()
        hum = speech and self._is_hum()
        self._hummed = self._hummed + 1 if hum else 0
        self._recent.append(speech and (not hum or self._hummed >= _HUM_WINDOWS))
        if sum(self._recent) < SPEECH_WINDOWS and self._hummed < _HUM_WINDOWS:
            return False
        self.reset()
        return True

    def _is_echo(self) -> bool:
        """Whether what came in is like what was played at any delay (normalised cross-correlation)."""
        if not self._played.any():
            return False
        heard = self._heard - self._heard.mean()
        size = len(self._played) + len(heard)
        spectrum = np.fft.rfft(self._played, size) * np.conj(np.fft.rfft(heard, size))
        likeness = np.fft.irfft(spectrum, size)[: len(self._played) - len(heard) + 1]
        energy = np.concatenate([[0.0], np.cumsum(np.square(self._played, dtype=np.float64))])
        played_energy = energy[len(heard) :] - energy[: -len(heard)]
        scale = np.sqrt(np.maximum(played_energy, 1.0) * max(float(np.square(heard).sum()), 1.0))
        return bool(np.max(np.abs(likeness) / scale) >= _ECHO_LIKENESS)

    def _is_hum(self) -> bool:
        size = round(2 * WINDOW_SECONDS * self._rate)
        power = np.abs(np.fft.rfft(self._heard[-size:] * np.hanning(size))) ** 2
        below = power[: round(_HUM_BELOW_HZ * size / self._rate)].sum()
        return bool(below >= _HUM_SHARE * max(float(power.sum()), 1.0))


def _shifted(
    history: np.ndarray[tuple[int], np.dtype[np.float32]], samples: Samples
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The history with the newest samples at its end and as many of the oldest gone."""
    return np.concatenate([history[len(samples) :], samples.astype(np.float32)])
