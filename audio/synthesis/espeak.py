"""The default voice: eSpeak NG through pyttsx3, without a system package.

Decides how pyttsx3 is made to work everywhere: its library and data come from the package `espeakng-loader`,
it says on standard output what it writes, it lets the library read far past the end of a text, and one process
has one engine that is not thread-safe. All of that ends here: one engine, one lock, nothing printed, no byte read
that is not the text's. What is said, how loud and with which pauses is decided in
`narration.py`.
"""

from __future__ import annotations

import atexit
import ctypes
import io
import os
import threading
from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from typing import Any, Final

import espeakng_loader
import numpy as np

from audio.errors import AudioError, ModelMissing
from audio.pcm import Sound, read_wav

ENGINE: Final = "pyttsx3"
VOICES: Final = {"en-US": "en-us", "en-GB": "en", "zh-CN": "cmn", "ko-KR": "ko"}
"""eSpeak NG's voice for a language."""
WORDS_PER_MINUTE: Final = 160
"""Speed at pace 1.0; pyttsx3's own 200 is hard to follow on a telephone."""

_RATE: Final = 22_050
_lock = threading.Lock()


class EspeakVoice:
    """One eSpeak NG voice. All of them share the engine of the process, one text at a time.

    A text is rendered in about a hundredth of the time it takes to say. Two renderings differ by fractions of a
    millisecond: eSpeak NG lets its pitch waver.
    """

    engine = ENGINE

    def __init__(self, language: str, voice: str | None = None) -> None:
        """Choose a voice for `language`, or eSpeak NG's `voice` by name ("en", "en-us+f3").

        Raises:
            ModelMissing: eSpeak NG has no such language or voice.
        """
        name = voice or VOICES.get(language) or language.partition("-")[0].lower()
        self.language = language
        self._name = name
        self.identity = f"{ENGINE}-{version(ENGINE)} espeak-ng-{version('espeakng-loader')} {name} {WORDS_PER_MINUTE}"
        with _lock:
            _choose(_engine(), name, WORDS_PER_MINUTE)

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        if not any(character.isalnum() for character in text):
            return Sound(np.zeros(0, dtype=np.int16), _RATE)
        wav = io.BytesIO()
        with _lock:
            engine = _engine()
            _choose(engine, self._name, round(WORDS_PER_MINUTE * pace))
            # The driver hands its "file name" to the wave module, which takes an open file just as well: no
            # disk is involved. Were it to fail there, pyttsx3 would wait for ever.
            engine.save_to_file(text.replace("\0", " "), wav)
            engine.runAndWait()
            _settle()
        wav.seek(0)
        return read_wav(wav)


def _choose(engine: Any, voice: str, words_per_minute: int) -> None:
    """Set voice and speed at once; through the engine's queue an error would be swallowed.

    Raises:
        ModelMissing: there is no such voice.
    """
    from pyttsx3.drivers.espeak import EspeakDriver

    try:
        EspeakDriver.setProperty("voice", voice)
    except ValueError as error:
        raise ModelMissing(
            f"eSpeak NG has no voice {voice!r}", f"choose one of: {', '.join(sorted(VOICES.values()))}"
        ) from error
    EspeakDriver.setProperty("rate", words_per_minute)
    _settle()


def _settle() -> None:
    """Wait until eSpeak NG's own thread is idle; pyttsx3 takes a busy one for speaking and cancels the next text."""
    from pyttsx3.drivers import _espeak

    _espeak.Synchronize()


def _synthesised(synthesise: Callable[..., int], text: bytes, size: int, *rest: Any) -> int:
    return synthesise(text, len(text) + 1, *rest)


@cache
def _engine() -> Any:
    """The engine of this process. Called under the lock.

    Raises:
        AudioError: the library that `espeakng-loader` carries does not load here.
    """
    # pyttsx3 looks for "libespeak-ng.so.1" by name; a library of that name that is loaded already is found
    # first.
    before = os.environ.get("ESPEAK_DATA_PATH")
    try:
        ctypes.CDLL(espeakng_loader.get_library_path())
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        import pyttsx3
        from pyttsx3.drivers import _espeak
        from pyttsx3.drivers import espeak as driver

        # pyttsx3 2.99 tells the library that a text is ten times as long as it is (its issue 448), and the library
        # copies so much: whatever lies behind the text, and where nothing does, the process is killed.
        _espeak.cSynth = partial(_synthesised, _espeak.cSynth)
        # The driver announces every file it saves. Its own `print` is shadowed, so that nobody else's is.
        driver.print = lambda *args, **kwargs: None
        # Left to the interpreter's end, the engine would be taken down after the modules that it needs for that.
        atexit.register(_engine.cache_clear)
        return pyttsx3.init("espeak")
    except (OSError, RuntimeError, ImportError) as error:
        raise AudioError(
            f"eSpeak NG does not start: {error}",
            "install it again with: pip install --force-reinstall espeakng-loader",
        ) from error
    finally:
        if before is None:
            os.environ.pop("ESPEAK_DATA_PATH", None)
        else:
            os.environ["ESPEAK_DATA_PATH"] = before
