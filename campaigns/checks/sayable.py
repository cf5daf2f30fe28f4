"""What a voice cannot say: signs without a sound, letters of another script.

Looks at characters alone; whether a text is well said is for ears, `outbound campaign preview`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

_SCRIPTS = {"en": ("LATIN",), "zh": ("CJK", "LATIN"), "ko": ("HANGUL", "LATIN")}
"""Letters that the voices of a language can say, as Unicode names begin; other languages are not looked at."""
_SILENT = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Sk", "So"})
"""Unicode categories without a sound: control characters, emoji, ornaments."""
_SHOWN = 5


def unsayable(text: str, language: str) -> str:
    """The first few characters that the voice of a language cannot say, as they are shown to a person; or nothing."""
    scripts = _SCRIPTS.get(language.partition("-")[0], ())
    wrong = {
        char
        for char in text
        if not char.isspace()
        and (
            unicodedata.category(char) in _SILENT
            or (scripts and char.isalpha() and not unicodedata.name(char, "").startswith(scripts))
        )
    }
    return " ".join(f'"{char}"' if char.isprintable() else f"U+{ord(char):04X}" for char in sorted(wrong)[:_SHOWN])


def unsayable_fields(fields: Mapping[str, str], language: str) -> Iterator[tuple[str, str, str]]:
    """Of a contact's fields: name, value and what of it cannot be said."""
    for name, value in fields.items():
        if wrong := unsayable(value, language):
            yield name, value, wrong
