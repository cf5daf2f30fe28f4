"""What is written, as people read it aloud: numbers, money, dates, times, order numbers, telephone numbers,
addresses.

Decides the words; the sound of them is the voice's. A reading is a list of rules per language, applied one
after the other; every rule turns what it finds into words that no rule finds again, so that reading twice
changes nothing. A language without rules is read as written.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from audio.synthesis.reading import chinese, english, korean
from audio.synthesis.reading.patterns import Rule

_RULES: Final[dict[str, tuple[Rule, ...]]] = {"en": english.RULES, "zh": chinese.RULES, "ko": korean.RULES}
_UNSPOKEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Sk", "So"})
"""Unicode categories that have no sound here: control characters, emoji, ornaments, lone marks."""


def read_out(text: str, language: str) -> str:
    """`text` in the words in which it is spoken, in one line per paragraph. Never raises.

    Args:
        text: as written, in any Unicode.
        language: BCP 47 tag; its first part chooses the rules.
    """
    text = _plain(text)
    for rule in _RULES.get(language.partition("-")[0].lower(), ()):
        text = rule.pattern.sub(rule.words, text)
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))


def _plain(text: str) -> str:
    """The text in compatibility form (full-width digits, ligatures) without what nobody can say."""
    # The full-width comma never stands inside a number; the ASCII comma that NFKC makes of it does.
    text = unicodedata.normalize("NFKC", text.replace("，", "， "))
    kept = (c if c in "\n" or unicodedata.category(c) not in _UNSPOKEN else " " for c in text)
    return unicodedata.normalize("NFKC", "".join(kept))
