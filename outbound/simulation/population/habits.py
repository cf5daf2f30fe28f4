"""What people are like, as a file says it: when they take a call, what they want, what they say, where they live.

Decides the form of a population file (YAML) and what is wrong with one. Every number in it is somebody's assumption;
the file says whose. How one person comes out of it is `people.py`; who gets which number is `addresses.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from campaigns.intents import Intent
from outbound.errors import OutboundError

Share = Annotated[float, Field(ge=0.0, le=1.0)]
READY = "everyone.yaml"


class Part(BaseModel):
    """What a file may hold, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DayPart(StrEnum):
    """A part of the day on the callee's own clock."""

    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"

    @classmethod
    def of(cls, hour: int) -> DayPart:
        """The part of the day of an hour, 0-23."""
        for part, begins in _BEGINS:
            if hour >= begins:
                return part
        return cls.NIGHT


_BEGINS = (
    (DayPart.NIGHT, 22),
    (DayPart.EVENING, 18),
    (DayPart.AFTERNOON, 14),
    (DayPart.MIDDAY, 12),
    (DayPart.MORNING, 6),
)


class Range(Part):
    """Anything from the least to the most, each as likely."""

    least: float = Field(ge=0)
    most: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most < self.least:
            raise ValueError("most is less than least")
        return self


class Life(Part):
    """One way to live: how likely a call is taken, by part of the day.

    Attributes:
        share: of all people.
    """

    share: Share
    weekday: Mapping[DayPart, Share]
    weekend: Mapping[DayPart, Share]

    @model_validator(mode="after")
    def _whole_days(self) -> Self:
        if missing := set(DayPart) - self.weekday.keys() & self.weekend.keys():
            raise ValueError(f"a day lacks its {', '.join(sorted(missing))}")
        return self


class Telephone(Part):
    """How numbers and networks behave; shares of what, the file's own comments say."""

    dead_number: Share
    has_voicemail: Share
    has_screener: Share
    busy: Share
    declined: Share
    rings_seconds: Range
    voicemail_after_seconds: float = Field(gt=0)
    thinks_seconds: Range


class Doing(StrEnum):
    """What a person may do in a turn besides saying something that has a meaning."""

    ANSWER = "answer"
    UNCLEAR = "unclear"
    SILENT = "silent"
    HANG_UP = "hang_up"


Turns = Mapping[Doing | Intent, Share | Literal["rest"]]
"""How likely each doing is; the one that is `rest` takes what the others leave."""


class Mood(Part):
    """Two kinds of people: those who welcome the call, and those who do not."""

    welcome: Turns
    unwelcome: Turns


class Agreement(Part):
    """How likely a yes is."""

    welcome: Share
    unwelcome: Share


class Zone(Part):
    """People of one time zone, and numbers there that ring nowhere.

    Attributes:
        prefixes: E.164 but for the country's count of last digits.
        further: the same, for when the numbers of those are all given out.
    """

    share: Share
    prefixes: tuple[str, ...]
    further: tuple[str, ...] = ()


class Country(Part):
    """Where the people of a country live.

    Attributes:
        digits: how many follow a prefix.
        first: the digits that are given out first, counting up from there.
    """

    digits: int = Field(ge=2, le=8)
    first: str
    zones: Mapping[str, Zone]


class Habits(Part):
    """A whole population."""

    source: str
    lives: Mapping[str, Life]
    telephone: Telephone
    welcome: Mapping[str, Share]
    turns: Mood
    wrong_number: Share
    interrupts: Share
    patience_seconds: Range
    keys: Share
    agrees: Agreement
    ratings: Mapping[int, Share]
    desk_answers: Share
    desk_seconds: Range
    words: Mapping[str, Mapping[str, tuple[str, ...] | Mapping[int, tuple[str, ...]]]]
    countries: Mapping[str, Country]

    def welcomes(self, matter: str) -> float:
        """How many welcome a call about a matter: 0-1."""
        return self.welcome.get(matter, self.welcome.get("other", 0.0))


@lru_cache(maxsize=4)
def read_habits(path: Path | None = None) -> Habits:
    """The population of a file; without one, the one that comes with the product.

    Raises:
        OutboundError: it cannot be read, or something in it is no habit.
    """
    hint = f"copy {ready_file()} and change what you know better"
    try:
        text = (path or ready_file()).read_text(encoding="utf-8")
        return Habits.model_validate(yaml.safe_load(text))
    except OSError as error:
        raise OutboundError(f"cannot read {path}: {error.strerror}", hint) from error
    except yaml.YAMLError as error:
        raise OutboundError(f"{path or READY}: not readable as YAML: {error}", hint) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        raise OutboundError(f"{path or READY}: {place}: {first['msg']}", hint) from error


def ready_file() -> Path:
    """The population file that comes with the product."""
    return Path(str(resources.files(__package__) / READY))
