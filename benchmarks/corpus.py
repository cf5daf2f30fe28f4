"""Telephone conditions for a labelled corpus of answers.

Decides what lies between a clip and the recogniser: nothing, a telephone, voices in the background, lost frames. What a
corpus is and how it is cut into a part to tune on and one that is held out stands in `outbound.speech.labelled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from audio.pcm import TELEPHONE_RATE, Sound, from_mulaw, to_int16, to_mulaw
from campaigns.intents import Intent
from outbound.speech.labelled import Clip, Part, read_corpus, seed_of

__all__ = ["Clip", "Condition", "Part", "babble_of", "crowd_of", "read_corpus", "telephone_band", "under"]


class Condition(StrEnum):
    """What lies between the mouth and the recogniser."""

    CLEAN = "clean"
    """The clip as it is, 16 kHz."""
    TELEPHONE = "ulaw8k"
    """300-3400 Hz, 8 kHz, mu-law."""
    BABBLE = "babble15"
    """Six voices in the background, 15 dB below the speech, then the telephone."""
    LOSS = "loss3"
    """The telephone with 3 % of its 20 ms frames lost."""


def under(clip: Clip, condition: Condition, crowd: Sequence[Clip]) -> Sound:
    """The clip under a condition, the same at every run; `crowd` are the clips that babble is made of."""
    values, rate = soundfile.read(clip.path, dtype="float64")
    if condition is Condition.CLEAN:
        return Sound(to_int16(values * 32_767), rate)
    chance = np.random.default_rng(seed_of(f"{clip.name} {condition}"))
    if condition is Condition.BABBLE:
        values = _mixed_at(values, _babble(len(values), rate, crowd, chance), snr_db=15)
    narrow = Sound(to_int16(telephone_band(values, rate) * 32_767), rate).at(TELEPHONE_RATE)
    heard = from_mulaw(to_mulaw(narrow.samples))
    if condition is Condition.LOSS:
        heard = _lossy(heard, chance, share=0.03)
    return Sound(heard, TELEPHONE_RATE)


def crowd_of(clips: Iterable[Clip]) -> list[Clip]:
    """The voices for babble: synthetic ones that say nothing which would have to be acted upon."""
    return [clip for clip in clips if clip.group == "tts" and not {Intent.OPT_OUT, Intent.CRISIS} & set(clip.labels)]


def babble_of(crowd: Sequence[Clip], seconds: float, rate: int = 16_000) -> Sound:
    """Six voices that talk all the time, the same at every run."""
    values = _babble(round(seconds * rate), rate, crowd, np.random.default_rng(seed_of("crowd")))
    return Sound(to_int16(values / np.abs(values).max() * 32_767), rate)


def telephone_band(values: NDArray[np.float64], rate: int, taps: int = 257) -> NDArray[np.float64]:
    """300-3400 Hz by a windowed-sinc filter of linear phase."""
    at = np.arange(taps) - (taps - 1) / 2
    low, high = 300.0, min(3_400.0, 0.49 * rate)
    response = 2 * high / rate * np.sinc(2 * high / rate * at) - 2 * low / rate * np.sinc(2 * low / rate * at)
    filtered: NDArray[np.float64] = np.convolve(values, response * np.hamming(taps), mode="same")
    return filtered


def _babble(
    length: int, rate: int, crowd: Sequence[Clip], chance: np.random.Generator, talkers: int = 6
) -> NDArray[np.float64]:
    """Voices that say one thing after another, all at once; `length` values."""
    total = np.zeros(length)
    for _ in range(talkers):
        late = int(chance.integers(0, 2 * rate))
        said = np.zeros(0)
        while len(said) < length + late:
            pause = np.zeros(int(chance.uniform(0.1, 0.4) * rate))
            said = np.concatenate([said, _speech_of(crowd[int(chance.integers(len(crowd)))].path, rate), pause])
        total += said[late : late + length] * 10 ** (chance.uniform(-3, 3) / 20)
    return total


@cache
def _speech_of(path: Path, rate: int) -> NDArray[np.float64]:
    """A clip at the level of 1 and without the silence around it."""
    values, own_rate = soundfile.read(path, dtype="float64")
    levelled = Sound(to_int16(values * 32_767), own_rate).at(rate).samples / 32_767
    levelled = levelled / _speech_level(levelled)
    loud = np.flatnonzero(np.abs(levelled) > 0.05)
    speech: NDArray[np.float64] = levelled[loud[0] : loud[-1] + 1]
    return speech


def _mixed_at(values: NDArray[np.float64], noise: NDArray[np.float64], snr_db: float) -> NDArray[np.float64]:
    gain = _speech_level(values) / np.sqrt(np.mean(np.square(noise))) / 10 ** (snr_db / 20)
    mixed: NDArray[np.float64] = values + gain * noise
    return mixed / max(1.0, float(np.abs(mixed).max()) / 0.98)


def _speech_level(values: NDArray[np.float64], frame: int = 320, floor_db: float = -35.0) -> float:
    """Root mean square of the frames within 35 dB of the loudest."""
    power = np.mean(np.square(values[: len(values) // frame * frame].reshape(-1, frame)), axis=1)
    return float(np.sqrt(power[power > power.max() * 10 ** (floor_db / 10)].mean() + 1e-12))


def _lossy(samples: NDArray[np.int16], chance: np.random.Generator, share: float) -> NDArray[np.int16]:
    """Frames of 20 ms lost at random and left silent, without concealment."""
    frame = TELEPHONE_RATE // 50
    lost = chance.random(-(-len(samples) // frame)) < share
    return np.where(np.repeat(lost, frame)[: len(samples)], np.int16(0), samples)
