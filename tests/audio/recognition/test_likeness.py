"""Which sentences sound alike on a telephone."""

from __future__ import annotations

import pytest

from audio.recognition.likeness import Sentences

_EXPECTED = ("opt out", "quit right now", "erase my number", "stop calling me", "yes please", "send it on tuesday")


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("knocked out", "opt out"),
        ("quick right now", "quit right now"),
        ("grace my number", "erase my number"),
        ("start calling me", "stop calling me"),
        ("guess please", "yes please"),
    ],
)
def test_the_likest_sentence_is_found_by_its_sound(heard: str, said: str) -> None:
    assert Sentences(_EXPECTED, "en-US").like([heard], 3)[0] == said


def test_what_sounds_like_nothing_expected_finds_nothing() -> None:
    assert Sentences(_EXPECTED, "en-US").like(["my grandmother has a garden"], 3) == []


def test_every_reading_is_looked_for_and_no_more_is_found_than_asked_for() -> None:
    found = Sentences(_EXPECTED, "en-US").like(["knocked out", "guess please", "stop calling me"], 2)
    assert found[0] == "stop calling me"
    assert len(found) == 2


def test_short_words_are_left_alone_they_have_too_many_neighbours() -> None:
    assert Sentences(("three", "dead", "stop"), "en-US").like(["tree", "bed", "top"], 3) == []
    assert Sentences(("stop the calls",), "en-US").like(["stop", "stop the call"], 3) == []


def test_a_word_that_no_dictionary_has_is_read_by_its_letters() -> None:
    assert Sentences(("xqzzty",), "en-US").like(["xqzty"], 1) == ["xqzzty"]


def test_other_languages_are_compared_by_their_letters() -> None:
    assert Sentences(("다시 전화하지 마세요", "네"), "ko-KR").like(["다시 전화하지 마셔요"], 1) == [
        "다시 전화하지 마세요"
    ]
