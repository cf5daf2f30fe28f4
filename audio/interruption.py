"""Does the callee interrupt the robot, or is it a cough or a hum?

Decides, while the robot plays, whether speech that comes in is meant for it. The robot's own voice coming back is
told apart in `ownvoice.py`, before. Whether the words were a mere "uh-huh" is known only when they are recognised:
the robot has stopped by then, and its caller lets the prompt go on where it was.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

import numpy as np

from audio.activity import WINDOW_SECONDS, Window
from audio.past import Past
from audio.pcm import Samples

SPEECH_WINDOWS: Final = 5
AMONG_WINDOWS: Final = 6
"""Near speech that interrupts: 160 ms of it within 192 ms. With the detector's own delay of about 80 ms this is a
word of a quarter of a second, and the robot is silent within 300 ms.
"""
PLAIN_WINDOWS: Final = 3
"""So many of them must be no hum. Voiced beginnings and narrow vowels ("two", "one", "busy") are half a hum."""
_HUM_WINDOWS: Final = 19
"""A hum ("mm", "mhm") must last 600 ms to interrupt."""
_HUM_BELOW_HZ: Final = 700.0
_HUM_SHARE: Final = 0.985
"""Share of the energy below that frequency that makes a hum: nasals have next to nothing above it."""


class Interruption:
    """Watches one call while the robot speaks. Feed it all the time, whether the robot speaks or not."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._heard = Past(round(2 * WINDOW_SECONDS * rate))
        self._speech: deque[bool] = deque(maxlen=AMONG_WINDOWS)
        self._plain: deque[bool] = deque(maxlen=AMONG_WINDOWS)
        self._hummed = 0

    def feed(self, samples: Samples, windows: Iterable[Window]) -> bool:
        """Take one frame that came in, and what is known about it; True when the callee interrupts.

        The counting then begins anew.
        """
        self._heard.add(samples)
        return sum(self._judge(window) for window in windows) > 0

    def reset(self) -> None:
        """A new prompt begins: what was heard before does not interrupt it."""
        self._speech.clear()
        self._plain.clear()
        self._hummed = 0

    def _judge(self, window: Window) -> bool:
        hum = window.active and self._is_hum()
        self._hummed = self._hummed + 1 if hum else 0
        self._speech.append(window.active)
        self._plain.append(window.active and not hum)
        spoken = sum(self._speech) >= SPEECH_WINDOWS and sum(self._plain) >= PLAIN_WINDOWS
        if not spoken and self._hummed < _HUM_WINDOWS:
            return False
        self.reset()
        return True

    def _is_hum(self) -> bool:
        heard = self._heard.samples()
        size = len(heard)
        power = np.abs(np.fft.rfft(heard * np.hanning(size))) ** 2
        below = power[: round(_HUM_BELOW_HZ * size / self._rate)].sum()
        return bool(below >= _HUM_SHARE * max(float(power.sum()), 1.0))
