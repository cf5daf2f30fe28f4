"""Calls of a ready campaign to ready callees, kept in a store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from campaigns import templates
from campaigns.audience import NewContact
from campaigns.definition import example_fields, parse
from campaigns.store import CampaignState, open_store
from outbound import wiring
from outbound.clock import Clock

BEGINS = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


def call_of(path: Path, *callees: str) -> str:
    """A store in which each of these callees was called by text, in order, for the shipping campaign; its address."""
    source = templates.template_text("shipping")
    definition = parse(source, "shipping.yaml")
    store = open_store(str(path))
    store.save_campaign(definition, source, BEGINS)
    people = [
        NewContact(f"+121255501{place:02}", None, "en-US", example_fields(definition), None, "US")
        for place, _ in enumerate(callees)
    ]
    store.add_contacts(definition.name, people, BEGINS)
    store.set_state(definition.name, CampaignState.RUNNING, BEGINS)
    ids = [contact.id for contact in store.contacts(definition.name)]

    async def main(clock: Clock) -> None:
        for contact_id, name in zip(ids, callees, strict=True):
            directory = wiring.cast(1, name=name)
            async with wiring.opened_route("text", clock, channels=1, directory=directory) as route:
                await wiring.dialer(store, route, clock, watch=lambda _: None).call_once(contact_id)

    wiring.run("text", main, BEGINS)
    store.close()
    return str(path)
