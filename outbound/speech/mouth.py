"""The robot's mouth: sentences rendered ahead of time and played frame by frame.

Decides when a sentence is ready, playing, held back or over. What is said is the dialogue's; when a sentence is held
because the callee speaks is decided in `conversation.py`.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Executor

import numpy as np

from audio.pcm import FRAME_SECONDS, Samples
from audio.synthesis.base import Voice
from audio.synthesis.ready import ReadyVoice
from outbound.dialogue.actions import Say

_REWIND_FRAMES = 15
"""A sentence that was held goes on 0.3 s earlier, so that no word is lost."""
_A_WORD = 10
"""Letters: a sentence's words do not take as long as they are written."""


class Mouth:
    """Speaks one sentence at a time on a channel of `rate` Hz."""

    def __init__(self, voice: Voice, rate: int, executor: Executor | None = None) -> None:
        self._voice, self._rate, self._executor = voice, rate, executor
        self._loop = asyncio.get_running_loop()
        self._silence: Samples = np.zeros(round(rate * FRAME_SECONDS), dtype=np.int16)
        self._rendered: dict[tuple[str, float], asyncio.Future[Samples]] = {}
        self._ahead: asyncio.Task[None] | None = None
        self._say: Say | None = None
        self._sounds: Samples | None = None
        """The sound of what is being said; None while it is still being rendered."""
        self._place = 0
        self._held = False
        self._last_said = ""

    def prepare(self, texts: Iterable[str]) -> None:
        """Render texts one after the other while nobody waits for them."""
        self._ahead = asyncio.create_task(self._prepare(deque(texts)))

    async def _prepare(self, texts: deque[str]) -> None:
        while texts:
            await asyncio.wait({self._sound_of(texts.popleft(), 1.0)})

    def say(self, say: Say) -> None:
        """Speak, in place of what is being said."""
        self._last_said = self._sounded() or self._last_said
        self._say, self._place, self._held = say, 0, False
        self._sounds = None if say.text else self._silence[:0]
        if say.text:
            self._sound_of(say.text, say.pace)

    def stop(self) -> None:
        """Fall silent; what was being said is over."""
        self._last_said = self._sounded() or self._last_said
        self._say, self._held = None, False

    def hold(self) -> None:
        """Fall silent for a while."""
        self._held = self._say is not None

    def go_on(self) -> None:
        """Speak on where it was held."""
        if self._held:
            self._place = max(0, self._place - _REWIND_FRAMES)
        self._held = False

    @property
    def saying(self) -> Say | None:
        """The sentence that is being said or held."""
        return self._say

    @property
    def said_seconds(self) -> float:
        """How much of the sentence in hand has sounded."""
        return 0.0 if self._say is None else self._place * FRAME_SECONDS

    @property
    def lately_said(self) -> str:
        """The sentence in hand as far as it has sounded, by and large, after the one before."""
        return f"{self._last_said} {self._sounded()}"

    def _sounded(self) -> str:
        if self._say is None or self._sounds is None or not len(self._sounds):
            return ""
        share = self._place * len(self._silence) / len(self._sounds)
        return self._say.text[: math.ceil(share * len(self._say.text)) + _A_WORD]

    @property
    def held(self) -> bool:
        return self._held

    def frame(self) -> tuple[Samples, Say | None]:
        """The next 20 ms to play, and the sentence that ended before them, if one did.

        Raises:
            AudioError: the voice could not say it.
        """
        if self._say is None or self._held:
            return self._silence, None
        if self._sounds is None:
            self._sounds = self._sound(self._say)
            if self._sounds is None:
                return self._silence, None
        sound = self._sounds
        size = len(self._silence)
        frame = sound[self._place * size : (self._place + 1) * size]
        if not len(frame):
            self._last_said = self._say.text
            over, self._say = self._say, None
            return self._silence, over
        self._place += 1
        return frame if len(frame) == size else np.pad(frame, (0, size - len(frame))), None

    def close(self) -> None:
        """Stop rendering."""
        if self._ahead is not None:
            self._ahead.cancel()

    def _sound(self, say: Say) -> Samples | None:
        """The sentence's sound; None while it is still being rendered."""
        sound = self._sound_of(say.text, say.pace)
        return sound.result() if sound.done() else None

    def _sound_of(self, text: str, pace: float) -> asyncio.Future[Samples]:
        key = (text, pace)
        if key not in self._rendered:
            kept = self._voice.kept(text, pace) if isinstance(self._voice, ReadyVoice) else None
            if kept is None:
                self._rendered[key] = self._loop.run_in_executor(self._executor, self._render, text, pace)
            else:
                self._rendered[key] = self._loop.create_future()
                self._rendered[key].set_result(kept.at(self._rate).samples)
        return self._rendered[key]

    def _render(self, text: str, pace: float) -> Samples:
        return self._voice.speak(text, pace=pace).at(self._rate).samples
