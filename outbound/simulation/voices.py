"""Who speaks for scripted callees: for each text a voice of the language that its letters belong to.

Decides on voices that a recogniser understands, which are not always the ones that are pleasant to hear.
"""

from __future__ import annotations

import re
from functools import cached_property

from audio.errors import MissingExtra, ModelMissing
from audio.pcm import Sound
from audio.synthesis import PromptCache, Voice, voice_for

_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KOREAN_VOICE, _KOREAN_PACE = "ko+m7", 1.1
"""What the small Korean model of Vosk understands best of eSpeak NG's voices."""


class CalleeVoices:
    """Implements `audio.synthesis.Voice` for callees of several languages. Voices are loaded when they first speak."""

    engine = "callees"
    language = "en-US"

    def __init__(self, cache: PromptCache | None = None) -> None:
        self._cache = cache

    @property
    def identity(self) -> str:
        return " ".join(voice.identity for voice in (self._english, self._korean, self._chinese))

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        if _HANGUL.search(text):
            return self._korean.speak(text, pace=pace)
        return (self._chinese if _HAN.search(text) else self._english).speak(text, pace=pace)

    @cached_property
    def _english(self) -> Voice:
        """A natural voice where there is one."""
        try:
            return voice_for("en-US", "piper", cache=self._cache, repeatable=True)
        except (MissingExtra, ModelMissing):
            return voice_for("en-US", cache=self._cache)

    @cached_property
    def _korean(self) -> Voice:
        return voice_for("ko-KR", voice=_KOREAN_VOICE, pace=_KOREAN_PACE, cache=self._cache)

    @cached_property
    def _chinese(self) -> Voice:
        return voice_for("zh-CN", cache=self._cache)
