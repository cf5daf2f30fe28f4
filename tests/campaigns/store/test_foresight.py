"""What is foreseen of many contacts is what the gate says of each."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Disposition, Scope, Source
from campaigns.script import Purpose
from campaigns.store import Basis, Consent, ContactState, Permit, Store
from tests.campaigns.samples import MONDAY_NOON, Definition, Person
from tests.campaigns.store.house import OWNER, running

AREAS = {"+1212555": "US", "+1305555": "US", "+1406555": "US", "+44207946": "GB", "+8610555": "CN", "+1416555": "CA"}
ZONES = (None, None, "America/New_York", "America/Chicago", "Europe/London", "Asia/Kathmandu", "Mars/Olympus")
ENDINGS = (Disposition.BUSY, Disposition.NO_ANSWER, Disposition.VOICEMAIL, Disposition.FAILED, Disposition.ROUTE_DOWN)
DEFINITIONS = (Definition("shipping", matter="delivery"), Definition("sale", purpose=Purpose.MARKETING, matter="offer"))


def people(dice: random.Random) -> list[Person]:
    """Two with each number. Of most of them nothing tells them apart for the rules, of some something does."""
    found = []
    for n in range(20):
        start, country = dice.choice(list(AREAS.items()))
        for reference in "AB":
            fields = dice.choice([{}, {}, {"name": "Ann"}, {"state": "FL"}, {"name": 'the "state"'}])
            found.append(
                Person(f"{start}{n:04}", dice.choice(ZONES), reference=reference, fields=fields, country=country)
            )
    return found


def live(store: Store, dice: random.Random) -> None:
    """Something happens to some of the numbers."""
    numbers = sorted({contact.number for contact in store.contacts()})
    consent = Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me", expires_at=MONDAY_NOON + timedelta(days=20))
    for number in dice.sample(numbers, 8):
        store.give_consent(number, "Lumen", consent, MONDAY_NOON, "ann")
    for number in dice.sample(numbers, 4):
        until = MONDAY_NOON + timedelta(days=dice.randrange(1, 9))
        entry = NewEntry(number, Reach(Scope.PURPOSE, "marketing"), Source.PERSON, expires_at=until)
        store.add_entry(entry, MONDAY_NOON, "ann")
    listed = [int(number[1:]) for number in dice.sample(numbers, len(numbers) * 3 // 4)]
    store.load_list("us-national", MONDAY_NOON.date(), listed, MONDAY_NOON, "ann")
    for hours in range(0, 30, 3):
        now = MONDAY_NOON + timedelta(hours=hours)
        store.lease(OWNER, now, seconds=3600)
        for claim in store.claim(now, 3):
            permit = store.authorise(claim.contact_id, now, line="simulated", owner=OWNER)
            if isinstance(permit, Permit) and dice.random() < 0.5:  # the others are still under way
                store.finish(permit.call_id, dice.choice(ENDINGS), now)


@pytest.mark.parametrize("seed", range(4))
def test_the_gate_says_of_each_contact_what_was_foreseen(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    for definition in DEFINITIONS:
        running(store, *people(dice), definition=definition)
    live(store, dice)
    seen = set()
    for definition in DEFINITIONS:
        for hours in (30, 37, 100, 24 * 40):
            now = MONDAY_NOON + timedelta(hours=hours)
            foreseen = {one.contact_id: one.verdict for one in store.foresee(definition.name, now)}
            assert set(foreseen) == {one.id for one in store.contacts(definition.name, state=ContactState.OPEN)}
            for contact_id, verdict in foreseen.items():
                assert store.may_call(contact_id, now) == verdict
                seen |= {reason.rule.value for reason in verdict.reasons} or {"yes"}
    assert seen >= {"yes", "window", "zone", "consent", "list_age", "national_list", "in_flight"}
