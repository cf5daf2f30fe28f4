"""Words that sound alike: what a recogniser may write in place of a word.

Decides which: common English words whose pronunciations differ by one sound at most. Words that deny, and numbers, are
left out: a wording would no longer mean what it says. For other languages there is no such dictionary here; their
`language.yaml` has what it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pocketsphinx

from audio.recognition.pronunciation import pronunciations
from outbound.intents.language import Language, language_named

_COMMON = 12_000
_FEWEST_SOUNDS = 3
"""Shorter words are alike to half of the language."""
_MOST = 5
"""So many doubles are kept, the commonest."""


def common_english(count: int) -> Iterator[str]:
    """The commonest English words, in plain form."""
    english = language_named("en-US")
    yield from (english.plain(word) for word in list(_pronounced())[:count])


@cache
def doubles_of(tag: str) -> dict[str, tuple[str, ...]]:
    """For each word that has any, the words that sound like it, the commonest first."""
    if not tag.startswith("en"):
        return {}
    language = language_named(tag)
    kept = _kept_as_they_are(language)
    common = {language.plain(word): sounds for word, sounds in list(_pronounced().items())[:_COMMON]}
    words = {word: sounds for word, sounds in common.items() if " " not in word and word not in kept}
    with_one_lost: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for word, sounds in words.items():
        for shape in _shapes(sounds):
            with_one_lost[shape].append(word)
    order = {word: place for place, word in enumerate(words)}
    found = {}
    for word, sounds in words.items():
        near = dict.fromkeys(other for shape in _shapes(sounds) for other in with_one_lost[shape] if other != word)
        if len(sounds) >= _FEWEST_SOUNDS and near:
            found[word] = tuple(sorted(near, key=order.__getitem__)[:_MOST])
    return found


def _kept_as_they_are(language: Language) -> frozenset[str]:
    numbers = (form for forms in language.numbers.values() for form in forms)
    return frozenset((*language.classes.get("negation", ()), *numbers, *language.other_numbers, "yes", "yeah", "nope"))


def _shapes(sounds: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The sounds, and what is left when any one of them is lost: words that share one differ by one sound at most."""
    yield sounds
    for place in range(len(sounds)):
        yield (*sounds[:place], "", *sounds[place + 1 :])
        yield sounds[:place] + sounds[place + 1 :]


@cache
def _pronounced() -> dict[str, tuple[str, ...]]:
    """The sounds of every word of the dictionary, the commonest first."""
    sounds = {
        word: tuple(phones.split()) for word, phones in pronunciations().items() if word.replace("'", "").isalpha()
    }
    file = str(Path(pocketsphinx.get_model_path("en-us")) / "en-us.lm.bin")
    model = pocketsphinx.NGramModel(pocketsphinx.Config(), pocketsphinx.LogMath(), file)
    return {word: sounds[word] for word in sorted(sounds, key=lambda word: (-model.prob([word]), word))}
