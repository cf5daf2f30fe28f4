"""Makes what a callee said fit to be shown: whatever could tell who it was is blotted out.

Decides what may identify somebody in free words: the contact's own fields, numbers of three digits and more, and
addresses of mail. It cannot know a name that is in no field. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

BLOT = "▒▒▒"
_NUMBER = r"\+?\d(?:[\s().-]*\d){2,}"
_MAIL = r"\S+@\S+\.\w+"


def blotted(words: str, fields: Mapping[str, str]) -> str:
    """`words` without numbers, mail addresses and the contact's fields; every word of a field called name goes."""
    own = sorted(set(_identifying(fields)), key=len, reverse=True)
    patterns = [_MAIL, _NUMBER, *(rf"\b{re.escape(text)}\b" for text in own)]
    return re.sub("|".join(patterns), BLOT, words, flags=re.IGNORECASE)


def _identifying(fields: Mapping[str, str]) -> Iterable[str]:
    for name, value in fields.items():
        texts = [value, *value.split()] if "name" in name.lower() else [value]
        yield from (text for text in (text.strip() for text in texts) if len(text) > 1)
