"""When a clock was set, both times are doubted for an hour, and no moment longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outbound.dialing.clockwatch import DOUBT, ClockWatch

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


@given(
    began=st.floats(0, 1e6),
    step=st.timedeltas(timedelta(minutes=1), timedelta(hours=3)) | st.timedeltas(timedelta(hours=-3), -DOUBT / 60),
    left=st.floats(0, 1e-5),
)
def test_a_doubt_lasts_until_later_or_is_over(began: float, step: timedelta, left: float) -> None:
    watch = ClockWatch()
    watch.look(NOON, began)
    assert watch.look(NOON + step, began) == step
    now = NOON + step + DOUBT
    watch.look(now, began + DOUBT.total_seconds() - left)
    doubt = watch.doubt(now)
    assert doubt is None or doubt[1] > now


def test_while_it_is_doubted_the_other_time_is_the_one_before_the_step() -> None:
    watch = ClockWatch()
    watch.look(NOON, 0.0)
    watch.look(NOON + timedelta(minutes=20), 0.0)
    assert watch.doubt(NOON + timedelta(minutes=20)) == (NOON, NOON + timedelta(minutes=80))


def test_a_clock_that_is_put_back_to_where_it_was_is_believed() -> None:
    watch = ClockWatch()
    watch.look(NOON, 0.0)
    watch.look(NOON + timedelta(minutes=20), 0.0)
    watch.look(NOON, 0.0)
    assert watch.doubt(NOON) is None
