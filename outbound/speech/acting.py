"""When a meaning is acted on, fitted to a labelled folder: thresholds and the trust in an engine.

Decides what of the shipped thresholds a folder of recordings may change. They are fitted on one half of it, for the
intents that were said there often enough, and kept only if mistakes on the other half cost less. What a mistake costs
is `outbound.intents.calibration`; where the result is kept, its caller's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from outbound.intents.calibration import Labelled, calibrated, cost_of
from outbound.intents.thresholds import Thresholds
from outbound.speech.calibration import Hearing
from outbound.speech.labelled import Part

_LEAST = 20
"""Clips in each half. Fewer tell nothing."""
_LEAST_SAID = 8
"""Clips that must mean an intent before its threshold is moved."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Thresholds, and what acting at them costs on the clips that they were not fitted on.

    Attributes:
        moved: the intents whose threshold was fitted; the others keep theirs.
        cost_before, cost_after: on average per answer, in questions asked once more; what more costs more.
    """

    thresholds: Thresholds
    moved: tuple[str, ...]
    fitted_on: int
    judged_on: int
    cost_before: float
    cost_after: float

    @property
    def helps(self) -> bool:
        return self.cost_after < self.cost_before


def fitted_acting(hearings: Sequence[Hearing], now: Thresholds) -> Acting | None:
    """The thresholds for these hearings; None where a half of them is too small, or no intent was said often enough."""
    tune = [hearing for hearing in hearings if hearing.part is Part.TUNE]
    held_out = [hearing for hearing in hearings if hearing.part is Part.HELD_OUT]
    said = Counter(hearing.meant[0] for hearing in tune)
    moved = {intent for intent in now.accept if said[intent] >= _LEAST_SAID}
    if min(len(tune), len(held_out)) < _LEAST or not moved:
        return None
    found = calibrated(_labelled(tune), f"{len(tune)} recordings of the user's own")
    accept = {intent: found.accept[intent] if intent in moved else now.accept[intent] for intent in now.accept}
    thresholds = replace(found, accept=accept)
    judges = _labelled(held_out)
    return Acting(
        thresholds,
        tuple(intent.value for intent in accept if intent in moved),
        len(tune),
        len(held_out),
        cost_of(judges, now),
        cost_of(judges, thresholds),
    )


def _labelled(hearings: Sequence[Hearing]) -> Labelled:
    return Labelled(
        np.array([hearing.likelihoods for hearing in hearings]),
        np.array([hearing.confidence for hearing in hearings]),
        [hearing.meant for hearing in hearings],
    )
