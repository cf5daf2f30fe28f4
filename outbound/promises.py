"""Which moment is promised to somebody who asks to be called at another time.

Decides that no moment is promised at which law or campaign allow no call, and that what is promised instead stays near
to what was asked: the same day as late as calls go, or else the same hour on the next day of calls. What words name a
moment is `intents/times`; whether the call is placed then is the gate's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns import spoken
from campaigns.compliance.book import shipped
from campaigns.compliance.packs import PackUnreadable
from campaigns.compliance.windows import Window, next_open, zones_of
from campaigns.definition import CampaignDefinition
from campaigns.definition.model import TransferTarget
from campaigns.store.terms import Terms
from outbound.dialogue import Calendar
from outbound.intents.times import when_meant

_STEP = timedelta(minutes=30)
"""Moments before closing are tried in steps of this."""


def windows_for(
    definition: CampaignDefinition, terms: Terms, number: str, country: str, state: str = ""
) -> tuple[Window, ...]:
    """When a number may be called for a campaign: its own hours, and those of the law where the number is.

    Args:
        number: E.164; empty where only the country is known.
        state: the part of the country, as the contact's record has it.
    """
    own = terms.window(definition.name)
    try:
        book = shipped()
    except PackUnreadable:
        return (own,)  # the gate allows no call then
    places = book.places(number, country, state)
    return (own, *book.governing(places, country, definition.purpose, definition.matter).windows)


def calendar_of(
    windows: Sequence[Window], number: str, timezone: str | None, people: Mapping[str, TransferTarget]
) -> Calendar:
    """What a call to that number knows of time.

    Args:
        people: who can take a call over, by name, and when.
    """
    zones = zones_of(number, timezone)

    def opening_time(moment: datetime) -> datetime:
        return _next_open(windows, zones, moment).astimezone(moment.tzinfo)

    def promised(asked: datetime, now: datetime) -> datetime:
        return near(asked, now, windows, zones)

    def is_there(name: str, moment: datetime) -> bool:
        return people[name].is_open(moment)

    zone = next(iter(zones), None)
    return Calendar(when_meant, opening_time, promised, spoken.moment, zone, is_there)


def near(asked: datetime, now: datetime, windows: Sequence[Window], zones: Sequence[ZoneInfo]) -> datetime:
    """The moment after `now` that is allowed in every window and zone and nearest to what was asked. Pure.

    A promise that no window can keep stays as it is: the gate will say no to it.
    """
    opens = _next_open(windows, zones, asked)
    if opens == asked or not zones:
        return asked
    day = opens.astimezone(asked.tzinfo)
    if asked.date() == day.date():
        return day  # too early in the day
    candidates = (*_earlier(asked), _on(day, asked), *(_on(day, wall) for wall in _earlier(asked)))
    return next((each for each in candidates if each > now and _next_open(windows, zones, each) == each), day)


def _on(day: datetime, wall: datetime) -> datetime:
    """The clock time of one on the day of the other."""
    return datetime.combine(day.date(), wall.time(), wall.tzinfo)


def _earlier(wall: datetime) -> Iterator[datetime]:
    """Before it, on the same day."""
    moments = (wall - _STEP * steps for steps in range(1, 24))
    return (moment for moment in moments if moment.date() == wall.date())


def _next_open(windows: Sequence[Window], zones: Sequence[ZoneInfo], moment: datetime) -> datetime:
    try:
        return next_open(windows, zones, moment) or moment
    except NotImplementedError:  # holidays of a country that no calendar knows: the gate says no
        return moment
