"""Whether somebody who is asked what went wrong will not say, or has just said it.

Decides by the words, because a "no" may be the answer itself: "too expensive" refuses an offer elsewhere, and is the
comment here. Only words that say nothing else are a refusal; in doubt the words are kept. Pure.
"""

from __future__ import annotations

from outbound.dialogue.utterances import made_of, plain

_NOTHING_TO_SAY = {
    "en": r"no|nope|nah|not (really|now|particularly)|nothing( really| much| else| to (say|add))?|none"
    r"|never ?mind|skip( it)?|no (comment|reason|need)"
    r"|(i'?d |i would )?(prefer|rather) not( to)?( say| tell)?|i don'?t want to( say| tell)?"
    r"|that'?s (all|it|fine|ok|okay)|it'?s (fine|ok|okay|alright)|thanks?( you)?|please|oh|um|uh|well",
    "zh": r"不|没|不用了?|没有了?|没了|没什么|没事|算了|不想说|不了|不说了?|谢谢|啊|吧|的|嗯",
    "ko": r"아니(요|오|에요)?|아뇨|없(어요|습니다|어)|됐(어요|습니다|어)|괜찮(아요|습니다|아)"
    r"|별로(요|없어요)?|그냥(요)?|말하기 ?싫어요|네|음",
}
_LONGEST = 60
"""Characters; whoever says more has something to say."""


def says_nothing(words: str, language: str) -> bool:
    """Whether the words do no more than refuse to answer. Languages without rules: they do."""
    known = _NOTHING_TO_SAY.get(language.partition("-")[0])
    if known is None:
        return True
    return made_of(plain(words), known, _LONGEST)
