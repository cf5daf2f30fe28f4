"""How far "never call me again" reaches: what the words themselves say, or else what the campaign says.

Decides which words narrow an opt-out to the matter of the call ("stop calling me about my order") and which widen it to
all that the brand might call about ("no calls from you at all"). It is narrowed only by words that name the matter, and
never where others name everything: who is in doubt is called no more. Pure.
"""

from __future__ import annotations

import re

from campaigns.outcomes import Scope

_EVERYTHING = {
    "en": r"\b(at all|all (of )?(the|your|these|those)?\s*(calls?|lists?)|any ?(thing|more calls|of|call)|every\w*"
    r"|no (more )?calls? from|from you (people|guys|lot|again)|your company|ever again|whatsoever|nothing)\b",
    "zh": r"所有|任何|全部|一切|一律|什么|都(别|不)|你们公司|永远|再也不",
    "ko": r"모든|전부|어떤|아무|일절|일체|절대|회사|영원히|영영",
}
_THIS_MATTER = {
    "en": r"\b(call\w*|phon\w*|ring\w*|contact\w*|bother\w*|remind\w*|messages?|hear(ing)?)\s(\S+\s){0,3}?"
    r"(about|regarding|concerning) (this|these|my|the)\b",
    "zh": r"这件事|这事|这个事|这回事|关于(这|我的)|(订单|会员|积分|优惠|退款|降价)的事",
    "ko": r"이 ?(건|일|문제|용건)(으로|로|에 대해|때문)"
    r"|(주문|회원|멤버십|포인트|환불|할인|배송)\S* ?(건|일|문제)(으로|로)",
}


def scope_meant(words: str, language: str, usual: Scope) -> Scope:
    """How far an opt-out in these words reaches, in a campaign that usually lets it reach as far as `usual`."""
    base, said = language.partition("-")[0], words.casefold()
    if _says(_EVERYTHING, base, said):
        return usual if usual in {Scope.BRAND, Scope.EVERYONE} else Scope.BRAND
    return Scope.CAMPAIGN if _says(_THIS_MATTER, base, said) else usual


def _says(wordings: dict[str, str], base: str, said: str) -> bool:
    return base in wordings and re.search(wordings[base], said) is not None
