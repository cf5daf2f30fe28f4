"""The allow-list and the caps of a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outbound.lines.sip.guard import Guard, Spent

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def guard(clock: Clock, calls: int = 10, minutes: float = 10.0, spent: tuple[Spent, ...] = ()) -> Guard:
    return Guard(("+44", "+4930123456"), calls, minutes, clock, spent)


def talk(guarded: Guard, clock: Clock, seconds: float) -> None:
    guarded.answered("somebody")
    clock.now += timedelta(seconds=seconds)
    guarded.over("somebody")


def test_only_listed_prefixes_may_be_dialled() -> None:
    guarded = guard(Clock())
    assert guarded.allows("+447700900123")
    assert guarded.allows("+4930123456")
    assert not guarded.allows("+4930999999")
    assert not guarded.allows("447700900123")
    assert not guarded.allows("")


@given(st.lists(st.integers(0, 48 * 60), max_size=60), st.integers(1, 8))
def test_no_24_hours_ever_hold_more_calls_than_the_cap(minutes: list[int], cap: int) -> None:
    clock = Clock()
    guarded = guard(clock, calls=cap)
    placed: list[datetime] = []
    for minute in sorted(minutes):
        clock.now = START + timedelta(minutes=minute)
        if guarded.spent_up() is None:
            guarded.placed()
            placed.append(clock.now)
    for moment in placed:
        assert sum(moment - timedelta(days=1) < other <= moment for other in placed) <= cap


def test_the_minutes_of_a_day_run_out_and_come_back() -> None:
    clock = Clock()
    guarded = guard(clock, minutes=2)
    talk(guarded, clock, 90)
    assert guarded.spent_up() is None
    clock.now += timedelta(hours=1)
    talk(guarded, clock, 40)
    refused = guarded.spent_up()
    assert refused is not None
    assert refused.retry_after_seconds == 23 * 3600 - 40
    clock.now += timedelta(seconds=refused.retry_after_seconds)
    assert guarded.spent_up() is None


def test_calls_that_go_on_spend_minutes_already() -> None:
    clock = Clock()
    guarded = guard(clock, minutes=2)
    guarded.answered("one")
    guarded.answered("other")
    clock.now += timedelta(seconds=59)
    assert guarded.spent_up() is None
    clock.now += timedelta(seconds=1)
    assert guarded.spent_up() is not None
    guarded.over("one")
    guarded.over("one")
    assert guarded.spent_up() is not None


def test_a_leg_that_was_never_answered_spends_no_minute() -> None:
    clock = Clock()
    guarded = guard(clock, minutes=1)
    guarded.over("rang only")
    assert guarded.spent_up() is None


def test_a_clock_that_is_put_back_gives_no_minutes_away() -> None:
    clock = Clock()
    guarded = guard(clock, minutes=1)
    talk(guarded, clock, 60)
    guarded.answered("one")
    clock.now -= timedelta(hours=1)
    guarded.over("one")
    assert guarded.spent_up() is not None


def test_a_restart_resets_nothing() -> None:
    clock = Clock()
    spent = (Spent(START - timedelta(hours=2), 60), Spent(START - timedelta(hours=30), 60))
    assert guard(clock, calls=1, spent=spent).spent_up() is not None
    assert guard(clock, calls=2, spent=spent).spent_up() is None
