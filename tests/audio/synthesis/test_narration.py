"""Sentences, pauses and loudness."""

from __future__ import annotations

import numpy as np
import pytest

from audio.pcm import Sound, joined, silence
from audio.synthesis.narration import Narrator, levelled, pause_after, sentences, speech_level_dbfs, trimmed


def tone(seconds: float, level: float = 3_000, rate: int = 8_000) -> Sound:
    moments = np.arange(round(seconds * rate)) / rate
    return Sound((level * np.sin(2 * np.pi * 440 * moments)).astype(np.int16), rate)


class Buzzer:
    """A voice that buzzes for a tenth of a second per word, with silence around it."""

    engine, language, identity = "buzzer", "en-US", "buzzer"

    def __init__(self) -> None:
        self.said: list[str] = []

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        self.said.append(text)
        return joined([silence(0.3), tone(0.1 * len(text.split()) / pace), silence(0.5)], 8_000)


def test_a_text_is_spoken_sentence_by_sentence_as_it_is_read() -> None:
    voice = Buzzer()
    Narrator(voice).speak("Hello Mr. Smith! Order 12 is ready at 2 p.m. today.\n\nBye")
    assert voice.said == ["Hello Mister Smith!", "Order twelve is ready at two PM today.", "Bye"]


def test_pauses_are_by_punctuation_and_not_by_the_silence_of_the_engine() -> None:
    sound = Narrator(Buzzer()).speak("One two. Three four")
    assert sound.seconds == pytest.approx(0.2 + 0.35 + 0.2, abs=0.1)


def test_pauses_follow_the_pace() -> None:
    assert Narrator(Buzzer()).speak("A. B.", pace=0.5).seconds > 1.5 * Narrator(Buzzer()).speak("A. B.").seconds


def test_a_narrator_has_a_pace_of_its_own() -> None:
    slow = Narrator(Buzzer(), pace=0.5)
    assert slow.speak("A. B.").seconds == Narrator(Buzzer()).speak("A. B.", pace=0.5).seconds
    assert slow.identity != Narrator(Buzzer()).identity


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("您好。订单已发货！谢谢", ["您好。", "订单已发货！", "谢谢"]),
        ("One: two; three", ["One:", "two;", "three"]),
        ("Really?! Yes... Good.", ["Really?!", "Yes...", "Good."]),
        (" \n ... \n", []),
    ],
)
def test_sentences_end_at_their_punctuation(text: str, parts: list[str]) -> None:
    assert list(sentences(text)) == parts


def test_a_full_stop_pauses_longer_than_a_colon_in_any_script() -> None:
    assert pause_after("您好。") == pause_after("Hello.") > pause_after("是：") == pause_after("is:")


def test_silence_around_speech_is_cut() -> None:
    assert trimmed(joined([silence(1), tone(0.5), silence(1)], 8_000)).seconds == pytest.approx(0.5, abs=0.05)
    assert trimmed(silence(1)).seconds == 0


@pytest.mark.parametrize("level", [30, 300, 3_000, 30_000])
def test_speech_is_brought_to_one_level_whatever_the_pauses(level: float) -> None:
    sound = levelled(joined([tone(0.4, level), silence(2), tone(0.4, level)], 8_000))
    assert speech_level_dbfs(sound) == pytest.approx(-20, abs=0.5)


def test_peaks_are_not_clipped_for_the_sake_of_loudness() -> None:
    clicks = np.zeros(8_000, dtype=np.int16)
    clicks[::400] = 20_000
    assert np.abs(levelled(Sound(clicks, 8_000)).samples.astype(int)).max() <= 32_767 * 10 ** (-3 / 20) + 1
