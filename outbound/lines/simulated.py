"""The simulated line: scripted callees with real sound on a telephone band.

Decides how a scripted callee rings, answers, is transferred and hangs up, in signals and 20 ms frames of 8 kHz mu-law
sound. What a callee does is written in `outbound/simulation/callee.py`, when it acts is decided in `presence.py`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from random import Random

import numpy as np

from audio.errors import AudioError
from audio.pcm import FRAME_SECONDS, TELEPHONE_RATE, Samples, Sound
from audio.synthesis.base import Voice
from outbound.lines.base import (
    Answered,
    Channel,
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
from outbound.simulation.callee import Callee
from outbound.simulation.presence import FRAME_SAMPLES, Presence

_SPOKEN_DBFS = -22.0
_SILENCE = np.zeros(FRAME_SAMPLES, dtype=np.int16)


class SimulatedLine:
    """Calls to scripted callees. Implements `outbound.lines.base.Line`.

    Args:
        directory: who is at a number.
        voice: speaks the callees' words; best another one than the robot's.
        seed: the same calls sound the same.
        executor: where words are synthesised; None is the loop's own.
    """

    name = "simulated"

    def __init__(
        self,
        directory: Callable[[DialOrder], Callee],
        voice: Voice,
        *,
        channels: int = 8,
        seed: int = 0,
        executor: Executor | None = None,
    ) -> None:
        self.channels = channels
        self._directory, self._voice, self._seed, self._executor = directory, voice, seed, executor
        self._calls: set[SimulatedChannel] = set()

    async def open(self) -> None:
        """Nothing to get ready: words are synthesised while it rings."""

    async def dial(self, order: DialOrder) -> Channel:
        callee = self._directory(order)
        loop = asyncio.get_running_loop()
        sounds = loop.run_in_executor(self._executor, self._rendered, callee.words)
        seed = Random(f"{self._seed} {order.number} {callee.name}").getrandbits(32)
        call = SimulatedChannel(callee, order.ring_seconds, sounds, seed)
        self._calls.add(call)
        call.task.add_done_callback(lambda _: self._calls.discard(call))
        return call

    async def close(self) -> None:
        calls = tuple(self._calls)
        for call in calls:
            call.hang_up()
        await asyncio.gather(*(call.task for call in calls))

    def _rendered(self, texts: tuple[str, ...]) -> Mapping[str, Sound]:
        """A callee's words at the level and in the band of a telephone."""
        spoken = {text: self._voice.speak(text).at(TELEPHONE_RATE) for text in texts}
        return {text: sound.louder(_SPOKEN_DBFS - sound.level_dbfs) for text, sound in spoken.items()}


class SimulatedChannel:
    """One call to one scripted callee. Implements `outbound.lines.base.Channel`."""

    rate = TELEPHONE_RATE

    def __init__(
        self, callee: Callee, ring_seconds: float, sounds: asyncio.Future[Mapping[str, Sound]], seed: int
    ) -> None:
        self._callee, self._ring_seconds, self._sounds, self._seed = callee, ring_seconds, sounds, seed
        self._loop = asyncio.get_running_loop()
        self._signals: asyncio.Queue[Signal] = asyncio.Queue()
        self._sent: deque[Samples] = deque()
        self._transfer: asyncio.TimerHandle | None = None
        self._over = False
        self._woken: asyncio.Future[None] | None = None
        self.task = asyncio.create_task(self._live())

    async def receive(self) -> Signal:
        return await self._signals.get()

    def send(self, frame: Samples) -> None:
        self._sent.append(frame)

    def transfer(self, order: TransferOrder) -> None:
        if self._transfer is None:
            self._transfer = self._loop.call_later(self._callee.transfer_seconds, self._settle)

    def hang_up(self) -> None:
        self._end(EndCause.NEAR_END)

    async def _live(self) -> None:
        self._tell(Ringing())
        cause = self._callee.answers.end
        if cause is None and self._callee.rings > self._ring_seconds:
            cause = EndCause.NO_ANSWER
        rings = self._ring_seconds if cause is EndCause.NO_ANSWER else min(self._callee.rings, self._ring_seconds)
        try:
            sounds = await self._sounds
        except AudioError as error:
            self._end(EndCause.FAILED, str(error))
            return
        await self._wait(rings)
        if cause is not None:
            self._end(cause)
        elif not self._over:
            self._tell(Answered())
            await self._talk(Presence(self._callee, sounds, self._seed))
        if self._transfer is not None:
            self._transfer.cancel()

    async def _talk(self, presence: Presence) -> None:
        began, frames = self._loop.time(), 0
        while not self._over:
            frames += 1
            await self._wait(began + frames * FRAME_SECONDS - self._loop.time())
            if self._over:
                return
            moment = presence.frame(self._sent.popleft() if self._sent else _SILENCE)
            if moment.key is not None:
                self._tell(Key(moment.key))
            self._tell(Frame(moment.samples))
            if moment.hangs_up:
                self._end(EndCause.FAR_END)

    async def _wait(self, seconds: float) -> None:
        """Wait, or until the call is over."""
        if seconds <= 0 or self._over:
            return
        woken = self._woken = self._loop.create_future()
        timer = self._loop.call_later(seconds, _wake, woken)
        await woken
        timer.cancel()

    def _settle(self) -> None:
        reached = self._callee.transfer_reached
        self._tell(TransferDone(reached, "" if reached else "nobody answered"))
        self._transfer = None
        if reached:
            self._end(EndCause.TRANSFERRED)

    def _end(self, cause: EndCause, detail: str = "") -> None:
        if not self._over:
            self._tell(Ended(cause, detail))
            self._over = True
            if self._woken is not None:
                _wake(self._woken)

    def _tell(self, signal: Signal) -> None:
        if not self._over:
            self._signals.put_nowait(signal)


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
