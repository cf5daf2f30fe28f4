"""Who is next, and when again: never earlier than configured, never outside the window, never for ever."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.windows import Hours, Window
from campaigns.outcomes import Disposition
from campaigns.planning import (
    CLOSED_BY_CALLBACKS,
    NOBODY_THERE,
    Again,
    Closed,
    Habits,
    Past,
    Queue,
    RetryRule,
    after_call,
    best_time,
    first_time,
    share_out,
)

NEW_YORK = ZoneInfo("America/New_York")
WINDOW = Window("campaign", (Hours(time(9), time(20)),))
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(["America/New_York", "Europe/London", "Asia/Seoul", "Asia/Kathmandu"]).map(ZoneInfo)
hours = st.tuples(st.integers(0, 20), st.integers(1, 3), st.frozensets(st.integers(0, 6), min_size=1)).map(
    lambda at: Window("campaign", (Hours(time(at[0]), time(min(23, at[0] + at[1])), at[2]),))
)
habits = st.builds(
    Habits, zones, hours | st.just(WINDOW), st.lists(st.builds(Past, st.integers(0, 23), st.booleans()), max_size=20)
)


@given(moments, habits)
def test_the_best_time_is_never_early_never_outside_the_window_and_within_a_day_of_it(
    earliest: datetime, known: Habits
) -> None:
    best = best_time(earliest, known)
    opens = known.window.opens_after(known.zone, earliest)
    assert opens is not None
    assert known.window.covers(known.zone, best)
    assert earliest <= opens <= best <= opens + DAY


def at(hour: int, *past: Past, last_day: date | None = None) -> tuple[int, int]:
    """Day and hour in New York of the best time from that hour of 3 March on."""
    earliest = datetime(2026, 3, 3, hour, 20, tzinfo=NEW_YORK)
    best = best_time(earliest, Habits(NEW_YORK, WINDOW, past, last_day)).astimezone(NEW_YORK)
    return best.day, best.hour


def test_who_was_away_in_the_afternoon_is_tried_in_the_evening_then_in_the_morning() -> None:
    assert at(14) == (3, 14)
    assert at(14, Past(13, False)) == (3, 17)
    assert at(18, Past(13, False), Past(17, False)) == (4, 9)
    assert at(14, Past(10, False), Past(13, False), Past(18, False)) == (3, 14)


def test_who_answered_once_is_tried_at_that_time_again() -> None:
    assert at(14, Past(18, True), Past(18, False), Past(19, False)) == (3, 17)


def test_the_last_day_of_a_campaign_is_not_missed_for_a_better_hour() -> None:
    assert at(18, Past(18, False), last_day=date(2026, 3, 3)) == (3, 18)


@given(moments, habits)
def test_a_first_call_waits_at_most_until_later_that_day_and_in_the_window(now: datetime, known: Habits) -> None:
    first = first_time(now, known)
    assert first >= now
    if first != now:
        assert known.window.covers(known.zone, now)
        assert known.window.covers(known.zone, first)
        assert first.astimezone(known.zone).date() == now.astimezone(known.zone).date()


def test_only_who_answered_before_waits_for_a_first_call() -> None:
    def first(hour: int, *past: Past) -> tuple[int, int]:
        now = datetime(2026, 3, 3, hour, 20, tzinfo=NEW_YORK)
        moment = first_time(now, Habits(NEW_YORK, WINDOW, past)).astimezone(NEW_YORK)
        return moment.day, moment.hour

    assert first(10) == (3, 10)
    assert first(10, Past(10, False), Past(11, False)) == (3, 10)
    assert first(10, Past(18, True)) == (3, 17)
    assert first(18, Past(18, True)) == (3, 18)
    assert first(14, Past(10, True)) == (3, 14)  # the morning is over: not put off to another day
    assert first(8, Past(18, True)) == (3, 8)  # no calling hours: for the gate to say


@given(
    st.sampled_from(sorted(Disposition)),
    moments,
    st.integers(1, 8),
    st.integers(1, 8),
    st.none() | moments,
    st.none() | habits,
)
def test_no_plan_is_earlier_than_configured_and_none_is_without_end(
    disposition: Disposition, now: datetime, times: int, attempts: int, promised: datetime | None, known: Habits | None
) -> None:
    rules = {one: RetryRule(timedelta(hours=3), 2) for one in Disposition}
    plan = after_call(
        disposition,
        now,
        retry=rules,
        times_so_far=times,
        attempts=attempts,
        max_attempts=4,
        max_callbacks=3,
        promised_at=promised,
        habits=lambda: known,
    )
    if disposition is Disposition.ROUTE_DOWN:
        assert plan == Again(now + timedelta(minutes=1))
    elif disposition is Disposition.CALLBACK:
        assert (plan == Closed(CLOSED_BY_CALLBACKS)) == (times > 3)
        if isinstance(plan, Again):
            assert plan.due_at >= max(now, promised or now)
    elif disposition.closes or times > 2 or attempts >= 4:
        assert isinstance(plan, Closed)
    else:
        assert isinstance(plan, Again)
        assert plan.due_at >= now + timedelta(hours=3)
        if known is not None and disposition in NOBODY_THERE:
            assert known.window.covers(known.zone, plan.due_at)


queues = st.lists(
    st.builds(
        Queue,
        st.just(0),
        st.integers(1, 3),
        st.integers(1, 4),
        st.integers(0, 6),
        st.integers(0, 6),
        st.integers(0, 30),
        st.none() | st.integers(0, 8),
    ),
    max_size=5,
).map(lambda some: [Queue(n, q.priority, q.share, q.in_flight, q.promised, q.due, q.room) for n, q in enumerate(some)])


def wanted(queue: Queue) -> int:
    waiting = queue.promised + queue.due
    return waiting if queue.room is None else min(waiting, queue.room)


@given(st.integers(0, 40), queues)
def test_no_channel_is_idle_while_somebody_may_be_called_and_none_is_given_twice(
    free: int, waiting: list[Queue]
) -> None:
    given_out = share_out(free, waiting)
    assert sum(given_out.values()) == min(free, sum(map(wanted, waiting)))
    assert all(0 <= given_out[queue.campaign_id] <= wanted(queue) for queue in waiting)


@given(st.integers(0, 40), queues)
def test_a_promise_never_waits_for_what_was_not_promised(free: int, waiting: list[Queue]) -> None:
    given_out = share_out(free, waiting)
    promises_wait = any(given_out[q.campaign_id] < min(q.promised, wanted(q)) for q in waiting)
    assert not promises_wait or all(given_out[q.campaign_id] <= q.promised for q in waiting)


@given(st.integers(0, 40), queues)
def test_a_lower_priority_waits_for_a_higher_one(free: int, waiting: list[Queue]) -> None:
    given_out = share_out(free, waiting)
    for high in waiting:
        if given_out[high.campaign_id] < wanted(high):
            lower = [low for low in waiting if low.priority < high.priority]
            assert all(given_out[low.campaign_id] <= low.promised for low in lower)


def test_channels_in_use_stand_as_the_shares_do() -> None:
    two = [Queue(1, share=2, due=100), Queue(2, share=1, due=100)]
    assert share_out(9, two) == {1: 6, 2: 3}
    busy = [Queue(1, due=100, in_flight=4), Queue(2, due=100)]
    assert share_out(6, busy) == {1: 1, 2: 5}
    assert Counter(share_out(5, [Queue(1, due=1), Queue(2, due=100)])) == {1: 1, 2: 4}
