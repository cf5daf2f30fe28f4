"""Somebody who says "hello?" after a question has not heard it."""

from __future__ import annotations

import pytest

from campaigns.intents import Intent
from outbound.dialogue.greetings import calls_out
from tests.outbound.calls import SCRIPT, answered, asked


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("hello", "en-US"),
        ("Hello? Hello?", "en-US"),
        ("yes hello", "en-US"),
        ("Hi, are you there?", "en-US"),
        ("喂喂", "zh-CN"),
        ("喂，你好", "zh-CN"),
        ("네, 여보세요?", "ko-KR"),
    ],
)
def test_calls_are_known(words: str, language: str) -> None:
    assert calls_out(words, language)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("", "en-US"),
        ("yes", "en-US"),
        ("hello kitty", "en-US"),
        ("네", "ko-KR"),
        ("你好吗朋友", "zh-CN"),
        ("hi", "de-DE"),
    ],
)
def test_answers_and_other_words_are_no_calls(words: str, language: str) -> None:
    assert not calls_out(words, language)


def test_who_calls_out_after_a_question_hears_all_of_it_again_once() -> None:
    call = answered()
    call.hear_out(3)
    call.say(Intent.OTHER, "hello?")
    assert call.said[-1] == SCRIPT.steps["message"].say
    call.hear_out(2)
    call.say(Intent.OTHER, "hello?")
    assert call.said[-1] == SCRIPT.steps["leave"].reprompt


def test_a_greeting_while_the_robot_speaks_is_left_alone() -> None:
    call = asked("leave")
    call.say(Intent.YES)
    assert call.say(Intent.OTHER, "hello") == ()
