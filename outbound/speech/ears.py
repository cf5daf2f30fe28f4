"""The robot's ears: one utterance of the callee at a time, from its first sound to its meaning.

Decides when an utterance is decoded: on trial at its first short pause, so that the words can say whether the turn is
over, and anew if the callee goes on. It tells whether an utterance was softer than the callee from its beginning to its
end, and whether all of it was said while the robot could be heard: what follows from that is its caller's. When a turn
begins and how long a silence ends it is decided in `audio.turns`, what the words mean in `outbound.intents`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar, TypeVarTuple

import numpy as np

from audio.activity import Window
from audio.errors import AudioError
from audio.pcm import FRAME_SECONDS, Samples
from audio.recognition import Listening, Recognizer, Transcript
from audio.turns import SpeechStarted, TurnEnded, Turns
from campaigns.intents import Intent
from outbound.dialogue.actions import Listen
from outbound.intents import Meaning, Understanding

log = logging.getLogger(__name__)

TRIAL_SECONDS = 0.16
"""The pause at which an utterance is decoded on trial: the result is there when 200 ms of silence are over."""
LEAD_SECONDS = 0.6
"""Sound kept from before a turn is noticed: noticing takes up to 0.4 s, and the first consonant may be soft."""
_NOTICED_FRAMES = 8
"""A turn is noticed within 160 ms."""
_LEAST_NEAR_FRAMES = 2
"""One window as loud as the callee is a stressed syllable next door."""
_CHUNK_FRAMES = 5
"""Engines are fed 100 ms at a time."""
_NOTHING = Transcript("", 0.0, "none")
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the callee uttered, understood.

    Attributes:
        transcript: without text where nothing could be recognised.
        is_turn: False for a noise without a word in it, and for an "uh-huh" where something else was asked: the callee
            listens or thinks, and an answer is still to come.
        softer: all of it was well below the callee's own loudness: somebody else in the room, a television, or a callee
            who has moved away from the telephone.
        over_robot: all of it was said while the robot's own voice was in the microphone.
    """

    meaning: Meaning
    transcript: Transcript
    is_turn: bool = True
    softer: bool = False
    over_robot: bool = False

    @property
    def means_something(self) -> bool:
        """By its words: an answer that is expected here, or one that is understood everywhere."""
        return self.meaning.intent is not Intent.OTHER or self.meaning.choice is not None


class Ears:
    """Listens to one call.

    Args:
        recognizer: None where only keys are understood: that somebody spoke is told then, but never its meaning.
        tell: is given every finished utterance.
        tell_partial: is given what an unfinished utterance seems to mean so far.
    """

    def __init__(
        self,
        recognizer: Recognizer | None,
        understanding: Understanding,
        rate: int,
        *,
        tell: Callable[[Utterance], None],
        tell_partial: Callable[[Utterance], None],
        executor: Executor | None = None,
    ) -> None:
        self._recognizer, self._understanding = recognizer, understanding
        self._rate, self._executor = rate, executor
        self._tell, self._tell_partial = tell, tell_partial
        self._loop = asyncio.get_running_loop()
        self._turns = Turns()
        self._listen = Listen()
        self._lead: deque[Samples] = deque(maxlen=round(LEAD_SECONDS / FRAME_SECONDS))
        self._near: deque[bool] = deque(maxlen=_NOTICED_FRAMES)
        self._clear: deque[bool] = deque(maxlen=_NOTICED_FRAMES)
        self._current: _Hearing | None = None
        self._task: asyncio.Task[None] | None = None

    def listen(self, listen: Listen) -> None:
        """What is asked for from now on; an utterance under way is understood by it, too."""
        self._listen = listen

    @property
    def hearing(self) -> bool:
        """The callee has the floor: speaking, pausing, or being decoded."""
        return self._current is not None

    @property
    def hearing_callee(self) -> bool:
        """The same, and it is not only a softer voice."""
        return self._current is not None and not self._current.softer

    def frame(
        self, samples: Samples, windows: Sequence[Window], *, near: bool = True, over_robot: bool = False
    ) -> None:
        """The next 20 ms of the callee, and what the detector says about them.

        Args:
            near: the voice of the last 200 ms is about as loud as the callee was.
            over_robot: the robot's own voice is in the microphone.
        """
        self._lead.append(samples)
        self._near.append(near and any(window.active for window in windows))
        self._clear.append(not over_robot and any(window.active for window in windows))
        if self._current is not None:
            self._current.add(samples, windows)
            self._current.near_frames += self._near[-1]
            self._current.clear_frames += self._clear[-1]
        for event in self._turns.feed(windows):
            match event:
                case SpeechStarted():
                    self._begin()
                case TurnEnded() if self._current is not None:
                    self._current.end()

    def forget(self) -> None:
        """Drop the current utterance: a key was the answer, or nobody listens any more."""
        self._turns.reset()
        if self._task is not None:
            self._task.cancel()
        self._current = self._task = None

    def _begin(self) -> None:
        if self._current is None:
            self._current = _Hearing(list(self._lead), sum(self._near), sum(self._clear))
            self._task = asyncio.create_task(self._hear(self._current))
        else:
            # The last turn is still being decoded: this is more of it.
            self._current.reopen()

    async def _hear(self, hearing: _Hearing) -> None:
        try:
            listen, utterance = await self._decoded(hearing)
        except AudioError as error:
            # Not understood is an answer like any; keys still work.
            log.warning("an utterance could not be decoded: %s", error)
            listen, utterance = self._listen, self._understood(_NOTHING, self._listen)
        if listen is not self._listen:  # something else was asked meanwhile, which is what counts
            utterance = self._understood(utterance.transcript, self._listen)
        self._current = self._task = None
        self._tell(replace(utterance, softer=hearing.softer, over_robot=not hearing.clear_frames))

    async def _decoded(self, hearing: _Hearing) -> tuple[Listen, Utterance]:
        """The whole utterance, and what it was an answer to."""
        if self._recognizer is None:
            await hearing.until(lambda: hearing.over)
            return self._listen, self._understood(_NOTHING, self._listen)
        while True:
            expected = self._understanding.expected(self._listen.expecting, self._listen.phrases)
            listening = await self._work(self._recognizer.listen, expected, self._rate)
            try:
                await self._feed(listening, hearing)
                resumed, listen = hearing.resumed, self._listen
                utterance, whole = await self._work(self._finished, listening, listen)
            except asyncio.CancelledError:
                listening.cancel()
                raise
            if hearing.resumed == resumed:
                self._turns.complete(whole)
                await hearing.until(lambda resumed=resumed: hearing.over or hearing.resumed > resumed)  # type: ignore[misc]
            if hearing.resumed == resumed:
                return listen, utterance
            self._turns.complete(None)

    async def _feed(self, listening: Listening, hearing: _Hearing) -> None:
        """Give the engine what was heard from the beginning up to the next pause."""
        if listening.only_keeps:
            await hearing.until(lambda: hearing.paused)
            listening.feed(np.concatenate(hearing.frames))
            return
        fed = 0
        while not (hearing.paused and fed == len(hearing.frames)):
            await hearing.until(lambda fed=fed: hearing.paused or len(hearing.frames) >= fed + _CHUNK_FRAMES)  # type: ignore[misc]
            chunk = hearing.frames[fed:]
            fed += len(chunk)
            so_far = await self._work(self._so_far, listening, np.concatenate(chunk), self._listen)
            if so_far is not None:
                self._tell_partial(so_far)

    # What takes time: done in a thread, because all other calls wait for whatever the loop does.

    def _so_far(self, listening: Listening, samples: Samples, listen: Listen) -> Utterance | None:
        partial = listening.feed(samples)
        return self._understood(partial, listen) if partial is not None and partial.text else None

    def _finished(self, listening: Listening, listen: Listen) -> tuple[Utterance, bool | None]:
        """What was said, and whether it is the whole answer; None: it may be or not."""
        transcript = listening.finish()
        utterance = self._understood(transcript, listen)
        if self._understanding.is_complete(transcript, listen.expecting, listen.phrases):
            return utterance, True
        return utterance, False if self._understanding.breaks_off(transcript) else None

    def _understood(self, transcript: Transcript, listen: Listen) -> Utterance:
        meaning = self._understanding.meaning(transcript, listen.expecting, listen.phrases)
        return Utterance(meaning, transcript, self._is_turn(transcript, meaning, listen))

    def _is_turn(self, transcript: Transcript, meaning: Meaning, listen: Listen) -> bool:
        if transcript is _NOTHING or meaning.intent is not Intent.OTHER or meaning.choice is not None:
            return True
        if not transcript.text:
            return False
        return not (listen.expecting and self._understanding.is_nod(transcript))

    async def _work(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await self._loop.run_in_executor(self._executor, work, *args)


class _Hearing:
    """An utterance under way."""

    def __init__(self, lead: list[Samples], near_frames: int, clear_frames: int) -> None:
        self.frames = lead
        self.near_frames = near_frames
        """In which somebody about as loud as the callee spoke."""
        self.clear_frames = clear_frames
        """In which somebody spoke without the robot."""
        self.over = False
        self.resumed = 0
        """How often the callee went on after a pause."""
        self._silent_seconds = 0.0
        self._more = asyncio.Event()

    @property
    def softer(self) -> bool:
        return self.near_frames < _LEAST_NEAR_FRAMES

    def add(self, samples: Samples, windows: Sequence[Window]) -> None:
        self.frames.append(samples)
        for window in windows:
            if window.active and self.paused:
                self.resumed += 1
            silent = window.end_seconds - window.start_seconds
            self._silent_seconds = 0.0 if window.active else self._silent_seconds + silent
        self._more.set()

    def end(self) -> None:
        self.over = True
        self._more.set()

    def reopen(self) -> None:
        self.over = False
        self.resumed += 1

    @property
    def paused(self) -> bool:
        """Silent for long enough to try, or over."""
        return self.over or self._silent_seconds >= TRIAL_SECONDS - 1e-9

    async def until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self._more.clear()
            await self._more.wait()
