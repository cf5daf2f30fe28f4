"""The way from the speaker back into the microphone: measured, and kept out of what is heard.

Decides whether an echo comes back at all (open speakers) or not (a headset), how long it takes, and how it is taken
out: by WebRTC's echo canceller where the extra `echo` is installed, else by a gate that shuts the microphone while the
robot can be heard in it. A canceller has to know what was played when: where the sound card lost its place, because the
machine was too slow for it, the gate stands in until the canceller has found it again. Playing and recording is
`devices.py`.
"""

from __future__ import annotations

import importlib.util
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from audio.errors import MissingExtra
from audio.pcm import FRAME_SECONDS, WIDEBAND_RATE, Samples, Sound, to_int16

_PROBE_SECONDS: Final = 0.25
_PROBE_HERTZ: Final = (400.0, 3_200.0)
_PROBE_DBFS: Final = -24.0
_LIKENESS: Final = 0.3
"""Normalised correlation from which on something is the probe's echo; speech and hiss stay below 0.15."""
_TAIL_SECONDS: Final = 0.25
"""Rooms ring on; the gate stays shut for so long after the last sound of the robot could arrive."""
_ABOVE_ECHO_DB: Final = 8.0
"""A person who is louder than the echo by this much is let in over it."""
_UNKNOWN_COUPLING_DB: Final = -6.0
_FAINTEST_DBFS: Final = -60.0
_FOUND_AGAIN_SECONDS: Final = 3.0
"""So much of the robot's sound lets the canceller find its place again. Measured with stops of up to 0.6 s: most echoes
that get past it do so within 0.9 s, the last ones 2.7 s after the stop."""
_LATE_SECONDS: Final = 0.5
"""How much longer than measured an echo may take when the sound card was disturbed."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    """How the robot's own sound comes back.

    Attributes:
        delay_seconds: from giving sound to the speaker until the microphone brings it.
        coupling_db: how much louder (mostly: softer, below 0) it comes back.
    """

    delay_seconds: float
    coupling_db: float


class EchoRemover(Protocol):
    """Keeps what was played out of what was heard. Frames of 20 ms at 16 kHz, each told when it happens."""

    def played(self, frame: Samples) -> None:
        """This goes to the speaker now."""

    def heard(self, frame: Samples) -> Samples:
        """What the microphone brought, without the robot in it."""

    def disturbed(self) -> None:
        """Sound was lost or came late: what is played and what is heard do not lie beside each other as they did."""

    @property
    def audible(self) -> bool:
        """The robot's own voice is in what the microphone brings, or may be."""


def probe(rate: int = WIDEBAND_RATE) -> Sound:
    """A short rising tone by which `path_of` finds the way back. It is soft, and sounds like a telephone waking up."""
    moments = np.arange(round(_PROBE_SECONDS * rate)) / rate
    low, high = _PROBE_HERTZ
    phase = 2 * np.pi * (low * moments + (high - low) * moments**2 / (2 * _PROBE_SECONDS))
    level = 32_767 * 10 ** (_PROBE_DBFS / 20) * np.sqrt(2)
    return Sound(to_int16(level * np.sin(phase) * np.hanning(len(moments))), rate)


def path_of(heard: Sound) -> EchoPath | None:
    """The way back, from what was heard since the probe was given to the speaker; None: nothing comes back."""
    sent = probe(heard.rate).samples.astype(np.float64)
    taken = heard.samples.astype(np.float64)
    if len(taken) < len(sent):
        return None
    match = _correlated(taken, sent)
    place = int(np.argmax(np.abs(match)))
    loudness = float(np.sqrt(np.sum(sent**2) * np.sum(taken[place : place + len(sent)] ** 2)))
    if abs(match[place]) <= _LIKENESS * loudness:
        return None
    return EchoPath(place / heard.rate, 20 * float(np.log10(abs(match[place]) / np.sum(sent**2))))


def _correlated(taken: NDArray[np.float64], sent: NDArray[np.float64]) -> NDArray[np.float64]:
    """`np.correlate(taken, sent, "valid")`, in a hundredth of its time."""
    size = len(taken) + len(sent)
    product = np.fft.rfft(taken, size) * np.conj(np.fft.rfft(sent, size))
    return np.fft.irfft(product, size)[: len(taken) - len(sent) + 1]


def remover_for(path: EchoPath | None, stated_latency_seconds: float) -> EchoRemover:
    """The canceller where it is installed, else the gate.

    Args:
        path: as measured; None when the speakers are open but the probe was not found.
        stated_latency_seconds: the devices' own word, for that case.
    """
    known = path or EchoPath(stated_latency_seconds, _UNKNOWN_COUPLING_DB)
    return Canceller(known) if canceller_installed() else Gate(known)


def canceller_installed() -> bool:
    return importlib.util.find_spec("livekit") is not None


class Canceller:
    """WebRTC's echo canceller (AEC3), as the package `livekit` carries it: people can talk over the robot."""

    def __init__(self, path: EchoPath) -> None:
        """Raises MissingExtra."""
        try:
            from livekit import rtc
        except ImportError as error:
            raise MissingExtra("echo canceller", "echo") from error
        self._frame_type: Any = rtc.AudioFrame
        self._module = rtc.AudioProcessingModule(echo_cancellation=True, high_pass_filter=True)
        self._module.set_stream_delay_ms(round(path.delay_seconds * 1_000))
        self._gate = Gate(path)
        self._lost_frames = 0
        """Of the robot's sound, until the canceller has found its place again."""

    def played(self, frame: Samples) -> None:
        self._gate.played(frame)
        if self._lost_frames and frame.any():
            self._lost_frames -= 1
        for half in _halves(frame):
            self._module.process_reverse_stream(self._wrapped(half))

    def heard(self, frame: Samples) -> Samples:
        cleaned = self._cancelled(frame)
        if not self._lost_frames or self._gate.lets_in(frame):
            return cleaned
        return np.zeros_like(frame)

    def _cancelled(self, frame: Samples) -> Samples:
        cleaned = []
        for half in _halves(frame):
            wrapped = self._wrapped(half)
            self._module.process_stream(wrapped)
            cleaned.append(np.frombuffer(bytes(wrapped.data), dtype=np.int16))
        return np.concatenate(cleaned)

    def disturbed(self) -> None:
        self._gate.disturbed()
        self._lost_frames = round(_FOUND_AGAIN_SECONDS / FRAME_SECONDS)

    @property
    def audible(self) -> bool:
        return self._gate.audible

    def _wrapped(self, samples: Samples) -> Any:
        return self._frame_type(bytearray(samples.tobytes()), WIDEBAND_RATE, 1, len(samples))


class Gate:
    """Silence instead of the microphone as long as only the robot is in it; who is clearly louder gets through."""

    def __init__(self, path: EchoPath) -> None:
        self._coupling_db = path.coupling_db
        usual, late = path.delay_seconds + _TAIL_SECONDS, _LATE_SECONDS
        self._usual_frames = round(usual / FRAME_SECONDS)
        self._late_frames = 0
        """For which echoes may take longer than usual."""
        self._played_dbfs = deque([_FAINTEST_DBFS], maxlen=round((usual + late) / FRAME_SECONDS))

    def played(self, frame: Samples) -> None:
        self._late_frames = max(0, self._late_frames - 1)
        self._played_dbfs.append(max(Sound(frame, WIDEBAND_RATE).level_dbfs, _FAINTEST_DBFS))

    def heard(self, frame: Samples) -> Samples:
        return frame if self.lets_in(frame) else np.zeros_like(frame)

    def lets_in(self, frame: Samples) -> bool:
        """There is more in what the microphone brought than the robot."""
        return not self.audible or Sound(frame, WIDEBAND_RATE).level_dbfs > self._echo_dbfs + _ABOVE_ECHO_DB

    def disturbed(self) -> None:
        self._late_frames = self._played_dbfs.maxlen or 0

    @property
    def audible(self) -> bool:
        return self._loudest_dbfs > _FAINTEST_DBFS

    @property
    def _echo_dbfs(self) -> float:
        return self._loudest_dbfs + self._coupling_db

    @property
    def _loudest_dbfs(self) -> float:
        """Of what may be coming back now."""
        if self._late_frames:
            return max(self._played_dbfs)
        return max(islice(reversed(self._played_dbfs), self._usual_frames))


def _halves(frame: Samples) -> tuple[Samples, Samples]:
    """The canceller takes 10 ms at a time."""
    middle = len(frame) // 2
    return frame[:middle], frame[middle:]
