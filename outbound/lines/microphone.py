"""The microphone line: whoever sits at this computer is the callee.

Decides when that person counts as having picked up, what is done about the robot's own voice on open speakers, and what
the keyboard means. Devices are `audio/devices.py`, the echo is `audio/echo.py`; the sound card's clock is the
telephone's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, repeat
from typing import TypeVarTuple

import numpy as np

from audio.activity import VoiceActivity
from audio.devices import Duplex
from audio.echo import EchoRemover, path_of, probe, remover_for
from audio.errors import DeviceError
from audio.pcm import FRAME_SECONDS, WIDEBAND_RATE, Samples, Sound, joined
from audio.tones import KEYS, Progress, progress_tone
from outbound.lines.base import (
    Answered,
    DialOrder,
    EndCause,
    Ended,
    Frame,
    Key,
    Ringing,
    Signal,
    TransferDone,
    TransferOrder,
)

_FRAME_SAMPLES = round(WIDEBAND_RATE * FRAME_SECONDS)
_SILENCE: Samples = np.zeros(_FRAME_SAMPLES, dtype=np.int16)
_LISTEN_SECONDS = 1.0
"""For the probe to come back, from the moment it was given to the speaker."""
_STARTING_SECONDS = 5.0
"""A sound card that brings nothing for so long does not work."""
_HELLO_WINDOWS = 4
"""Speech that counts as picking up: 128 ms of it."""
_LEAD_SECONDS = 0.5
_RING_DBFS = -26.0
_KEYS = frozenset("".join(KEYS))
Ts = TypeVarTuple("Ts")


class Speakers(StrEnum):
    """What the robot is heard on."""

    AUTO = "auto"
    """Measured when the line opens."""
    HEADSET = "headset"
    """Nothing comes back: nothing is done to what is heard."""
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Setup:
    """What was found when the line opened.

    Attributes:
        round_trip_seconds: from speaking to hearing: measured where an echo came back, else as the devices state it.
        measured: it was measured.
        speakers: headset or open; with AUTO decided by the measurement.
        muted: the microphone brings digital silence: it is switched off, or this program may not use it.
    """

    round_trip_seconds: float
    measured: bool
    speakers: Speakers
    muted: bool


class MicrophoneLine:
    """Implements `outbound.lines.base.Line`; one call at a time.

    Args:
        microphone: part of its name; None is the system's. So is `speaker`.
        level: told every 20 ms how loud the person is, dB below full scale.
    """

    name = "microphone"
    channels = 1

    def __init__(
        self,
        speakers: Speakers = Speakers.AUTO,
        *,
        microphone: str | None = None,
        speaker: str | None = None,
        level: Callable[[float], None] = lambda _dbfs: None,
    ) -> None:
        self._speakers, self._level = speakers, level
        self._loop: asyncio.AbstractEventLoop | None = None
        self._duplex = Duplex(
            WIDEBAND_RATE,
            lambda frame: self._hand_over(self._on_heard, frame),
            lambda frame: self._hand_over(self._on_played, frame),
            disturbed=lambda: self._hand_over(self._on_disturbed),
            microphone=microphone,
            speaker=speaker,
        )
        self._remover: EchoRemover | None = None
        self._listener: Callable[[Samples], None] | None = None
        self._call: MicrophoneChannel | None = None
        self._setup: Setup | None = None

    @property
    def setup(self) -> Setup:
        """What was found when the line opened."""
        assert self._setup is not None, "the line is not open"
        return self._setup

    async def open(self) -> None:
        """Start the sound card and measure the way from speaker to microphone.

        Raises:
            DeviceError: there is no usable microphone or speaker.
        """
        self._loop = asyncio.get_running_loop()
        self._duplex.__enter__()
        try:
            self._setup = await self._measured()
        except BaseException:
            await self.close()
            raise

    async def dial(self, order: DialOrder) -> MicrophoneChannel:
        self._call = MicrophoneChannel(order.ring_seconds, self._duplex.write)
        return self._call

    async def close(self) -> None:
        if self._call is not None:
            self._call.hang_up()
        self._loop = None
        self._duplex.__exit__(None, None, None)

    # -- what the person does besides speaking

    def press(self, key: str) -> None:
        """A key of the keyboard: picks up while it rings, a key of the telephone afterwards."""
        if self._call is not None:
            self._call.press(key.upper())

    def put_down(self) -> None:
        """The person hangs up, or rejects the call while it rings."""
        if self._call is not None:
            self._call.put_down()

    # -- sound

    def _hand_over(self, take: Callable[[*Ts], None], *what: *Ts) -> None:
        """From the sound card's thread to the loop."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(take, *what)

    def _on_disturbed(self) -> None:
        if self._remover is not None:
            self._remover.disturbed()

    def _on_played(self, frame: Samples) -> None:
        if self._remover is not None:
            self._remover.played(frame)

    def _on_heard(self, frame: Samples) -> None:
        own_voice = False
        if self._remover is not None:
            frame, own_voice = self._remover.heard(frame), self._remover.audible
        self._level(Sound(frame, WIDEBAND_RATE).level_dbfs)
        if self._listener is not None:
            self._listener(frame)
        if self._call is not None:
            self._call.heard(frame, own_voice=own_voice)

    async def _measured(self) -> Setup:
        await self._heard_frames(1, then=iter(()))
        frames = await self._heard_frames(round(_LISTEN_SECONDS / FRAME_SECONDS), then=iter(probe().frames()))
        heard = joined((Sound(frame, WIDEBAND_RATE) for frame in frames), WIDEBAND_RATE)
        path = path_of(heard)
        stated = self._duplex.latency_seconds
        found = Speakers.HEADSET if path is None else Speakers.OPEN
        speakers = found if self._speakers is Speakers.AUTO else self._speakers
        if speakers is Speakers.OPEN:
            self._remover = remover_for(path, stated)
        round_trip = stated if path is None else path.delay_seconds
        return Setup(round_trip, path is not None, speakers, muted=not heard.samples.any())

    async def _heard_frames(self, count: int, then: Iterator[Samples]) -> list[Samples]:
        """So many frames of the microphone; for each of them the next one of `then` is played."""
        frames: list[Samples] = []
        enough = asyncio.Event()

        def take(frame: Samples) -> None:
            frames.append(frame)
            self._duplex.write(next(then, _SILENCE))
            if len(frames) >= count:
                enough.set()

        self._listener = take
        try:
            async with asyncio.timeout(_STARTING_SECONDS):
                await enough.wait()
        except TimeoutError:
            raise DeviceError(
                "the microphone brings no sound", "unplug it and plug it in again, or choose another: --microphone NAME"
            ) from None
        finally:
            self._listener = None
        return frames


class MicrophoneChannel:
    """One call with the person at the computer. Implements `outbound.lines.base.Channel`."""

    rate = WIDEBAND_RATE

    def __init__(self, ring_seconds: float, play: Callable[[Samples], None]) -> None:
        self._play = play
        self._signals: asyncio.Queue[Signal] = asyncio.Queue()
        self._answered = False
        self._over = False
        self._activity = VoiceActivity(self.rate)
        self._speaks = 0
        self._lead: deque[Samples] = deque(maxlen=round(_LEAD_SECONDS / FRAME_SECONDS))
        self._owed = 0
        """Frames that were handed over late, at once: what is sent in return has no place any more."""
        ring = progress_tone(Progress.RINGBACK, 60.0, _RING_DBFS).at(self.rate)
        self._ring = chain.from_iterable(repeat(tuple(ring.frames())))
        self._ring_frames = round(ring_seconds / FRAME_SECONDS)
        self._signals.put_nowait(Ringing())

    async def receive(self) -> Signal:
        return await self._signals.get()

    def send(self, frame: Samples) -> None:
        if self._owed:
            self._owed -= 1
        elif self._answered and not self._over:
            self._play(frame)

    def transfer(self, order: TransferOrder) -> None:
        """There is nobody else at a microphone: the robot is told so, and promises a call as it would anywhere."""
        if not self._over:
            self._signals.put_nowait(TransferDone(False, "nobody to connect on a microphone"))

    def hang_up(self) -> None:
        self._end(Ended(EndCause.NEAR_END))

    def heard(self, frame: Samples, *, own_voice: bool = False) -> None:
        """20 ms of the person, and whether the robot could be heard meanwhile."""
        if self._over:
            return
        if self._answered:
            self._signals.put_nowait(Frame(frame, own_voice=own_voice))
            return
        self._play(next(self._ring))
        self._lead.append(frame)
        self._ring_frames -= 1
        for window in self._activity.feed(frame):
            self._speaks = self._speaks + 1 if window.active else 0
        if self._speaks >= _HELLO_WINDOWS:
            self._pick_up()
            # The word that picked up is heard from its beginning: half a greeting can sound like anything.
            self._owed = len(self._lead)
            for earlier in self._lead:
                self._signals.put_nowait(Frame(earlier))
        elif self._ring_frames <= 0:
            self._end(Ended(EndCause.NO_ANSWER, "rang out"))

    def press(self, key: str) -> None:
        if not self._answered:
            self._pick_up()
        elif key in _KEYS and not self._over:
            self._signals.put_nowait(Key(key))

    def put_down(self) -> None:
        self._end(Ended(EndCause.FAR_END if self._answered else EndCause.REJECTED))

    def _pick_up(self) -> None:
        if not self._over:
            self._answered = True
            self._signals.put_nowait(Answered())

    def _end(self, ended: Ended) -> None:
        if not self._over:
            self._over = True
            self._signals.put_nowait(ended)
