"""Numbers said digit by digit: "two oh five" is 205.

Decides which words are digits, per language. Ordinary numbers ("two hundred") are not taken: a guess at an order
number helps nobody, and the keys always work. Pure.
"""

from __future__ import annotations

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
_SPACED = frozenset({"en"})
"""Languages whose digits are words of their own; in the others every character is one."""


def spoken_digits(words: str, language: str) -> str | None:
    """The digits that `words` spell, or None if anything else was said."""
    base = language.split("-", 1)[0].lower()
    known = _WORDS.get(base, {})
    marks = words.lower().split() if base in _SPACED else list(words.replace(" ", ""))
    digits = [mark if mark.isascii() and mark.isdigit() else known.get(mark) for mark in marks]
    return "".join(digit for digit in digits if digit) if digits and all(digits) else None
