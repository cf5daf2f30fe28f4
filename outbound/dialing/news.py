"""What a dialer tells while it works, for the live view and the event stream."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from campaigns.compliance.verdict import Verdict
from campaigns.outcomes import Disposition
from outbound.dialogue.actions import Action
from outbound.dialogue.events import Event

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placed:
    """A call was dialled, under a version of its campaign."""

    call_id: int
    contact_id: int
    campaign: str
    version: int
    number: str
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """Something happened in a call, or was done in it."""

    call_id: int
    what: Event | Action


@dataclass(frozen=True, slots=True)
class Finished:
    """A call has its disposition, on disk."""

    call_id: int
    campaign: str
    disposition: Disposition
    seconds: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The gate said no."""

    contact_id: int
    campaign: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class RouteRests:
    """Too many calls fail on our side: the route is left alone, then tried with one call."""

    route: str
    until: datetime
    failed: int
    calls: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RouteIsBack:
    """The call that tried the route went through."""

    route: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoreIsAway:
    """The store cannot be used: nothing is dialled until it can."""

    problem: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoreIsBack:
    """The store takes everything again, and has what was kept for it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The computer's clock was put forward (positive) or back: until then a call must be allowed by both clocks."""

    seconds: float
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CampaignPaused:
    """A campaign paused itself."""

    campaign: str
    because: str
    at: datetime


News = (
    Placed
    | Happened
    | Finished
    | Refused
    | RouteRests
    | RouteIsBack
    | StoreIsAway
    | StoreIsBack
    | ClockStepped
    | CampaignPaused
)
Watch = Callable[[News], None]


def nobody(_news: News) -> None:
    """Nobody is watching."""


def harmless(watch: Watch) -> Watch:
    """The same watch, which cannot break a call: between the gate's yes and the line, somebody would be lost by it."""

    def tell(news: News) -> None:
        try:
            watch(news)
        except Exception:
            log.exception("news was not told")

    return tell
