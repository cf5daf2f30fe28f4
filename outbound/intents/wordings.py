"""The wordings a language is learned from: one file per intent, one wording a line.

Decides how `data/<LANG>/<intent>.txt` is read: `#` begins a comment; `(stop|quit|)` is a choice; `{name}` stands for
the entries of a slot in `slots.yaml`; `rating.txt` holds ratings of any value with `{rating}` for the number. The
plainest wordings stand first in a file: they are what a grammar of short answers is made of. How a model learns
from wordings is `fitting.py`.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random
from zlib import crc32

import yaml

from campaigns.intents import Intent
from outbound.errors import OutboundError
from outbound.intents import sentences
from outbound.intents.language import DATA, Language, language_named

_CHOICE = re.compile(r"\{(\w+)\}|\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_MOST_PER_LINE = 12
"""So many wordings are made of one written line, or as many as its longest choice is long; of more, these are drawn."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say an intent.

    Attributes:
        text: in plain form, as the model reads it.
        spoken: lower case, as a recogniser writes it ("don't").
        line: the written line it was made of, counted over all files of the language.
    """

    text: str
    spoken: str
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
            spoken = " ".join(text.lower().split())
            plain = language.plain(spoken)
            known = found.setdefault(plain, Wording(plain, spoken, intent, line))
            if known.intent is not intent:
                raise OutboundError(
                    f'{tag}: "{written}" stands for both {known.intent} and {intent}',
                    "keep it in the file of what it truly means",
                )
    return tuple(wording for text, wording in found.items() if text)


@cache
def heard_as(tag: str) -> dict[str, tuple[str, ...]]:
    """What engines made of some wordings, by the plain wording (`recognised.txt`, made by `transcripts.py`)."""
    language = language_named(tag)
    found: dict[str, tuple[str, ...]] = {}
    file = DATA / tag / "recognised.txt"
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            said, heard = (language.plain(text) for text in line.split("\t"))
            found[said] = (*found.get(said, ()), heard)
    return found


@cache
def digest_of(tag: str) -> str:
    """A fingerprint of all data of a language, and of what reads it: weights that carry another are out of date."""
    content = hashlib.sha256(sentences.FILE.read_bytes())
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


def _filled(written: str, tag: str) -> list[str]:
    """What a written line stands for: all of it where that is little, else a draw that is always the same.

    Of a choice each part is drawn before one is drawn again, so that nothing that was written is lost.
    """
    pieces = _pieces(written, tag)
    chance = Random(crc32(written.encode()))
    if math.prod(len(piece) for piece in pieces) <= _MOST_PER_LINE:
        texts = ["".join(chosen) for chosen in itertools.product(*pieces)]
    else:
        count = max(_MOST_PER_LINE, *(len(piece) for piece in pieces))
        texts = ["".join(drawn) for drawn in zip(*(_dealt(piece, count, chance) for piece in pieces), strict=True)]
    return [_SLOT.sub(lambda slot: chance.choice(_slot(tag, slot[1])), text) for text in texts]


def _dealt(piece: list[str], count: int, chance: Random) -> list[str]:
    rounds = (chance.sample(piece, len(piece)) for _ in range(math.ceil(count / len(piece))))
    return list(itertools.chain.from_iterable(rounds))[:count]


def _pieces(written: str, tag: str) -> list[list[str]]:
    """The written line cut into pieces, each with the texts that may stand there."""
    pieces, end = [], 0
    for choice in _CHOICE.finditer(written):
        pieces.append([written[end : choice.start()]])
        pieces.append(_slot(tag, choice[1]) if choice[1] else choice[2].split("|"))
        end = choice.end()
    return [*pieces, [written[end:]]]


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
    short = (w for w in wordings_of(language.tag) if w.intent is intent and len(language.words(w.text)) <= most_words)
    return tuple(wording.spoken for wording in itertools.islice(short, most))
