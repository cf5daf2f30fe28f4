"""Numbers said digit by digit or in pairs: "two oh five" is 205, "forty-seven eleven" is 4711.

Decides which words are digits, per language. Ordinary numbers ("two hundred") are not taken: a guess at an order
number helps nobody, and the keys always work. Pure.
"""

from __future__ import annotations

import re

_WORDS = {
    "en": {
        "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
        "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    },
    "zh": {
        "零": "0", "〇": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4",
        "五": "5", "六": "6", "七": "7", "八": "8", "九": "9",
    },
    "ko": {
        "공": "0", "영": "0", "일": "1", "이": "2", "삼": "3", "사": "4",
        "오": "5", "육": "6", "륙": "6", "칠": "7", "팔": "8", "구": "9",
    },
}  # fmt: skip
_PAIRS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_TIMES = {"double": 2, "triple": 3}
_ASIDE = re.compile(
    r"^(?:(?:uh|um|er|well|okay|ok|yes|yeah|sure|it is|its|it's|that's|that is|this is|the (?:number|code) is"
    r"|my (?:number|code) is)\s+)+|\s+(?:please|thanks|thank you)$"
)
"""What people say around a number."""


def spoken_digits(words: str, language: str) -> str | None:
    """The digits that `words` spell, or None if anything else was said."""
    base = language.split("-", 1)[0].lower()
    said = " ".join(re.sub(r"[,.;:!?，。、！？-]", " ", words.lower()).split())
    if base == "en":
        return _english(_ASIDE.sub("", said).split())
    known = _WORDS.get(base, {})
    # Every character is a digit.
    digits = [mark if _is_digit(mark) else known.get(mark) for mark in said.replace(" ", "")]
    return "".join(digit for digit in digits if digit) if digits and all(digits) else None


def _english(marks: list[str]) -> str | None:
    """Digits, said one by one or in pairs ("forty-seven eleven"); "double seven" is two of them."""
    found, times, tens = "", 1, ""
    for mark in marks:
        if tens and mark in _WORDS["en"] and mark not in {"zero", "oh", "o"}:
            found, tens = found + tens + _WORDS["en"][mark], ""
            continue
        found, tens = found + (tens and f"{tens}0"), ""
        if mark in _TIMES:
            times = _TIMES[mark]
        elif mark in _TENS:
            tens = str(_TENS.index(mark) + 2)
        elif _is_digit(mark) or mark in _WORDS["en"] or mark in _PAIRS:
            found, times = found + (_WORDS["en"].get(mark) or _PAIRS.get(mark) or mark) * times, 1
        else:
            return None
    return (found + (tens and f"{tens}0")) or None


def _is_digit(mark: str) -> bool:
    return mark.isascii() and mark.isdigit()
