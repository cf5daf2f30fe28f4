"""Which of the sentences that are expected sound like what was heard?

Decides likeness by sound: words as the classes of their phones, because a telephone band and noise blur a consonant
into its neighbours ("quit" and "quick", "opt out" and "knocked out"), and the share of them that would have to be
changed. English is read with the dictionary that PocketSphinx carries; in any other language the letters stand for the
sound. Which of the sentences was said is for the engine to judge, from the sound itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from audio.recognition.pronunciation import pronunciations

_CLASSES = {
    "t": "P T K",
    "d": "B D G",
    "s": "S SH TH F CH HH",
    "z": "Z ZH DH V JH",
    "n": "N M NG",
    "l": "L",
    "r": "R ER",
    "w": "W",
    "y": "Y",
    "i": "IY IH",
    "e": "EH EY AE",
    "a": "AA AH AW AY AO",
    "o": "OW OY UH UW",
}
"""Phones (ARPAbet) that a telephone makes alike."""
_LEAST_ALIKE = 0.6
"""Of the phone classes must agree."""
_FEWEST_SOUNDS = 5
"""Of what was heard and what is found. Shorter ones have too many neighbours: "bed" and "dead", "tree" and "three"."""
_KEPT = 8


class Sentences:
    """Sentences that can be found by their sound."""

    def __init__(self, texts: Sequence[str], language: str) -> None:
        """Take some thousand sentences of lower case words: about 50 ms."""
        self._known = frozenset(texts)
        self._english = language.lower().startswith("en")
        sounds = {text: self._sound(text) for text in texts}
        self._sounds = {text: sound for text, sound in sounds.items() if len(sound) >= _FEWEST_SOUNDS}

    def __contains__(self, text: str) -> bool:
        return text in self._known

    def like(self, heard: Sequence[str], most: int) -> list[str]:
        """Those that sound like one of the readings, the likest first (2 ms for each reading of some thousand).

        None where the first reading, which is the likeliest, is too short.
        """
        readings = [self._sound(reading) for reading in heard]
        if not readings or len(readings[0]) < _FEWEST_SOUNDS:
            return []
        found: dict[str, float] = {}
        for reading in readings:
            near = process.extract(
                reading,
                self._sounds,
                scorer=Levenshtein.normalized_similarity,
                score_cutoff=_LEAST_ALIKE,
                limit=most,
            )
            for _, alike, text in near:
                found[text] = max(alike, found.get(text, 0.0))
        return sorted(found, key=lambda text: -found[text])[:most]

    def _sound(self, text: str) -> str:
        return "".join(map(_phones_of, text.split())) if self._english else text.replace(" ", "")


@lru_cache(maxsize=_KEPT)
def sentences(texts: tuple[str, ...], language: str) -> Sentences:
    """The sentences of a step, made once: a campaign's steps expect a handful of different things."""
    return Sentences(texts, language)


@cache
def _phones_of(word: str) -> str:
    """The phone classes of an English word; of one that no dictionary has, its letters."""
    phones = pronunciations().get(word)
    return re.sub("[^a-z]", "", word) if phones is None else "".join(_class_of(phone) for phone in phones.split())


@cache
def _class_of(phone: str) -> str:
    return next(name for name, phones in _CLASSES.items() if phone in phones.split())
