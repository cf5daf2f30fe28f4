"""When somebody near the telephone speaks."""

from __future__ import annotations

import numpy as np
import pytest

from audio import activity
from audio.activity import WINDOW_SECONDS, VoiceActivity, Window
from audio.pcm import mixed
from audio.turns import SpeechStarted, TurnEnded, Turns
from tests.audio.spoken import line, noise, noisy, said, windows


def active_seconds(sound_windows: list[Window]) -> float:
    return sum(window.active for window in sound_windows) * WINDOW_SECONDS


def test_windows_follow_each_other_without_a_gap_whatever_the_frames() -> None:
    sound = line(0.4, said("Yes please"), 0.4)
    whole, framed = VoiceActivity(8_000).feed(sound.samples), windows(sound)
    assert [window.start_seconds for window in framed] == pytest.approx(
        [number * WINDOW_SECONDS for number in range(len(framed))]
    )
    assert [window.active for window in whole] == [window.active for window in framed][: len(whole)]


@pytest.mark.parametrize("engine", ["piper", "pyttsx3"])
def test_speech_is_found_where_it_is(engine: str) -> None:
    speech = said("I would like to speak to somebody", engine)
    found = [window for window in windows(line(1.0, speech, 1.0)) if window.active]
    assert found[0].start_seconds == pytest.approx(1.0, abs=0.2)
    assert found[-1].end_seconds == pytest.approx(1.0 + speech.seconds, abs=0.25)


def test_speech_is_found_in_noise() -> None:
    assert active_seconds(windows(noisy(line(1.0, said("I would like to speak to somebody"), 1.0), -38))) > 0.7


@pytest.mark.parametrize("level", [-62, -45, -38])
def test_the_turns_are_the_same_when_the_detector_sleeps_where_nobody_near_speaks(
    level: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("Yes please", "No", "I would like to speak to somebody", "I would give it a five.")
    sound = noisy(line(1.5, *(part for text in words for part in (said(text), 2.5))), level)
    asleep = windows(sound)
    monkeypatch.setattr(activity, "_AWAKE_WINDOWS", 1_000_000)
    awake = windows(sound)
    assert sum(window.probability == 0 for window in asleep) > 0.4 * len(asleep)
    assert not any(window.probability == 0 for window in awake)
    turns, same_turns = ([type(event) for event in Turns().feed(judged)] for judged in (asleep, awake))
    assert turns == same_turns == len(words) * [SpeechStarted, TurnEnded]
    assert sum(one.active != other.active for one, other in zip(asleep, awake, strict=True)) <= 0.02 * len(awake)


@pytest.mark.parametrize(("level", "heard"), [(-22, True), (-48, False)])
def test_where_the_detector_hesitates_a_loud_voice_is_believed_sooner(
    level: float, heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity._Detector, "probability", lambda *_: 0.4)
    assert any(window.active for window in windows(line(1.0, noise(0.4, level), 0.5))) is heard


@pytest.mark.parametrize("level", [-60, -40, -25])
def test_noise_is_not_speech(level: float) -> None:
    assert active_seconds(windows(noise(4, level))) < 0.1


def test_a_television_in_the_background_is_nobody_once_the_callee_has_spoken() -> None:
    television = said("The weather tomorrow will be fine in the south and rather cloudy in the north.").louder(-24)
    sound = mixed(line(0.5, said("Hello, who is there?"), 5.0), television, 2.2)
    assert not any(window.active for window in windows(sound) if window.start_seconds > 2.3)


def test_both_rates_are_heard_alike() -> None:
    sound = line(0.5, said("Yes, that is right"), 0.5)
    narrow, wide = active_seconds(windows(sound)), active_seconds(windows(sound.at(16_000)))
    assert narrow == pytest.approx(wide, abs=0.2)


def test_no_sound_is_no_window() -> None:
    assert VoiceActivity(8_000).feed(np.zeros(0, dtype=np.int16)) == []
