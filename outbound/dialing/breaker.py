"""A circuit breaker for a route: it stops dialling while most calls fail on our side, and tries one before going on.

Decides from how calls end whether the route is in order. What counts against it is what no callee can help: a route
that takes no calls, a call that broke. Busy, no answer, a number that does not exist are signs of a route that works.
What becomes of the contacts is the planning's. Pure: `now` is given.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.outcomes import Disposition
from campaigns.planning import LONGEST_ROUTE_WAIT

OUR_SIDE = frozenset({Disposition.ROUTE_DOWN, Disposition.FAILED})
"""How a call ends when route or robot is at fault."""
_SAYS_NOTHING = frozenset({Disposition.INTERRUPTED})


@dataclass(frozen=True, slots=True)
class Limits:
    """When a route counts as broken, and how long it is left alone.

    Attributes:
        share: of the calls that ended within `within`, the share that failed on our side.
        calls: fewer calls than these prove nothing.
        rest: doubles with every try that fails, up to `longest_rest`. A Retry-After from the route counts if longer.
    """

    share: float = 0.5
    within: timedelta = timedelta(seconds=120)
    calls: int = 4
    rest: timedelta = timedelta(seconds=30)
    longest_rest: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Opened:
    """The route is left alone until a moment, then one call is tried.

    Attributes:
        failed, calls: how many of how many recent calls failed on our side.
    """

    until: datetime
    failed: int
    calls: int


@dataclass(frozen=True, slots=True)
class Closed:
    """The route takes calls again."""


class Breaker:
    """The state of one route: in order, resting, or being tried with one call."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._ended: deque[tuple[datetime, bool]] = deque()
        self._rest = limits.rest
        self._resting: timedelta | None = None
        self._until: datetime | None = None
        self._trying = False

    def room(self, now: datetime) -> int | None:
        """How many calls may begin: any number (None), none, or the one that tries the route."""
        if self._until is None:
            return None
        self._forget_the_future(now)
        return 1 if now >= self._until and not self._trying else 0

    def opens_at(self, now: datetime) -> datetime | None:
        """When the route may be tried; None while it is in order or a try is under way."""
        if self._until is None or self._trying:
            return None
        self._forget_the_future(now)
        return max(now, self._until)

    def begin(self) -> bool:
        """A call begins; whether it is the one that tries the route."""
        self._trying = self._until is not None
        return self._trying

    def gave_up(self) -> None:
        """The call that was to try the route was never dialled: another one may."""
        self._trying = False

    def ended(
        self, disposition: Disposition, now: datetime, *, was_try: bool = False, asked: timedelta | None = None
    ) -> Opened | Closed | None:
        """A dialled call has ended; what changes by it.

        Args:
            asked: how long the route asked us to stay away.
        """
        failed = disposition in OUR_SIDE
        if disposition in _SAYS_NOTHING:
            self._trying = self._trying and not was_try
            return None
        self._ended.append((now, failed))
        if was_try:
            self._trying = False
            return self._open(now, asked, self._rest * 2) if failed else self._close()
        if not failed or (self._until is not None and asked is None):
            return None
        return self._open(now, asked, self._rest) if asked is not None or self._is_broken(now) else None

    def _open(self, now: datetime, asked: timedelta | None, rest: timedelta) -> Opened:
        self._rest = min(rest, self._limits.longest_rest)
        self._resting = max(self._rest, min(asked or timedelta(), LONGEST_ROUTE_WAIT))
        self._until = max(now + self._resting, self._until or now)
        calls, failed = self._recent(now)
        return Opened(self._until, failed, calls)

    def _close(self) -> Closed:
        self._ended.clear()
        self._rest, self._resting, self._until = self._limits.rest, None, None
        return Closed()

    def _is_broken(self, now: datetime) -> bool:
        calls, failed = self._recent(now)
        return calls >= self._limits.calls and failed >= self._limits.share * calls

    def _recent(self, now: datetime) -> tuple[int, int]:
        while self._ended and not now - self._limits.within <= self._ended[0][0] <= now:
            self._ended.popleft()
        return len(self._ended), sum(failed for _, failed in self._ended)

    def _forget_the_future(self, now: datetime) -> None:
        """The clock was put back: the rest is not longer for it."""
        if self._until is not None and self._resting is not None:
            self._until = min(self._until, now + self._resting)
