"""A contact always hears the same wording, and wordings are shared out by their weights."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.variants import variant_for

WEIGHTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 5), max_size=4)


@given(WEIGHTS, st.text(max_size=8))
def test_a_variant_is_one_that_has_weight(weights: dict[str, int], key: str) -> None:
    found = variant_for("shipping", weights, key)
    assert found == variant_for("shipping", weights, key)
    assert weights[found] > 0 if any(weights.values()) else found == ""


def test_in_the_long_run_the_weights_are_kept() -> None:
    found = [variant_for("shipping", {"a": 1, "b": 3}, str(key)) for key in range(2000)]
    assert 0.7 < found.count("b") / 2000 < 0.8
