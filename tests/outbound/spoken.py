"""Calls by sound: the robot and a scripted callee on the simulated line, on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from audio.pcm import Sound, joined, silence
from audio.recognition import Recognizer, recognizer_for
from audio.synthesis import voice_for
from audio.synthesis.base import Voice
from campaigns.outcomes import Result
from campaigns.script import Script
from outbound.call import CallOutcome, conduct
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action, Say
from outbound.dialogue.events import Event
from outbound.intents import understanding_for
from outbound.lines.base import DialOrder
from outbound.lines.simulated import SimulatedLine
from outbound.simulation.callee import Callee
from outbound.simulation.clock import run_virtually
from outbound.simulation.voices import CalleeVoices
from outbound.speech import SpokenConversation
from tests.audio.spoken import said
from tests.outbound.calls import CALENDAR, NOON, SCRIPT

ORDER = DialOrder(call_id=1, number="+12025550123", caller_id=None, ring_seconds=25.0)


@cache
def robot_voice(language: str = "en-US") -> Voice:
    return voice_for(language)


@cache
def callee_voice() -> Voice:
    return CalleeVoices()


@cache
def english() -> Recognizer:
    recognizer = recognizer_for("en-US", "whisper")
    assert recognizer is not None
    return recognizer


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """What happened in a call, with the loop's seconds since dialling."""

    outcome: CallOutcome
    happened: tuple[tuple[float, Event | Action], ...]
    saved: tuple[Result, ...]

    @property
    def said(self) -> list[str]:
        return [what.text for _, what in self.happened if isinstance(what, Say)]

    def at(self, wanted: Callable[[Event | Action], bool]) -> float:
        """When the first such thing happened."""
        return next(at for at, what in self.happened if wanted(what))


@dataclass(frozen=True, slots=True)
class InPieces:
    """A callee's voice that pauses at each "|" for so many seconds. Implements `Voice`."""

    pause_seconds: float
    engine = language = identity = "in pieces"

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        first, *rest = (said(piece.strip()) for piece in text.split("|"))
        pauses = (part for piece in rest for part in (silence(self.pause_seconds), piece))
        return joined([first, *pauses], first.rate)


def speak_with(
    callee: Callee, script: Script = SCRIPT, recognizer: Recognizer | None = None, voice: Voice | None = None
) -> SpokenCall:
    """A call; English is understood without saying by what."""
    if recognizer is None and script.language == "en-US":
        recognizer = english()
    happened: list[tuple[float, Event | Action]] = []
    saved: list[Result] = []

    async def save(result: Result) -> None:
        saved.append(result)

    async def call() -> CallOutcome:
        loop = asyncio.get_running_loop()
        line = SimulatedLine(lambda _: callee, voice or callee_voice())
        channel = await line.dial(ORDER)
        conversation = SpokenConversation(
            channel,
            voice=robot_voice(script.language),
            recognizer=recognizer,
            understanding=understanding_for(script.language),
            texts=(script.phrases.opening, *(step.say for step in script.steps.values() if step.say)),
            local_now=lambda: NOON,
        )
        try:
            return await conduct(
                Dialogue(script, CALENDAR),
                conversation,
                save,
                saved.append,
                lambda what: happened.append((loop.time(), what)),
            )
        finally:
            await line.close()

    return SpokenCall(run_virtually(call()), tuple(happened), tuple(saved))
