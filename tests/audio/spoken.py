"""Speech and noise that the tests of hearing share."""

from __future__ import annotations

from functools import cache

import numpy as np

from audio.activity import VoiceActivity, Window
from audio.pcm import TELEPHONE_RATE, Sound, joined, mixed, over_telephone, silence, to_int16
from audio.synthesis import voice_for

_voice = cache(voice_for)


@cache
def said(text: str, engine: str = "piper", language: str = "en-US") -> Sound:
    """`text` on a telephone, nothing around it."""
    return over_telephone(_voice(language, engine, repeatable=True).speak(text))


def line(*parts: Sound | float) -> Sound:
    """What comes over the line: sounds, and silences in seconds."""
    sounds = [part if isinstance(part, Sound) else silence(part) for part in parts]
    return joined(sounds, TELEPHONE_RATE)


def noisy(sound: Sound, level_dbfs: float, seed: int = 1) -> Sound:
    """The sound with steady noise at a level."""
    return mixed(sound, noise(sound.seconds, level_dbfs, seed))


def noise(seconds: float, level_dbfs: float, seed: int = 1) -> Sound:
    values = np.random.default_rng(seed).normal(0, 32_767 * 10 ** (level_dbfs / 20), round(seconds * TELEPHONE_RATE))
    return Sound(to_int16(values), TELEPHONE_RATE)


def windows(sound: Sound) -> list[Window]:
    """What the detector says about a whole sound."""
    activity = VoiceActivity(sound.rate)
    return [window for frame in sound.frames() for window in activity.feed(frame)]
