"""How English words are spoken: the dictionary that PocketSphinx carries.

Decides nothing: 135,000 entries, read once in a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pocketsphinx

DICTIONARY = Path(pocketsphinx.get_model_path("en-us")) / "cmudict-en-us.dict"


@cache
def pronunciations() -> Mapping[str, str]:
    """Word to phones (ARPAbet, spaces between); a second pronunciation of "the" is that of "the(2)"."""
    lines = DICTIONARY.read_text(encoding="utf-8").splitlines()
    return {word: phones for word, _, phones in (line.partition(" ") for line in lines)}
