"""A route that fails is left alone, tried with one call, and used again when that goes through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.outcomes import Disposition
from outbound.dialing.breaker import OUR_SIDE, Breaker, Closed, Limits, Opened

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
REST = Limits().rest


def broken(breaker: Breaker, now: datetime = NOON) -> Opened:
    """Until it opens."""
    while (change := breaker.ended(Disposition.FAILED, now)) is None:
        assert breaker.room(now) is None
    assert isinstance(change, Opened)
    return change


def test_half_of_the_recent_calls_failing_stops_the_route() -> None:
    breaker = Breaker()
    for disposition in (Disposition.COMPLETED, Disposition.FAILED, Disposition.NO_ANSWER):
        assert breaker.ended(disposition, NOON) is None
    opened = breaker.ended(Disposition.ROUTE_DOWN, NOON)
    assert opened == Opened(NOON + REST, failed=2, calls=4)
    assert breaker.room(NOON + REST - SECOND) == 0
    assert breaker.opens_at(NOON) == NOON + REST


def test_few_calls_prove_nothing_and_old_ones_are_forgotten() -> None:
    breaker = Breaker()
    for place in range(50):
        assert breaker.ended(Disposition.FAILED, NOON + place * timedelta(seconds=41)) is None


@pytest.mark.parametrize("disposition", [one for one in Disposition if one not in OUR_SIDE])
def test_what_a_callee_does_never_stops_a_route(disposition: Disposition) -> None:
    breaker = Breaker()
    assert {breaker.ended(disposition, NOON) for _ in range(100)} == {None}


def test_one_call_tries_the_route_and_opens_it_again() -> None:
    breaker = Breaker()
    now = broken(breaker).until
    assert breaker.room(now) == 1
    assert breaker.begin()
    assert breaker.room(now) == 0
    assert breaker.ended(Disposition.BUSY, now, was_try=True) == Closed()
    assert breaker.room(now) is None


def test_each_try_that_fails_doubles_the_rest_up_to_a_quarter_of_an_hour() -> None:
    breaker = Breaker()
    now, rests = broken(breaker).until, []
    for _ in range(7):
        breaker.begin()
        opened = breaker.ended(Disposition.ROUTE_DOWN, now, was_try=True)
        assert isinstance(opened, Opened)
        rests.append((opened.until - now).total_seconds())
        now = opened.until
    assert rests == [60, 120, 240, 480, 900, 900, 900]


def test_a_try_that_the_gate_refused_leaves_room_for_another() -> None:
    breaker = Breaker()
    now = broken(breaker).until
    breaker.begin()
    breaker.gave_up()
    assert breaker.room(now) == 1


def test_calls_that_were_in_flight_when_it_stopped_change_nothing() -> None:
    breaker = Breaker()
    until = broken(breaker).until
    assert breaker.ended(Disposition.FAILED, NOON + SECOND) is None
    assert breaker.ended(Disposition.COMPLETED, NOON + SECOND) is None
    assert breaker.opens_at(NOON) == until


def test_what_the_route_asks_for_is_kept_at_once_but_not_for_more_than_a_day() -> None:
    breaker = Breaker()
    opened = breaker.ended(Disposition.ROUTE_DOWN, NOON, asked=timedelta(minutes=10))
    assert opened is not None
    assert breaker.opens_at(NOON) == NOON + timedelta(minutes=10)
    breaker.ended(Disposition.ROUTE_DOWN, NOON, asked=timedelta(days=30))
    assert breaker.opens_at(NOON) == NOON + timedelta(days=1)


def test_a_clock_that_is_put_back_does_not_make_the_rest_longer() -> None:
    breaker = Breaker()
    broken(breaker)
    yesterday = NOON - timedelta(days=1)
    assert breaker.opens_at(yesterday) == yesterday + REST


@given(st.lists(st.tuples(st.sampled_from(sorted(Disposition)), st.integers(0, 90))))
def test_no_more_than_one_call_is_placed_between_a_stop_and_the_next_success(
    ends: list[tuple[Disposition, int]],
) -> None:
    breaker, now, resting = Breaker(), NOON, False
    for disposition, seconds in ends:
        now += timedelta(seconds=seconds)
        room = breaker.room(now)
        assert (room is None) == (not resting)
        if room == 0:
            continue
        was_try = breaker.begin()
        assert was_try == resting
        assert breaker.room(now) == (0 if resting else None)
        change = breaker.ended(disposition, now, was_try=was_try)
        resting = isinstance(change, Opened) or (resting and not isinstance(change, Closed))
