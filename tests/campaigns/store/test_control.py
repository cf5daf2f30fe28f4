"""Steering campaigns in the store: who is next among several, at which pace, on which days, and why one stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from campaigns.limits import Alarm, Budget, Spent
from campaigns.outcomes import CallbackPromise, Disposition, OptOut, Via
from campaigns.pacing import Pace
from campaigns.store import CallState, CampaignState, NoSuchCampaign, Permit, Store, claims
from campaigns.store.gate import NoSuchPermit
from campaigns.store.terms import Terms
from tests.campaigns.samples import MONDAY_NOON, Calling, Definition, Person
from tests.campaigns.store.house import OWNER, ask, dial, only, rules_of, running

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


def people(count: int, first: int = 0) -> list[Person]:
    return [Person(f"+1212555{first + number:04}") for number in range(count)]


def campaigns_of(store: Store, limit: int, **bounds: dict[str, int]) -> list[str]:
    return [claim.campaign for claim in store.claim(MONDAY_NOON + MINUTE, limit, **bounds)]  # type: ignore[arg-type]


def test_a_promised_callback_comes_before_everything_else(store: Store) -> None:
    running(store, Person("+12125550999"), definition=Definition("promised", priority=1))
    permit = dial(store)
    store.save(permit.call_id, CallbackPromise(MONDAY_NOON + SECOND, False, "in a moment"), MONDAY_NOON)
    store.finish(permit.call_id, Disposition.CALLBACK, MONDAY_NOON)
    running(store, *people(5), definition=Definition("urgent", priority=9), now=MONDAY_NOON - DAY)
    assert campaigns_of(store, 3) == ["promised", "urgent", "urgent"]


def test_a_higher_priority_is_served_first_and_the_same_one_by_shares(store: Store) -> None:
    running(store, *people(9), definition=Definition("low", priority=3), now=MONDAY_NOON - DAY)
    running(store, *people(9, 10), definition=Definition("one"))
    running(store, *people(9, 20), definition=Definition("two", share=2))
    assert sorted(campaigns_of(store, 6)) == ["one", "one", "two", "two", "two", "two"]
    assert sorted(campaigns_of(store, 30, in_flight={"one": 2, "two": 4})).count("low") == 9


def test_no_campaign_gets_more_than_its_room(store: Store) -> None:
    running(store, *people(9), definition=Definition("one"))
    running(store, *people(9, 10), definition=Definition("two"))
    assert sorted(campaigns_of(store, 6, rooms={"one": 1, "two": 0})) == ["one"]


def test_what_a_campaign_says_of_pace_and_limits_is_kept(store: Store) -> None:
    said = Definition(
        calling=Calling(max_callbacks=1, opens_on=date(2025, 6, 1), closes_on=date(2025, 6, 30)),
        pace=Pace(3, 0.5, 600, 5 * MINUTE),
        budget=Budget(100, 50.5),
        alarm=Alarm(5.0, 20),
        priority=7,
        share=3,
    )
    running(store, definition=said)
    (found,) = store.running()
    assert found.terms == Terms.of(said)
    assert found.pace == said.pace
    assert "pace" not in Terms.of(Definition()).to_json()


def test_a_pace_given_while_it_runs_stands_in_for_the_files(store: Store) -> None:
    running(store, definition=Definition(pace=Pace(per_hour=60)))
    store.set_pace("shipping", Pace(in_flight=2, per_second=1.5), MONDAY_NOON)
    assert [one.pace for one in store.running()] == [store.pace("shipping")] == [Pace(2, 1.5)]
    store.set_pace("shipping", None, MONDAY_NOON)
    assert store.pace("shipping") == Pace(per_hour=60)
    with pytest.raises(NoSuchCampaign):
        store.set_pace("none", None, MONDAY_NOON)
    assert store.verify().findings == ()


def test_what_was_spent_is_counted_and_opt_outs_since_the_last_resumption(store: Store) -> None:
    running(store, *people(3))
    for result in (None, OptOut(Via.KEY, "9"), None):
        permit = dial(store)
        if result is not None:
            store.save(permit.call_id, result, MONDAY_NOON)
        store.finish(permit.call_id, Disposition.COMPLETED, MONDAY_NOON, seconds=30)
    (before,) = store.running()
    assert store.spent(before, MONDAY_NOON) == Spent(3, 90.0, 3, 1)
    store.set_state("shipping", CampaignState.RUNNING, MONDAY_NOON + HOUR)
    (resumed,) = store.running()
    assert store.spent(resumed, MONDAY_NOON + HOUR) == Spent(3, 90.0, 0, 0)


def test_who_resumes_after_the_clock_was_put_back_is_not_alarmed_by_the_calls_of_before(store: Store) -> None:
    running(store, *people(1))
    permit = dial(store)
    store.save(permit.call_id, OptOut(Via.KEY, "9"), MONDAY_NOON)
    store.finish(permit.call_id, Disposition.COMPLETED, MONDAY_NOON, seconds=30)
    put_back = MONDAY_NOON - HOUR
    store.set_state("shipping", CampaignState.RUNNING, put_back)
    (resumed,) = store.running()
    assert store.spent(resumed, put_back) == Spent(1, 30.0, 0, 0)


def test_a_call_that_the_line_did_not_take_costs_nothing(store: Store) -> None:
    running(store, *people(1))
    store.finish(dial(store).call_id, Disposition.ROUTE_DOWN, MONDAY_NOON, wait_seconds=600)
    (one,) = store.running()
    assert store.spent(one, MONDAY_NOON).calls == 0
    assert store.contact(only(store)).due_at == MONDAY_NOON + 10 * MINUTE


def test_how_far_a_campaign_is(store: Store) -> None:
    running(store, *people(4))
    store.finish(dial(store).call_id, Disposition.COMPLETED, MONDAY_NOON)
    store.finish(dial(store).call_id, Disposition.BUSY, MONDAY_NOON)
    store.hold(dial_next(store), "a field is missing")
    far = store.remaining()
    assert (far.contacts, far.open, far.held, far.calls) == (4, 2, 1, 2)
    assert far.last_due == MONDAY_NOON + 15 * MINUTE


def dial_next(store: Store) -> int:
    return store.claim(MONDAY_NOON, 1)[0].contact_id


def test_before_its_first_day_a_campaign_waits_and_after_its_last_it_is_over(store: Store) -> None:
    calling = Calling(opens_on=date(2025, 6, 3), closes_on=date(2025, 6, 4))
    running(store, Person(), definition=Definition(calling=calling))
    contact_id = only(store)
    assert rules_of(ask(store, contact_id)) == ["dates"]
    midnight = MONDAY_NOON + 12 * HOUR  # in New York, where the contact is
    assert store.upcoming() == midnight + 9 * HOUR
    assert store.may_call(contact_id, midnight + 9 * HOUR).allowed
    assert [reason.rule for reason in store.may_call(contact_id, midnight + 57 * HOUR).reasons] == ["dates"]
    assert rules_of(ask(store, contact_id, midnight + 57 * HOUR)) == ["dates"]
    assert store.upcoming() is None
    longer = replace(Definition(), calling=replace(calling, closes_on=date(2025, 6, 30)))
    store.save_campaign(longer, "edited", midnight + 57 * HOUR)
    assert isinstance(ask(store, contact_id, midnight + 57 * HOUR), Permit)


def test_a_permit_can_be_read_by_the_id_of_its_call_until_the_call_is_answered(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    assert store.permit(permit.call_id) == permit
    store.answered(permit.call_id, MONDAY_NOON)
    with pytest.raises(NoSuchPermit):
        store.permit(permit.call_id)


def test_a_row_that_nobody_was_told_of_is_settled_and_calls_under_way_are_not(store: Store) -> None:
    running(store, *people(2))
    held, forgotten = dial(store), dial(store)
    assert store.recover(MONDAY_NOON, OWNER, {held.call_id}) == 1
    assert store.call(held.call_id).state is CallState.DIALING
    assert store.call(forgotten.call_id).disposition is Disposition.INTERRUPTED


def test_who_asks_to_be_called_back_too_often_becomes_a_task(store: Store) -> None:
    running(store, Person(), definition=Definition(matter="other", calling=Calling(max_callbacks=1)))
    now = MONDAY_NOON
    for _ in range(2):
        permit = dial(store, now)
        store.save(permit.call_id, CallbackPromise(now + HOUR, False, "later"), now)
        store.finish(permit.call_id, Disposition.CALLBACK, now)
        now += HOUR
    contact = store.contact(only(store))
    assert (contact.state, contact.closed_by) == ("closed", "callbacks")
    (task,) = store.open_tasks()
    assert (task.kind, task.due_at) == ("callback", MONDAY_NOON + 2 * HOUR)


def test_finding_who_was_promised_a_call_uses_its_index(store: Store) -> None:
    if store.postgresql:
        return
    running(store, *people(3))
    with store.reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN " + claims._PROMISED.text(connection),
            {"campaign": 1, "now": "2025-06-02 16:00:00", "most": 5, "param_1": 0},
        ).all()
        columns = sa.inspect(connection).get_columns("timetable")
    assert "ix_contact_promised" in str(plan)
    assert {column["name"] for column in columns} == {"id", "next_run_time", "job_state"}
