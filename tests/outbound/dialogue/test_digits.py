"""Numbers as people say them when they are asked for digits."""

from __future__ import annotations

import pytest

from outbound.dialogue.digits import spoken_digits


@pytest.mark.parametrize(
    ("words", "language", "digits"),
    [
        ("two oh five", "en-US", "205"),
        ("4, 7, 1, 1.", "en-US", "4711"),
        ("4711", "en-US", "4711"),
        ("it's four seven one one", "en-US", "4711"),
        ("uh the number is 47 11 please", "en-US", "4711"),
        ("forty-seven eleven", "en-US", "4711"),
        ("forty eleven", "en-US", "4011"),
        ("twenty oh five", "en-US", "2005"),
        ("ninety", "en-US", "90"),
        ("double seven one triple two", "en-US", "771222"),
        ("四七一一。", "zh-CN", "4711"),
        ("4 7 1 1", "zh-CN", "4711"),
        ("사칠일일", "ko-KR", "4711"),
    ],
)
def test_a_number_is_taken_as_it_is_said(words: str, language: str, digits: str) -> None:
    assert spoken_digits(words, language) == digits


@pytest.mark.parametrize("words", ["", "two hundred", "four of them", "please", "double", "I don't know", "it's"])
def test_what_is_no_row_of_digits_is_none(words: str) -> None:
    assert spoken_digits(words, "en-US") is None
