"""What an entry of the register is, and what it covers.

Decides which calls an entry forbids. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from campaigns.outcomes import Scope, Source
from campaigns.script import Purpose


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an entry reaches: its scope, and which brand, campaign or purpose is meant.

    Raises:
        ValueError: a target is missing, or given for everyone.
    """

    scope: Scope
    target: str = ""

    def __post_init__(self) -> None:
        if (self.scope is Scope.EVERYONE) != (self.target == ""):
            raise ValueError("everyone has no target; brand, campaign and purpose need one")

    @classmethod
    def of(cls, scope: Scope, *, brand: str, campaign: str, purpose: Purpose) -> Reach:
        """The reach of an opt-out heard in a call of this campaign."""
        return cls(scope, {Scope.BRAND: brand, Scope.CAMPAIGN: campaign, Scope.PURPOSE: str(purpose)}.get(scope, ""))

    def covers(self, *, brand: str, campaign: str, purpose: str) -> bool:
        """Whether a call of this brand, campaign and purpose is meant."""
        match self.scope:
            case Scope.EVERYONE:
                return True
            case Scope.BRAND:
                return self.target == brand
            case Scope.CAMPAIGN:
                return self.target == campaign
            case Scope.PURPOSE:
                return self.target == purpose


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be made.

    Attributes:
        number: E.164.
        words: the callee's own words or key, where there were any.
        recording: where the recording is kept, if there is one.
        expires_at: not in force from this moment; None for ever.
    """

    number: str = field(repr=False)
    reach: Reach
    source: Source
    words: str = ""
    recording: str = ""
    note: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the register, in force or not."""

    id: int
    number: str = field(repr=False)
    reach: Reach
    source: Source
    call_id: int | None
    campaign: str
    """Of the call; empty where no call brought it about."""
    words: str
    recording: str
    actor: str
    note: str
    added_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str
    revoked_because: str

    def in_force(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
