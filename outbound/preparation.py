"""Makes a call ready before anybody's phone rings: the contact's script, its prompts rendered, its calendar.

Decides that nothing slow is left for the moment somebody says hello. Who is called and whether it is allowed was
decided elsewhere; what the call sounds like is the route's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from campaigns.compliance.book import shipped
from campaigns.compliance.packs import PackUnreadable
from campaigns.definition import CampaignDefinition, parse
from campaigns.definition.compiling import compile_script
from campaigns.script import Recording, Script
from campaigns.store import Contact, Store
from campaigns.store.facts import STATE_FIELD
from campaigns.store.terms import Terms
from campaigns.variants import variant_for
from outbound.clock import Clock
from outbound.dialing.transactions import Transact
from outbound.dialogue import Calendar
from outbound.promises import calendar_of, windows_for
from outbound.routes import Route


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that could begin this moment."""

    version_id: int
    script: Script
    calendar: Calendar


class Preparation:
    """Prepares calls for the contacts of a store."""

    def __init__(self, store: Store, route: Route, clock: Clock, transact: Transact) -> None:
        self._store = store
        self._route = route
        self._clock = clock
        self._transact = transact

    async def __call__(self, contact: Contact, version_id: int) -> Prepared:
        """The call to a contact under a version of its campaign.

        Raises:
            CampaignError: a field that the script needs is missing.
            AudioError: a prompt cannot be rendered.
            StoreUnavailable: the store is away.
        """
        version = await self._transact(lambda: self._store.version(version_id))
        script = script_of(version.source, contact)
        calendar = calendar_for(version.source, version.terms, contact)
        await self._route.prepare(script)
        return Prepared(version_id, script, calendar)


def script_of(source: str, contact: Contact) -> Script:
    """What a contact would hear under that text of its campaign.

    Raises:
        CampaignError: a field that the script needs is missing.
    """
    definition = _definition(source, contact.campaign)
    variant = variant_for(definition.name, definition.variants, str(contact.id))
    recording = _recording(contact, definition) if definition.record else Recording.NEVER
    fields = tuple(contact.fields.items())
    return _script(source, contact.campaign, contact.language, fields, variant, contact.country, recording)


def calendar_for(source: str, terms: Terms, contact: Contact) -> Calendar:
    """What a call to a contact knows of time under that text of its campaign."""
    state = contact.fields.get(STATE_FIELD, "")
    definition = _definition(source, contact.campaign)
    windows = windows_for(definition, terms, contact.number, contact.country, state)
    return calendar_of(windows, contact.number, contact.timezone, definition.transfer)


def _recording(contact: Contact, definition: CampaignDefinition) -> Recording:
    """What the law of the callee's place says about keeping the sound; what cannot be read allows nothing."""
    try:
        book = shipped()
    except PackUnreadable:
        return Recording.NEVER
    places = book.places(contact.number, contact.country, contact.fields.get(STATE_FIELD, ""))
    return book.governing(places, contact.country, definition.purpose, definition.matter).recording


@lru_cache(maxsize=64)
def _definition(source: str, name: str) -> CampaignDefinition:
    return parse(source, name)


@lru_cache(maxsize=1024)
def _script(
    source: str,
    name: str,
    language: str,
    fields: tuple[tuple[str, str], ...],
    variant: str,
    country: str,
    recording: Recording,
) -> Script:
    """The same contact, tried again, hears the same."""
    return compile_script(_definition(source, name), language, dict(fields), variant, country, recording=recording)
