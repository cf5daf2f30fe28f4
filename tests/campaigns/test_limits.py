"""When a campaign stops by itself, and what it says then."""

from __future__ import annotations

import pytest

from campaigns.limits import Alarm, Budget, Spent, calls_left, why_pause


@pytest.mark.parametrize(
    ("spent", "because"),
    [
        (Spent(calls=99, seconds=3599), None),
        (Spent(calls=100), "Its budget of 100 calls is used up."),
        (Spent(calls=5, seconds=3600), "Its budget of 60 minutes is used up."),
        (Spent(conversations=49, opt_outs=49), None),
        (Spent(conversations=50, opt_outs=5), None),
        (
            Spent(conversations=50, opt_outs=6),
            "6 of 50 people asked never to be called again: 12 %, more than the 10 % that sound the alarm.",
        ),
    ],
)
def test_a_campaign_pauses_when_enough_is_enough(spent: Spent, because: str | None) -> None:
    assert why_pause(Budget(100, 60), Alarm(10.0, 50), spent) == because


def test_without_a_budget_there_is_no_end() -> None:
    assert calls_left(Budget(), Spent(calls=10**9, seconds=10.0**9)) is None
    assert why_pause(Budget(), Alarm(), Spent(calls=10**9, seconds=10.0**9)) is None


def test_a_budget_of_minutes_that_is_used_up_leaves_no_call() -> None:
    assert calls_left(Budget(calls=100, minutes=1), Spent(calls=3, seconds=59)) == 97
    assert calls_left(Budget(calls=100, minutes=1), Spent(calls=3, seconds=60)) == 0
