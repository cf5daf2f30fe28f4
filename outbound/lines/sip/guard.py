"""What must never leave the line: numbers outside the allow-list, and more calls or minutes than a day may have.

A stolen password or a mistake in a campaign is paid by the minute, so this stands behind the gate, next to the
wire. Days are rolling 24 hours: no burst at anybody's midnight. Whether a contact may be called is the gate's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spent:
    """One call that was placed: when (aware), and how long it was connected."""

    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class SpentUp:
    """A cap is reached; it gives way after `retry_after_seconds`."""

    reason: str
    retry_after_seconds: float


class Guard:
    """Counts what was spent, and refuses.

    Args:
        allow: prefixes of E.164 numbers.
        now: the current moment, aware.
        spent: what earlier runs have spent in the last 24 hours, so that a restart resets nothing.
    """

    def __init__(
        self,
        allow: Iterable[str],
        calls_per_day: int,
        minutes_per_day: float,
        now: Callable[[], datetime],
        spent: Iterable[Spent] = (),
    ) -> None:
        self._allow = tuple(allow)
        self._calls_per_day = calls_per_day
        self._seconds_per_day = minutes_per_day * 60
        self._now = now
        self._calls: deque[datetime] = deque()
        self._talk: deque[Spent] = deque()
        self._talking: dict[object, datetime] = {}
        """Legs that are connected, and since when."""
        for call in sorted(spent, key=lambda one: one.at):
            self._calls.append(call.at)
            self._talk.append(call)

    def allows(self, number: str) -> bool:
        return number.startswith(self._allow)

    def spent_up(self) -> SpentUp | None:
        """The cap that is reached now, if any."""
        now = self._now()
        self._forget(now - _DAY)
        if len(self._calls) >= self._calls_per_day:
            return SpentUp("the line's calls for one day are used up", _wait(self._calls[0], now))
        talked = sum(call.seconds for call in self._talk) + sum(
            _seconds(since, now) for since in self._talking.values()
        )
        if talked >= self._seconds_per_day:
            oldest = min((*(call.at for call in self._talk), *self._talking.values()))
            return SpentUp("the line's minutes for one day are used up", _wait(oldest, now))
        return None

    def placed(self) -> None:
        """An INVITE is about to leave."""
        self._calls.append(self._now())

    def answered(self, leg: object) -> None:
        """A leg is connected: its time is spent from now on, whoever talks on it."""
        self._talking.setdefault(leg, self._now())

    def over(self, leg: object) -> None:
        """A leg has ended, answered or not."""
        since = self._talking.pop(leg, None)
        if since is not None:
            self._talk.append(Spent(self._now(), _seconds(since, self._now())))

    def _forget(self, before: datetime) -> None:
        while self._calls and self._calls[0] <= before:
            self._calls.popleft()
        while self._talk and self._talk[0].at <= before:
            self._talk.popleft()


def _seconds(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def _wait(oldest: datetime, now: datetime) -> float:
    return (oldest + _DAY - now).total_seconds()
