"""The voices with their real engines: one contract for all of them."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.errors import AudioError, ModelMissing
from audio.synthesis import available, espeak, piper, voice_for
from audio.synthesis.narration import SPEECH_LEVEL_DBFS, speech_level_dbfs

TEXTS = {
    "en-US": "Hello, this is Baker Street Garage. Your order A12B has shipped!",
    "zh-CN": "您好，您的订单A12B已经发货，共¥12.5。",
    "ko-KR": "안녕하세요. 주문 A12B가 발송되었습니다.",
}
voice = cache(voice_for)
"""Voices are shared as in the product: loading one takes a second or two."""
VOICES = [("pyttsx3", language) for language in TEXTS] + [("piper", "en-US")]


@pytest.mark.parametrize(("engine", "language"), VOICES)
def test_speaks_at_the_common_level(engine: str, language: str) -> None:
    sound = voice(language, engine).speak(TEXTS[language])
    assert 2 < sound.seconds < 12
    assert speech_level_dbfs(sound) == pytest.approx(SPEECH_LEVEL_DBFS, abs=2)
    assert np.abs(sound.samples.astype(int)).max() < 24_000


@pytest.mark.parametrize(("engine", "language"), VOICES)
def test_says_nothing_for_a_text_without_words(engine: str, language: str) -> None:
    assert [len(voice(language, engine).speak(text).samples) for text in ("", "  \n", "...", "🎉", "\0")] == [0] * 5


@pytest.mark.parametrize("engine", ["pyttsx3", "piper"])
def test_a_slower_pace_takes_longer(engine: str) -> None:
    text = "Your order has shipped and should be with you on Friday"
    quick, slow = (voice("en-US", engine).speak(text, pace=pace) for pace in (1.0, 0.6))
    assert slow.seconds > 1.2 * quick.seconds


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    for engine, language in VOICES:
        voice(language, engine).speak(TEXTS[language])
    assert capfd.readouterr() == ("", "")


def test_threads_that_speak_different_languages_do_not_mix() -> None:
    voices = {language: espeak.EspeakVoice(language) for language in TEXTS}
    alone = {language: voices[language].speak(text).seconds for language, text in TEXTS.items()}
    heard: list[tuple[str, float]] = []

    def speak(language: str) -> None:
        heard.append((language, voices[language].speak(TEXTS[language]).seconds))

    threads = [threading.Thread(target=speak, args=(language,)) for language in list(TEXTS) * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 15
    for language, seconds in heard:
        assert seconds == pytest.approx(alone[language], abs=0.05)


def test_a_repeatable_piper_voice_says_the_same_samples_again() -> None:
    one, two = (voice_for("en-US", "piper", repeatable=True).speak("Good morning.") for _ in range(2))
    assert np.array_equal(one.samples, two.samples)


def test_every_available_voice_speaks_its_language() -> None:
    listed = list(available())
    assert {(one.engine, one.language) for one in listed} >= set(VOICES)
    for one in listed:
        spoken = voice(one.language, one.engine, one.voice).speak(TEXTS.get(one.language, "Hello."))
        assert spoken.seconds > 0.3


def test_a_piper_voice_is_found_by_path_and_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (carried,) = piper.models()
    for suffix in ("", ".json"):
        (tmp_path / f"mine.onnx{suffix}").symlink_to(f"{carried.path}{suffix}")
    assert piper.model_at(tmp_path / "mine.onnx").language == "en-US"
    monkeypatch.setenv(piper.FOLDERS_VARIABLE, str(tmp_path))
    assert [model.name for model in piper.models()] == ["mine", carried.name]


@pytest.mark.parametrize(
    ("engine", "language", "voice", "error"),
    [
        ("pyttsx3", "xx-XX", None, ModelMissing),
        ("pyttsx3", "en-US", "nobody", ModelMissing),
        ("piper", "ko-KR", None, ModelMissing),
        ("piper", "en-US", "/nowhere/voice.onnx", ModelMissing),
        ("parrot", "en-US", None, AudioError),
    ],
)
def test_what_is_missing_is_named_with_a_hint(
    engine: str, language: str, voice: str | None, error: type[AudioError]
) -> None:
    with pytest.raises(error) as caught:
        voice_for(language, engine, voice)
    assert caught.value.hint


def test_espeak_reads_no_byte_behind_a_text() -> None:
    spoken = espeak.EspeakVoice("en-US").speak("Hello." + " " * 2_000_000)
    assert spoken.seconds == pytest.approx(espeak.EspeakVoice("en-US").speak("Hello.").seconds, abs=0.1)


@given(text=st.text(max_size=30), language=st.sampled_from(sorted(TEXTS)))
@settings(max_examples=40)
def test_espeak_says_any_text(text: str, language: str) -> None:
    assert espeak.EspeakVoice(language).speak(text).rate == 22_050
