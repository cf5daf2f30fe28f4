"""From a voice to a narrator: what is written is read as people read it, at one loudness, with pauses.

Decides where a text is cut into sentences, how long the pause after each is, and how loud speech is. The
words that numbers and dates become are decided in `reading`; the sound of a sentence by the voice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.pcm import TELEPHONE_RATE, Sound, joined, silence
from audio.synthesis.base import Voice
from audio.synthesis.reading import read_out

SPEECH_LEVEL_DBFS: Final = -20.0
"""Level of active speech. A telephone expects about this: ITU-T P.56 levels of -20 to -26 dBov leave room for
peaks.
"""
PEAK_DBFS: Final = -3.0
"""No sample is louder than this."""
_PAUSE_SECONDS: Final = {",": 0.15, ";": 0.25, ":": 0.25, ".": 0.35, "!": 0.35, "?": 0.35}
_FULL_WIDTH: Final = str.maketrans("，；：。！？、", ",;:.!?,")
_END_OF_SENTENCE: Final = re.compile(r"(?<=[.!?;:])[\"')\]]*\s+|(?<=[。！？；：])\s*|\n+")
_EDGE_SECONDS: Final = 0.02
"""Kept before and after what is loud enough to be heard, so that soft consonants survive."""
_WINDOW_SECONDS: Final = 0.02
_AUDIBLE_BELOW_PEAK_DB: Final = 40.0
_ACTIVE_BELOW_PEAK_DB: Final = 25.0


class Narrator:
    """A voice that reads texts out sentence by sentence, the pauses and the loudness being the same for all
    engines.

    A sentence that two texts share is rendered by the wrapped voice as the same call, so that a cache below
    finds it.
    """

    def __init__(self, voice: Voice, pace: float = 1.0) -> None:
        """`pace` becomes this voice's own speed: its 1.0."""
        self._voice = voice
        self._pace = pace
        self.engine = voice.engine
        self.language = voice.language
        self.identity = f"{voice.identity} narrated {SPEECH_LEVEL_DBFS:g} {pace:g}"

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        rate = TELEPHONE_RATE
        speed = pace * self._pace
        parts: list[Sound] = []
        for sentence in sentences(read_out(text, self.language)):
            spoken = levelled(trimmed(self._voice.speak(sentence, pace=speed)))
            rate = max(rate, spoken.rate)
            parts += (spoken, silence(pause_after(sentence) / speed, spoken.rate))
        return joined(parts[:-1], rate)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, each with its closing punctuation; nothing that cannot be spoken."""
    for part in _END_OF_SENTENCE.split(text):
        sentence = " ".join(part.split())
        if any(character.isalnum() for character in sentence):
            yield sentence


def pause_after(sentence: str) -> float:
    """Seconds of silence that belong after a sentence, by its last character."""
    return _PAUSE_SECONDS.get(sentence[-1:].translate(_FULL_WIDTH), 0.35)


def trimmed(sound: Sound) -> Sound:
    """The sound without the silence before and after it."""
    levels = _levels_dbfs(sound)
    if not len(levels) or not np.isfinite(levels.max()):
        return Sound(sound.samples[:0], sound.rate)
    heard = np.flatnonzero(levels > levels.max() - _AUDIBLE_BELOW_PEAK_DB)
    start = heard[0] * _WINDOW_SECONDS - _EDGE_SECONDS
    end = (heard[-1] + 1) * _WINDOW_SECONDS + _EDGE_SECONDS
    return sound.part(max(0.0, start), end)


def levelled(sound: Sound, level_dbfs: float = SPEECH_LEVEL_DBFS) -> Sound:
    """The sound with its speech, pauses left out of account, at `level_dbfs`, or softer where peaks would
    clip.
    """
    level = speech_level_dbfs(sound)
    if not np.isfinite(level):
        return sound
    peak_dbfs = 20 * np.log10(np.abs(sound.samples.astype(np.float64)).max() / 32_767)
    return sound.louder(min(level_dbfs - level, PEAK_DBFS - float(peak_dbfs)))


def speech_level_dbfs(sound: Sound) -> float:
    """Level of the active speech as the telephone carries it, in dBFS; -inf for silence."""
    narrow = sound.at(TELEPHONE_RATE)
    levels = _levels_dbfs(narrow)
    if not len(levels) or not np.isfinite(levels.max()):
        return float("-inf")
    active = levels[levels > levels.max() - _ACTIVE_BELOW_PEAK_DB]
    return 10 * float(np.log10(np.mean(10 ** (active / 10))))


def _levels_dbfs(sound: Sound) -> NDArray[np.float64]:
    """The level of each window of 20 ms; -inf where there is digital silence."""
    windows = np.array(list(sound.frames(_WINDOW_SECONDS)), dtype=np.float64)
    if not len(windows):
        return np.zeros(0)
    with np.errstate(divide="ignore"):
        levels: NDArray[np.float64] = 10 * np.log10(np.mean(windows**2, axis=1) / 32_767.0**2)
    return levels
