"""How one language is spoken: what may be said in two ways and mean the same.

Decides how a transcript is brought into the one form that training and understanding share, and holds the word
lists of a language (numbers, fillers, words alike in sound or in sense). The lists are data:
`data/<LANG>/language.yaml`. What a sentence means is left to the model.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from outbound.errors import OutboundError

DATA = Path(__file__).parent / "data"

_APOSTROPHES = re.compile("['’‘`´]")
_NOT_SPEECH = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Language:
    """The manners of one language. Every text in here is in the form that `plain` gives.

    Attributes:
        tag: BCP 47 tag.
        spaced: words are written apart. False: every character is a word (Chinese).
        same: longer or older forms and the one that stands for them ("do not": "dont").
        numbers: what a rating may sound like, by rating; only read so where a rating is asked.
        other_numbers: words that make a number something else than a rating ("twenty", "hundred").
        around: words that may stand around a rating and leave it as it is ("i", "give", "stars").
        scale: words that name the scale ("out of five").
        classes: words of one sense, by the name of the sense.
        fillers: sounds without meaning.
        before, after: courtesies that leave the meaning as it is.
        droppable: words so weak that a recogniser loses them.
        alike: words a recogniser takes for each other.
        unfinished: words after which a sentence goes on.
        nods: sounds that say "I am listening", and "yes" only where yes or no was asked.
    """

    tag: str
    spaced: bool = True
    same: tuple[tuple[str, str], ...] = ()
    numbers: dict[int, tuple[str, ...]] = field(default_factory=dict)
    around: frozenset[str] = frozenset()
    other_numbers: frozenset[str] = frozenset()
    scale: tuple[str, ...] = ()
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fillers: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    droppable: frozenset[str] = frozenset()
    alike: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unfinished: frozenset[str] = frozenset()
    nods: frozenset[str] = frozenset()

    def plain(self, text: str) -> str:
        """`text` as training and understanding see it: lower case, no punctuation, one form for each contraction."""
        return self._unified(_letters(text))

    def words(self, plain: str) -> list[str]:
        """The words of a plain text; its characters where words are not written apart."""
        return plain.split() if self.spaced else [character for character in plain if not character.isspace()]

    def joined(self, words: list[str]) -> str:
        """The plain text of `words`."""
        return (" " if self.spaced else "").join(words)

    def _unified(self, text: str) -> str:
        text = f" {text} " if self.spaced else text.replace(" ", "")
        for form, one in self.same:
            text = text.replace(form, one)
        return " ".join(text.split())


def _letters(text: str) -> str:
    """Lower case letters and digits with single spaces between; apostrophes go without a trace."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_NOT_SPEECH.sub(" ", _APOSTROPHES.sub("", text)).split())


def languages() -> tuple[str, ...]:
    """The languages that have wordings, as BCP 47 tags."""
    return tuple(sorted(folder.name for folder in DATA.iterdir() if any(folder.glob("*.txt"))))


@cache
def language_named(tag: str) -> Language:
    """The manners of a language.

    Raises:
        OutboundError: there are no wordings for it.
    """
    if tag not in languages():
        raise OutboundError(f"there are no wordings for the language {tag}", f"use one of {', '.join(languages())}")
    file = DATA / tag / "language.yaml"
    # BaseLoader makes nothing but strings, so that "no", "on" and "1" stay the words they are.
    return _read(tag, yaml.load(file.read_bytes(), yaml.BaseLoader) if file.exists() else {})  # noqa: S506


def _read(tag: str, lists: dict[str, Any]) -> Language:
    spaced = lists.get("spaced") != "false"
    edge = " " if spaced else ""
    same = tuple(
        (edge + _letters(form) + edge, edge + _letters(one) + edge) for form, one in lists.get("same", {}).items()
    )
    bare = Language(tag, spaced, same)

    def plain(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(bare.plain(text) for text in lists.get(name, ())))

    def plain_by_key(name: str) -> dict[Any, tuple[str, ...]]:
        return {key: tuple(bare.plain(text) for text in texts) for key, texts in lists.get(name, {}).items()}

    return Language(
        tag,
        spaced,
        same,
        numbers={int(rating): texts for rating, texts in plain_by_key("numbers").items()},
        around=frozenset(plain("around")),
        other_numbers=frozenset(plain("other_numbers")),
        scale=plain("scale"),
        classes=plain_by_key("classes"),
        fillers=plain("fillers"),
        before=plain("before"),
        after=plain("after"),
        droppable=frozenset(plain("droppable")),
        alike={bare.plain(word): texts for word, texts in plain_by_key("alike").items()},
        unfinished=frozenset(plain("unfinished")),
        nods=frozenset(plain("nods")),
    )
