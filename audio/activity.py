"""Is somebody speaking right now? One answer every 32 ms, counted in samples.

Decides, for each window of sound, how likely it is speech (Silero VAD, whose model is in its package) and whether
that speech is near: clearly louder than what the line sounds like when nobody speaks, so that a television in
the next room is no callee. What stretches of speech mean is decided in `turns.py`, `interruption.py` and
`screening.py`, which share one detector per call.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr

from audio.pcm import WIDEBAND_RATE, Samples, level_dbfs
from audio.silero import WINDOW, Floats, SpeechNetwork

WINDOW_SECONDS: Final = WINDOW / WIDEBAND_RATE
_FULL_SCALE: Final = 32_767
_START: Final = 0.5
_STAY: Final = 0.35
"""Probability of speech to begin, and to go on: words fade out slower than they begin."""
_LOUD: Final = 0.3
_LOUD_ABOVE_DB: Final = 20.0
_LOUD_DBFS: Final = -40.0
"""So loud, and so far above the background, less will do: the detector hesitates at some people's voices, and a word
that it half believes in is said into the telephone."""
_START_ABOVE_DB: Final = 9.0
_STAY_ABOVE_DB: Final = 5.0
"""How far above the background speech must be to begin, and to go on."""
_NEAR_DB: Final = 16.0
"""How far below the loudest recent speech it may be: farther down is somebody else in the room, or a television."""
_FADING_WINDOWS: Final = 6
"""Speech that has begun is measured by its loudest part within 200 ms, because words fade out."""
_FORGET_DB: Final = 0.02
"""Per window: the loudest speech is forgotten by 0.6 dB a second."""
_SURE: Final = 0.8
_FAINTEST_DBFS: Final = -55.0
"""Softer than this is not said into a telephone."""
_BACKGROUND_WINDOWS: Final = 62
"""The background is what the last two seconds without near speech sounded like."""
_QUIET_LINE_DBFS: Final = -65.0
_AWAKE_WINDOWS: Final = 8
"""The detector goes on for a quarter of a second of silence before it sleeps."""
_WAKING_WINDOWS: Final = 4
"""So much of the silence it is shown when it wakes."""


@dataclass(frozen=True, slots=True)
class Window:
    """32 ms of sound, judged. Seconds count from the detector's first sample.

    Attributes:
        probability: 0-1, how likely it is speech, near or far.
        active: somebody near the telephone speaks.
    """

    start_seconds: float
    end_seconds: float
    level_dbfs: float
    probability: float
    active: bool


class VoiceActivity:
    """The detector of one call. Takes any number of samples at a time."""

    def __init__(self, rate: int) -> None:
        """Judge sound that comes at `rate` Hz."""
        self._detector = _Detector(rate)
        self._size = round(WINDOW_SECONDS * rate)
        self._rest: Samples = np.zeros(0, dtype=np.int16)
        self._windows = 0
        self._active = False
        self._loudest = _QUIET_LINE_DBFS
        self._levels: deque[float] = deque(maxlen=_FADING_WINDOWS)
        self._silent = 0
        self._asleep: deque[Samples] = deque(maxlen=_WAKING_WINDOWS)
        self._background = _Background()

    def feed(self, samples: Samples) -> list[Window]:
        """The windows that these samples (int16, shape (n,)) complete, maybe none."""
        self._rest = np.concatenate([self._rest, samples])
        windows = []
        while len(self._rest) >= self._size:
            chunk, self._rest = self._rest[: self._size], self._rest[self._size :]
            windows.append(self._judge(chunk))
        return windows

    def _judge(self, chunk: Samples) -> Window:
        level = level_dbfs(chunk)
        probability = self._probability(chunk, level)
        self._loudest -= _FORGET_DB
        if probability >= _SURE:
            self._loudest = max(self._loudest, level)
        self._levels.append(level)
        self._active = self._is_near(probability, level)
        if probability < _STAY:
            self._background.add(level)
        start = self._windows * WINDOW_SECONDS
        self._windows += 1
        return Window(start, start + WINDOW_SECONDS, level, probability, self._active)

    def _is_near(self, probability: float, level: float) -> bool:
        likely, above = (_STAY, _STAY_ABOVE_DB) if self._active else (_START, _START_ABOVE_DB)
        if level >= max(_LOUD_DBFS, self._background.level_dbfs + _LOUD_ABOVE_DB):
            likely = _LOUD
        lately = max(self._levels) if self._active else level
        return (
            probability >= likely
            and level >= _FAINTEST_DBFS
            and lately >= self._loudest - _NEAR_DB
            and level >= self._background.level_dbfs + above
        )

    def _probability(self, chunk: Samples, level_dbfs: float) -> float:
        """How likely it is speech. Where nobody near can be speaking, the detector sleeps: most of a call's work."""
        nobody = level_dbfs < max(_FAINTEST_DBFS, self._background.level_dbfs + _STAY_ABOVE_DB)
        self._silent = self._silent + 1 if nobody else 0
        if self._silent > _AWAKE_WINDOWS:
            self._asleep.append(chunk)
            return 0.0
        while self._asleep:  # what came just before is what a beginning is told by
            self._detector.probability(self._asleep.popleft())
        return self._detector.probability(chunk)


class _Background:
    """What the line sounds like when nobody near speaks: the median of the last two seconds of it."""

    def __init__(self) -> None:
        self._levels = deque([_QUIET_LINE_DBFS] * (_BACKGROUND_WINDOWS // 8), maxlen=_BACKGROUND_WINDOWS)
        self._sorted = list(self._levels)

    def add(self, level_dbfs: float) -> None:
        """One more window."""
        level = max(level_dbfs, _QUIET_LINE_DBFS)
        if len(self._levels) == _BACKGROUND_WINDOWS:
            del self._sorted[bisect_left(self._sorted, self._levels[0])]
        self._levels.append(level)
        insort(self._sorted, level)

    @property
    def level_dbfs(self) -> float:
        middle = len(self._sorted) // 2
        return (self._sorted[middle] + self._sorted[~middle]) / 2


class _Detector:
    """The detector, fed with windows at the line's rate."""

    def __init__(self, rate: int) -> None:
        self._network = SpeechNetwork()
        # The quick recipe has next to no delay; the better ones hold 100 ms and more back.
        self._resampler = None
        if rate != WIDEBAND_RATE:
            self._resampler = soxr.ResampleStream(rate, WIDEBAND_RATE, 1, "float32", "QQ")
        self._wide: Floats = np.zeros(WINDOW, dtype=np.float32)

    def probability(self, chunk: Samples) -> float:
        """How likely it is that somebody speaks in this window, having heard the ones before."""
        values = chunk.astype(np.float32) / _FULL_SCALE
        wide = values if self._resampler is None else self._resampler.resample_chunk(values)
        self._wide = np.concatenate([self._wide, wide])[-WINDOW:]
        return self._network.probability(self._wide)
