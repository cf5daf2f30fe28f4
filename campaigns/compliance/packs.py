"""Rule packs: the law of a place as dated data with citations.

Decides the form of a pack. The packs are YAML beside this module (`packs/`); which of them govern a call is
`book.py`, what they add up to is `rules.py`. Nothing here is legal advice, and a rule marked `check` was not read
from its primary source: the user's counsel decides.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from campaigns.compliance.windows import Hours
from campaigns.errors import CampaignError
from campaigns.script import Purpose, Recording

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PackUnreadable(CampaignError):
    """A rule pack cannot be read; no call falls under it until it is mended."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Rule(_Model):
    """What every rule says about itself."""

    source: str = Field(min_length=1)
    purposes: frozenset[Purpose] = frozenset(Purpose)
    matters: frozenset[str] | None = None
    """Only calls about these; None: all."""
    check: bool = False
    """Not read from its primary source."""

    def concerns(self, purpose: Purpose, matter: str) -> bool:
        return purpose in self.purposes and (self.matters is None or matter in self.matters)

    @property
    def citation(self) -> str:
        """The source as a verdict shows it."""
        return f"{self.source} (check)" if self.check else self.source


class _Hours(_Model):
    days: tuple[Day, ...] = DAYS
    opens: time
    closes: time

    @property
    def hours(self) -> Hours:
        return Hours(self.opens, self.closes, frozenset(DAYS.index(day) for day in self.days))


class WindowRule(_Rule):
    """Calls only in these hours of the callee's local time."""

    kind: Literal["window"]
    hours: tuple[_Hours, ...] = Field(min_length=1)
    holidays: bool = False
    """Closed on the public holidays of the callee's country."""


class Per(StrEnum):
    """Which past calls a cap counts, of those to the same number."""

    NUMBER = "number"
    """All of them: every brand and campaign of the store."""
    BRAND = "brand"
    MATTER = "matter"
    """The same brand and matter."""
    REFERENCE = "reference"
    """The same order, parcel or claim: the same contact, or the same brand and reference."""


class Counts(StrEnum):
    """Which of these calls count."""

    ATTEMPTS = "attempts"
    """Every call for which a phone may have rung."""
    MESSAGES = "messages"
    """Calls in which a person or a machine took the message. A callback that the callee asked for is free."""
    BROKEN = "broken"
    """Calls that broke on our side: whoever answered heard silence."""


class CapRule(_Rule):
    """At most so many calls in a time that rolls back from the moment of the call."""

    kind: Literal["cap"]
    calls: int = Field(ge=1)
    hours: int | None = Field(default=None, ge=1)
    """None: ever."""
    per: Per
    counts: Counts = Counts.ATTEMPTS
    unless_consent: bool = False

    @property
    def span(self) -> timedelta | None:
        return timedelta(hours=self.hours) if self.hours else None


class ConsentRule(_Rule):
    """No call without consent of one of these kinds."""

    kind: Literal["consent"]
    bases: frozenset[str] = Field(min_length=1)


class ListRule(_Rule):
    """No call to a number on a list that somebody else keeps, and none without a copy that is young enough."""

    kind: Literal["list"]
    name: str
    """As `outbound dnc import --national NAME` has it."""
    oldest_days: int = Field(ge=1)
    unless_consent: frozenset[str] = frozenset()
    """Kinds of consent that the list does not matter to."""


class RingRule(_Rule):
    """Let it ring for so long at least before giving up."""

    kind: Literal["ring"]
    seconds: float = Field(gt=0)


class Duty(StrEnum):
    """What a campaign itself must do; checked before it starts (`duties.py`)."""

    NAME_FIRST = "name_first"
    """The brand's name at the beginning."""
    CALLBACK_NUMBER = "callback_number"
    """A number to call back, said during or after the message."""
    OPT_OUT = "opt_out"
    """A way out by voice or key in every message, told to the callee."""
    TOLL_FREE_VOICEMAIL = "toll_free_voicemail"
    """A message left on a machine names a toll-free number."""
    LONGEST = "longest"
    """The message lasts `seconds` at most."""


class DutyRule(_Rule):
    kind: Literal["duty"]
    duty: Duty
    seconds: float | None = None
    unless_consent: bool = False


class RecordingRule(_Rule):
    """Whether the sound of calls may be kept. Where no pack says anything, it may not."""

    kind: Literal["recording"]
    recording: Recording


AnyRule = Annotated[
    WindowRule | CapRule | ConsentRule | ListRule | RingRule | DutyRule | RecordingRule, Field(discriminator="kind")
]


class RulePack(_Model):
    """The rules of one place as of one day."""

    name: str
    as_of: date
    places: frozenset[str] = frozenset()
    """ISO 3166: countries ("US") or parts of them ("US-FL")."""
    known_as: frozenset[str] = frozenset()
    """How a part of a country is written in lists of contacts and in numbering plans: "FL", "Florida"."""
    rules: tuple[AnyRule, ...]


def read(path: Path) -> RulePack:
    """Raises PackUnreadable, naming the pack and the field."""
    try:
        return RulePack.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PackUnreadable(f"The rule pack {path.stem} is wrong at {where}: {first['msg']}.") from error
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise PackUnreadable(f"The rule pack {path.stem} cannot be read.") from error
