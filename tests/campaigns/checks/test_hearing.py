"""No answer of a step can be taken for another one, nor for what every call understands."""

from __future__ import annotations

import pytest

from campaigns.checks.sounds import sound_of
from tests.campaigns.checks.campaigns import STEPS, found

ASK = "  a: {{say: Hi, ask: {{x: {{next: b, phrases: [{x}]}}, y: {{next: b, phrases: [{y}]}}}}}}\n  b: {{end: true}}\n"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en-US", "two", "to"),
        ("en-US", "room 2", "room too"),
        ("en-US", "I'll wait", "I'll weight"),
        ("en-US", "write", "right"),
        ("en-US", "mail", "male"),
        ("en-US", "by phone", "buy phone"),
        ("zh-CN", "是", "事"),
        ("zh-CN", "1", "一"),
        ("ko-KR", "있어", "이써"),
        ("ko-KR", "왜", "외"),
        ("ko-KR", "5", "오"),
        ("fr-FR", "Où", "ou"),
    ],
)
def test_what_sounds_the_same_has_the_same_key(language: str, one: str, other: str) -> None:
    assert sound_of(one, language) == sound_of(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en-US", "ship it", "shop it"),
        ("en-US", "yes", "us"),
        ("en-US", "keep it", "keep at"),
        ("en-US", "home", "hem"),
        ("en-US", "later", "letter"),
        ("en-US", "no", "now"),
        ("zh-CN", "好", "不好"),
        ("ko-KR", "네", "나"),
    ],
)
def test_what_sounds_different_has_another_key(language: str, one: str, other: str) -> None:
    assert sound_of(one, language) != sound_of(other, language)


def test_answers_that_sound_alike_are_found() -> None:
    assert found(STEPS + ASK.format(x="number two", y="number too")) == [
        'error script.a.ask.y.phrases: "number too" sounds like "number two" and means two things in en-US: x and y.'
    ]


def test_an_answer_that_another_ones_intent_understands_is_found() -> None:
    steps = "  a: {say: Hi, ask: {yes: b, y: {next: b, phrases: [yes please]}}}\n  b: {end: true}\n"
    assert any('"yes please" means two things' in told for told in found(STEPS + steps))


def test_an_answer_that_ends_all_calls_is_an_error_and_one_that_fetches_a_person_a_warning() -> None:
    assert found(STEPS + ASK.format(x="stop", y="operator")) == [
        'error script.a.ask.x.phrases: "stop" means opt_out in every call in en-US, and wins over this answer.',
        'warning script.a.ask.y.phrases: "operator" means transfer in every call in en-US; '
        "here it is taken as this answer.",
    ]
