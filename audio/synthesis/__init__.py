"""Text to speech: engines chosen by name, one `Voice` per language.

Decides which engine and which of its voices serve a language, and joins reading, cache and engine to one
voice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from audio.errors import AudioError, MissingExtra, ModelMissing
from audio.synthesis import espeak, piper
from audio.synthesis.base import AvailableVoice, Voice
from audio.synthesis.cache import CachedVoice, PromptCache
from audio.synthesis.narration import Narrator

ENGINES: Final = (espeak.ENGINE, piper.ENGINE)
__all__ = ["ENGINES", "AvailableVoice", "PromptCache", "Voice", "available", "voice_for"]


def voice_for(
    language: str,
    engine: str | None = None,
    voice: str | None = None,
    *,
    pace: float = 1.0,
    cache: PromptCache | None = None,
    repeatable: bool = False,
) -> Voice:
    """The voice that reads texts of `language` out.

    Args:
        language: BCP 47 tag: en-US, zh-CN, ko-KR.
        engine: "pyttsx3" (the default) or "piper".
        voice: a voice of that engine by name; for Piper also the path of an .onnx file. None is the engine's
            own choice for the language.
        pace: how fast it speaks where nothing else is asked for; 1.0 is the engine's own speed.
        cache: where rendered sentences are kept; None renders every time.
        repeatable: the same text is the same sound in every process, at some cost in liveliness.

    Raises:
        MissingExtra: the engine is not installed.
        ModelMissing: the engine has no such voice, or none for the language.
        AudioError: there is no such engine, or it does not start.
    """
    chosen = engine or espeak.ENGINE
    plain: Voice
    if chosen == espeak.ENGINE:
        plain = espeak.EspeakVoice(language, voice)
    elif chosen == piper.ENGINE:
        if not piper.is_installed():
            raise MissingExtra(piper.ENGINE, piper.EXTRA)
        plain = piper.PiperVoice(_piper_model(language, voice), repeatable=repeatable)
    else:
        raise AudioError(f"there is no speech engine {chosen!r}", f"choose one of: {', '.join(ENGINES)}")
    return Narrator(CachedVoice(plain, cache) if cache else plain, pace)


def available() -> Iterator[AvailableVoice]:
    """Every voice that could be used here, the default engine first, and how to get the engine that is
    missing.
    """
    for language, name in espeak.VOICES.items():
        yield AvailableVoice(espeak.ENGINE, language, name, installed=True)
    installed = piper.is_installed()
    hint = "" if installed else MissingExtra(piper.ENGINE, piper.EXTRA).hint
    for model in piper.models():
        yield AvailableVoice(piper.ENGINE, model.language, model.name, installed, hint)


def _piper_model(language: str, voice: str | None) -> piper.PiperModel:
    if voice is not None and voice.endswith(".onnx"):
        return piper.model_at(Path(voice).expanduser())
    for model in piper.models():
        if model.name == voice or (voice is None and model.language == language):
            return model
    wanted = f"named {voice!r}" if voice else f"for {language}"
    raise ModelMissing(
        f"there is no Piper voice {wanted}",
        f"put NAME.onnx and NAME.onnx.json into a folder and name it in {piper.FOLDERS_VARIABLE}",
    )
