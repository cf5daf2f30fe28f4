"""Answers that need no model: a rating in a rating step, a wording that is known to the letter, a nod.

Decides what is read before and above the model, and only where it cannot be misread: "to" is a two where a rating is
asked and nowhere else; "zero" is beyond the scale there, and elsewhere, alone, the key that brings a person (where a
number is asked for, the dialogue takes it for a digit); "okay" is a yes where yes or no was asked, and elsewhere a
sound of listening.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache

from campaigns.intents import Intent
from outbound.intents.language import Language
from outbound.intents.wordings import wordings_of

RATINGS = frozenset(intent for intent in Intent if intent.rating)

TO_THE_LETTER = 0.97
"""How sure a phrase or wording is that was said as it was written: it may still be misheard, or meant otherwise."""


def known_answer(plain: str, language: Language, expecting: Collection[Intent]) -> Intent | None:
    """The intent of a plain text that leaves no doubt in this step, else None: ask the model."""
    for text in _without_courtesies(plain, language):
        if (known := _known_to_the_letter(text, language, expecting)) is not None:
            return known
    return None


def _known_to_the_letter(plain: str, language: Language, expecting: Collection[Intent]) -> Intent | None:
    rates = not RATINGS.isdisjoint(expecting)
    if rates and (rating := _rating(plain, language)) is not None:
        return Intent(f"rating_{rating}")
    if rates and plain in language.other_numbers:
        return Intent.OTHER
    known = _known(language.tag).get(plain)
    if plain in language.nods:
        return Intent.YES if known is Intent.YES and Intent.YES in expecting else Intent.OTHER
    return None if known in RATINGS and not rates else known


@cache
def _known(tag: str) -> dict[str, Intent]:
    return {wording.text: wording.intent for wording in wordings_of(tag)}


def _without_courtesies(plain: str, language: Language) -> Iterator[str]:
    """The text, then what is left of it as courtesies and fillers are taken from its edges; never nothing."""
    space = " " if language.spaced else ""
    pending = [plain]
    seen = set()
    while pending:
        text = pending.pop(0)
        if text in seen:
            continue
        seen.add(text)
        yield text
        pending += (
            text.removeprefix(f) for c in (*language.before, *language.fillers) if text.startswith(f := c + space)
        )
        pending += (text.removesuffix(f) for c in (*language.after, *language.fillers) if text.endswith(f := space + c))
        pending = [left for left in pending if left]


def _rating(plain: str, language: Language) -> int | None:
    """The one number 1-5 in a text that holds nothing else of weight.

    A word that only sounds like a number ("to", "for") counts when there is no number beside it.
    """
    words = [word for word in language.words(_without_scale(plain, language)) if word not in language.around]
    true, alike = _true_numbers(language), {form: r for r, forms in language.numbers.items() for form in forms}
    if any(word not in alike for word in words):
        return None
    said = {true[word] for word in words if word in true} or {alike[word] for word in words}
    return said.pop() if len(said) == 1 else None


def may_rate(plain: str, language: Language) -> bool:
    """Whether a text can be a rating at all: not with two ratings in it, nor with a number beyond the scale."""
    words = language.words(_without_scale(plain, language))
    true = _true_numbers(language)
    return len({true[word] for word in words if word in true}) <= 1 and language.other_numbers.isdisjoint(words)


def _true_numbers(language: Language) -> dict[str, int]:
    return {forms[0]: rating for rating, forms in language.numbers.items()}


def _without_scale(plain: str, language: Language) -> str:
    """The text without "out of five"; longer names of the scale stand first in the language's list."""
    space = " " if language.spaced else ""
    padded = space + plain + space
    for scale in language.scale:
        padded = padded.replace(space + scale + space, space)
    return padded.strip()


def chosen_phrase(plain: str, language: Language, phrases: Sequence[str]) -> tuple[str, float] | None:
    """The step's own phrase that was said, with how sure that is; None for none, several, or a denied one.

    A phrase counts when its words of weight are all said, in their order: "just leave it at the door" is "at the door".
    A "no" before the rest is an answer of its own and denies nothing: "no, there was a problem". Where words are not
    written apart a phrase is said sign by sign, a single sign alone. Several phrases that have a word of weight in
    common speak of the same thing, and the first one stands for them.
    """
    words = language.words(plain)
    negation = language.classes.get("negation", ())
    rest = words[1:] if words[:1] == ["no"] else words
    said: list[tuple[int, float, tuple[str, ...], str]] = []
    for phrase in phrases:
        wanted = language.words(language.plain(phrase))
        if wanted == words:
            return phrase, TO_THE_LETTER
        weighty = tuple(word for word in wanted if word not in language.droppable) or tuple(wanted)
        denied = any(word in negation and word not in wanted for word in rest)
        found = _in_order(weighty, words) if language.spaced else len(wanted) > 1 and "".join(wanted) in "".join(words)
        if weighty and found and not denied:
            said.append((len(weighty), len(wanted) / max(len(words), len(wanted)), weighty, phrase))
    said.sort(key=lambda each: each[:2], reverse=True)
    if not said or any(each[0] == said[0][0] and set(said[0][2]).isdisjoint(each[2]) for each in said):
        return None
    return said[0][3], 0.6 + 0.3 * said[0][1]


def _in_order(wanted: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(words)
    return all(any(_is(word, said) for said in rest) for word in wanted)


def _is(wanted: str, said: str) -> bool:
    """The same word; in Korean also with an ending hung on to it."""
    return said == wanted or ("\uac00" <= wanted[0] <= "\ud7a3" and said.startswith(wanted))
