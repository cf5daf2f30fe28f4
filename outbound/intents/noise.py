"""What a telephone, a recogniser and good manners do to a wording.

Decides how training wordings are varied: fillers and courtesies around them, weak words lost, words misheard,
doubled or cut off; but no word is lost that denies, for what is left of "don't take me off" means the opposite. The
lists are the language's (`language.yaml`) and those of `sounds.py`; the dice are the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from outbound.intents.language import Language

_COURTESY_BEFORE = 0.22
_COURTESY_AFTER = 0.18
_FILLER = 0.2
_LOST_WORD = 0.12
"""Chance per weak word."""
_MISHEARD_WORD = 0.07
"""Chance per word that has a double in the language's list."""
_MISTAKEN_WORD = 0.05
"""Chance per word, in a text of more than two, that has one by sound."""
_DOUBLED_WORD = 0.04
_SWALLOWED_WORD = 0.03
"""Chance per word, weak or not, in a text of more than three."""
_LOST_EDGE = 0.04
"""The first word is missed when the microphone opens late."""


def varied(plain: str, language: Language, chance: Random, doubles: Mapping[str, Sequence[str]]) -> str:
    """One variant of a plain text, still of the same meaning; `doubles` are words alike in sound (`sounds.py`)."""
    words = _misheard(language.words(plain), language, chance, doubles)
    if language.fillers and chance.random() < _FILLER:
        place = chance.choice((0, 0, len(words), chance.randrange(len(words) + 1)))
        words[place:place] = language.words(chance.choice(language.fillers))
    if language.before and chance.random() < _COURTESY_BEFORE:
        words[:0] = language.words(chance.choice(language.before))
    if language.after and chance.random() < _COURTESY_AFTER:
        words += language.words(chance.choice(language.after))
    return language.joined(words)


def _misheard(words: list[str], language: Language, chance: Random, doubles: Mapping[str, Sequence[str]]) -> list[str]:
    """The words as a recogniser may give them; never none at all."""
    heard: list[str] = []
    denying = language.classes.get("negation", ())
    for word in words:
        if len(words) > 2 and word in language.droppable and chance.random() < _LOST_WORD:
            continue
        if len(words) > 3 and word not in denying and chance.random() < _SWALLOWED_WORD:
            continue
        if word in language.alike and chance.random() < _MISHEARD_WORD:
            heard += language.words(chance.choice(language.alike[word]))
            continue
        if len(words) > 2 and word in doubles and chance.random() < _MISTAKEN_WORD:
            heard.append(chance.choice(doubles[word]))
            continue
        heard.append(word)
        if chance.random() < _DOUBLED_WORD:
            heard.append(word)
    if len(heard) > 4 and heard[0] not in denying and chance.random() < _LOST_EDGE:
        del heard[0]
    return heard or words
