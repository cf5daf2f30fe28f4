"""Whether an utterance holds nothing but certain phrases, in whatever order and however often.

Decides how words are compared: without case, punctuation and the forms of an apostrophe; where words are not written
apart, phrases may follow each other without a space. Which phrases, and what follows from it, is its callers'. Pure.
"""

from __future__ import annotations

import re


def plain(words: str) -> str:
    """The words as phrases are compared with them."""
    return re.sub(r"[\s,.!?，。！？、]+", " ", words.casefold().replace("’", "'")).strip()


def made_of(said: str, phrases: str, longest: int) -> bool:
    """Whether plain words are a row of phrases and nothing else.

    Args:
        phrases: the alternatives of a regular expression.
        longest: in characters; whoever says more says something else as well.
    """
    return len(said) <= longest and re.fullmatch(rf"(?:(?:{phrases})(?: |$|(?<=[^\x00-\x7f])))+", said) is not None
