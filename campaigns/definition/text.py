"""A text of a campaign file: one wording, or one per language, per variant, or both.

Decides which wording a contact hears. A key that is a language tag (en-US) names a language, any other key a variant:

    say: Your order is on its way.
    say: {en-US: Your order is on its way., ko-KR: 주문하신 상품이 출발했습니다.}
    say: {short: On its way., full: {en-US: Your order is on its way.}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from campaigns.definition.problems import Path

LANGUAGE = re.compile(r"[a-z]{2,3}-[A-Z]{2}")
"""A language with its country, as BCP 47 writes it: en-US, zh-CN, ko-KR."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording; `language` and `variant` are empty where it serves all. `path` is where it stands in the text."""

    text: str
    language: str = ""
    variant: str = ""
    path: Path = ()


@dataclass(frozen=True, slots=True)
class LocalText:
    """All wordings of one text."""

    wordings: tuple[Wording, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wordings)

    def __iter__(self) -> Iterator[Wording]:
        return iter(self.wordings)

    def pick(self, language: str, main_language: str, variant: str = "") -> Wording | None:
        """The wording for a contact: the own language's before the campaign's main one; None where there is none."""
        for tongue in (language, "", main_language):
            for way in (variant, ""):
                for wording in self.wordings:
                    if wording.language == tongue and wording.variant == way:
                        return wording
        return None


def read_text(written: Any) -> LocalText:
    """What a campaign file holds for a text.

    Raises:
        ValueError: it is neither text nor wordings by language or variant.
    """
    if isinstance(written, LocalText):
        return written
    return LocalText(tuple(_wordings(written, "", "", ())))


def _wordings(written: Any, language: str, variant: str, path: Path) -> Iterator[Wording]:
    if isinstance(written, str) and written.strip():
        yield Wording(written, language, variant, path)
    elif isinstance(written, Mapping) and written:
        for key, part in written.items():
            if LANGUAGE.fullmatch(key) and not language:
                yield from _wordings(part, key, variant, (*path, key))
            elif not LANGUAGE.fullmatch(key) and not variant:
                yield from _wordings(part, language, key, (*path, key))
            else:
                raise ValueError("wordings go by language and by variant, each once")
    else:
        if isinstance(written, list):
            raise ValueError("one text belongs here, not a list. Write it in one line, or indented under `say: >-`")
        raise ValueError("there is no text here")


_SCHEMA = {
    "description": "Text with {{ fields }}; or one text per language (en-US: …) or per variant.",
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "object", "minProperties": 1}],
}

Text = Annotated[LocalText, PlainValidator(read_text), WithJsonSchema(_SCHEMA)]
"""A text in the model of a campaign file."""
