"""Notices when the computer's clock is put forward or back, and doubts both times for a while.

Decides when a change of the clock is more than its regulation, and which other moment a call must be allowed at while
it is not known which of the two is right. Pure: the date and the seconds of a clock that nobody can set are given.
"""

from __future__ import annotations

from datetime import datetime, timedelta

STEP = timedelta(seconds=30)
"""A clock that is regulated moves by less between two looks."""
DOUBT = timedelta(hours=1)
"""How long a call must be allowed by both clocks."""


class ClockWatch:
    """Compares two clocks."""

    def __init__(self) -> None:
        self._seen: tuple[datetime, float] | None = None
        self._offset = timedelta()
        self._until_seconds: float | None = None
        self._now_seconds = 0.0

    def look(self, now: datetime, steady_seconds: float) -> timedelta | None:
        """Takes note of both clocks; by how much `now` was put forward (or back) since the last look, if it was.

        Args:
            steady_seconds: of a clock that only ever goes forward, and always as fast.
        """
        before, self._seen, self._now_seconds = self._seen, (now, steady_seconds), steady_seconds
        if self._until_seconds is not None and steady_seconds >= self._until_seconds:
            self._offset, self._until_seconds = timedelta(), None
        if before is None:
            return None
        step = now - before[0] - timedelta(seconds=steady_seconds - before[1])
        if abs(step) < STEP:
            return None
        self._offset += step
        self._until_seconds = steady_seconds + DOUBT.total_seconds()
        if abs(self._offset) < STEP:  # put back to where it was
            self._offset, self._until_seconds = timedelta(), None
        return step

    def doubt(self, now: datetime) -> tuple[datetime, datetime] | None:
        """The moment by the other clock, and until when it counts; None while there is no doubt."""
        if self._until_seconds is None:
            return None
        left = timedelta(seconds=self._until_seconds - self._now_seconds)
        # Less than a date can tell apart is nothing: who were to wait for it would be looked at again at once.
        return (now - self._offset, now + left) if left > timedelta() else None
