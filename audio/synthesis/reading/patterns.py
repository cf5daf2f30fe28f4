"""How the things that need reading are written, in any language.

Decides what counts as an amount, a date, a telephone number or a code; the languages decide the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """Whatever matches `pattern` is replaced by `words` of the match."""

    pattern: re.Pattern[str]
    words: Callable[[re.Match[str]], str]


def rule(pattern: str, words: Callable[[re.Match[str]], str] | str) -> Rule:
    """A rule from a pattern without regard to case, save in its parts `(?-i:...)`; constant words are a
    template.
    """
    template = None if callable(words) else words
    replacement = words if callable(words) else (lambda match: match.expand(str(template)))
    return Rule(re.compile(pattern, re.IGNORECASE), replacement)


# Chinese and Korean write without spaces around numbers, so "word boundary" here means: next to no Latin
# letter or digit.
APART: Final = r"(?<![A-Za-z0-9])(?<![0-9][.,])"
ENDED: Final = r"(?![A-Za-z0-9])"
NAME_ENDED: Final = r"(?![A-Za-z0-9]|[.,][0-9]|-[A-Za-z0-9])"
"""After digits that are a name: neither a decimal nor a part of a longer code."""
NUMBER: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
CLOCK: Final = rf"{APART}(?P<hour>[01]?[0-9]|2[0-4]):(?P<minute>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])"
ISO_DATE: Final = rf"{APART}(?P<year>[0-9]{{4}})[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}})(?![0-9])"
EMAIL: Final = r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
URL: Final = (
    r"(?<![A-Za-z0-9.@/-])(?:https?://)?(?:www\.)?(?P<address>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
    r"\.(?:com|net|org|info|io|co|cn|kr|us|uk|eu|shop|store|app|me|test|example)(?![A-Za-z0-9-])(?:/[A-Za-z0-9._~/-]*[A-Za-z0-9/])?)"
)
TELEPHONE: Final = (
    rf"{APART}(?<!-)(?:\+[0-9]{{1,3}}[ .-]?)?"
    rf"(?:\([0-9]{{1,4}}\)[ .-]?[0-9]{{3,4}}[ .-]|[0-9]{{1,4}}[ .-](?:[0-9]{{2,4}}[ .-])+)[0-9]{{4}}{ENDED}"
)
INTERNATIONAL: Final = r"\+[0-9]{7,15}(?![0-9])"
CODE: Final = rf"{APART}(?-i:(?=[A-Z0-9-]*[0-9])(?=[A-Z0-9-]*[A-Z])[A-Z0-9]+(?:-[A-Z0-9]+)*){ENDED}"
"""An order number or the like: capital letters and digits in one token."""
LONG_DIGITS: Final = rf"{APART}(?:[0-9]{{7,}}|0[0-9]+|[0-9]{{3}}-[0-9]{{4}})(?![A-Za-z0-9]|[.,][0-9])"
"""Digits that are a name rather than an amount."""


def amount(text: str) -> tuple[str, str]:
    """The whole part and the decimals of a NUMBER, as digits."""
    whole, _, decimals = text.replace(",", "").partition(".")
    return whole, decimals


def calendar_date(match: re.Match[str]) -> date | None:
    """The day of a match with the groups year, month and day; None when the calendar has no such day."""
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def grouped(digits: str) -> Iterator[str]:
    """Digits in the groups in which people say them: threes and fours, the last one a four where it comes
    out.
    """
    rest = len(digits)
    position = 0
    while rest:
        size = rest if rest <= 4 else 3 if rest in (5, 6, 7, 9, 10) else 4 if rest != 11 else 3
        yield digits[position : position + size]
        position += size
        rest -= size


def runs(code: str) -> Iterator[str]:
    """The parts of a code: letters or digits, what stands between them left out."""
    yield from re.findall(r"[A-Za-z]+|[0-9]+", code)


def lone_digits(text: str) -> Iterator[str]:
    """Every run of digits in a text, in the groups in which it is written; a long run is cut."""
    for run in re.findall(r"[0-9]+", text):
        yield from grouped(run)
