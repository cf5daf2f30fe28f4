"""Privacy: everything can be told and erased, and who was erased is never called again."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Complaint, Disposition, OptOut, Rating, Scope, Source, Via
from campaigns.script import Purpose
from campaigns.store import AuditFilter, Basis, Consent, ContactState, Retention, Store, StoreError
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Definition, Person
from tests.campaigns.store.house import dial, running

WORDS = "stop calling me, I am Ann"


@pytest.fixture
def called(store: Store) -> Store:
    running(store, Person(reference="BB-48213", fields={"name": "Ann"}))
    running(store, Person(), definition=Definition("refund", brand="Other"))
    store.give_consent(NUMBER, "Lumen", Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me"), MONDAY_NOON, "ann")
    permit = dial(store)
    store.save(permit.call_id, Rating(4, Via.VOICE, "four"), MONDAY_NOON)
    store.save(permit.call_id, OptOut(Via.VOICE, WORDS), MONDAY_NOON)
    store.finish(permit.call_id, Disposition.COMPLETED, MONDAY_NOON, events=[{"heard": WORDS}])
    return store


def test_everything_held_about_a_number_is_told(called: Store) -> None:
    held = called.held_about(NUMBER)
    assert {kind: len(rows) for kind, rows in held.items()} == {
        "contacts": 2, "calls": 1, "results": 2, "logs": 1, "tasks": 0, "do_not_call": 1, "consents": 1,
        "national_lists": 0, "ledger": 2,
    }  # fmt: skip
    assert held["contacts"][0]["fields"] == {"name": "Ann"}
    assert called.held_about("+12125550999")["contacts"] == []


def test_an_erased_number_stands_nowhere_and_is_still_not_called(called: Store, store_url: str) -> None:
    erased = called.erase(NUMBER, MONDAY_NOON, "bob")
    assert (erased.contacts, erased.calls, erased.entries) == (2, 1, 1)
    held = json.dumps(called.held_about(NUMBER), default=str)
    for secret in (NUMBER, WORDS, "Ann", "BB-48213", "four"):
        assert secret not in held
    if not called.postgresql:
        for file in Path(store_url).parent.glob("store.db*"):
            assert NUMBER.encode() not in file.read_bytes()
            assert WORDS.encode() not in file.read_bytes()
    assert all(contact.state is ContactState.CLOSED for contact in called.contacts())
    assert called.entries_in_force(NUMBER, MONDAY_NOON)
    later = MONDAY_NOON + timedelta(days=400)
    called.save_campaign(Definition("again", brand="Third"), "again", later)
    assert [one.rule for one in called.may_call_number(NUMBER, "again", later).reasons] == ["listed"]
    assert called.verify().findings == ()
    assert [record.actor for record in called.audit(AuditFilter(action="privacy", number=NUMBER))] == ["bob"]


def test_a_copy_of_a_national_list_is_told_of(called: Store) -> None:
    called.load_list("us-national", MONDAY_NOON.date(), [int(NUMBER[1:])], MONDAY_NOON, "ann")
    assert [one["list"] for one in called.held_about(NUMBER)["national_lists"]] == ["us-national"]
    assert called.held_about("+12125550999")["national_lists"] == []


def test_what_is_still_to_be_done_for_an_erased_number_is_settled(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    store.save(permit.call_id, Complaint("I am Ann and this is outrageous"), MONDAY_NOON)
    store.finish(permit.call_id, Disposition.COMPLETED, MONDAY_NOON)
    assert len(store.open_tasks()) == 1
    store.erase(NUMBER, MONDAY_NOON, "bob")
    assert store.open_tasks() == []
    (task,) = store.held_about(NUMBER)["tasks"]
    assert (task["words"], task["settled_by"]) == ("", "bob")


def test_an_erased_number_is_not_taken_in_again_and_that_is_told(called: Store) -> None:
    called.erase(NUMBER, MONDAY_NOON, "bob")
    again = [Person(reference="BB-7", fields={"name": "Ann"}), Person("+12125550124")]
    for new in (1, 0):
        added = called.add_contacts("shipping", again, MONDAY_NOON)
        assert (added.new, added.erased, added.listed) == (new, 1, 0)
    assert NUMBER not in json.dumps(called.held_about(NUMBER), default=str)


def test_a_number_that_comes_back_after_its_erasure_is_erased_again(called: Store) -> None:
    called.erase(NUMBER, MONDAY_NOON, "bob")
    for entry in called.entries_in_force(NUMBER, MONDAY_NOON):
        called.remove_entry(entry.id, MONDAY_NOON, "bob", "asked in writing to be called again")
    running(called, Person(reference="BB-48213", fields={"name": "Ann"}))
    assert called.erase(NUMBER, MONDAY_NOON, "bob").contacts == 1
    assert NUMBER not in json.dumps(called.held_about(NUMBER), default=str)
    assert called.verify().findings == ()


def test_an_erased_number_stays_uncalled_for_longer_than_its_entry_would_have(store: Store) -> None:
    running(store, Person())
    until = MONDAY_NOON + timedelta(days=1)
    store.add_entry(NewEntry(NUMBER, Reach(Scope.EVERYONE), Source.PERSON, expires_at=until), MONDAY_NOON, "ann")
    store.erase(NUMBER, MONDAY_NOON, "bob")
    assert store.entries_in_force(NUMBER, until + timedelta(days=1000))


def test_a_number_is_not_erased_under_a_call(store: Store) -> None:
    running(store, Person())
    dial(store)
    with pytest.raises(StoreError, match="under way"):
        store.erase(NUMBER, MONDAY_NOON, "bob")


def test_time_erases_what_was_said_first_and_who_it_was_later(called: Store) -> None:
    keep = Retention(transcripts=timedelta(days=90), numbers=timedelta(days=400))
    assert called.purge(MONDAY_NOON + timedelta(days=89), keep).transcripts == 0
    done = called.purge(MONDAY_NOON + timedelta(days=91), keep)
    assert (done.transcripts, done.contacts) == (1, 0)
    held = called.held_about(NUMBER)
    assert held["logs"] == []
    assert [result["value"] for result in held["results"]] == ["4", "brand"]
    assert not any(result["words"] for result in held["results"])
    assert held["contacts"][0]["number"] == NUMBER
    assert called.purge(MONDAY_NOON + timedelta(days=401), keep).contacts == 1
    numbers = {contact["number"][0] for contact in called.held_about(NUMBER)["contacts"]}
    assert numbers == {"#", "+"}  # the open contact is still to be called
    assert called.purge(MONDAY_NOON + timedelta(days=401), keep) == type(done)(0, 0)


def test_the_audit_says_who_did_what(called: Store) -> None:
    actions = [(record.actor, record.action) for record in called.audit(AuditFilter())]
    assert ("ann", "consent.give") in actions
    assert ("robot", "dnc.add") in actions
    assert ("operator", "campaign.state") in actions
    assert [r.action for r in called.audit(AuditFilter(number=NUMBER, actor="robot"))] == ["dnc.add"]
    assert list(called.audit(AuditFilter(since=MONDAY_NOON + timedelta(seconds=1)))) == []
