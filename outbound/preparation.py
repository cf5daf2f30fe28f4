"""Makes a call ready before anybody's phone rings: the contact's script, its prompts rendered, its calendar.

Decides that nothing slow is left for the moment somebody says hello. Who is called and whether it is allowed was
decided elsewhere; what a conversation is made of (sound or text) is given from outside.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from campaigns import spoken
from campaigns.compliance.windows import next_open, zones_of
from campaigns.definition import CampaignDefinition, parse
from campaigns.script import Script
from campaigns.store import Contact, Permit, Store
from outbound.call import Conversation
from outbound.dialogue import Calendar, Dialogue
from outbound.intents.times import when_meant
from outbound.lines.base import Channel

Converse = Callable[[Script, Permit, Channel], Conversation]
"""Joins a script's conversation to the channel of an authorised call."""
Render = Callable[[Script], Awaitable[None]]
"""Renders all that a script can say; returns when it is ready to be played."""


async def nothing_to_render(_script: Script) -> None:
    """For conversations without sound."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that could begin this moment."""

    version_id: int
    script: Script
    calendar: Calendar
    converse: Converse

    def begin(self, permit: Permit, channel: Channel) -> tuple[Dialogue, Conversation]:
        return Dialogue(self.script, self.calendar), self.converse(self.script, permit, channel)


class Preparation:
    """Prepares calls for the contacts of a store."""

    def __init__(self, store: Store, converse: Converse, render: Render = nothing_to_render) -> None:
        self._store = store
        self._converse = converse
        self._render = render

    async def __call__(self, contact: Contact) -> Prepared:
        """The call to a contact, from the newest version of its campaign.

        Raises:
            CampaignError: a field that the script needs is missing.
            AudioError: a prompt cannot be rendered.
        """
        record = self._store.campaign(contact.campaign)
        definition = _definition(record.source, record.name)
        script = definition.script_for(contact.language, contact.fields, str(contact.id), contact.country)
        window = record.terms.window(record.name)

        def opening_time(moment: datetime) -> datetime:
            """A promise that no window can keep stays as it is: the gate will say no to it."""
            return next_open([window], zones_of(contact.number, contact.timezone), moment) or moment

        await self._render(script)
        return Prepared(record.version_id, script, Calendar(when_meant, opening_time, spoken.moment), self._converse)


@lru_cache(maxsize=64)
def _definition(source: str, name: str) -> CampaignDefinition:
    return parse(source, name)
