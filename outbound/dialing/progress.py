"""How far a run is: who is left, how quickly it goes, how long it will take, how many opt out.

Decides what is honest to say of the time left: how many hours of calling it takes at the present rate, if the contacts
who are left need as many calls as those who are done, and when the last of them is due. Nights and Sundays between are
not guessed. Pure: what the store counts is given.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.outcomes import Disposition
from campaigns.store import Remaining
from outbound.dialing.news import Finished, News, Placed

RECENT = timedelta(minutes=15)
"""The rate is that of so long."""
_LEAST_DONE = 5
"""Fewer contacts who are done say nothing about how many calls it takes."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the running campaigns are, together.

    Attributes:
        contacts, done: in all, and of them how many need no further call.
        held: of the others, those who wait for something other than time.
        in_flight: calls under way.
        calls_per_hour: lately.
        calling_left: at this rate; None while too little is known. Nights do not count.
        last_due: when the last contact is due, as planned now.
        opt_out_percent: of the people this run has spoken to; None before anybody was.
    """

    contacts: int
    done: int
    held: int
    in_flight: int
    calls_per_hour: float
    calling_left: timedelta | None
    last_due: datetime | None
    opt_out_percent: float | None
    at: datetime


class Gauge:
    """Takes note of what a dialer tells."""

    def __init__(self) -> None:
        self._placed: deque[datetime] = deque()
        self._first: datetime | None = None
        self._in_flight = 0
        self._conversations = 0
        self._opt_outs = 0

    def watch(self, news: News) -> None:
        """One piece of news."""
        match news:
            case Placed(at=at):
                self._first = self._first or at
                self._placed.append(at)
                self._in_flight += 1
            case Finished(disposition=disposition):
                self._in_flight -= 1
                self._conversations += disposition.reached
                self._opt_outs += disposition is Disposition.OPTED_OUT

    def progress(self, remaining: Remaining, now: datetime) -> Progress:
        """How far it is at this moment."""
        done = remaining.contacts - remaining.open - remaining.held
        return Progress(
            remaining.contacts,
            done,
            remaining.held,
            self._in_flight,
            rate := self._calls_per_hour(now),
            calling_left(remaining.open, done, remaining.calls, rate),
            remaining.last_due,
            100.0 * self._opt_outs / self._conversations if self._conversations else None,
            now,
        )

    def _calls_per_hour(self, now: datetime) -> float:
        while self._placed and self._placed[0] < now - RECENT:
            self._placed.popleft()
        if self._first is None:
            return 0.0
        span = max(min(RECENT, now - self._first), timedelta(seconds=1))
        return len(self._placed) * (timedelta(hours=1) / span)


def calling_left(waiting: int, done: int, calls: int, calls_per_hour: float) -> timedelta | None:
    """How long it takes to call those who wait, at that rate; None while too little is known.

    Args:
        calls: made so far, for those who are done and those who are tried again.
    """
    if not waiting:
        return timedelta()
    if done < _LEAST_DONE or not calls_per_hour:
        return None
    return timedelta(hours=waiting * max(1.0, calls / done) / calls_per_hour)
