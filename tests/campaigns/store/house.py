"""A store with running campaigns and a dialer, in few words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from campaigns.dnc import ListLine, NewEntry, Reach
from campaigns.outcomes import OptOut, Scope, Source, Via
from campaigns.script import Purpose
from campaigns.store import Basis, CampaignState, Consent, Permit, Refusal, Store
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Definition, Person

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


def fill(store: Store) -> None:
    """Everything that the ledger tells of happens."""
    running(store, Person())
    store.save(dial(store).call_id, OptOut(Via.VOICE, "stop calling me"), MONDAY_NOON)
    lines = [ListLine(n, f"+1212555{n:04}") for n in range(5)]
    store.import_entries(lines, Reach(Scope.BRAND, "Lumen"), MONDAY_NOON, "ann", note="x.csv")
    store.add_entry(NewEntry("+442079460123", Reach(Scope.EVERYONE), Source.PERSON, note="mail"), MONDAY_NOON, "ann")
    store.remove_entry(3, MONDAY_NOON + timedelta(minutes=1), "bob", "a mistake")
    for brand in ("Lumen", "Other"):
        given = Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me")
        store.give_consent(NUMBER, brand, given, MONDAY_NOON, "ann")
    store.withdraw_consent(NUMBER, "Other", MONDAY_NOON, "ann")
    store.load_list("us-national", date(2025, 6, 1), [12125550001, 12125550002], MONDAY_NOON, "ann")
