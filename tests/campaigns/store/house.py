"""A store with running campaigns and a dialer, in few words."""

from __future__ import annotations

from datetime import datetime

from campaigns.store import CampaignState, Permit, Refusal, Store
from tests.campaigns.samples import MONDAY_NOON, Definition, Person

OWNER = "dialer-1"


def running(store: Store, *people: Person, definition: Definition = Definition(), now: datetime = MONDAY_NOON) -> None:  # noqa: B008
    """A running campaign with these people, and the right to dial for an hour."""
    store.save_campaign(definition, f"campaign: {definition.name}", now)
    store.add_contacts(definition.name, people, now)
    store.set_state(definition.name, CampaignState.RUNNING, now)
    store.lease(OWNER, now, seconds=3600)


def ask(store: Store, contact_id: int, now: datetime = MONDAY_NOON) -> Permit | Refusal:
    """Asks the gate, with a right to dial that is fresh."""
    store.lease(OWNER, now)
    return store.authorise(contact_id, now, line="simulated", owner=OWNER)


def dial(store: Store, now: datetime = MONDAY_NOON) -> Permit:
    """Claims the next contact and gets the permit for it."""
    (claim,) = store.claim(now, 1)
    permit = ask(store, claim.contact_id, now)
    assert isinstance(permit, Permit), permit
    return permit


def only(store: Store, campaign: str = "shipping") -> int:
    """The id of the one contact of a campaign."""
    (contact,) = store.contacts(campaign)
    return contact.id


def rules_of(answer: Permit | Refusal) -> list[str]:
    assert isinstance(answer, Refusal), answer
    return [reason.rule.value for reason in answer.verdict.reasons]
