"""Who has nothing to say about a low rating, and who says it with a no."""

from __future__ import annotations

import pytest

from campaigns.intents import Intent
from campaigns.outcomes import Comment
from outbound.dialogue.refusals import says_nothing
from tests.outbound.calls import asked

NOTHING = {
    "en-US": (
        "no",
        "No, thanks.",
        "nothing really",
        "no comment",
        "I'd rather not say",
        "nah, it's fine",
    ),
    "zh-CN": ("不用了", "没有", "算了，谢谢", "没什么", "不想说"),
    "ko-KR": ("아니요", "없어요", "아니, 됐어요", "괜찮아요"),
}
SOMETHING = {
    "en-US": ("too expensive", "no one answered", "not what I ordered", "nothing worked", "it's fine but late"),
    "zh-CN": ("太贵了", "不好用", "没人接电话"),
    "ko-KR": ("너무 비싸요", "아무도 안 받아요", "별로 도움이 안 됐어요"),
}


@pytest.mark.parametrize(("language", "words"), [(tag, words) for tag, all_of in NOTHING.items() for words in all_of])
def test_words_that_only_refuse_say_nothing(language: str, words: str) -> None:
    assert says_nothing(words, language)


@pytest.mark.parametrize(("language", "words"), [(tag, words) for tag, all_of in SOMETHING.items() for words in all_of])
def test_words_that_say_what_went_wrong_are_kept(language: str, words: str) -> None:
    assert not says_nothing(words, language)


def test_a_no_that_says_what_went_wrong_is_a_comment() -> None:
    call = asked("rate")
    call.press("2")
    call.hear_out()
    call.say(Intent.NO, "too expensive")
    assert call.saved[1:] == [Comment("too expensive", "rating")]
