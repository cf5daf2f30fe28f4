"""Figures say how sure they are."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.reports.statistics import difference, mean, proportion, quantile

COUNTS = st.integers(0, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
VALUES = st.lists(st.integers(0, 50), min_size=1, max_size=60)


@given(COUNTS)
def test_an_interval_holds_its_share_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    found = proportion(*counts)
    if counts[1] == 0:
        assert (found.share, found.low, found.high) == (None, None, None)
        return
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.share <= found.high <= 1


@given(COUNTS)
def test_the_interval_of_the_others_is_the_mirror_image(counts: tuple[int, int]) -> None:
    hits, of = counts
    one, others = proportion(hits, of), proportion(of - hits, of)
    if one.low is not None and others.high is not None:
        assert math.isclose(one.low, 1 - others.high, abs_tol=1e-12)


@given(st.integers(1, 100).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_more_cases_make_a_figure_surer(counts: tuple[int, int]) -> None:
    hits, of = counts
    few, many = proportion(hits, of), proportion(hits * 10, of * 10)
    assert few.low is not None
    assert few.high is not None
    assert many.low is not None
    assert many.high is not None
    assert many.high - many.low < few.high - few.low


def test_the_interval_is_wilsons() -> None:
    """The worked examples of R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3."""
    for hits, of, low, high in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)]:
        found = proportion(hits, of)
        assert found.low == pytest.approx(low, abs=5e-5)
        assert found.high == pytest.approx(high, abs=5e-5)


def test_nobody_out_of_many_is_not_surely_nobody() -> None:
    found = proportion(0, 20)
    assert found.low == 0
    assert found.high == pytest.approx(0.1611, abs=5e-5)


@pytest.mark.parametrize(("hits", "of"), [(-1, 5), (6, 5)])
def test_more_hits_than_cases_are_refused(hits: int, of: int) -> None:
    with pytest.raises(ValueError):
        proportion(hits, of)


@given(COUNTS, COUNTS)
def test_a_difference_lies_in_its_interval_and_turns_around(one: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = difference(proportion(*one), proportion(*other)), difference(proportion(*other), proportion(*one))
    if there is None or back is None:
        assert 0 in (one[1], other[1])
        return
    assert -1 <= there.low <= there.value <= there.high <= 1
    assert math.isclose(there.low, -back.high, abs_tol=1e-12)
    assert there.may_be_chance == back.may_be_chance


def test_the_difference_is_newcombes() -> None:
    """Statistics in Medicine 17 (1998) 873-890, table II, method 10: 56/70 and 48/80."""
    found = difference(proportion(56, 70), proportion(48, 80))
    assert found is not None
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)
    assert not found.may_be_chance


@given(VALUES)
def test_quantiles_and_mean_of_counts_are_those_of_the_values(values: list[int]) -> None:
    counts = {value: values.count(value) for value in values}
    assert mean(counts) == pytest.approx(statistics.fmean(values))
    assert quantile(counts, 0.5) == statistics.median_low(values)
    assert quantile(counts, 1.0) == max(values)
    ninety_fifth = quantile(counts, 0.95)
    assert ninety_fifth is not None
    assert sum(value <= ninety_fifth for value in values) >= 0.95 * len(values)


def test_nothing_has_neither_mean_nor_quantile() -> None:
    assert mean({}) is None
    assert mean({4: 0}) is None
    assert quantile({}, 0.5) is None
