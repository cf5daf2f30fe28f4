"""Figures are written so that nobody reads more out of them than is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.reports.statistics import difference, proportion
from outbound.reporting import wording


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.0, "0.0 %"), (1.0, "100.0 %"), (0.4567, "45.7 %"), (0.0004, "< 0.1 %"), (0.9999, "> 99.9 %"), (None, "–")],
)
def test_something_is_never_nothing_and_almost_all_is_never_all(share: float | None, written: str) -> None:
    assert wording.percent(share) == written


@given(st.integers(0, 10**12))
def test_a_count_is_grouped_and_stays_the_number(number: int) -> None:
    assert int(wording.count(number).replace("\u202f", "")) == number


def test_a_difference_that_may_be_chance_says_so() -> None:
    assert wording.points(difference(proportion(5, 10), proportion(6, 10))).endswith("may be chance)")
    assert "chance" not in wording.points(difference(proportion(500, 1000), proportion(600, 1000)))
    assert wording.points(difference(proportion(500, 1000), proportion(600, 1000))).startswith("−10.0 points")
