"""What is acted on: what the step makes likelier, what is taken first, and what is unclear.

Decides acceptance. Words of self-harm and "never call me again" are taken before anything else, even where something
else is likelier; what reaches no threshold is `other`, and so is what may have been "never call me again": the robot
asks again and names the keys. Never a guess. The thresholds themselves are data (`thresholds.py`), found from what
mistakes cost (`calibration.py`).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from campaigns.intents import Intent
from outbound.intents.thresholds import Thresholds

INTENTS: tuple[Intent, ...] = tuple(Intent)
"""The order of likelihoods."""

Likelihoods = npt.NDArray[np.float64]
"""One probability per intent, in the order of `INTENTS`; they add up to 1."""

FIRST: tuple[Intent, ...] = (Intent.CRISIS, Intent.OPT_OUT)
"""Taken whenever they reach their threshold, even if something else is likelier."""

DOUBT = 0.5
"""From this share of its threshold on, an opt-out that is not taken keeps anything else from being acted on. On
wordings held out of training that asks one more question after 0.3 % of all other answers, and of the opt-outs that
would be acted on as something else it keeps one in six."""

COMPLETE = 0.80
"""From this likelihood on, what was said so far is taken for the whole answer (unless its last word says otherwise)."""

LEAST_CONFIDENCE = 0.05
"""Words that the engine believes in less were made of noise or silence: whatever they seem to mean, nobody said it."""

EXPECTED_ODDS = 3.0
"""How much likelier an intent is where the step asks for it."""

OTHER = INTENTS.index(Intent.OTHER)


def in_step(likelihoods: Likelihoods, expecting: Collection[Intent]) -> Likelihoods:
    """Likelihoods (of one text, or a row for each) with the step's expectation as a prior."""
    odds = np.array([EXPECTED_ODDS if intent in expecting else 1.0 for intent in INTENTS])
    weighed = likelihoods * odds
    shares: Likelihoods = weighed / weighed.sum(axis=-1, keepdims=True)
    return shares


def trusted(likelihoods: Likelihoods, trust: float | npt.NDArray[np.float64]) -> Likelihoods:
    """Likelihoods (of one text, or a row for each) of which only the share `trust` counts; the rest may be anything."""
    shares: Likelihoods = likelihoods * np.asarray(trust)[..., np.newaxis]
    shares[..., OTHER] += 1.0 - trust
    return shares


def decided(likelihoods: Likelihoods, thresholds: Thresholds) -> tuple[Intent, float]:
    """What to act on, and its likelihood. `OTHER` with the likelihood that nothing better was meant when unclear."""
    for intent in FIRST:
        likelihood = float(likelihoods[INTENTS.index(intent)])
        if likelihood >= thresholds.accept[intent]:
            return intent, likelihood
    best = int(likelihoods.argmax())
    doubtful = likelihoods[INTENTS.index(Intent.OPT_OUT)] >= DOUBT * thresholds.accept[Intent.OPT_OUT]
    if best != OTHER and (doubtful or likelihoods[best] < thresholds.accept[INTENTS[best]]):
        return Intent.OTHER, float(1.0 - likelihoods[best])
    return INTENTS[best], float(likelihoods[best])
