"""Microphone and speaker of this machine (PortAudio, by way of `sounddevice`).

Decides how devices are listed and chosen, at which rate they run, and what a user is told when there is none. What is
said and heard on them is `outbound/lines/microphone.py`. The library is imported on use: it may be missing.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
import soxr

from audio.errors import DeviceError
from audio.pcm import FRAME_SECONDS, WIDEBAND_RATE, Samples, Sound

_MOST_WAITING_FRAMES = 5
"""More sound than this waiting to be played is delay that nobody needs."""
_BUFFER_SECONDS = 0.06
_LATE_SECONDS = 0.1
"""A sound card that was not served for so long has run dry, or has thrown sound away, whether it says so or not."""
_KINDS = {"input": "microphone", "output": "speaker"}
_NO_LIBRARY = DeviceError(
    "the sound library PortAudio is not installed", "on Debian or Ubuntu: sudo apt-get install libportaudio2"
)


@dataclass(frozen=True, slots=True)
class Device:
    """A sound card as the system offers it.

    Attributes:
        inputs: how many channels it records; 0 for a mere speaker.
        outputs: how many it plays; 0 for a mere microphone.
        default: the system's choice as microphone or as speaker.
    """

    name: str
    inputs: int
    outputs: int
    default: bool


def available() -> list[Device]:
    """Every device, in the system's order; empty on a machine without sound.

    Raises:
        DeviceError: PortAudio is missing.
    """
    library = _portaudio()
    return [
        Device(
            str(found["name"]),
            int(found["max_input_channels"]),
            int(found["max_output_channels"]),
            int(found["index"]) in tuple(library.default.device),
        )
        for found in library.query_devices()
    ]


def play(sound: Sound, speaker: str | None = None) -> None:
    """Play a sound to its end on the speaker of that name (part of it is enough), or on the system's.

    Raises:
        DeviceError: there is no such speaker, or it cannot be opened.
    """
    library = _portaudio()
    rate = _own_rate(library, speaker, "output")
    with _told("speaker"):
        library.play(sound.at(rate).samples, rate, device=speaker, blocking=True)


def record(seconds: float, microphone: str | None = None) -> Sound:
    """Record from the microphone of that name, or from the system's.

    Raises:
        DeviceError: there is no such microphone, or it cannot be opened.
    """
    library = _portaudio()
    rate = _own_rate(library, microphone, "input")
    with _told("microphone"):
        taken = library.rec(round(seconds * rate), rate, channels=1, dtype="int16", device=microphone, blocking=True)
    return Sound(taken[:, 0].copy(), rate).at(WIDEBAND_RATE)


class Duplex:
    """Microphone and speaker at once, in frames of 20 ms; a context manager.

    Args:
        rate: Hz of the frames on our side; the devices may run at another.
        heard: given every 20 ms of the microphone (int16, shape (n,)).
        played: given every 20 ms when they go to the speaker: what an echo is made of.
        disturbed: called when sound was lost or came late in one direction, before what comes next is given: the two
            do not lie beside each other any more as they did. All three are called on the sound cards' own threads:
            return at once.

    Raises:
        DeviceError: on entering: there is no such device, or it cannot be opened.
    """

    def __init__(
        self,
        rate: int,
        heard: Callable[[Samples], None],
        played: Callable[[Samples], None],
        *,
        disturbed: Callable[[], None] = lambda: None,
        microphone: str | None = None,
        speaker: str | None = None,
    ) -> None:
        self._rate, self._tell_heard, self._tell_played, self._tell_disturbed = rate, heard, played, disturbed
        self._names = {"input": microphone, "output": speaker}
        self._size = round(rate * FRAME_SECONDS)
        self._silence: Samples = np.zeros(self._size, dtype=np.int16)
        self._waiting: deque[Samples] = deque()
        self._heard: Samples = self._silence[:0]
        self._due: Samples = self._silence[:0]
        self._from_device: soxr.ResampleStream | None = None
        self._to_device: soxr.ResampleStream | None = None
        self._streams: list[Any] = []
        self._served_seconds = dict.fromkeys(self._names, math.inf)
        """When each direction was served last, by the sound card's clock."""
        self.disturbed = 0
        """How often the machine was too slow for the sound card."""

    def __enter__(self) -> Self:
        library = _portaudio()
        try:
            rate = self._open(library.OutputStream, library.check_output_settings, "output", self._on_playing)
            self._to_device = _resampler(self._rate, rate)
            rate = self._open(library.InputStream, library.check_input_settings, "input", self._on_heard)
            self._from_device = _resampler(rate, self._rate)
            for kind, stream in zip(("speaker", "microphone"), self._streams, strict=True):
                with _told(kind):
                    stream.start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def latency_seconds(self) -> float:
        """From us to the speaker and from the microphone to us, as the devices state it; the air is not in it."""
        return float(sum(stream.latency for stream in self._streams))

    def write(self, frame: Samples) -> None:
        """Play 20 ms next. What is more than the speaker can play soon is dropped, the oldest first."""
        self._waiting.append(frame)
        while len(self._waiting) > _MOST_WAITING_FRAMES:
            self._waiting.popleft()

    def _open(self, stream: Any, accepts: Any, kind: str, callback: Callable[..., None]) -> int:
        """Open one direction, at our rate where the device takes it, else at its own; the rate it runs at."""
        library, name = _portaudio(), self._names[kind]
        rate = _own_rate(library, name, kind)
        try:
            accepts(name, 1, "int16", samplerate=self._rate)
            rate = self._rate
        except library.PortAudioError:
            pass  # its own rate, then
        with _told(_KINDS[kind]):
            self._streams.append(
                stream(rate, round(rate * FRAME_SECONDS), name, 1, "int16", _BUFFER_SECONDS, callback=callback)
            )
        return rate

    def _close(self) -> None:
        for stream in self._streams:
            stream.close()

    def _watch(self, kind: str, seconds: float, status: Any) -> None:
        """Whether one direction was served in time."""
        late = seconds - self._served_seconds[kind] > _LATE_SECONDS
        self._served_seconds[kind] = seconds
        if late or status:
            self.disturbed += 1
            self._tell_disturbed()

    def _on_heard(self, block: Samples, _count: int, times: Any, status: Any) -> None:
        """PortAudio's callback: the block has the shape (count, 1)."""
        self._watch("input", times.currentTime, status)
        heard = block[:, 0].copy()
        if self._from_device is not None:
            heard = self._from_device.resample_chunk(heard)
        self._heard = np.concatenate((self._heard, heard))
        while len(self._heard) >= self._size:
            frame, self._heard = self._heard[: self._size], self._heard[self._size :]
            self._tell_heard(frame)

    def _on_playing(self, block: Samples, count: int, times: Any, status: Any) -> None:
        """PortAudio's callback: fills the block, of the shape (count, 1)."""
        self._watch("output", times.currentTime, status)
        while len(self._due) < count:
            frame = self._waiting.popleft() if self._waiting else self._silence
            self._tell_played(frame)
            if self._to_device is not None:
                frame = self._to_device.resample_chunk(frame)
            self._due = np.concatenate((self._due, frame))
        block[:, 0], self._due = self._due[:count], self._due[count:]


def _resampler(source: int, target: int) -> soxr.ResampleStream | None:
    """The quick recipe: the better ones hold sound back for longer."""
    return None if source == target else soxr.ResampleStream(source, target, 1, dtype="int16", quality="LQ")


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as error:
        raise _NO_LIBRARY from error
    return sounddevice


def _own_rate(library: Any, device: str | None, kind: str) -> int:
    """The rate a device runs at by itself. Raises DeviceError when there is none of that name."""
    what = _KINDS[kind]
    try:
        return int(library.query_devices(device, kind)["default_samplerate"])
    except (ValueError, library.PortAudioError) as error:
        if device is not None:
            raise DeviceError(f"there is no {what} {device!r}", "'outbound doctor' lists the devices") from error
        raise DeviceError(
            f"there is no {what} on this machine", "connect one; in a container, let its sound devices in"
        ) from error


@contextmanager
def _told(what: str) -> Iterator[None]:
    """PortAudio's errors as ours."""
    library = _portaudio()
    try:
        yield
    except library.PortAudioError as error:
        raise DeviceError(
            f"the {what} cannot be used: {error.args[0]}",
            "does another program hold it, and may this user and terminal use it?",
        ) from error
