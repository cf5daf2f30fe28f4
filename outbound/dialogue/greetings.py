"""Whether somebody only calls out, because they have not heard us: "hello?", 喂, 여보세요.

Decides by the words alone; that it is said into the silence after a question, and means "say that again", is the
dialogue's. Pure.
"""

from __future__ import annotations

import re

from outbound.dialogue.utterances import made_of, plain

_CALLS = {
    "en": r"hello|hallo|hi|hey|hiya|yes|yeah|(is )?(anybody|anyone|somebody) there|are you (still )?there|you there",
    "zh": r"喂|哈喽|你好|您好|在吗|有人吗|听得到吗",
    "ko": r"여보세요|거기요|네|들리세요|누구 ?있어요|안녕하세요",
}
_ALONE = re.compile(r"(yes|yeah|네| )+")
"""These beside a call are part of it; alone they are an answer."""
_LONGEST = 40
"""Characters; whoever says more has something to say."""


def calls_out(words: str, language: str) -> bool:
    """Whether the words are nothing but calls."""
    known = _CALLS.get(language.partition("-")[0])
    said = plain(words)
    return known is not None and not _ALONE.fullmatch(said) and made_of(said, known, _LONGEST)
