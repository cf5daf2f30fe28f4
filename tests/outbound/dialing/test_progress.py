"""What is said of the time left is no guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from campaigns.outcomes import Disposition
from campaigns.store import Remaining
from outbound.dialing.news import Finished, Placed
from outbound.dialing.progress import Gauge, calling_left

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def test_who_is_left_needs_as_many_calls_as_who_is_done() -> None:
    assert calling_left(waiting=100, done=50, calls=100, calls_per_hour=100) == 2 * HOUR
    assert calling_left(waiting=0, done=50, calls=100, calls_per_hour=0) == timedelta()


def test_nothing_is_said_before_something_is_known() -> None:
    assert calling_left(waiting=100, done=2, calls=9, calls_per_hour=100) is None
    assert calling_left(waiting=100, done=50, calls=100, calls_per_hour=0) is None


def test_the_rate_is_that_of_the_last_quarter_of_an_hour() -> None:
    gauge = Gauge()
    for minute in range(60):
        at = NOON + minute * MINUTE
        gauge.watch(Placed(minute, minute, "parcels", 1, "+12025550123", 1, at))
        ended = Disposition.OPTED_OUT if minute % 10 == 0 else Disposition.COMPLETED
        gauge.watch(Finished(minute, "parcels", ended, 20.0, at))
    found = gauge.progress(Remaining(200, 140, 10, 60, None), NOON + 59 * MINUTE)
    assert (found.done, found.held, found.in_flight) == (50, 10, 0)
    assert 60 <= found.calls_per_hour <= 64
    assert found.opt_out_percent == 10.0
    assert found.calling_left is not None
    assert 2.5 * HOUR <= found.calling_left <= 3 * HOUR
