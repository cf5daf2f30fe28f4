"""A time as a callee says it, and the moment it means.

Decides how loose speech becomes one local moment: which half of the day an hour belongs to, when a time that has
passed rolls to the next day, and what a bare "morning" stands for. How a language words these parts is the business of
the module of that language; moving a moment into the legal calling window is the rules'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

LONGEST_AHEAD = timedelta(days=14)
"""A call is not promised further ahead than this, on the callee's own clock."""

DAYTIME_HOURS = range(8, 21)
"""An hour said without a half of the day is one of these: "three" is 15:00, "nine" is 09:00."""

_DEFAULT_TIME = time(10)
"""When a day is named without a time."""


class Part(Enum):
    """A part of the day: the hour it stands for when named alone, and the hour in which it ends."""

    SMALL_HOURS = (6, 7)
    MORNING = (10, 12)
    NOON = (12, 13)
    AFTERNOON = (15, 18)
    EVENING = (19, 21)
    NIGHT = (20, 22)

    def __init__(self, usual_hour: int, end_hour: int) -> None:
        self.usual_hour = usual_hour
        self.end_hour = end_hour

    def hour_of(self, hour: int) -> int:
        """The hour of the day, counted from its midnight, for a spoken hour 0-23; 24 and more lie in the next day."""
        if hour > 12:
            return hour
        hour %= 12
        match self:
            case Part.SMALL_HOURS | Part.MORNING:
                return hour
            case Part.NOON:
                return hour if hour >= 10 else hour + 12
            case Part.AFTERNOON:
                return hour + 12
            case Part.EVENING:
                return hour + 12 if hour else 24
            case Part.NIGHT:
                return hour + 12 if hour >= 5 else hour + 24


@dataclass(frozen=True, slots=True)
class SpokenTime:
    """The parts of a time that were said; None for each that was not."""

    delay: timedelta | None = None
    """ "In an hour". Excludes every other part."""
    days: int | None = None
    """Calendar days from today: 0 today, 1 tomorrow."""
    weekday: int | None = None
    """0 Monday to 6 Sunday."""
    weeks: int = 0
    """0: the next such weekday; 1: in the next calendar week, which starts on Monday."""
    month: int | None = None
    """1 January to 12 December; only beside `month_day`."""
    month_day: int | None = None
    hour: int | None = None
    """As said, 0-23; 1-12 still lacks its half of the day when `part` is None."""
    minute: int = 0
    part: Part | None = None
    same_time: bool = False
    """ "At this time": the clock time of now."""
    before: bool = False
    """ "Before five": an hour earlier is safely so."""

    @property
    def names_a_moment(self) -> bool:
        """False for silence on the matter, and for a bare "today", which says no more than "later" does."""
        named = (self.delay, self.weekday, self.month_day, self.hour, self.part)
        return any(part is not None for part in named) or bool(self.days or self.weeks or self.same_time)


def resolve(said: SpokenTime, local_now: datetime) -> datetime | None:
    """The next moment that the words mean, on the minute, or None when none is within `LONGEST_AHEAD`."""
    now = local_now.astimezone(UTC)  # moments are compared in UTC: on one zone's clock Python compares wall times
    if said.delay is not None:
        return _promised(_whole_minute(now + said.delay), local_now) if said.delay else None
    for moment in _readings(said, local_now):
        if moment > now:
            if said.before and moment - timedelta(hours=1) > now:
                moment -= timedelta(hours=1)
            return _promised(moment, local_now)
    return None


def _readings(said: SpokenTime, now: datetime) -> Iterator[datetime]:
    """What the words may mean, in UTC, the likeliest first."""
    for day in _days(said, now.date()):
        for clock in _clocks(said, now, is_today=day == now.date()):
            wall = datetime.combine(day, time()) + clock
            # A wall time that the clocks skip in spring is an hour later, as zoneinfo reads it through UTC.
            yield wall.replace(tzinfo=now.tzinfo).astimezone(UTC)


def _days(said: SpokenTime, today: date) -> Iterator[date]:
    if said.month_day is not None:
        ahead = (today + timedelta(days=n) for n in range(LONGEST_AHEAD.days + 1))
        yield from (day for day in ahead if day.day == said.month_day and said.month in {None, day.month})
    elif said.weekday is not None and said.weeks == 0:
        first = today + timedelta(days=(said.weekday - today.weekday()) % 7)
        yield from (first, first + timedelta(days=7))
    elif said.weeks:
        monday = today + timedelta(days=7 * said.weeks - today.weekday())
        yield monday + timedelta(days=said.weekday or 0)
    else:
        first = today + timedelta(days=said.days or 0)
        yield from (first, first + timedelta(days=1))


def _clocks(said: SpokenTime, now: datetime, *, is_today: bool) -> Iterator[timedelta]:
    """Clock times of a day as time since its midnight."""
    if said.same_time:
        yield timedelta(hours=now.hour, minutes=now.minute)
    elif said.hour is not None:
        for hour in _hours(said.hour, said.part, any_reading=is_today and said.days == 0):
            yield timedelta(hours=hour, minutes=said.minute)
    elif said.part is not None:
        yield timedelta(hours=said.part.usual_hour)
        if said.days == 0 and is_today and now.hour + 1 < said.part.end_hour:
            yield timedelta(hours=now.hour + 1)
    else:
        yield timedelta(hours=_DEFAULT_TIME.hour)


def _hours(hour: int, part: Part | None, *, any_reading: bool) -> list[int]:
    """The hours of the day that a spoken hour may be; by night only when the callee insists on today."""
    if part is not None:
        return [part.hour_of(hour)]
    if not 1 <= hour <= 12:
        return [hour]
    readings = [hour % 12, hour % 12 + 12]
    daytime = [reading for reading in readings if reading in DAYTIME_HOURS]
    return daytime + [r for r in readings if any_reading and r not in daytime]


def _whole_minute(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        moment = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return moment


def _promised(moment: datetime, now: datetime) -> datetime | None:
    """The moment on the callee's clock, or None when it is too far ahead to be promised."""
    local = moment.astimezone(now.tzinfo)
    return local if local.replace(tzinfo=None) - now.replace(tzinfo=None) <= LONGEST_AHEAD else None
