"""Claims and leases: who works on what, and what happens when they die."""

from __future__ import annotations

import os
import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from campaigns.outcomes import CallbackPromise, Disposition
from campaigns.store import SCRATCH, CampaignState, LeaseHeld, Permit, Store, StoreError, claims, open_store
from campaigns.store.tables import Base
from tests.campaigns.samples import MONDAY_NOON, Calling, Definition, Person
from tests.campaigns.store.house import OWNER, ask, dial, running

MINUTE = timedelta(minutes=1)


def people(count: int) -> list[Person]:
    return [Person(f"+1212555{number:04}") for number in range(count)]


def test_claims_are_not_shared(store: Store) -> None:
    running(store, *people(5))
    first = {claim.contact_id for claim in store.claim(MONDAY_NOON, 3)}
    second = {claim.contact_id for claim in store.claim(MONDAY_NOON, 3)}
    assert (len(first), len(second), first & second) == (3, 2, set())


def test_what_a_dead_claimer_held_comes_back_when_its_claim_ends(store: Store) -> None:
    running(store, *people(1))
    (claim,) = store.claim(MONDAY_NOON, 1, lease_seconds=60)
    assert store.claim(MONDAY_NOON + timedelta(seconds=59), 1) == []
    assert [one.contact_id for one in store.claim(MONDAY_NOON + MINUTE, 1)] == [claim.contact_id]


def test_a_claim_given_back_is_free_at_once(store: Store) -> None:
    running(store, *people(1))
    (claim,) = store.claim(MONDAY_NOON, 1)
    store.release([claim.contact_id])
    assert [one.contact_id for one in store.claim(MONDAY_NOON, 1)] == [claim.contact_id]


def test_the_longest_due_comes_first_over_all_campaigns(store: Store) -> None:
    running(store, Person("+12125550001"), definition=Definition("second"), now=MONDAY_NOON)
    running(store, Person("+12125550002"), definition=Definition("first"), now=MONDAY_NOON - MINUTE)
    assert [claim.campaign for claim in store.claim(MONDAY_NOON, 5)] == ["first", "second"]
    assert store.claim(MONDAY_NOON + 10 * MINUTE, 5, campaign_names=["second"])[0].campaign == "second"


def test_who_answered_in_the_evening_before_is_first_called_in_the_evening_and_others_meanwhile(store: Store) -> None:
    evening = MONDAY_NOON + timedelta(hours=6)
    known, unknown = "+12125550001", "+12125550002"
    running(store, Person(known), definition=Definition("first"), now=MONDAY_NOON)
    store.finish(dial(store, evening).call_id, Disposition.COMPLETED, evening)
    tuesday = MONDAY_NOON + timedelta(days=1)
    running(store, Person(known), Person(unknown), definition=Definition("second"), now=tuesday)
    permit = dial(store, tuesday)
    assert permit.number == unknown
    store.finish(permit.call_id, Disposition.COMPLETED, tuesday)
    assert store.claim(tuesday, 5) == []
    (waits,) = store.contacts("second", number=known)
    assert (waits.held_by, waits.next_at) == ("best_time", tuesday + timedelta(hours=5))
    (claim,) = store.claim(tuesday + timedelta(hours=5), 1)
    assert claim.contact.number == known
    assert isinstance(ask(store, claim.contact_id, tuesday + timedelta(hours=5)), Permit)


def test_who_was_put_off_to_the_best_time_once_is_called_when_the_queue_lets_them(store: Store) -> None:
    evening = MONDAY_NOON + timedelta(hours=6)
    running(store, Person(), definition=Definition("first"), now=MONDAY_NOON)
    store.finish(dial(store, evening).call_id, Disposition.COMPLETED, evening)
    tuesday, wednesday = MONDAY_NOON + timedelta(days=1), MONDAY_NOON + timedelta(days=2)
    running(store, Person(), definition=Definition("second"), now=tuesday)
    assert store.claim(tuesday, 1) == []
    assert len(store.claim(wednesday, 1)) == 1


def test_one_contact_is_authorised_once_however_many_ask_at_the_same_time(store: Store) -> None:
    running(store, *people(10))
    permits: list[int] = []

    def work() -> None:
        for contact in list(store.contacts("shipping")):
            if isinstance(store.authorise(contact.id, MONDAY_NOON, line="simulated", owner=OWNER), Permit):
                permits.append(contact.id)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(permits) == sorted(contact.id for contact in store.contacts("shipping"))


def test_one_dialer_for_a_store(store: Store) -> None:
    store.lease("a", MONDAY_NOON, seconds=30)
    with pytest.raises(LeaseHeld):
        store.lease("b", MONDAY_NOON + timedelta(seconds=29))
    store.lease("a", MONDAY_NOON + timedelta(seconds=29))
    with pytest.raises(LeaseHeld):
        store.lease("b", MONDAY_NOON + MINUTE - timedelta(seconds=2))
    store.lease("b", MONDAY_NOON + MINUTE)


def test_the_lease_of_a_process_known_to_be_dead_is_free(store: Store) -> None:
    store.lease("a", MONDAY_NOON)
    store.lease("b", MONDAY_NOON, dead=lambda owner: owner == "a")
    store.release_lease("b")
    store.lease("c", MONDAY_NOON)


def test_everything_is_there_after_opening_again(store: Store, store_url: str) -> None:
    running(store, *people(2))
    store.close()
    again = open_store(store_url)
    assert again.campaign("shipping").state is CampaignState.RUNNING
    assert again.campaign("shipping").terms.hours.opens == Calling().opens
    assert len(list(again.contacts("shipping"))) == 2
    again.close()


def test_a_scratch_store_is_nobody_elses_and_gone_when_it_is_closed() -> None:
    one, other = (open_store(SCRATCH, durable=False, shared=False) for _ in range(2))
    running(one, *people(3))
    permit = dial(one)
    with pytest.raises(RuntimeError), one.writing() as connection:
        _closed_by_a_transaction_that_breaks(connection)
    assert one.finish(permit.call_id, Disposition.COMPLETED, MONDAY_NOON) is Disposition.COMPLETED
    assert one.contact_counts("shipping") == {"open": 2, "calling": 0, "closed": 1}
    assert one.verify().findings == ()
    assert other.campaigns() == []
    one.close()
    other.close()
    assert open_store(SCRATCH).campaigns() == []


def _closed_by_a_transaction_that_breaks(connection: sa.Connection) -> None:
    connection.execute(sa.text("UPDATE contact SET state = 'closed'"))
    raise RuntimeError


def test_the_migrations_make_the_very_tables_of_the_models(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_a_store_of_a_newer_version_is_left_alone(store: Store, store_url: str) -> None:
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        open_store(store_url)


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://nobody@/none?host=/nowhere", os.devnull + "/x.db"])
def test_what_is_no_store_is_said_plainly(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_a_plan_uses_the_index_of_what_is_next(store: Store) -> None:
    if store.postgresql:
        return
    running(store, *people(3))
    with store.reading() as connection:
        for query in (claims._DUE, claims._FIRST):
            plan = connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN " + query.text(connection),
                {"campaign": 1, "now": "2025-06-02 16:00:00", "most": 5, "param_1": 1, "param_2": 0},
            ).all()
            assert "ix_contact_next" in str(plan)
            assert "TEMP B-TREE" not in str(plan)


def test_a_call_reads_through_no_table_that_grows_with_the_calls(store: Store) -> None:
    if store.postgresql:
        return
    running(store, *people(3))
    with store.writing() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
    asked: list[str] = []
    driver.set_trace_callback(asked.append)
    for disposition in (Disposition.CALLBACK, Disposition.NO_ANSWER, Disposition.OPTED_OUT):
        permit = dial(store)
        store.save(permit.call_id, CallbackPromise(None, False, "later"), MONDAY_NOON)
        store.finish(permit.call_id, disposition, MONDAY_NOON, events=[{}])
    driver.set_trace_callback(None)
    statements = [text for text in dict.fromkeys(asked) if text.startswith(("SELECT", "UPDATE", "INSERT"))]
    assert len(statements) > 20
    for statement in statements:
        steps = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert not [step for step in steps if re.fullmatch("SCAN (call|contact|call_result)", step)], statement


def test_ctrl_c_in_the_middle_of_a_statement_is_what_it_is_and_leaves_nothing_half_done(store: Store) -> None:
    running(store, *people(3))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def interrupted() -> None:
        with store.writing() as connection:
            connection.execute(sa.text("UPDATE contact SET attempts = 7"))
            sa.event.listen(store.engine, "do_execute", interrupt)
            try:
                connection.execute(sa.text("UPDATE contact SET attempts = 8"))
            finally:
                sa.event.remove(store.engine, "do_execute", interrupt)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert {one.attempts for one in store.contacts("shipping")} == {0}
    assert len(store.claim(MONDAY_NOON, 5)) == 3


def test_a_full_disk_is_said_and_leaves_nothing_half_done(store: Store) -> None:
    if store.postgresql:
        return
    running(store, *people(3))
    with store.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full"):
        store.add_contacts("shipping", (Person(f"+1213{n:07}") for n in range(5000)), MONDAY_NOON)
    assert len(list(store.contacts("shipping"))) == 3
    with store.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert store.add_contacts("shipping", [Person("+12135550000")], MONDAY_NOON).new == 1
    assert store.verify().findings == ()
