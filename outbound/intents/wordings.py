"""The wordings a language is learned from: one file per intent, one wording a line.

Decides how `data/<LANG>/<intent>.txt` is read: `#` begins a comment; `{name}` stands for the entries of a slot in
`slots.yaml`; `rating.txt` holds ratings of any value with `{rating}` for the number. The plainest wordings stand
first in a file: they are what a grammar of short answers is made of. How a model learns from them is `fitting.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from zlib import crc32

import yaml

from campaigns.intents import Intent
from outbound.errors import OutboundError
from outbound.intents.language import DATA, Language, language_named

_SLOT = re.compile(r"\{(\w+)\}")
_FILLINGS = 4
"""So many ways a wording with slots is filled: enough to learn that the slot's words do not matter."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say an intent, in plain form. `line` groups the fillings of one written line."""

    text: str
    intent: Intent
    line: int


@cache
def wordings_of(tag: str) -> tuple[Wording, ...]:
    """Every wording of a language, in the order of the files; a text appears once.

    Raises:
        OutboundError: the language has none, a slot is unknown, or one text stands for two intents.
    """
    language = language_named(tag)
    found: dict[str, Wording] = {}
    for line, (intent, written) in enumerate(_written(tag)):
        for text in _filled(written, tag):
            plain = language.plain(text)
            known = found.setdefault(plain, Wording(plain, intent, line))
            if known.intent is not intent:
                raise OutboundError(
                    f'{tag}: "{written}" stands for both {known.intent} and {intent}',
                    "keep it in the file of what it truly means",
                )
    return tuple(wording for text, wording in found.items() if text)


@cache
def digest_of(tag: str) -> str:
    """A fingerprint of all data of a language: weights that carry another one are out of date."""
    content = hashlib.sha256()
    for file in sorted((DATA / tag).iterdir()):
        content.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return content.hexdigest()[:16]


def _written(tag: str) -> Iterator[tuple[Intent, str]]:
    for intent in Intent:
        yield from ((intent, line) for line in _lines(tag, intent.value))
    for line in _lines(tag, "rating"):
        for rating, numbers in language_named(tag).numbers.items():
            yield Intent(f"rating_{rating}"), line.replace("{rating}", numbers[0])


def _lines(tag: str, name: str) -> Iterator[str]:
    file = DATA / tag / f"{name}.txt"
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            if text := line.partition("#")[0].strip():
                yield text


def _filled(written: str, tag: str) -> Iterator[str]:
    """The written line with its slots filled, always in the same ways."""
    if not _SLOT.search(written):
        yield written
        return
    chance = Random(crc32(written.encode()))
    for _ in range(_FILLINGS):
        yield _SLOT.sub(lambda slot: chance.choice(_slot(tag, slot[1])), written)


def _slot(tag: str, name: str) -> list[str]:
    entries = _slots(tag).get(name)
    if not entries:
        raise OutboundError(f"{tag}: no slot is called {{{name}}}", f"write its entries into data/{tag}/slots.yaml")
    return entries


@cache
def _slots(tag: str) -> dict[str, list[str]]:
    file = DATA / tag / "slots.yaml"
    if not file.exists():
        return {}
    slots: dict[str, list[str]] = yaml.load(file.read_bytes(), yaml.BaseLoader)  # noqa: S506  (strings only)
    return slots


def short_wordings(language: Language, intent: Intent, most_words: int, most: int) -> tuple[str, ...]:
    """The first `most` wordings of an intent that have at most `most_words` words."""
    short = (w.text for w in wordings_of(language.tag) if w.intent is intent)
    return tuple(text for text in short if len(language.words(text)) <= most_words)[:most]
