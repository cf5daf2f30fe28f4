"""National lists: small, quick, replaced in one step, and refused when too old."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from campaigns.script import Purpose
from campaigns.store import Basis, Consent, Permit, Store, StoreDamaged, StoreUnavailable, national, open_store
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Definition, Person
from tests.campaigns.store.house import ask, only, rules_of, running

SALE = Definition("sale", purpose=Purpose.MARKETING, matter="discount")
TODAY = MONDAY_NOON.date()
TORONTO = "+14165550123"


def listed(store: Store, *numbers: int) -> list[bool]:
    with store.reading() as connection:
        found = store.national_listings(connection, [f"+{number}" for number in numbers], ["x"])
    return [found[f"+{number}"]["x"].listed for number in numbers]


def test_a_list_holds_its_numbers_and_no_others(store: Store) -> None:
    dice = random.Random(7)
    numbers = [12000000000 + dice.randrange(10**9) for _ in range(3000)]
    national._RUN, kept = 700, national._RUN  # several runs meet in the same blocks
    try:
        copy = store.load_list("x", TODAY, [*numbers, *numbers[:50]], MONDAY_NOON, "ann", origin="x.txt")
    finally:
        national._RUN = kept
    assert copy.numbers == len(set(numbers))
    assert all(listed(store, *numbers[:200]))
    assert not any(listed(store, *(number for n in numbers[:200] if (number := n + 1) not in set(numbers))))
    assert store.verify().findings == ()


def test_a_new_copy_takes_the_place_of_the_old_one(store: Store) -> None:
    store.load_list("x", TODAY - timedelta(days=30), [12125550123], MONDAY_NOON, "ann")
    store.load_list("x", TODAY, iter([12125550124]), MONDAY_NOON, "ann")
    assert [(one.name, one.as_of, one.numbers) for one in store.lists()] == [("x", TODAY, 1)]
    assert listed(store, 12125550123, 12125550124) == [False, True]


def test_a_copy_that_broke_off_never_counts(store: Store) -> None:
    def broken() -> object:
        yield 12125550123
        raise OSError

    store.load_list("x", TODAY, [12125550124], MONDAY_NOON, "ann")
    with suppress(OSError):
        store.load_list("x", TODAY, broken(), MONDAY_NOON, "ann")  # type: ignore[arg-type]
    assert listed(store, 12125550123, 12125550124) == [False, True]
    store.load_list("x", TODAY, [12125550125], MONDAY_NOON, "ann")
    assert listed(store, 12125550124, 12125550125) == [False, True]


def test_one_number_is_looked_up_as_many_are(store: Store) -> None:
    dice = random.Random(7)
    numbers = sorted({12000000000 + dice.randrange(400_000) for _ in range(3000)})
    store.load_list("x", TODAY, numbers, MONDAY_NOON, "ann")
    asked = [*numbers[:150], *(12000000000 + dice.randrange(400_000) for _ in range(150)), 442079460123]
    with store.reading() as connection:  # on PostgreSQL the first question is asked another way than the others
        single = [store.national_listings(connection, [f"+{n}"], ["x", "no list"])[f"+{n}"] for n in asked]
        several = store.national_listings(connection, [f"+{n}" for n in asked], ["x", "no list"])
    assert single == [several[f"+{n}"] for n in asked]
    assert [said["x"].listed for said in single] == [n in set(numbers) for n in asked]


def test_a_number_is_still_looked_up_after_a_transaction_was_rolled_back(store: Store) -> None:
    class Oops(Exception):
        pass

    store.load_list("x", TODAY, [12125550123], MONDAY_NOON, "ann")
    for _ in range(3):
        with suppress(Oops), store.writing() as connection:
            for _ in range(10):  # so often that PostgreSQL's driver prepares, and forgets what was prepared
                connection.execute(sa.select(1))
                assert store.national_listings(connection, ["+12125550123"], ["x"])["+12125550123"]["x"].listed
            raise Oops
        assert listed(store, 12125550123) == [True]


def test_a_server_that_goes_away_in_the_middle_is_no_store_and_no_answer(postgresql_url: str) -> None:
    store, other = open_store(postgresql_url), open_store(postgresql_url)
    store.load_list("x", TODAY, [12125550123], MONDAY_NOON, "ann")
    ends = sa.text("SELECT pg_terminate_backend(:pid, 5000)")

    def ask() -> None:
        with store.reading() as connection:
            for _ in range(3):
                store.national_listings(connection, ["+12125550123"], ["x"])
            pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
            with other.writing() as beside:
                beside.execute(ends, {"pid": pid})
            store.national_listings(connection, ["+12125550123"], ["x"])

    with pytest.raises(StoreUnavailable):
        ask()
    assert listed(store, 12125550123) == [True]
    store.close()
    other.close()


def test_the_copy_that_counts_is_asked_for_anew_in_every_transaction(store: Store) -> None:
    store.load_list("x", TODAY, [12125550123], MONDAY_NOON, "ann")
    with store.writing() as connection:
        for _ in range(3):
            assert store.national_listings(connection, ["+12125550123"], ["x"])["+12125550123"]["x"].listed
    store.load_list("x", TODAY, [12125550124], MONDAY_NOON, "ann")
    with store.writing() as connection:
        for _ in range(3):
            assert not store.national_listings(connection, ["+12125550123"], ["x"])["+12125550123"]["x"].listed


def test_a_block_that_was_cut_off_is_told_as_damage(store: Store) -> None:
    store.load_list("x", TODAY, [12125550123], MONDAY_NOON, "ann")
    with store.writing() as connection:
        connection.execute(sa.update(national.block).values(offsets=b"x"))
    for numbers in ([12125550123], [12125550123, 12125550124]):
        with pytest.raises(StoreDamaged, match="cut off"):
            listed(store, *numbers)


def test_marketing_in_canada_needs_a_young_copy_or_consent(store: Store) -> None:
    running(store, Person(TORONTO, "America/Toronto", country="CA"), definition=SALE)
    who = only(store, "sale")
    assert rules_of(ask(store, who)) == ["consent", "list_age"]
    store.load_list("ca-national", date(2025, 5, 1), [], MONDAY_NOON, "ann")
    verdict = store.may_call(who, MONDAY_NOON)
    assert [reason.rule for reason in verdict.reasons] == ["consent", "list_age"]
    assert "31 days" in verdict.reasons[1].text
    store.load_list("ca-national", TODAY, [int(TORONTO[1:])], MONDAY_NOON, "ann")
    assert [reason.rule for reason in store.may_call(who, MONDAY_NOON).reasons] == ["consent", "national_list"]
    store.give_consent(TORONTO, "Lumen", Consent(Purpose.MARKETING, Basis.EXPRESS, "Yes"), MONDAY_NOON, "ann")
    assert isinstance(ask(store, who), Permit)


def test_an_informational_call_needs_no_list(store: Store) -> None:
    running(store, Person())
    store.load_list("us-national", TODAY, [int(NUMBER[1:])], MONDAY_NOON, "ann")
    assert isinstance(ask(store, only(store)), Permit)
