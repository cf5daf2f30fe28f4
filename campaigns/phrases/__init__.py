"""What every call needs and no script has to write: opening, way out, hand-over, silence, goodbye; per language.

Decides where the standard phrases stand (a YAML file per language beside this module) and which language serves as a
stand-in for another of the same family. A campaign may override any of them; the texts are templates like a script's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files

import yaml

from campaigns.errors import CampaignError
from campaigns.script import Phrases

SAID = tuple(phrase.name for phrase in fields(Phrases))
"""The phrases of a script."""
MADE = (
    "recorded",
    "screener",
    "summary",
    "sorry",
    "choices",
    "choice_first",
    "choice_next",
    "hash_key",
    "label_yes",
    "label_no",
    "rating_keys",
    "digits_keys",
    "time_words",
    "crisis_line",
)
"""The phrases that other texts are made from: for the opening of a recorded call, for a screener, for who takes over,
and re-prompts with their keys."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """Where a person in danger is helped, in one country. `listening` is empty where there is no such line."""

    emergency: str
    listening: str = ""


@lru_cache(maxsize=16)
def standard_phrases(language: str) -> Mapping[str, str]:
    """All standard phrases of a language.

    Raises:
        CampaignError: there are none for it, nor for its family.
    """
    there = phrase_languages()
    base = language.partition("-")[0]
    nearest = language if language in there else next((tag for tag in there if tag.partition("-")[0] == base), None)
    if nearest is None:
        raise CampaignError(
            f"there are no standard phrases for {language}.",
            f"Use one of {', '.join(there)}, or write every phrase under `phrases:`.",
        )
    loaded: dict[str, str] = yaml.safe_load((files(__name__) / f"{nearest}.yaml").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def phrase_languages() -> tuple[str, ...]:
    """The languages that have standard phrases."""
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in files(__name__).iterdir() if "-" in entry.name))


@lru_cache(maxsize=1)
def _help_lines() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load((files(__name__) / "help_lines.yaml").read_text("utf-8"))
    return loaded


def help_line(country: str) -> HelpLine | None:
    """The numbers to call in danger in a country (ISO 3166, two letters); None where they are not known."""
    known = _help_lines().get(country)
    return HelpLine(**known) if known else None
