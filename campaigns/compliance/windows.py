"""When the phone may ring: calling windows in the local time of the person called.

Decides whether a moment lies in a window in a zone, and when the next one opens; what the clock on the wall there
shows is what counts, also on the days on which it is put forward or back. Which windows apply is decided in
`rules.py`. Pure: `now` is given, zones come from the system's tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays
import phonenumbers
from phonenumbers import timezone as number_zones

_HORIZON = timedelta(days=366)
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from `opens` to `closes` (exclusive) on `days` (0 is Monday).

    `closes` at or before `opens` means the next day, and belongs to the day on which it opened; a `closes` of
    00:00 is midnight.
    """

    opens: time
    closes: time
    days: frozenset[int] = EVERY_DAY

    def covers(self, local: datetime) -> bool:
        """Whether the wall clock shows an open hour."""
        clock, day = local.time(), local.weekday()
        if self.opens < self.closes:
            return day in self.days and self.opens <= clock < self.closes
        return (day in self.days and clock >= self.opens) or ((day - 1) % 7 in self.days and clock < self.closes)


@dataclass(frozen=True, slots=True)
class Window:
    """Hours that one source of rules allows, and the holidays on which it allows none.

    Attributes:
        source: the citation, or the campaign.
        holidays_of: country, or country and subdivision ("US", "US-FL"), whose public holidays are closed.
    """

    source: str
    hours: tuple[Hours, ...]
    holidays_of: str | None = None
    closed: frozenset[date] = field(default=frozenset())

    def holiday(self, local: datetime) -> str | None:
        """The holiday's name, if the local day is one on which this window stays shut."""
        if local.date() in self.closed:
            return "closed by the campaign"
        if self.holidays_of is None:
            return None
        return public_holiday(self.holidays_of, local.date())

    def covers(self, zone: ZoneInfo, moment: datetime) -> bool:
        local = moment.astimezone(zone)
        return any(hours.covers(local) for hours in self.hours) and self.holiday(local) is None

    def opens_after(self, zone: ZoneInfo, moment: datetime) -> datetime | None:
        """The earliest moment, `moment` or later, at which it is open; None if there is none for a year."""
        if self.covers(zone, moment):
            return moment
        first = moment.astimezone(zone).date()
        for offset in range(_HORIZON.days):
            day = first + timedelta(days=offset)
            candidates = (
                candidate
                for hours in self.hours
                for clock in (hours.opens, time(0))  # midnight: the rest of hours that run into a day
                for candidate in _moments(day, clock, zone)
                if candidate >= moment and self.covers(zone, candidate)
            )
            found = min(candidates, default=None)
            if found is not None:
                return found
        return None


def next_open(windows: Iterable[Window], zones: Iterable[ZoneInfo], moment: datetime) -> datetime | None:
    """The earliest moment, `moment` or later, inside every window in every zone; None if there is none for a year."""
    return _next_open(tuple(windows), tuple(zones), moment)


@lru_cache(maxsize=1024)
def _next_open(windows: tuple[Window, ...], zones: tuple[ZoneInfo, ...], moment: datetime) -> datetime | None:
    pairs = [(window, zone) for window in windows for zone in zones]
    last = moment + _HORIZON
    at = moment
    while at < last:
        for window, zone in pairs:
            opens = window.opens_after(zone, at)
            if opens is None:
                return None
            if opens > at:
                at = opens
                break
        else:
            return at
    return None


def zones_of(number: str, zone: str | None) -> tuple[ZoneInfo, ...]:
    """The zones the phone may be in: the contact's own, else all that its number allows; none when unknown.

    A zone name that does not exist is unknown, never replaced by another.
    """
    if zone:
        found = _zone(zone)
        return (found,) if found else ()
    return _zones_of_number(number)


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


@cache
def _zones_named(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    found = [_zone(name) for name in names]
    return tuple(zone for zone in found if zone) if all(found) else ()


@lru_cache(maxsize=1024)
def _zones_of_number(number: str) -> tuple[ZoneInfo, ...]:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    return _zones_named(tuple(number_zones.time_zones_for_number(parsed)))


@cache
def _calendar(country: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision)


def public_holiday(place: str, day: date) -> str | None:
    """The name of the public holiday that `day` is in a country ("DE") or a part of it ("DE-BY"); None for none.

    Raises:
        NotImplementedError: the calendar of that place is not known.
    """
    country, _, subdivision = place.partition("-")
    name = _calendar(country, subdivision or None).get(day)
    return str(name) if name else None


def _moments(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the wall clock in `zone` shows `clock` on `day`: twice where it is put back; where it is put forward over
    it, the moment of the change."""
    first = datetime.combine(day, clock, zone).astimezone(UTC)
    second = datetime.combine(day, clock.replace(fold=1), zone).astimezone(UTC)
    if first > second:  # a time that does not exist: the two readings lie on either side of the change
        return (_change_between(second, first, zone),)
    return (first,) if first == second else (first, second)


def _change_between(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    offset = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0) + (timedelta(seconds=1) if late.microsecond else timedelta())
