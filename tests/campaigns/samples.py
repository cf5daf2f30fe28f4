"""A campaign definition and contacts, as the store reads them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from campaigns.limits import Alarm, Budget
from campaigns.outcomes import Disposition, Scope
from campaigns.pacing import Pace
from campaigns.script import Purpose

MONDAY_NOON = datetime(2025, 6, 2, 16, 0, tzinfo=UTC)
"""12:00 in New York."""
NUMBER = "+12125550123"


@dataclass(frozen=True)
class Calling:
    days: Set[int] = frozenset(range(7))
    opens: time = time(9)
    closes: time = time(20)
    ring_seconds: float = 25
    longest_seconds: float = 120
    max_attempts: int = 3
    max_callbacks: int = 3
    opens_on: date | None = None
    closes_on: date | None = None


@dataclass(frozen=True)
class Retry:
    after: timedelta
    times: int


@dataclass(frozen=True)
class Definition:
    name: str = "shipping"
    brand: str = "Lumen"
    purpose: Purpose = Purpose.INFORMATIONAL
    matter: str = "delivery"
    caller_id: str | None = "+12125550100"
    calling: Calling = Calling()
    retry: Mapping[Disposition, Retry] = field(
        default_factory=lambda: {
            Disposition.BUSY: Retry(timedelta(minutes=15), 2),
            Disposition.NO_ANSWER: Retry(timedelta(hours=4), 2),
        }
    )
    opt_out_scope: Scope = Scope.BRAND
    variants: Mapping[str, int] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)
    budget: Budget = field(default_factory=Budget)
    alarm: Alarm = field(default_factory=Alarm)
    priority: int = 5
    share: int = 1


@dataclass(frozen=True)
class Person:
    number: str = NUMBER
    timezone: str | None = "America/New_York"
    language: str = "en-US"
    fields: Mapping[str, str] = field(default_factory=lambda: {"order": "A1"})
    reference: str | None = None
    country: str = "US"
