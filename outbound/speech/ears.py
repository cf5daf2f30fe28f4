"""The robot's ears: frames in, understood utterances out.

Decides when an utterance is decoded and when its turn is over: after a short pause it is decoded on trial; a whole
answer ends the turn then and there, anything else is given the longer patience, and decoded anew if the callee goes on.
Where speech begins and pauses is found by the detector; what words mean by the understanding.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol, TypeVar, TypeVarTuple

import numpy as np

from audio.errors import AudioError
from audio.pcm import FRAME_SECONDS, Samples
from audio.recognition.base import Listening, Recognizer, Transcript
from outbound.dialogue.actions import Listen
from outbound.intents import Meaning, Understanding

log = logging.getLogger(__name__)

QUICK_SECONDS = 0.2
"""The pause after which a whole answer is taken."""
PATIENCE_SECONDS = 0.8
"""The pause that ends any turn."""
LONGEST_SECONDS = 15.0
"""An utterance is decoded then, whether it pauses or not: a radio, a crowd."""
_LEAD_SECONDS = 0.3
"""Sound from before the detected beginning that belongs to the utterance: soft first consonants."""
_CHUNK_SECONDS = 0.1
_CHUNK_FRAMES = round(_CHUNK_SECONDS / FRAME_SECONDS)
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_NOTHING = Transcript("", 0.0, "none")


class SpeechDetector(Protocol):
    """Tells speech from everything else, frame by frame."""

    def is_speech(self, samples: Samples) -> bool:
        """Whether somebody speaks now, after these 20 ms."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One turn of the callee, understood."""

    meaning: Meaning
    transcript: Transcript
    spoken_seconds: float


class Ears:
    """Listens to one call.

    Args:
        recognizer: None where only keys are understood: speech is heard then, but never its meaning.
        tell: is given every finished utterance.
        tell_partial: is given what an unfinished utterance seems to mean so far.
    """

    def __init__(
        self,
        recognizer: Recognizer | None,
        understanding: Understanding,
        detector: SpeechDetector,
        rate: int,
        *,
        tell: Callable[[Utterance], None],
        tell_partial: Callable[[Meaning], None],
        executor: Executor | None = None,
    ) -> None:
        self._recognizer, self._understanding, self._detector = recognizer, understanding, detector
        self._rate, self._executor = rate, executor
        self._tell, self._tell_partial = tell, tell_partial
        self._loop = asyncio.get_running_loop()
        self._listen = Listen()
        self._lead: list[Samples] = []
        self._current: _Hearing | None = None

    def listen(self, listen: Listen) -> None:
        """What is asked for from now on; an utterance under way is understood by it, too."""
        self._listen = listen

    @property
    def hearing(self) -> bool:
        """The callee has the floor: speaking, pausing, or being decoded."""
        return self._current is not None

    @property
    def spoken_seconds(self) -> float:
        """How much speech the current utterance holds so far."""
        return 0.0 if self._current is None else self._current.spoken_seconds

    def frame(self, samples: Samples) -> None:
        """The next 20 ms of the callee."""
        speaks = self._detector.is_speech(samples)
        if self._current is None:
            self._lead.append(samples)
            if speaks:
                self._current = _Hearing(self._lead)
                self._current.task = asyncio.create_task(self._hear(self._current))
                self._lead = []
            del self._lead[: -round(_LEAD_SECONDS / FRAME_SECONDS)]
            return
        self._current.add(samples, speaks)

    def forget(self) -> None:
        """Drop the current utterance: a key was the answer, or nobody is listening any more."""
        if self._current is not None and self._current.task is not None:
            self._current.task.cancel()
        self._current = None

    async def _hear(self, hearing: _Hearing) -> None:
        transcript = _NOTHING
        try:
            transcript = await self._decoded(hearing)
        except AudioError as error:
            # Not understood is an answer like any; keys still work.
            log.warning("an utterance could not be decoded: %s", error)
        meaning = self._meaning(transcript)
        if self._current is hearing:
            self._current = None
        self._tell(Utterance(meaning, transcript, hearing.spoken_seconds))

    async def _decoded(self, hearing: _Hearing) -> Transcript:
        while True:
            transcript = await self._attempt(hearing)
            if transcript is not None:
                return transcript

    async def _attempt(self, hearing: _Hearing) -> Transcript | None:
        """Decode everything up to the next pause; None if the callee went on speaking after it."""
        if self._recognizer is None:
            await hearing.until(lambda: hearing.over)
            return _NOTHING
        expected = self._understanding.expected(self._listen.expecting, self._listen.phrases)
        listening = await self._work(self._recognizer.listen, expected, self._rate)
        try:
            await self._feed(listening, hearing)
            resumed = hearing.resumed
            transcript = await self._work(listening.finish)
        except asyncio.CancelledError:
            listening.cancel()
            raise
        if hearing.resumed == resumed and not hearing.over and not self._is_whole(transcript):
            await hearing.until(lambda: hearing.over or hearing.resumed > resumed)
        return transcript if hearing.resumed == resumed else None

    async def _feed(self, listening: Listening, hearing: _Hearing) -> None:
        """Give the engine what was heard, up to the next pause."""
        fed = 0
        while not (hearing.paused and fed == len(hearing.frames)):
            await hearing.until(lambda fed=fed: hearing.paused or len(hearing.frames) >= fed + _CHUNK_FRAMES)  # type: ignore[misc]
            chunk = np.concatenate(hearing.frames[fed:])
            fed = len(hearing.frames)
            partial = await self._work(listening.feed, chunk)
            if partial is not None and partial.text:
                self._tell_partial(self._meaning(partial))

    def _meaning(self, transcript: Transcript) -> Meaning:
        return self._understanding.meaning(transcript, self._listen.expecting, self._listen.phrases)

    def _is_whole(self, transcript: Transcript) -> bool:
        return self._understanding.is_complete(transcript, self._listen.expecting, self._listen.phrases)

    async def _work(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await self._loop.run_in_executor(self._executor, work, *args)


class _Hearing:
    """An utterance under way; time is counted in frames."""

    def __init__(self, lead: list[Samples]) -> None:
        self.frames = lead
        self.task: asyncio.Task[None] | None = None
        self.resumed = 0
        """How often the callee went on after a pause."""
        self._spoken, self._quiet = 1, 0
        self._more = asyncio.Event()

    def add(self, samples: Samples, speaks: bool) -> None:
        self.frames.append(samples)
        if speaks and self.paused:
            self.resumed += 1
        self._spoken += speaks
        self._quiet = 0 if speaks else self._quiet + 1
        self._more.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self._more.clear()
            await self._more.wait()

    @property
    def paused(self) -> bool:
        return self._quiet * FRAME_SECONDS >= QUICK_SECONDS or self.over

    @property
    def over(self) -> bool:
        return self._quiet * FRAME_SECONDS >= PATIENCE_SECONDS or self.seconds >= LONGEST_SECONDS

    @property
    def seconds(self) -> float:
        return len(self.frames) * FRAME_SECONDS

    @property
    def spoken_seconds(self) -> float:
        return self._spoken * FRAME_SECONDS
