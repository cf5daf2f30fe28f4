"""The book of rules: every pack, and which of them govern a call.

Decides where a number is, as far as the law cares: its country, and in the United States the state that the contact's
own record or the area code names; where they differ, both count. The packs of all these places hold together; where
there is none, the default pack does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from campaigns.compliance.packs import (
    CapRule,
    ConsentRule,
    DutyRule,
    ListRule,
    RecordingRule,
    RingRule,
    RulePack,
    WindowRule,
    read,
)
from campaigns.compliance.windows import Window
from campaigns.script import Purpose, Recording

_FOLDER = Path(__file__).parent / "packs"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Governing:
    """The rules that hold for calls of one purpose and matter in one place.

    Attributes:
        packs: their names.
        ring_seconds: at least so long; 0 where nobody says anything.
        recording: the strictest word on keeping the sound; NEVER where nobody says anything.
        unconfirmed: sources of those rules among them that were not read there, each once.
    """

    packs: tuple[str, ...]
    windows: tuple[Window, ...]
    caps: tuple[CapRule, ...]
    consents: tuple[ConsentRule, ...]
    lists: tuple[ListRule, ...]
    duties: tuple[DutyRule, ...]
    ring_seconds: float
    recording: Recording
    unconfirmed: tuple[str, ...]


class RuleBook:
    """Every pack that is known."""

    def __init__(self, packs: tuple[RulePack, ...]) -> None:
        self.packs = packs
        self._governing: dict[tuple[frozenset[str], str, Purpose, str], Governing] = {}
        self._parts = {
            name.casefold(): next(iter(pack.places)) for pack in packs for name in (*pack.known_as, *pack.places)
        }

    def places(self, number: str, country: str, state: str = "") -> frozenset[str]:
        """Where a call to the number is judged: the country, and parts of it that have rules of their own.

        Args:
            number: E.164.
            state: as the contact's record has it, e.g. "FL", "Florida", "US-FL"; empty when it says nothing.
        """
        names = [state.strip()]
        if country == "US" and number.startswith("+1"):
            names.append(_areas().get(number[2:5], ""))
        known = (self._parts.get(name.casefold(), "") for name in names)
        # CA is Canada beside California, DE is Germany beside Delaware: only parts of the country count.
        return frozenset({country, *(part for part in known if part.startswith(f"{country}-"))})

    def list_ages(self) -> dict[str, int]:
        """Each list that some pack asks for, and how many days old a copy may be where that is strictest."""
        ages: dict[str, int] = {}
        for rule in (rule for pack in self.packs for rule in pack.rules if isinstance(rule, ListRule)):
            ages[rule.name] = min(rule.oldest_days, ages.get(rule.name, rule.oldest_days))
        return ages

    def governing(self, places: frozenset[str], country: str, purpose: Purpose, matter: str) -> Governing:
        """The rules that hold there."""
        key = places, country, purpose, matter
        known = self._governing.get(key)
        if known is None:
            known = self._governing[key] = self._gather(places, country, purpose, matter)
        return known

    def _gather(self, places: frozenset[str], country: str, purpose: Purpose, matter: str) -> Governing:
        packs = [pack for pack in self.packs if pack.places & places]
        if not packs:
            packs = [pack for pack in self.packs if pack.name == DEFAULT]
        rules = [rule for pack in packs for rule in pack.rules if rule.concerns(purpose, matter)]
        return Governing(
            tuple(pack.name for pack in packs),
            tuple(_window(rule, country) for rule in rules if isinstance(rule, WindowRule)),
            tuple(rule for rule in rules if isinstance(rule, CapRule)),
            tuple(rule for rule in rules if isinstance(rule, ConsentRule)),
            tuple(rule for rule in rules if isinstance(rule, ListRule)),
            tuple(rule for rule in rules if isinstance(rule, DutyRule)),
            max((rule.seconds for rule in rules if isinstance(rule, RingRule)), default=0.0),
            _strictest(rule.recording for rule in rules if isinstance(rule, RecordingRule)),
            tuple(dict.fromkeys(rule.source for rule in rules if rule.check)),
        )


@cache
def shipped() -> RuleBook:
    """The packs that come with the program.

    Raises:
        PackUnreadable: one of them cannot be read.
    """
    return RuleBook(tuple(read(path) for path in sorted(_FOLDER.glob("*.yaml"))))


@cache
def digests() -> dict[str, str]:
    """SHA-256 of each pack's text by its name: what the ledger says of the rules a run began with."""
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(_FOLDER.glob("*.yaml"))}


def _strictest(said: Iterable[Recording]) -> Recording:
    return min(said, key=list(Recording).index, default=Recording.NEVER)


def _window(rule: WindowRule, country: str) -> Window:
    hours = tuple(one.hours for one in rule.hours)
    return Window(rule.citation, hours, country if rule.holidays else None)


@cache
def _areas() -> dict[str, str]:
    """The state of each area code of the United States, e.g. "FL": from a table of ours, made from that of
    phonenumbers, which would take 100 MB and a third of a second to load whole."""
    lines = (Path(__file__).parent / "area_codes.txt").read_text(encoding="ascii").splitlines()
    return {code: state for state, *codes in map(str.split, lines) for code in codes}
