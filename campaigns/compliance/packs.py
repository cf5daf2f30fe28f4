"""Rule packs: the law of a place as dated data with citations.

Decides the form of a pack and which packs a call falls under. The packs are YAML beside this module (`packs/`); what
they add up to for one call is `rules.py`. Nothing here is legal advice, and a rule marked `check` was not read from
its primary source: the user's counsel decides.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from campaigns.compliance.windows import Hours, Window
from campaigns.errors import CampaignError
from campaigns.script import Purpose

_FOLDER = Path(__file__).parent / "packs"
DEFAULT = "default"
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PackUnreadable(CampaignError):
    """A rule pack cannot be read; no call falls under it until it is mended."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Hours(_Model):
    days: tuple[Day, ...] = _DAYS
    opens: time
    closes: time


class _Rule(_Model):
    """What every rule says about itself."""

    source: str = Field(min_length=1)
    purposes: frozenset[Purpose] = frozenset(Purpose)
    check: bool = False
    """Not read from its primary source."""


class WindowRule(_Rule):
    kind: Literal["window"]
    hours: tuple[_Hours, ...] = Field(min_length=1)
    holidays: str | None = None
    """Place whose public holidays are closed, e.g. "US" or "US-FL"."""

    @property
    def window(self) -> Window:
        return Window(
            self.source,
            tuple(
                Hours(hours.opens, hours.closes, frozenset(_DAYS.index(day) for day in hours.days))
                for hours in self.hours
            ),
            self.holidays,
        )


class Per(StrEnum):
    """Which past calls a cap counts, of those to the same number."""

    NUMBER = "number"
    """All of them: every brand and campaign of the store."""
    BRAND = "brand"
    MATTER = "matter"
    """The same brand and matter."""
    REFERENCE = "reference"
    """The same order, parcel or claim of the same brand."""


class CapRule(_Rule):
    kind: Literal["cap"]
    calls: int = Field(ge=1)
    hours: int | None = Field(default=None, ge=1)
    """Rolling, back from the moment of the call; None: ever."""
    per: Per = Per.NUMBER
    matters: frozenset[str] | None = None
    reached_only: bool = False
    """Count only calls in which a person or a machine took the message."""
    unless_consent: bool = False

    @property
    def span(self) -> timedelta | None:
        return timedelta(hours=self.hours) if self.hours else None


class ConsentRule(_Rule):
    kind: Literal["consent"]
    bases: frozenset[str] = Field(min_length=1)
    """Which kinds of consent suffice, e.g. written, express."""


class RulePack(_Model):
    """The rules of one place as of one day."""

    name: str
    as_of: date
    countries: frozenset[str] = frozenset()
    """ISO 3166-1 alpha-2."""
    area_codes: frozenset[str] = frozenset()
    """Where given, only numbers of +1 with one of these codes."""
    rules: tuple[WindowRule | CapRule | ConsentRule, ...]


@cache
def shipped() -> tuple[RulePack, ...]:
    """Every pack that comes with the program.

    Raises:
        PackUnreadable: one of them cannot be read.
    """
    return tuple(read(path) for path in sorted(_FOLDER.glob("*.yaml")))


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


def governing(packs: tuple[RulePack, ...], number: str, country: str) -> tuple[RulePack, ...]:
    """The packs a call falls under: every one of its country and area; the default pack where there is none."""
    area = number[2:5] if number.startswith("+1") else None
    found = tuple(
        pack for pack in packs if country in pack.countries and (not pack.area_codes or area in pack.area_codes)
    )
    return found or tuple(pack for pack in packs if pack.name == DEFAULT)
