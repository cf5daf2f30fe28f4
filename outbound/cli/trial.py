"""Calls to try a campaign with: in a scratch store, or to a telephone of one's own.

Decides what such a call is kept under, and that a test call is never dialled again by itself. That it goes through the
gate like any other is the dialer's doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import phonenumbers

from campaigns.audience import NewContact
from campaigns.definition import CampaignDefinition
from campaigns.dnc.numbers import e164
from campaigns.errors import CampaignError
from campaigns.script import Purpose
from campaigns.store import Basis, CampaignState, Consent, Contact, Store, open_store
from outbound import wiring
from outbound.clock import SystemClock
from outbound.rehearsal import zone_for


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be tried, and the contact's fields, as they are stored."""

    definition: CampaignDefinition
    source: str
    fields: Mapping[str, str]
    language: str

    def as_if_to(self, contact: Contact) -> Wanted:
        """With what is known of that contact."""
        return replace(self, fields=contact.fields, language=contact.language)


@contextmanager
def rehearsal(wanted: Wanted) -> Iterator[tuple[Store, int, datetime]]:
    """A store in memory with one contact, its id, and a moment at which the gate lets it be called.

    A rehearsal may be heard at any hour: its clock begins when the gate would next say yes.
    """
    definition, now = wanted.definition, SystemClock().now()
    store = open_store(":memory:")
    try:
        store.save_campaign(definition, wanted.source, now)
        zone = zone_for(definition).key
        contact = NewContact(definition.caller_id, zone, wanted.language, wanted.fields, None, definition.countries[0])
        consent = Consent(Purpose.MARKETING, Basis.WRITTEN, "a rehearsal")
        store.add_contacts(definition.name, [contact], now, consent=consent)
        store.set_state(definition.name, CampaignState.RUNNING, now)
        contact_id = next(store.contacts(definition.name)).id
        start = wiring.rehearsal_start(store)
        verdict = store.may_call(contact_id, start)
        if not verdict.allowed:
            start = (verdict.next_allowed or start) + timedelta(seconds=1)
        yield store, contact_id, start
    finally:
        store.close()


@contextmanager
def test_call(store: Store, wanted: Wanted, to: str) -> Iterator[int]:
    """A contact for one call to a telephone of one's own, by id.

    It stands in a campaign of its own ("-test"), which runs only meanwhile: reports of the real one are not about
    ourselves, and nobody dials it again.

    Raises:
        CampaignError: this is no telephone number, or one that was erased on request.
    """
    definition, now = wanted.definition, SystemClock().now()
    number = e164(to, definition.countries[0])
    country = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or definition.countries[0]
    trial = definition.model_copy(update={"name": f"{definition.name}-test"})
    store.save_campaign(trial, wanted.source, now)
    contact = NewContact(number, None, wanted.language, wanted.fields, f"test {now:%Y-%m-%d %H:%M:%S}", country)
    consent = Consent(Purpose.MARKETING, Basis.WRITTEN, "a test call to a telephone of one's own")
    if store.add_contacts(trial.name, [contact], now, actor="test call", consent=consent).erased:
        raise CampaignError("This number was erased on request, and nobody calls it.", "Give another with --to.")
    store.set_state(trial.name, CampaignState.RUNNING, now)
    try:
        yield max(one.id for one in store.contacts(trial.name))
    finally:
        store.set_state(trial.name, CampaignState.PAUSED, SystemClock().now())
