"""Words of a language that a campaign is checked against: what is understood in every call, what advertises.

Decides nothing about understanding a callee, which is the robot's business; these few words are the ones that a script
must keep clear of, or must hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import yaml

from campaigns.intents import Intent


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language's.

    Attributes:
        nine: ways to name the key that ends all calls.
        stopping: words that offer to end all calls; one of them stands in every way out.
        advertising: words that a delivery notice keeps clear of.
        pet_names: what strangers are not called.
        understood: words and phrases for an intent in every call.
        homophones: a word's plainest spelling by its sound.
    """

    nine: tuple[str, ...] = ("9",)
    stopping: tuple[str, ...] = ()
    advertising: tuple[str, ...] = ()
    pet_names: tuple[str, ...] = ()
    understood: Mapping[Intent, tuple[str, ...]] = field(default_factory=dict)
    homophones: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=16)
def vocabulary(language: str) -> Vocabulary:
    """The words of a language tag's base language; hardly any where it is not known here."""
    loaded = yaml.safe_load((files("campaigns.phrases") / "vocabulary.yaml").read_text("utf-8"))
    words = loaded.get(language.partition("-")[0])
    if words is None:
        return Vocabulary()
    return Vocabulary(
        nine=tuple(words["nine"]),
        stopping=tuple(words["stopping"]),
        advertising=tuple(words["advertising"]),
        pet_names=tuple(words["pet_names"]),
        understood={Intent(name): tuple(phrases) for name, phrases in words["understood"].items()},
        homophones={word: group[0] for group in words.get("homophones", ()) for word in group},
    )
