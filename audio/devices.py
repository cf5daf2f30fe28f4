"""Microphone and speaker.

Decides how sound cards are listed, opened and blamed: PortAudio is loaded on use, because a server has none, and every
failure says what to do. Holding a conversation over them is the microphone line's work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import numpy as np

from audio.errors import DeviceError
from audio.pcm import FRAME_SECONDS, WIDEBAND_RATE, Sound

_NO_LIBRARY: Final = "install PortAudio (Debian: apt-get install libportaudio2), or use --file"
_NO_DEVICE: Final = "connect a microphone and a speaker, or see 'outbound doctor' for what is there"


@dataclass(frozen=True, slots=True)
class Device:
    """A sound card as PortAudio names it; `index` is what `device` takes elsewhere here."""

    index: int
    name: str
    input_channels: int
    output_channels: int
    is_default_input: bool
    is_default_output: bool


def devices() -> list[Device]:
    """Every sound card, maybe none.

    Raises:
        DeviceError: PortAudio is missing.
    """
    sounddevice = _sounddevice()
    with _blamed(sounddevice):
        source, sink = sounddevice.default.device
        return [
            Device(
                number,
                str(entry["name"]),
                int(entry["max_input_channels"]),
                int(entry["max_output_channels"]),
                is_default_input=number == source,
                is_default_output=number == sink,
            )
            for number, entry in enumerate(sounddevice.query_devices())
        ]


def play(sound: Sound, device: int | None = None) -> None:
    """Play a sound to its end. Blocks.

    Raises:
        DeviceError: there is no speaker, or it does not take the sound.
    """
    sounddevice = _sounddevice()
    with _blamed(sounddevice):
        sounddevice.play(sound.samples, sound.rate, device=device, blocking=True)


def record(seconds: float, rate: int = WIDEBAND_RATE, device: int | None = None) -> Sound:
    """What the microphone hears in the next `seconds`. Blocks.

    Raises:
        DeviceError: there is no microphone, or it does not offer the rate.
    """
    sounddevice = _sounddevice()
    with _blamed(sounddevice):
        taken = sounddevice.rec(
            round(seconds * rate), rate, channels=1, dtype="int16", device=device, blocking=True
        )
    return Sound(np.ascontiguousarray(taken[:, 0]), rate)


@contextmanager
def duplex(rate: int, source: int | None = None, sink: int | None = None) -> Iterator[Any]:
    """Microphone and speaker open together, in blocks of 20 ms of int16 mono at `rate` Hz.

    Yields sounddevice's stream: `read(n)` gives (samples of shape (n, 1), overflowed), `write(samples)` takes such.

    Raises:
        DeviceError: one of them is missing, or does not offer the rate.
    """
    sounddevice = _sounddevice()
    with _blamed(sounddevice):
        stream = sounddevice.Stream(
            rate, round(rate * FRAME_SECONDS), device=(source, sink), channels=1, dtype="int16", latency="low"
        )
        with stream:
            yield stream


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError("PortAudio, the library for sound cards, is not installed", _NO_LIBRARY) from error
    module: ModuleType = sounddevice
    return module


@contextmanager
def _blamed(sounddevice: ModuleType) -> Iterator[None]:
    """PortAudio's errors as ours."""
    try:
        yield
    except (sounddevice.PortAudioError, ValueError) as error:
        raise DeviceError(f"the sound card does not do that: {error}", _NO_DEVICE) from error
