"""What words have in common: a small vector per word, so that a word never trained on is read like its relatives.

Decides how the vectors of a language are kept and looked up (`data/<LANG>/vectors.npz`: words, int8 values). How they
come about is `encoding.py`; what they mean is learned in `fitting.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from outbound.intents.language import DATA, Language

SIZE = 64
"""Values per word."""

_SHORTEST_LETTERS, _SHORTEST_SYLLABLES, _SHORTEST_SIGNS = 4, 2, 1
"""No shorter beginning of a word says what the word is about, in Latin, Korean and Chinese writing."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Attributes:
    rows: the row of `table` for each word; row 0 is the word nobody knows.
    table: float32, shape (words + 1, SIZE), each row of length 1 at most.
    """

    rows: dict[str, int]
    table: Matrix

    def rows_of(self, words: Sequence[str]) -> npt.NDArray[np.int32]:
        """The rows of words, in their order; an unknown word is read by the longest known one it begins with."""
        return np.array([self._row(word) for word in words], dtype=np.int32)

    def _row(self, word: str) -> int:
        shortest = _SHORTEST_LETTERS if word.isascii() else _SHORTEST_SYLLABLES if word[0] >= "가" else _SHORTEST_SIGNS
        beginnings = (word[:end] for end in range(len(word) - 1, shortest - 1, -1))
        return next((self.rows[part] for part in (word, *beginnings) if part in self.rows), 0)


def units(plain: str, language: Language) -> list[str]:
    """What has a vector in a plain text: its words; where words are not written apart, each sign with the next one."""
    words = language.words(plain)
    return words if language.spaced else [a + b for a, b in zip(words, [*words[1:], ""], strict=True)]


@cache
def vectors_for(tag: str) -> WordVectors:
    """The word vectors of a language; a language without any has one that says nothing."""
    file = DATA / tag / "vectors.npz"
    if not file.exists():
        return WordVectors({}, np.zeros((1, SIZE), dtype=np.float32))
    with np.load(file) as stored:
        words = str(stored["words"]).split("\n")
        table = np.zeros((len(words) + 1, SIZE), dtype=np.float32)
        table[1:] = stored["values"].astype(np.float32) / 127.0
    return WordVectors({word: row for row, word in enumerate(words, 1)}, table)
