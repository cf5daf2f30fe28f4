"""Keys in the sound."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import numpy as np

from audio.pcm import Sound, joined, silence
from audio.tones import dtmf
from outbound.lines.base import EndCause, Ended, Frame, Key, Signal
from outbound.lines.inband import InbandKeys
from tests.outbound.lines.scripted import ScriptedChannel


def keys_of(signals: Iterable[Signal]) -> str:
    async def call() -> str:
        channel = InbandKeys(ScriptedChannel([*signals, Ended(EndCause.FAR_END)]))
        keys = ""
        while not isinstance(signal := await channel.receive(), Ended):
            keys += signal.key if isinstance(signal, Key) else ""
        return keys

    return asyncio.run(call())


def frames(*sounds: Sound) -> list[Signal]:
    return [Frame(samples) for samples in joined(sounds, 8_000).frames()]


def test_tones_in_the_sound_are_keys() -> None:
    assert keys_of(frames(silence(0.1), dtmf("9"), silence(0.1), dtmf("#"), silence(0.1))) == "9#"


def test_a_press_that_comes_both_ways_counts_once() -> None:
    assert keys_of([*frames(dtmf("9"), silence(0.1)), Key("9"), *frames(silence(0.2))]) == "9"
    assert keys_of([Key("9"), *frames(dtmf("9"), silence(0.3))]) == "9"


def test_once_events_come_they_alone_count() -> None:
    both = [*frames(dtmf("1"), silence(0.1)), Key("1")]
    assert keys_of([*both, *frames(silence(1.0)), *both, *frames(silence(1.0)), Key("1")]) == "111"


def test_speech_like_sound_is_no_key() -> None:
    hiss = np.random.default_rng(1).normal(0, 3_000, 8_000).astype(np.int16)
    assert keys_of(frames(Sound(hiss, 8_000))) == ""
