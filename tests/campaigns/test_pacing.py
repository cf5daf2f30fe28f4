"""A pace is kept on any clock: no more calls at a time, a second, an hour than was said, and never a standstill."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from campaigns.pacing import COOL_AFTER, Pace, Pacer

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def placed_by(pacer: Pacer, span: timedelta, start: datetime = NOON) -> list[datetime]:
    """When calls are placed by somebody who always wants to, and none of whose calls takes time."""
    moments, now = [], start
    while now < start + span:
        if pacer.room(now, 0) != 0:
            pacer.placed(now)
            moments.append(now)
        following = pacer.opens_at(now, 0)
        assert following is not None
        now = max(following, now + timedelta(milliseconds=1))
    return moments


def test_without_a_pace_any_number_may_begin() -> None:
    pacer = Pacer(Pace())
    assert pacer.room(NOON, 1000) is None
    assert pacer.opens_at(NOON, 1000) == NOON


def test_so_many_at_a_time() -> None:
    pacer = Pacer(Pace(in_flight=3))
    assert [pacer.room(NOON, busy) for busy in range(5)] == [3, 2, 1, 0, 0]
    assert pacer.opens_at(NOON, 3) is None


def test_an_hour_is_spread_evenly() -> None:
    moments = placed_by(Pacer(Pace(per_hour=600)), 2 * HOUR)
    assert len(moments) == 1200
    assert {after - before for before, after in itertools.pairwise(moments)} == {timedelta(seconds=6)}


def test_a_refusal_costs_no_pace_and_an_undecided_call_waits_for_its_verdict() -> None:
    pacer = Pacer(Pace(per_hour=60))
    assert pacer.room(NOON, 0) == 1
    assert pacer.room(NOON, 1, undecided=1) == 0
    assert pacer.room(NOON, 0) == 1


def test_a_warm_up_begins_with_a_tenth_and_ends_with_all() -> None:
    moments = placed_by(Pacer(Pace(per_hour=3600, warm_up=10 * MINUTE)), 20 * MINUTE)
    by_minute = [sum(NOON + n * MINUTE <= one < NOON + (n + 1) * MINUTE for one in moments) for n in range(20)]
    assert by_minute[0] <= 7
    assert by_minute == sorted(by_minute)
    assert by_minute[-1] == 60


def test_calls_at_a_time_are_warmed_up_too_and_again_after_an_hour_of_rest() -> None:
    pacer = Pacer(Pace(in_flight=20, warm_up=10 * MINUTE))
    assert pacer.room(NOON, 0) == 2
    pacer.placed(NOON)
    assert pacer.room(NOON + 5 * MINUTE, 0) == 10
    pacer.placed(NOON + 10 * MINUTE)
    assert pacer.room(NOON + 10 * MINUTE, 0) == 20
    assert pacer.room(NOON + 10 * MINUTE + COOL_AFTER, 0) == 2


def test_a_new_pace_holds_for_the_next_call() -> None:
    pacer = Pacer(Pace(per_hour=1))
    pacer.placed(NOON)
    assert pacer.opens_at(NOON, 0) == NOON + HOUR
    pacer.pace = Pace(per_hour=3600)
    assert pacer.opens_at(NOON, 0) == NOON + SECOND


def test_a_clock_that_is_put_back_makes_no_standstill() -> None:
    pacer = Pacer(Pace(per_hour=600))
    pacer.placed(NOON)
    yesterday = NOON - timedelta(days=1)
    assert pacer.opens_at(yesterday, 0) == yesterday + timedelta(seconds=6)


paces = st.builds(
    Pace,
    per_second=st.none() | st.floats(0.1, 5),
    per_hour=st.none() | st.floats(60, 5000),
    warm_up=st.sampled_from((timedelta(), MINUTE, 10 * MINUTE)),
)


@given(paces, st.lists(st.integers(0, 4000), min_size=1, max_size=60))
def test_no_second_and_no_hour_has_more_calls_than_was_said(pace: Pace, waits_ms: list[int]) -> None:
    pacer, now, moments = Pacer(pace), NOON, []
    for wait_ms in waits_ms * 3:
        now += timedelta(milliseconds=wait_ms)
        if pacer.room(now, 0) != 0:
            pacer.placed(now)
            moments.append(now)
    for most, span in ((pace.per_second, SECOND), (pace.per_hour, HOUR)):
        if most is not None:
            for moment in moments:
                within = sum(moment <= one < moment + span for one in moments)
                assert within <= max(1, int(most) + 1)
