"""Where conversations are opened: a line with ears and a mouth, or a scripted callee met in text.

Decides nothing about who is called. A route gets a call ready, and opens the conversation of a call that the gate has
authorised; everything above it (dialer, dialogue, store) is the same for all of them.
"""

from __future__ import annotations

import asyncio
import gc
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from audio.recognition import Recognizer, Transcript, recognizer_for
from audio.synthesis import PromptCache, Voice, voice_for
from audio.synthesis.ready import ReadyVoice
from campaigns.intents import Intent
from campaigns.script import Recording, Script, VoiceSettings, question_in
from campaigns.store import Permit
from outbound.call import Conversation
from outbound.clock import Clock
from outbound.dialogue.course import SLOW_PACE
from outbound.dialogue.events import Heard
from outbound.intents import Understanding, understanding_for
from outbound.lines.base import Channel, DialOrder, Line
from outbound.lines.recorded import RecordedChannel
from outbound.recordings import RecordedConversation, Recordings
from outbound.simulation.callee import Callee
from outbound.simulation.text import Meaning, TextConversation
from outbound.speech import SpokenConversation

_PROMPTS_IN_MIND = 10_000
Directory = Callable[[DialOrder], Callee]
"""Who is at the other end of a simulated call."""


class Route(Protocol):
    """A way to people."""

    @property
    def name(self) -> str:
        """What call rows say: simulated, text, microphone, sip."""

    @property
    def channels(self) -> int:
        """How many calls it carries at once."""

    async def prepare(self, script: Script) -> None:
        """Get everything ready that this script can say, so that nothing is slow once somebody has answered.

        Raises:
            AudioError: a prompt cannot be rendered.
        """

    async def open(self, order: DialOrder, permit: Permit, script: Script) -> Conversation:
        """Dial. Returns at once; what becomes of it comes as events."""


class TextRoute:
    """Scripted callees, met in text: no sound, thousands of calls a second."""

    name = "text"

    def __init__(self, directory: Directory, clock: Clock, channels: int) -> None:
        self.channels = channels
        self._directory = directory
        self._clock = clock

    async def prepare(self, script: Script) -> None:
        """Text needs no rendering."""

    async def open(self, order: DialOrder, permit: Permit, script: Script) -> Conversation:
        zone = ZoneInfo(permit.timezone)
        return TextConversation(
            self._directory(order),
            meaning_in(script.language),
            language=script.language,
            ring_seconds=order.ring_seconds,
            local_now=lambda: self._clock.now().astimezone(zone),
        )


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """Which engines speak and listen; None is the best one present.

    Attributes:
        thresholds: a folder with the user's own thresholds of understanding (`outbound.intents.thresholds`).
        repeatable: the same text is the same sound in every process.
        decoders: processes that decode, for lines whose clock is real; 0 is in this process.
    """

    voice_engine: str | None = None
    recognizer_engine: str | None = None
    cache: PromptCache | None = None
    thresholds: Path | None = None
    repeatable: bool = False
    decoders: int = 0


class SpokenRoute:
    """A line with ears and a mouth. Engines are loaded once for each language and shared by all calls."""

    def __init__(
        self,
        line: Line,
        clock: Clock,
        speech: SpeechSettings,
        executor: Executor | None = None,
        recordings: Recordings | None = None,
    ) -> None:
        """`recordings`: where the sound of calls goes that may be kept; None keeps none."""
        self.name = line.name
        self._line = line
        self._clock = clock
        self._speech = speech
        self._executor = executor
        self._recordings = recordings
        self._kits: dict[tuple[str, VoiceSettings], asyncio.Future[_Kit]] = {}

    @property
    def channels(self) -> int:
        return self._line.channels

    async def prepare(self, script: Script) -> None:
        """Renders every text of the script at its step's pace: in the cache when somebody answers.

        What the calls before this one said as well is there already.
        """
        kit = await self._kit(script)
        loop = asyncio.get_running_loop()
        for text, pace in prompts_of(script):
            if (text, pace) not in kit.rendered:
                await loop.run_in_executor(self._executor, partial(kit.voice.speak, text, pace=pace))
            kit.keep_in_mind(text, pace)

    async def open(self, order: DialOrder, permit: Permit, script: Script) -> Conversation:
        kit = await self._kit(script)
        channel = await self._line.dial(order)
        if self._recordings is None or script.recording is Recording.NEVER:
            return self._conversation(channel, kit, permit, script)
        recorded = RecordedChannel(channel)
        conversation = self._conversation(recorded, kit, permit, script)
        return RecordedConversation(conversation, recorded, self._recordings, order.call_id, script)

    def _conversation(self, channel: Channel, kit: _Kit, permit: Permit, script: Script) -> Conversation:
        zone = ZoneInfo(permit.timezone)
        return SpokenConversation(
            channel,
            voice=kit.voice_at(channel.rate),
            recognizer=kit.recognizer,
            understanding=kit.understanding,
            texts=tuple(text for text, pace in prompts_of(script) if pace == 1.0),
            local_now=lambda: self._clock.now().astimezone(zone),
            executor=self._executor,
        )

    async def _kit(self, script: Script) -> _Kit:
        key = (script.language, script.voice)
        if key not in self._kits:
            loop = asyncio.get_running_loop()
            self._kits[key] = loop.run_in_executor(self._executor, self._load, *key)
        return await self._kits[key]

    def _load(self, language: str, settings: VoiceSettings) -> _Kit:
        speech = self._speech
        voice = voice_for(
            language,
            settings.engine or speech.voice_engine,
            settings.name,
            pace=settings.pace,
            cache=speech.cache,
            repeatable=speech.repeatable,
        )
        recognizer = recognizer_for(language, speech.recognizer_engine, processes=speech.decoders)
        understanding = understanding_for(language, speech.thresholds)
        understanding.get_ready()
        _stays_for_good()
        return _Kit(voice, recognizer, understanding)


def _stays_for_good() -> None:
    """What is loaded by now is not looked at by the collector of cycles any more.

    A look at all of it takes a tenth of a second, in which no call has a frame; it would come again and again.
    """
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, slots=True)
class _Kit:
    """What it takes to speak and understand one language."""

    voice: Voice
    recognizer: Recognizer | None
    understanding: Understanding
    rendered: OrderedDict[tuple[str, float], None] = field(default_factory=OrderedDict)
    """The prompts, each with its pace, that were rendered last."""
    _ready: dict[int, ReadyVoice] = field(default_factory=dict)

    def keep_in_mind(self, text: str, pace: float) -> None:
        """That prompt is rendered."""
        self.rendered[text, pace] = None
        self.rendered.move_to_end((text, pace))
        while len(self.rendered) > _PROMPTS_IN_MIND:
            self.rendered.popitem(last=False)

    def voice_at(self, rate: int) -> ReadyVoice:
        """The voice at a channel's rate, shared by all calls."""
        if rate not in self._ready:
            self._ready[rate] = ReadyVoice(self.voice, rate)
        return self._ready[rate]


def prompts_of(script: Script) -> tuple[tuple[str, float], ...]:
    """All that a script can say, each with its pace, what comes first in a call first.

    Left to be rendered in the call: a promised time, and all that follows once a callee has asked for it slower.
    """
    phrases = (getattr(script.phrases, each.name) for each in fields(script.phrases))
    said = [
        (script.phrases.opening, 1.0),
        *((text, step.pace) for step in script.steps.values() for text in (step.say, step.reprompt)),
        *((question_in(step.say), step.pace) for step in script.steps.values()),
        *((each, 1.0) for text in phrases if "{when}" not in text for each in (text, question_in(text))),
        (script.phrases.slower, SLOW_PACE),
        *((text, 1.0) for text in (*script.answers.values(), script.voicemail, script.screener)),
    ]
    return tuple(dict.fromkeys(prompt for prompt in said if prompt[0]))


@cache
def meaning_in(language: str) -> Meaning:
    """What typed words mean in a step: as if a recogniser had been sure of them. People repeat each other."""
    understanding = understanding_for(language)

    @lru_cache(maxsize=4096)
    def known(words: str, expecting: frozenset[Intent], phrases: tuple[str, ...]) -> Heard:
        found = understanding.meaning(Transcript(words, 1.0, "text"), expecting, phrases)
        return Heard(found.intent, found.confidence, words, found.choice)

    return lambda words, listen: known(words, listen.expecting, listen.phrases)
