"""How sure a figure is: shares with their intervals, differences of shares, quantiles of counts.

Decides how uncertainty is computed and that it is never left out: a share carries the numbers it was made from and its
interval. All intervals are at 95 %. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` out of `of`; shares are between 0 and 1, None where there is nothing to divide by.

    Attributes:
        low, high: the Wilson score interval (E. B. Wilson, 1927), which stays honest for few cases and rare events.
    """

    hits: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def proportion(hits: int, of: int) -> Proportion:
    """Raises ValueError unless 0 <= hits <= of."""
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} out of {of} is no proportion")
    if of == 0:
        return Proportion(0, 0, None, None, None)
    share = hits / of
    spread = _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == of else min(1.0, middle + half)
    return Proportion(hits, of, share, low, high)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger one share is than another, between -1 and 1.

    Attributes:
        low, high: the hybrid score interval (R. G. Newcombe, 1998, method 10). Where it holds 0, chance alone may
            have made the difference.
    """

    value: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        return self.low <= 0.0 <= self.high


def difference(one: Proportion, other: Proportion) -> Difference | None:
    """`one` minus `other`; None where either has no share."""
    if one.share is None or one.low is None or one.high is None:
        return None
    if other.share is None or other.low is None or other.high is None:
        return None
    value = one.share - other.share
    below = sqrt((one.share - one.low) ** 2 + (other.high - other.share) ** 2)
    above = sqrt((one.high - one.share) ** 2 + (other.share - other.low) ** 2)
    return Difference(value, max(-1.0, value - below), min(1.0, value + above))


def mean(counts: Mapping[int, int]) -> float | None:
    """Of values with how often each occurs; None for no value."""
    total = sum(counts.values())
    return sum(value * times for value, times in counts.items()) / total if total else None


def quantile(counts: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` (0 to 1) of all do not exceed; None for no value."""
    total = sum(counts.values())
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if total and seen >= share * total:
            return value
    return None
