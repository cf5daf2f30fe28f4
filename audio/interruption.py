"""Does the callee interrupt the robot, or is it a cough, a hum, or somebody else in the room?

Decides, while the robot plays, whether speech that comes in is meant for it. It decides soon, for stopping is cheap:
its caller holds the prompt, and lets it go on where it was if a cough, an "uh-huh" or nothing at all comes of it. Not
cheap is a prompt that stops all the time, so a voice well below the callee's own does not stop it: talk next door, a
television. Such a voice is still listened to, and its words stop the robot if they mean something. The robot's own
voice coming back is told apart in `ownvoice.py`, before.

How far below the callee a voice is counts for a listening robot, too: `outbound/speech/ears.py` asks for it.

A voice in between, softer than the callee and not by much, stops it once. If nothing came of that, it is taken for
somebody else for a while: it must come nearer to the callee's own loudness to stop another sentence.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.activity import WINDOW_SECONDS, Window
from audio.past import Past
from audio.pcm import Samples

SPEECH_WINDOWS: Final = 3
AMONG_WINDOWS: Final = 5
"""Near speech that interrupts: 96 ms of it within 160 ms, as much as makes a turn. More would let "Stop calling me" and
"What ..." wait until after their first stop consonant, which is 100 ms of silence, and not notice "two" at all.
"""
PLAIN_WINDOWS: Final = 1
"""So many of them must be no hum. Voiced beginnings and narrow vowels ("two", "one", "busy") are mostly hum."""
_HUM_WINDOWS: Final = 19
"""A hum ("mm", "mhm") must last 600 ms to interrupt."""
_HUM_BELOW_HZ: Final = 700.0
_HUM_SHARE: Final = 0.985
"""Share of the energy below that frequency that makes a hum: nasals have next to nothing above it."""
BELOW_CALLEE_DB: Final = 8.0
"""So far below the callee's loudest words it is another voice."""
_BELOW_CALLEE_WARY_DB: Final = 4.0
"""The same after such a voice has interrupted and nothing came of it."""
_WARY_WINDOWS: Final = round(30.0 / WINDOW_SECONDS)
_FORGET_DB: Final = 0.15 * WINDOW_SECONDS
"""The callee's loudness is forgotten by 0.15 dB a second: whoever takes over the telephone is softer for a minute."""
_LEVEL_WINDOWS: Final = 6
_LEAST_LEVEL_WINDOWS: Final = 5
"""A voice is as loud as the mean power of its last 200 ms; the callee's own needs 160 ms of speech in them."""

_LATELY_WINDOWS: Final = round(1.0 / WINDOW_SECONDS)


class Interruption:
    """Watches one call while the robot speaks. Feed it all the time, whether the robot speaks or not."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._heard = Past(round(2 * WINDOW_SECONDS * rate))
        self._taper = _taper(round(2 * WINDOW_SECONDS * rate))
        self._speech: deque[bool] = deque(maxlen=AMONG_WINDOWS)
        self._plain: deque[bool] = deque(maxlen=AMONG_WINDOWS)
        self._hummed = 0
        self._powers: deque[float] = deque(maxlen=_LEVEL_WINDOWS)
        """Of the last windows, 0 where nobody spoke."""
        self._callee_dbfs = self._level_dbfs = -math.inf
        self._below_db = 0.0
        """How far below the callee's loudness the voice was that interrupted last."""
        self._wary = 0
        """Windows for which a softer voice is no callee."""
        self.below_callee_db = math.inf
        """How far the voice of the last 200 ms is below the callee's loudest words; infinite where nobody speaks, 0 or
        less as long as nobody was louder."""
        self._since_callee = 0
        """Windows since somebody was about as loud as the callee."""

    def feed(self, samples: Samples, windows: Iterable[Window]) -> bool:
        """Take one frame that came in, and what is known about it; True when the callee interrupts.

        The counting then begins anew.
        """
        self._heard.add(samples)
        interrupts = False
        for window in windows:
            interrupts = self._judge(window) or interrupts
        return interrupts

    @property
    def callee_spoke(self) -> bool:
        """Within the last second, and not only a softer voice behind."""
        return self._since_callee <= _LATELY_WINDOWS

    def came_to_nothing(self) -> None:
        """Whoever interrupted last did not mean the robot, or said nothing."""
        if self._below_db > _BELOW_CALLEE_WARY_DB:
            self._wary = _WARY_WINDOWS

    def reset(self) -> None:
        """A new prompt begins: what was heard before does not interrupt it."""
        self._speech.clear()
        self._plain.clear()
        self._hummed = 0

    def _judge(self, window: Window) -> bool:
        is_callee = self._is_callee(window)
        self._since_callee = 0 if is_callee else self._since_callee + 1
        hum = window.active and self._is_hum()
        self._hummed = self._hummed + 1 if hum else 0
        self._speech.append(window.active)
        self._plain.append(window.active and not hum)
        spoken = sum(self._speech) >= SPEECH_WINDOWS and sum(self._plain) >= PLAIN_WINDOWS
        if not is_callee or (not spoken and self._hummed < _HUM_WINDOWS):
            return False
        self._below_db = self.below_callee_db
        self.reset()
        return True

    def _is_callee(self, window: Window) -> bool:
        """Whether who speaks is about as loud as the callee was; learns how loud that is."""
        self._callee_dbfs -= _FORGET_DB
        self._wary = max(0, self._wary - 1)
        self._powers.append(10 ** (window.level_dbfs / 10) if window.active else 0.0)
        spoken = [power for power in self._powers if power]
        if not spoken:
            self.below_callee_db = math.inf
            return False
        self._level_dbfs = 10 * math.log10(sum(spoken) / len(spoken))
        self.below_callee_db = self._callee_dbfs - self._level_dbfs
        if len(spoken) >= _LEAST_LEVEL_WINDOWS:
            self._callee_dbfs = max(self._callee_dbfs, self._level_dbfs)
        return self.below_callee_db <= (_BELOW_CALLEE_WARY_DB if self._wary else BELOW_CALLEE_DB)

    def _is_hum(self) -> bool:
        heard = self._heard.samples()
        power = np.abs(np.fft.rfft(heard * self._taper)) ** 2
        below = power[: round(_HUM_BELOW_HZ * len(heard) / self._rate)].sum()
        return bool(below >= _HUM_SHARE * max(float(power.sum()), 1.0))


@cache
def _taper(size: int) -> NDArray[np.float64]:
    """One for all calls."""
    return np.hanning(size)
