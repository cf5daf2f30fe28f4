"""Held contacts: nobody is forgotten, and nobody is called before what held them has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from campaigns.outcomes import Disposition
from campaigns.script import Purpose
from campaigns.store import Basis, Consent, ContactState, Permit, Store
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Calling, Definition, Person
from tests.campaigns.store.house import OWNER, ask, dial, only, rules_of, running

SALE = Definition("sale", purpose=Purpose.MARKETING, matter="discount")


def test_a_contact_without_consent_waits_and_is_due_the_moment_consent_is_given(store: Store) -> None:
    running(store, Person(), definition=SALE)
    assert rules_of(ask(store, only(store, "sale"))) == ["consent", "list_age"]
    assert store.claim(MONDAY_NOON + timedelta(days=30), 1) == []
    assert store.upcoming() is None
    assert store.finish_campaigns(MONDAY_NOON) == []
    assert store.holds("sale") == {"consent": 1}
    store.give_consent(NUMBER, "Lumen", Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me"), MONDAY_NOON, "ann")
    assert dial(store).campaign == "sale"


def test_a_list_that_was_mended_and_imported_again_frees_whom_it_held(store: Store) -> None:
    running(store, Person(timezone="Mars/Olympus"), Person("+12125550124"))
    first, second = store.contacts("shipping")
    ask(store, first.id)
    assert store.holds("shipping") == {"zone": 1}
    mended = [Person(fields={"order": "A9"}), Person("+12125550124", fields={"order": "other"})]
    added = store.add_contacts("shipping", mended, MONDAY_NOON)
    assert (added.new, added.duplicates, added.mended) == (0, 2, 1)
    assert store.contact(first.id).fields == {"order": "A9"}
    assert store.contact(second.id) == second
    assert isinstance(ask(store, first.id), Permit)


def test_a_contact_whose_script_cannot_be_made_is_held_with_the_reason(store: Store) -> None:
    running(store, Person())
    (claim,) = store.claim(MONDAY_NOON, 1)
    store.hold(claim.contact_id, "The field arrives is missing.")
    store.release([claim.contact_id])
    held = store.contact(claim.contact_id)
    assert (held.held_by, held.held_because, held.next_at) == ("script", "The field arrives is missing.", None)
    assert store.reopen("shipping", held_by=["consent"]) == 0
    assert store.reopen("shipping", held_by=["script"]) == 1
    assert [one.contact_id for one in store.claim(MONDAY_NOON, 1)] == [claim.contact_id]


def test_a_contact_may_be_held_until_a_moment(store: Store) -> None:
    running(store, Person())
    later = MONDAY_NOON + timedelta(hours=2)
    store.hold(only(store), "The voice cannot be loaded.", later)
    assert store.upcoming() == later
    assert len(store.claim(later, 1)) == 1


def test_an_edited_campaign_looks_at_its_held_contacts_again(store: Store) -> None:
    running(store, Person())
    store.hold(only(store), "The field arrives is missing.")
    store.save_campaign(replace(Definition(), calling=Calling(max_attempts=2)), "edited", MONDAY_NOON)
    assert len(store.claim(MONDAY_NOON, 1)) == 1


def test_the_next_run_looks_at_held_contacts_again(store: Store) -> None:
    running(store, Person())
    store.hold(only(store), "The field arrives is missing.")
    store.recover(MONDAY_NOON, OWNER)
    assert len(store.claim(MONDAY_NOON, 1)) == 1


def test_a_window_that_is_shut_when_the_campaign_is_paused_too_still_opens(store: Store) -> None:
    running(store, Person())
    night = MONDAY_NOON + timedelta(hours=12)
    store.release_lease(OWNER)
    store.authorise(only(store), night, line="simulated", owner=OWNER)
    assert store.upcoming() == MONDAY_NOON + timedelta(hours=21)


def test_contacts_are_counted_by_where_they_stand(store: Store) -> None:
    running(store, *(Person(f"+1212555000{n}") for n in range(4)))
    store.finish(dial(store).call_id, Disposition.COMPLETED, MONDAY_NOON)
    dial(store)
    assert store.contact_counts("shipping") == {"open": 2, "calling": 1, "closed": 1}
    assert [contact.state for contact in store.contacts("shipping", state=ContactState.CALLING)] == ["calling"]


def test_where_the_campaigns_hours_say_no_to_one_the_others_of_that_zone_wait_until_then_too(store: Store) -> None:
    numbers = ("+12125550123", "+12125550124", "+12135550125", "+12125550126")
    zones = ("America/New_York", "America/New_York", "America/Los_Angeles", None)
    night = MONDAY_NOON - timedelta(hours=6)
    opens = MONDAY_NOON - timedelta(hours=3)
    running(store, *map(Person, numbers, zones), now=night)
    first, same_zone, other_zone, unknown_zone = (one.id for one in store.contacts("shipping"))
    assert rules_of(ask(store, first, night)) == ["window"] * 2
    held = store.contact(same_zone)
    assert (held.held_by, held.next_at, held.due_at) == ("window", opens, night)
    assert [store.contact(one).held_by for one in (other_zone, unknown_zone)] == [None, None]
    assert {one.contact_id for one in store.claim(opens, 4)} == {first, same_zone, other_zone, unknown_zone}
    assert isinstance(ask(store, same_zone, opens), Permit)
