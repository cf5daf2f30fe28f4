"""Sentences ready to be played."""

from __future__ import annotations

import numpy as np
import pytest

from audio.pcm import TELEPHONE_RATE, Sound
from audio.synthesis.ready import ReadyVoice


class Clock:
    """A voice of a second for each text, which counts how often it was asked."""

    engine, language, identity = "clock", "en-US", "a clock"

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        self.asked.append((text, pace))
        return Sound(np.ones(22_050, dtype=np.int16), 22_050)


def test_a_sentence_is_rendered_once_for_all_calls_at_the_line_s_rate() -> None:
    clock = Clock()
    voice = ReadyVoice(clock, TELEPHONE_RATE)
    first, again = voice.speak("hello"), voice.speak("hello")
    assert again is first
    assert (first.rate, len(first.samples)) == (TELEPHONE_RATE, 8_000)
    assert voice.speak("hello", pace=0.8) is not first
    assert clock.asked == [("hello", 1.0), ("hello", 0.8)]
    assert (voice.engine, voice.language, voice.identity) == ("clock", "en-US", "a clock")


def test_what_was_said_before_is_there_without_asking_the_voice() -> None:
    clock = Clock()
    voice = ReadyVoice(clock, TELEPHONE_RATE)
    assert voice.kept("hello", 1.0) is None
    said = voice.speak("hello")
    assert voice.kept("hello", 1.0) is said
    assert voice.kept("hello", 0.8) is None
    assert clock.asked == [("hello", 1.0)]


def test_what_is_shared_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        ReadyVoice(Clock(), TELEPHONE_RATE).speak("hello").samples[0] = 1


def test_what_was_not_said_for_longest_goes_first() -> None:
    clock = Clock()
    voice = ReadyVoice(clock, TELEPHONE_RATE, limit_bytes=2 * 16_000)
    for text in ("one", "two", "one", "three", "one", "two"):
        voice.speak(text)
    assert [text for text, _ in clock.asked] == ["one", "two", "three", "two"]
