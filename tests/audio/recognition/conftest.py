"""The engines under test, each with a speaker and the answers of a closed step in its language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from audio.pcm import Sound
from audio.recognition import Engine, Expected, Recognizer, Transcript, recognizer_for
from tests.audio.recognition import speakers


@dataclass(frozen=True, slots=True)
class EngineUnderTest:
    """An engine with somebody to talk to it.

    Attributes:
        answers: what the speaker can say of the closed step `expected`, all of it understood in earlier runs.
    """

    recognizer: Recognizer
    speak: Callable[[str], Sound]
    expected: Expected
    answers: tuple[str, ...]

    def hear(self, sound: Sound, expected: Expected | None = None) -> Transcript:
        """The final transcript of a sound that arrives in telephone frames."""
        listening = self.recognizer.listen(expected or self.expected, sound.rate)
        for frame in sound.frames():
            listening.feed(frame)
        return listening.finish()


_KOREAN = ("네", "아니요", "이", "삼", "사", "오")
"""Without "일": eSpeak NG's is unclear, and Vosk, which dithers its input, hears it otherwise each time."""
_ENGLISH = ("yes", "no", "one", "two", "three", "four", "five", "stop", "again")


@pytest.fixture(scope="session", params=[Engine.VOSK, Engine.POCKETSPHINX, Engine.WHISPER])
def engine(request: pytest.FixtureRequest) -> EngineUnderTest:
    if request.param is Engine.VOSK:
        return _engine(request.param, "ko-KR", speakers.korean, _KOREAN)
    return _engine(request.param, "en-US", speakers.english, _ENGLISH)


def _engine(name: str, language: str, speak: Callable[[str], Sound], answers: tuple[str, ...]) -> EngineUnderTest:
    recognizer = recognizer_for(language, name)
    assert recognizer is not None
    return EngineUnderTest(recognizer, speak, Expected(answers, closed=True), answers)
