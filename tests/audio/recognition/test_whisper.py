"""What Whisper makes of sentences that are expected, and of others that only sound like them."""

from __future__ import annotations

from functools import cache

import pytest

from audio.pcm import Sound
from audio.recognition import Expected, Recognizer, Transcript, recognizer_for
from tests.audio.spoken import line, noisy, said

_EXPECTED = ("quit right now", "leave me alone", "stop calling me", "yes please", "no more calls")


@cache
def recognizer() -> Recognizer:
    found = recognizer_for("en-US", "whisper")
    assert found is not None
    return found


def heard(sound: Sound, *expected: str) -> Transcript:
    listening = recognizer().listen(Expected(expected), sound.rate)
    listening.feed(sound.samples)
    return listening.finish()


def in_noise(text: str) -> Sound:
    """Said into a telephone in a noisy room."""
    return noisy(line(0.4, said(text), 0.3), -40)


def test_an_expected_sentence_is_heard_where_another_would_be_likelier_english() -> None:
    assert heard(in_noise("Quit right now")).text == "quick right now"
    assert heard(in_noise("Quit right now"), *_EXPECTED).text == "quit right now"


@pytest.mark.parametrize("text", ["wait for me at home", "the weather is fine today", "no more snow"])
def test_what_only_sounds_like_an_expected_sentence_is_not_taken_for_one(text: str) -> None:
    assert heard(in_noise(text), *_EXPECTED).text not in _EXPECTED
