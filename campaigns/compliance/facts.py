"""What the rules look at: everything that is known about one intended call, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from campaigns.compliance.windows import Window
from campaigns.outcomes import Disposition, Scope
from campaigns.script import Purpose


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call made to the same number before, in any campaign."""

    dialed_at: datetime
    contact_id: int
    brand: str
    purpose: str
    matter: str
    reference: str
    disposition: Disposition | None
    """None while it is under way."""


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of the register that covers this call."""

    scope: Scope
    source: str
    added_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NationalListing:
    """What a list that somebody else keeps says: as of which day, and whether the number stands in it."""

    as_of: date
    listed: bool


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One intended call.

    Attributes:
        number: E.164.
        places: country and parts of it whose rules count (`book.py`).
        zone: the contact's own time zone, None when only the number can tell.
        contact_id: 0 where no contact is meant.
        windows: what the campaign itself allows, beside the law.
        listings: unexpired, unrevoked entries in scope.
        national: by the name of the list; a list that is not there is missing.
        history: past calls to the number, as far back as the longest rolling cap reaches.
        consents: the kinds of consent that stand for this purpose.
    """

    number: str = field(repr=False)
    country: str
    places: frozenset[str]
    zone: str | None
    brand: str
    purpose: Purpose
    matter: str
    reference: str
    contact_id: int
    windows: tuple[Window, ...]
    listings: tuple[Listing, ...] = ()
    national: Mapping[str, NationalListing] = field(default_factory=dict)
    history: tuple[PastCall, ...] = ()
    consents: frozenset[str] = frozenset()
