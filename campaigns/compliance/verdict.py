"""The answer of the rules: may this number be called now, and if not, why not and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """The kinds of rule that can say no."""

    LISTED = "listed"
    """The number stands in the do-not-call register."""
    NATIONAL_LIST = "national_list"
    LIST_AGE = "list_age"
    """A list that must be consulted is too old, or is not there."""
    CAMPAIGN = "campaign"
    """The campaign is not running."""
    CONTACT = "contact"
    """The contact is closed, or an attempt is under way."""
    LEASE = "lease"
    """The dialer that asks does not hold the right to dial."""
    LINE = "line"
    """The line that was to be used may not dial this number."""
    NOT_DUE = "not_due"
    ATTEMPTS = "attempts"
    IN_FLIGHT = "in_flight"
    """Another call to this number is under way."""
    ZONE = "zone"
    """Nobody knows what time it is where the phone rings."""
    DATES = "dates"
    """The campaign's first day is to come, or its last one is over."""
    WINDOW = "window"
    HOLIDAY = "holiday"
    CAP = "cap"
    CONSENT = "consent"
    UNREADABLE = "unreadable"
    """A rule could not be read: no call."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that says no.

    Attributes:
        source: who made the rule: a citation, the campaign, the register.
        text: one sentence for a person; without names and numbers.
        until: the rule says yes again from this moment (aware); None when time alone does not help.
    """

    rule: Rule
    source: str
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with every rule that says so.

    Attributes:
        next_allowed: the next moment a call would be allowed if nothing else changes; None for never.
        unconfirmed: sources of the rules it rests on that nobody read there, whatever they said.
    """

    reasons: tuple[Reason, ...] = ()
    next_allowed: datetime | None = None
    unconfirmed: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.reasons
