"""Keys, call-progress tones and beeps: made and found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audio.tones
from audio.errors import AudioError
from audio.pcm import Sound, mixed, over_telephone, to_int16
from audio.tones import (
    COLUMNS,
    KEYS,
    ROWS,
    KeyDetector,
    Progress,
    Tone,
    ToneTracker,
    dtmf,
    progress_of,
    progress_tone,
    tone,
)
from tests.audio.spoken import line, noise, noisy, said

ALL_KEYS = "".join(KEYS)


def keys(sound: Sound) -> str:
    detector = KeyDetector(sound.rate)
    return "".join(press.key for frame in sound.frames() for press in detector.feed(frame))


def tones(sound: Sound) -> list[Tone]:
    tracker = ToneTracker(sound.rate)
    return [found for frame in line(sound, 0.2).frames() for found in tracker.feed(frame)]


@pytest.mark.parametrize("level", [-6, -20, -36])
@pytest.mark.parametrize("seconds", [0.04, 0.07, 0.3])
def test_all_sixteen_keys_are_found_on_a_telephone(seconds: float, level: float) -> None:
    sound = dtmf(ALL_KEYS, seconds, pause_seconds=max(seconds, 0.05), level_dbfs=level)
    assert keys(over_telephone(line(0.2, sound, 0.2))) == ALL_KEYS


@pytest.mark.parametrize("twist", [-8, -4, 4, 8])
def test_keys_are_found_with_twist_and_noise(twist: float) -> None:
    """ITU-T Q.24: rows and columns of unequal strength; here with noise 15 dB below."""
    sounds: list[Sound | float] = []
    for row in ROWS:
        for column in COLUMNS:
            high = tone((column,), 0.06, -16 - max(twist, 0))
            sounds += [mixed(tone((row,), 0.06, -16 + min(twist, 0)), high), 0.08]
    assert keys(noisy(line(0.2, *sounds, 0.2), -31)) == ALL_KEYS


def test_a_key_says_where_it_began() -> None:
    (press,) = KeyDetector(8_000).feed(line(0.5, dtmf("5")).samples)
    assert press.at_seconds == pytest.approx(0.5, abs=0.03)


def test_a_key_held_is_one_key_and_a_key_pressed_twice_is_two() -> None:
    assert keys(dtmf("5", seconds=2.0)) == "5"
    assert keys(dtmf("55", seconds=0.06, pause_seconds=0.05)) == "55"


def test_a_click_of_20_ms_is_no_key() -> None:
    assert keys(dtmf(ALL_KEYS, seconds=0.02)) == ""


@pytest.mark.parametrize("frequency", [*ROWS, *COLUMNS])
def test_one_frequency_or_a_wrong_one_is_no_key(frequency: float) -> None:
    assert keys(tone((frequency,), 0.5)) == ""
    assert keys(tone((frequency * 1.04, 1209 * 1.04), 0.5)) == ""


def test_speech_and_noise_press_no_key() -> None:
    speech = [
        said(text) for text in ("Press one, two, three or four.", "I see, you need me to be free to leave at three.")
    ]
    assert keys(line(*speech, noise(5, -20), said("Aah, ooh, eee, mmm, zzz.", "pyttsx3"))) == ""


def test_keys_are_found_over_a_prompt_that_comes_back_softly() -> None:
    assert keys(mixed(line(0.5, dtmf("9"), 1.0), said("Press nine to stop these calls").louder(-20))) == "9"


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(AudioError):
        dtmf("E")


@given(st.lists(st.integers(-32_768, 32_767), max_size=2_000), st.integers(1, 400))
def test_any_sound_in_any_portions_is_taken(values: list[int], size: int) -> None:
    samples = np.array(values, dtype=np.int16)
    detector, tracker = KeyDetector(8_000), ToneTracker(8_000)
    for start in range(0, len(samples), size):
        detector.feed(samples[start : start + size])
        tracker.feed(samples[start : start + size])


@pytest.mark.parametrize("frequency", [400, 640, 1_000, 1_400, 1_500])
@pytest.mark.parametrize("seconds", [0.15, 0.5, 1.0])
def test_a_beep_is_found_to_40_ms(frequency: float, seconds: float) -> None:
    sound = over_telephone(noisy(line(1.0, tone((frequency,), seconds), 0.5), -50))
    (beep,) = tones(sound)
    assert beep.frequency == pytest.approx(frequency, abs=5)
    assert beep.start_seconds == pytest.approx(1.0, abs=0.04)
    assert beep.end_seconds == pytest.approx(1.0 + seconds, abs=0.04)


def test_a_beep_may_have_overtones_two_tones_or_die_away() -> None:
    fading = tone((900,), 0.7, -10)
    fading = Sound(to_int16(fading.samples.astype(np.float64) * np.exp(-np.arange(len(fading.samples)) / 1_600)), 8_000)
    for beep in (tone((600, 1_200, 1_800), 0.5), tone((1_000, 1_250), 0.5), fading):
        assert len(tones(line(0.5, beep))) == 1


@pytest.mark.parametrize("level", [-62, -40])
def test_looking_ahead_at_a_glance_finds_what_a_thorough_look_finds(
    level: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = said("Please leave a message after the tone.")
    beeps = [tone((frequency,), seconds) for frequency, seconds in ((1_000, 0.15), (440, 0.5), (1_400, 0.3))]
    sound = noisy(line(0.4, speech, 0.3, *(part for beep in beeps for part in (beep, 0.4)), speech, 0.5), level)
    glanced = tones(sound)
    monkeypatch.setattr(audio.tones, "_GLANCE", 0)
    assert glanced == tones(sound)
    assert {round(beep.frequency, -1) for beep in glanced} >= {1_000, 440, 1_400}


def test_speech_holds_no_beep() -> None:
    for text in ("Please leave a message after the tone, and I will get back to you.", "Hello? Who is calling?"):
        assert [beep for beep in tones(said(text)) if beep.frequency > 390 and beep.seconds >= 0.13] == []


@pytest.mark.parametrize("progress", list(Progress))
def test_call_progress_tones_are_recognised(progress: Progress) -> None:
    assert progress_of(tones(over_telephone(progress_tone(progress, 13)))) is progress


def test_a_beep_is_no_call_progress() -> None:
    assert progress_of(tones(line(1.0, tone((1_000,), 0.5), 1.0))) is None
