"""Whether words that were heard are the robot's own, come back from a loudspeaker.

Decides by the words alone: they are said by the robot in the same order, give or take what an engine mishears. That
they were heard while the robot spoke is its caller's to know. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from rapidfuzz import fuzz

_ALIKE: Final = 85.0
"""Per cent of the letters. By chance two sentences share a word, seldom two beside each other."""


def repeats(heard: str, said: str, least_words: int = 2) -> bool:
    """Whether `heard` is a part of `said`. Fewer words than `least_words` are not told from an answer."""
    words, sentence = _plain(heard), _plain(said)
    long_enough = len(words.split()) >= least_words or (not words.isascii() and len(words) >= 2 * least_words)
    return long_enough and len(words) <= len(sentence) and fuzz.partial_ratio(words, sentence) >= _ALIKE


def _plain(text: str) -> str:
    return re.sub(r"[^\w']+", " ", text.casefold()).strip()
