"""How far an opt-out reaches is heard in its words; in doubt it reaches further."""

from __future__ import annotations

import pytest

from campaigns.outcomes import Scope
from outbound.dialogue.scope import scope_meant

ONLY_THIS = [
    ("en-US", "stop calling me about this"),
    ("en-US", "please don't call me any more about my order"),
    ("en-US", "i don't want to hear about my membership"),
    ("en-US", "no more messages regarding this please"),
    ("zh-CN", "别再为这件事打电话了"),
    ("zh-CN", "这个订单的事不要再打了"),
    ("ko-KR", "이 건으로는 더 이상 전화하지 마세요"),
    ("ko-KR", "주문 일로 전화하지 마세요"),
]
EVERYTHING = [
    ("en-US", "no more calls from you at all"),
    ("en-US", "take me off all your lists"),
    ("en-US", "never call me about this or anything else"),
    ("zh-CN", "所有电话都不要再打了"),
    ("zh-CN", "你们公司以后都别打了"),
    ("ko-KR", "앞으로 어떤 전화도 하지 마세요"),
    ("ko-KR", "모든 전화를 그만해 주세요"),
]
NEITHER = [
    ("en-US", "stop"),
    ("en-US", "never call me again"),
    ("en-US", "forget about it and stop calling"),
    ("en-US", "what is this about stop calling me"),
    ("en-US", "don't call me on this number"),
    ("zh-CN", "不要再打了"),
    ("zh-CN", "这个电话不要再打了"),
    ("ko-KR", "그만 전화하세요"),
    ("ko-KR", "이 번호로 전화하지 마세요"),
    ("de-DE", "nie wieder wegen dieser Sache"),
]


@pytest.mark.parametrize(("language", "words"), ONLY_THIS)
@pytest.mark.parametrize("usual", Scope)
def test_words_that_name_the_matter_end_calls_about_it(language: str, words: str, usual: Scope) -> None:
    assert scope_meant(words, language, usual) is Scope.CAMPAIGN


@pytest.mark.parametrize(("language", "words"), EVERYTHING)
def test_words_that_name_everything_reach_as_far_as_the_brand_at_least(language: str, words: str) -> None:
    for usual in (Scope.CAMPAIGN, Scope.PURPOSE, Scope.BRAND):
        assert scope_meant(words, language, usual) is Scope.BRAND
    assert scope_meant(words, language, Scope.EVERYONE) is Scope.EVERYONE


@pytest.mark.parametrize(("language", "words"), NEITHER)
@pytest.mark.parametrize("usual", Scope)
def test_other_words_reach_as_far_as_the_campaign_says(language: str, words: str, usual: Scope) -> None:
    assert scope_meant(words, language, usual) is usual
