"""What the rules look at: everything that is known about one intended call, read in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from campaigns.compliance.windows import Window
from campaigns.outcomes import Disposition, Scope
from campaigns.script import Purpose


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call made to the same number before, in any campaign."""

    dialed_at: datetime
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
class CallFacts:
    """One intended call.

    Attributes:
        number: E.164.
        zone: the contact's own time zone, None when only the number can tell.
        windows: what the campaign itself allows, beside the law.
        listings: unexpired, unrevoked entries in scope.
        history: past calls to the number, as far back as the longest rolling cap reaches.
        consents: the purposes for which a consent stands, with its basis.
    """

    number: str = field(repr=False)
    country: str
    zone: str | None
    brand: str
    purpose: Purpose
    matter: str
    reference: str
    windows: tuple[Window, ...]
    listings: tuple[Listing, ...] = ()
    history: tuple[PastCall, ...] = ()
    consents: frozenset[str] = frozenset()
