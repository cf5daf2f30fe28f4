"""What a sentence shows to the model: pieces of its words, hashed to numbers.

Decides the features: words, their pairs and near pairs, word senses, and pieces of spelling that survive a
misheard ending. Hashing (CRC-32) needs no vocabulary file and is the same on every machine. What the
features mean is learned in `fitting.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from outbound.intents.language import Language

SIZE = 1 << 15
"""Number of feature slots; rows of the weights."""

VERSION = 4
"""Raised when the features or the readings change: older weights no longer fit."""

_LENGTHS = ((1, "1"), (2, "2"), (3, "3"), (5, "5"), (8, "8"), (12, "12"))


def features_of(plain: str, language: Language) -> npt.NDArray[np.int32]:
    """The feature slots of a plain text, each once, ascending; dtype int32, values below `SIZE`."""
    words = language.words(plain)
    pieces = _word_pieces(words) if language.spaced else _character_pieces(words)
    names = {*pieces, *_sense_pieces(words, language), f"length {_length(len(words))}"}
    if language.spaced:
        names.update(_spelling_pieces(words))
    return np.array(sorted({crc32(name.encode()) % SIZE for name in names}), dtype=np.int32)


def _length(words: int) -> str:
    return next((name for most, name in _LENGTHS if words <= most), "long")


def _word_pieces(words: list[str]) -> Iterator[str]:
    yield from (f"w {word}" for word in words)
    edged = ["<", *words, ">"]
    yield from (f"w {a} {b}" for a, b in pairwise(edged))
    yield from (f"w {a} {b} {c}" for a, b, c in zip(edged, edged[1:], edged[2:], strict=False))
    for gap in (2, 3):
        yield from (f"near {a} {b}" for a, b in zip(words, words[gap:], strict=False))


def _character_pieces(characters: list[str]) -> Iterator[str]:
    edged = ["<", *characters, ">"]
    for size in (1, 2, 3, 4):
        for start in range(len(edged) - size + 1):
            yield "c " + "".join(edged[start : start + size])
    yield from (f"near {a} {b}" for a, b in zip(characters, characters[2:], strict=False))


def _spelling_pieces(words: list[str]) -> Iterator[str]:
    for word in words:
        edged = f"<{word}>"
        for size in (3, 4):
            yield from (f"s {edged[start : start + size]}" for start in range(len(edged) - size + 1))


def _sense_pieces(words: list[str], language: Language) -> Iterator[str]:
    """Senses in place of words, so that "take me off" is learned once for every word that means it."""
    if not language.classes:
        return
    senses = _senses(" ".join(words), language)
    named = [sense for sense in senses if sense.isupper()]
    yield from (f"k {sense}" for sense in named)
    yield from (f"k {a} {b}" for a, b in pairwise(named))
    edged = ["<", *senses, ">"]
    for size in (2, 3):
        for start in range(len(edged) - size + 1):
            window = edged[start : start + size]
            if any(sense.isupper() for sense in window):
                yield "k " + " ".join(window)


def _senses(text: str, language: Language) -> list[str]:
    padded = f" {text} "
    for sense, members in language.classes.items():
        for member in members:
            padded = padded.replace(f" {member} ", f" {sense.upper()} ")
    return padded.split()
