"""Where conversations are opened: a line with ears and a mouth, or a scripted callee met in text.

Decides nothing about who is called. A route gets a call ready, and opens the conversation of a call that the gate has
authorised; everything above it (dialer, dialogue, store) is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from zoneinfo import ZoneInfo

from audio.recognition import Transcript
from campaigns.script import Script
from campaigns.store import Permit
from outbound.call import Conversation
from outbound.clock import Clock
from outbound.dialogue.actions import Listen
from outbound.dialogue.events import Heard
from outbound.intents import Understanding, understanding_for
from outbound.lines.base import DialOrder
from outbound.simulation.callee import Callee
from outbound.simulation.text import Meaning, TextConversation

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
            meaning_of(understanding_for(script.language)),
            language=script.language,
            ring_seconds=order.ring_seconds,
            local_now=lambda: self._clock.now().astimezone(zone),
        )


def meaning_of(understanding: Understanding) -> Meaning:
    """What typed words mean in a step: as if a recogniser had been sure of them."""

    def meaning(words: str, listen: Listen) -> Heard:
        transcript = Transcript(words, 1.0, "text")
        found = understanding.meaning(transcript, listen.expecting, listen.phrases)
        return Heard(found.intent, found.confidence, words, found.choice)

    return meaning
