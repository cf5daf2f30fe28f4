"""Keeping the sound of calls, where campaign and law allow it.

Decides where a recording stands, that the store knows of it before the first sound is written, and that nothing is kept
of a callee who was not told yet: sound is kept from the moment the opening, which announces it, has been said to its
end. Whether it may be kept at all is the rule packs' and the script's (`Script.recording`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from campaigns.errors import CampaignError
from campaigns.script import Recording, Script
from outbound.call import Conversation
from outbound.dialogue.actions import Action, Say
from outbound.dialogue.events import Answered, Event, SaidAll
from outbound.lines.recorded import RecordedChannel

log = logging.getLogger(__name__)

Note = Callable[[int, Path], Awaitable[None]]
"""Writes down, durably, where the sound of a call will stand."""


class Recordings:
    """The folder of recordings of one store.

    Args:
        note: tells the store.
    """

    def __init__(self, folder: Path, note: Note) -> None:
        self._folder, self._note = folder, note

    async def begin(self, call_id: int, channel: RecordedChannel) -> None:
        """Keep the sound of a call from now on. A store or a disk that is away means no recording, not no call."""
        path = self._folder.absolute() / f"{call_id}.wav"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            await self._note(call_id, path)
        except (CampaignError, OSError) as error:
            log.error("call %d is not recorded: %s", call_id, error)
            return
        channel.begin(path)


class RecordedConversation:
    """Implements `outbound.call.Conversation` around another one, whose channel is recorded when it may be."""

    def __init__(
        self, conversation: Conversation, channel: RecordedChannel, recordings: Recordings, call_id: int, script: Script
    ) -> None:
        self._conversation, self._channel, self._recordings = conversation, channel, recordings
        self._call_id, self._script = call_id, script
        self._announcing: int | None = None

    async def next_event(self) -> Event:
        event = await self._conversation.next_event()
        match event:
            case Answered() if self._script.recording is Recording.UNANNOUNCED:
                await self._begin()
            case SaidAll(say_id) if say_id == self._announcing:
                await self._begin()
        return event

    def perform(self, action: Action) -> None:
        if isinstance(action, Say):
            self._announcing = action.say_id if action.text == self._script.phrases.opening else None
        self._conversation.perform(action)

    async def close(self) -> None:
        await self._conversation.close()

    async def _begin(self) -> None:
        await self._recordings.begin(self._call_id, self._channel)
