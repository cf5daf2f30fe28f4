"""How quickly calls are placed: so many at a time, so many a second, so many an hour, gently at first.

Decides how many more calls may begin at a moment, and when the next one may. A rate is kept by its spacing: 600 calls
an hour are one every six seconds, never a burst and a pause, so that no second and no hour has more than was said.
Whether a call may be placed at all is the gate's business. Pure: `now` is given; a clock that jumps, forward or back,
makes neither a burst nor a standstill.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

COOL_AFTER = timedelta(hours=1)
"""After so long without a call a line is warmed up anew: in the morning, after a pause."""
_COLD = 0.1
"""The share of the full pace with which a warm-up begins."""
_NONE = timedelta()
_LOOK_AGAIN = timedelta(seconds=1)
"""How soon a warm-up may allow one more call at a time."""


@dataclass(frozen=True, slots=True)
class Pace:
    """At most so much; None is no limit.

    Attributes:
        in_flight: calls at a time.
        warm_up: over so long the pace grows from a tenth to all of it.
    """

    in_flight: int | None = None
    per_second: float | None = None
    per_hour: float | None = None
    warm_up: timedelta = timedelta()

    @property
    def spacing(self) -> timedelta:
        """The least time between two calls, warmed up."""
        if self.per_second is None and self.per_hour is None:
            return _NONE
        apart = [1.0 / self.per_second] if self.per_second is not None else []
        apart += [3600.0 / self.per_hour] if self.per_hour is not None else []
        return timedelta(seconds=max(apart))


class Pacer:
    """Keeps one stream of calls (a line's, a campaign's) to its pace."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        """May be changed while calls are placed; it holds for the next one."""
        self._last: datetime | None = None
        self._warm_since: datetime | None = None

    def room(self, now: datetime, in_flight: int, undecided: int = 0) -> int | None:
        """How many more calls may begin at this moment; None for as many as one likes.

        Args:
            in_flight: calls that have begun and not ended, the undecided ones included.
            undecided: of those, how many have not been placed yet: the gate may still say no, and a no costs nothing.
        """
        self._forget_the_future(now)
        free = None if (most := self._most(now)) is None else max(0, most - in_flight)
        if not self.pace.spacing:
            return free
        one = 0 if undecided or now < self._next(now) else 1
        return one if free is None else min(one, free)

    def opens_at(self, now: datetime, in_flight: int) -> datetime | None:
        """When the next call may be placed if nothing ends before; None: not before a call has ended."""
        self._forget_the_future(now)
        most = self._most(now)
        if most is not None and in_flight >= most:
            return None if most == self.pace.in_flight else now + _LOOK_AGAIN
        return max(now, self._next(now))

    def placed(self, now: datetime) -> None:
        """A call is dialled at this moment."""
        if self._warm_since is None or self._last is None or now - self._last >= COOL_AFTER:
            self._warm_since = now
        self._last = now

    def _next(self, now: datetime) -> datetime:
        if self._last is None:
            return now
        return self._last + self.pace.spacing / self._warmth(now)

    def _most(self, now: datetime) -> int | None:
        if self.pace.in_flight is None:
            return None
        return max(1, int(self.pace.in_flight * self._warmth(now)))

    def _warmth(self, now: datetime) -> float:
        """How much of the pace is allowed, 0.1 to 1."""
        if not self.pace.warm_up:
            return 1.0
        if self._warm_since is None or self._last is None or now - self._last >= COOL_AFTER:
            return _COLD
        return min(1.0, max(_COLD, (now - self._warm_since) / self.pace.warm_up))

    def _forget_the_future(self, now: datetime) -> None:
        """The clock was put back: the last call counts as this moment's."""
        if self._last is not None and self._last > now:
            self._last = now
        if self._warm_since is not None and self._warm_since > now:
            self._warm_since = now
