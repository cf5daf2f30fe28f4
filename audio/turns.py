"""Whose turn is it? Where an answer begins and where it is over, counted in samples.

Decides when enough speech was heard to be a turn and how long a silence ends it. That silence depends on what was
said: the caller, who has the words, says `complete(True)` for an answer that needs nothing more, and
`complete(False)` for one that breaks off ("I would like to ..."). Speech while the robot talks is judged in
`interruption.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from audio.activity import WINDOW_SECONDS, Window

SPEECH_SECONDS: Final = 0.096
"""Near speech that makes a turn: three windows. The shortest answers ("no") have about five."""
_AMONG_WINDOWS: Final = 5
"""The three need not follow each other: the detector hesitates at soft beginnings."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a silence must be before the turn is over, in seconds.

    Attributes:
        complete: after an answer that needs nothing more.
        unknown: as long as nobody has said whether it does.
        unfinished: after one that breaks off.
        longest: a turn that lasts longer is cut.
    """

    complete: float = 0.2
    unknown: float = 0.4
    unfinished: float = 0.8
    longest: float = 15.0


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Somebody speaks. `at_seconds` is where it began, up to 200 ms before the event."""

    at_seconds: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over.

    Attributes:
        start_seconds, end_seconds: from the first to the last speech of the turn.
        decided_seconds: when it was decided, the silence included.
        cut: the turn was still going on, but has lasted too long.
    """

    start_seconds: float
    end_seconds: float
    decided_seconds: float
    cut: bool = False


TurnEvent = SpeechStarted | TurnEnded


class Turns:
    """Turn-taking of one call, fed with what `VoiceActivity` says."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._recent: deque[Window] = deque(maxlen=_AMONG_WINDOWS)
        self._complete: bool | None = None
        self._start: float | None = None
        self._last_speech = 0.0

    @property
    def speaking(self) -> bool:
        """A turn has begun and is not over."""
        return self._start is not None

    def complete(self, complete: bool | None) -> None:
        """What the words so far say about the turn: needs nothing more, breaks off, or not known (None).

        Holds until it is said anew; the caller says it with every partial result.
        """
        self._complete = complete

    def reset(self) -> None:
        """Forget the turn that is going on: what was said so far is not an answer."""
        self._recent.clear()
        self._start = None
        self._complete = None

    def feed(self, windows: Iterable[Window]) -> list[TurnEvent]:
        """What these windows, in order, decide."""
        events: list[TurnEvent] = []
        for window in windows:
            event = self._step(window) if self.speaking else self._wait(window)
            if event is not None:
                events.append(event)
        return events

    def _wait(self, window: Window) -> SpeechStarted | None:
        self._recent.append(window)
        active = [recent for recent in self._recent if recent.active]
        if len(active) * WINDOW_SECONDS < SPEECH_SECONDS - 1e-9:
            return None
        self._start = active[0].start_seconds
        self._last_speech = active[-1].end_seconds
        return SpeechStarted(self._start)

    def _step(self, window: Window) -> TurnEnded | None:
        assert self._start is not None
        if window.active:
            self._last_speech = window.end_seconds
        silent = window.end_seconds - self._last_speech
        cut = window.end_seconds - self._start >= self._patience.longest
        if silent < self._silence_wanted() and not cut:
            return None
        ended = TurnEnded(self._start, self._last_speech, window.end_seconds, cut)
        self.reset()
        return ended

    def _silence_wanted(self) -> float:
        match self._complete:
            case None:
                return self._patience.unknown
            case True:
                return self._patience.complete
            case False:
                return self._patience.unfinished
