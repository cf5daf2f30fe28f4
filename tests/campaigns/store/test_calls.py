"""Calls: what was asked for is kept, a call ends once, and a dead process calls nobody twice."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import psycopg
import pytest

from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Complaint,
    Crisis,
    Disposition,
    OptOut,
    Rating,
    Scope,
    Source,
    Via,
    WrongNumber,
)
from campaigns.store import ContactState, Store
from campaigns.store.history import NoSuchCall
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Definition, Person
from tests.campaigns.store.house import OWNER, dial, only, rules_of, running
from tests.campaigns.store.house import ask as ask_gate

MINUTE = timedelta(minutes=1)
LATER = MONDAY_NOON + MINUTE
WRONG = (sqlite3.IntegrityError, psycopg.IntegrityError)


def test_an_opt_out_closes_every_open_contact_of_the_number_in_scope_at_once(store: Store) -> None:
    running(store, Person())
    running(store, Person(), definition=Definition("refund", matter="refund"))
    running(store, Person(), definition=Definition("other", brand="Other"))
    permit = dial(store)
    store.save(permit.call_id, OptOut(Via.VOICE, "stop calling me"), LATER)
    assert store.contact(only(store, "refund")).closed_by == "listed"
    assert store.contact(only(store, "other")).state is ContactState.OPEN
    (entry,) = store.entries()
    assert (entry.source, entry.reach.target, entry.words) == (Source.SPOKEN, "Lumen", "stop calling me")
    assert (entry.call_id, entry.added_at, entry.actor) == (permit.call_id, LATER, "robot")
    assert store.finish(permit.call_id, Disposition.COMPLETED, LATER) is Disposition.OPTED_OUT
    assert rules_of(ask_gate(store, permit.contact_id)) == ["contact", "listed", "cap"]


def test_an_opt_out_for_everyone_reaches_every_brand(store: Store) -> None:
    running(store, Person())
    running(store, Person(), definition=Definition("other", brand="Other"))
    store.save(dial(store).call_id, OptOut(Via.KEY, "9", Scope.EVERYONE), LATER)
    assert store.contact(only(store, "other")).closed_by == "listed"


def test_saving_the_same_thing_twice_changes_nothing(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    for _ in range(2):
        store.save(call_id, OptOut(Via.KEY, "9"), LATER)
        store.save(call_id, Complaint("how rude"), LATER)
        store.save(call_id, Rating(2, Via.KEY, "2"), LATER)
    assert len(list(store.entries())) == 1
    assert [result.kind for result in store.results(call_id)] == ["opt_out", "complaint", "rating"]


def test_a_new_answer_replaces_the_old_one_of_the_same_step(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    store.save(call_id, Answer("where", "door", Via.VOICE, "at the door"), LATER)
    store.save(call_id, Answer("where", "neighbour", Via.VOICE, "no, the neighbour"), LATER)
    store.save(call_id, Answer("when", "today", Via.VOICE, "today"), LATER)
    assert [(one.about, one.value) for one in store.results(call_id)] == [("where", "neighbour"), ("when", "today")]


def test_an_opt_out_is_never_too_late(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    store.finish(call_id, Disposition.INTERRUPTED, LATER)
    store.save(call_id, OptOut(Via.VOICE, "never again"), LATER)
    assert len(store.entries_in_force(NUMBER, LATER)) == 1


def test_an_opt_out_said_again_after_it_was_revoked_holds_again(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    store.save(call_id, OptOut(Via.VOICE, "never again"), LATER)
    (first,) = store.entries_in_force(NUMBER, LATER)
    store.remove_entry(first.id, LATER, "dana", "a mistake")
    store.save(call_id, OptOut(Via.VOICE, "never again"), LATER)
    (second,) = store.entries_in_force(NUMBER, LATER)
    assert second.id != first.id
    assert store.verify().findings == ()


def test_opted_out_without_an_opt_out_still_lists_the_number(store: Store) -> None:
    running(store, Person())
    store.finish(dial(store).call_id, Disposition.OPTED_OUT, LATER)
    assert len(store.entries_in_force(NUMBER, LATER)) == 1


def test_a_wrong_number_is_not_called_again_for_that_brand(store: Store) -> None:
    running(store, Person())
    running(store, Person(), definition=Definition("refund"))
    call_id = dial(store).call_id
    store.save(call_id, WrongNumber(Via.VOICE, "no such person here"), LATER)
    assert store.finish(call_id, Disposition.HUNG_UP, LATER) is Disposition.WRONG_NUMBER
    assert [entry.source for entry in store.entries()] == [Source.WRONG_NUMBER]
    assert store.contact(only(store, "refund")).closed_by == "listed"


def test_words_of_self_harm_outrank_how_the_call_ended(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    store.save(call_id, Crisis("I cannot go on"), LATER)
    assert store.finish(call_id, Disposition.TRANSFERRED, LATER) is Disposition.CRISIS


def test_a_call_keeps_its_first_disposition(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    assert store.finish(call_id, Disposition.NO_ANSWER, LATER) is Disposition.NO_ANSWER
    assert store.finish(call_id, Disposition.COMPLETED, LATER) is Disposition.NO_ANSWER


def test_no_answer_waits_four_hours_and_for_the_evening_and_is_no_refusal(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    store.finish(permit.call_id, Disposition.NO_ANSWER, LATER)
    contact = store.contact(permit.contact_id)
    in_the_evening = LATER + timedelta(hours=5)  # 17:01 in New York; nobody was there in the afternoon
    assert (contact.state, contact.due_at) == (ContactState.OPEN, in_the_evening)
    assert list(store.entries()) == []


@pytest.mark.parametrize("disposition", [one for one in Disposition if one.closes])
def test_a_closing_disposition_closes(store: Store, disposition: Disposition) -> None:
    running(store, Person())
    permit = dial(store)
    store.finish(permit.call_id, disposition, LATER)
    assert store.contact(permit.contact_id).state is ContactState.CLOSED
    assert store.upcoming() is None
    assert store.finish_campaigns(LATER) == ["shipping"]


def test_a_route_that_is_down_uses_up_no_attempt(store: Store) -> None:
    running(store, Person())
    now = MONDAY_NOON
    for _ in range(5):
        permit = dial(store, now)
        assert permit.attempt == 1
        store.finish(permit.call_id, Disposition.ROUTE_DOWN, now, wait_seconds=120)
        now += 2 * MINUTE


def test_a_promised_callback_is_due_when_it_was_promised(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    at = MONDAY_NOON + timedelta(hours=3)
    store.save(permit.call_id, CallbackPromise(at, by_person=False, words="at three"), LATER)
    store.finish(permit.call_id, Disposition.CALLBACK, LATER)
    assert store.upcoming() == at
    assert dial(store, at).attempt == 2


def test_a_callback_by_a_person_is_a_task_and_no_call_of_ours(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    store.save(permit.call_id, CallbackPromise(None, by_person=True, words="agent"), LATER)
    store.finish(permit.call_id, Disposition.CALLBACK, LATER)
    assert store.contact(permit.contact_id).state is ContactState.CLOSED
    (task,) = store.open_tasks()
    assert (task.kind, task.campaign, task.words) == ("callback", "shipping", "agent")


def test_after_a_crash_an_unknown_outcome_is_interrupted_and_not_dialled_again(store: Store) -> None:
    running(store, Person(), Person("+12125550124"))
    dead = dial(store)
    store.release_lease(OWNER)
    store.lease("dialer-2", LATER)
    assert store.claim(LATER, 5)[0].contact_id != dead.contact_id
    assert store.recover(LATER, "dialer-2") == 1
    contact = store.contact(dead.contact_id)
    assert (contact.state, contact.last_disposition) == (ContactState.CLOSED, Disposition.INTERRUPTED)
    assert store.recover(LATER, "dialer-2") == 0


def test_what_was_said_before_the_crash_settles_the_call(store: Store) -> None:
    people = [Person(f"+1212555012{n}") for n in range(2)]
    running(store, *people)
    refused, promised = dial(store), dial(store)
    store.save(refused.call_id, OptOut(Via.VOICE, "stop"), LATER)
    at = MONDAY_NOON + timedelta(hours=2)
    store.save(promised.call_id, CallbackPromise(at, by_person=False, words="at two"), LATER)
    store.release_lease(OWNER)
    assert store.recover(LATER, "dialer-2") == 2
    assert store.contact(refused.contact_id).last_disposition is Disposition.OPTED_OUT
    assert store.contact(promised.contact_id).due_at == at


def test_the_calls_of_a_living_process_are_left_alone(store: Store) -> None:
    running(store, Person())
    dial(store)
    assert store.recover(MONDAY_NOON, "somebody else") == 0


def test_nothing_is_saved_for_a_call_that_never_was(store: Store) -> None:
    with pytest.raises(NoSuchCall):
        store.save(99, OptOut(Via.KEY, "9"), LATER)
    with pytest.raises(NoSuchCall):
        store.finish(99, Disposition.COMPLETED, LATER)


def test_the_database_knows_no_other_dispositions_and_no_rating_of_six(store: Store) -> None:
    running(store, Person())
    call_id = dial(store).call_id
    with pytest.raises(WRONG):
        store.finish(call_id, "gone_fishing", LATER)  # type: ignore[arg-type]
    with pytest.raises(WRONG):
        store.save(call_id, Rating(6, Via.KEY, "6"), LATER)
