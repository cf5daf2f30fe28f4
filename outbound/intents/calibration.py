"""Thresholds from labelled answers: those at which mistakes cost least.

Decides what a mistake costs, and how thresholds and the trust in an engine follow from that. To miss words of self-harm
or "never call me again" is worse than to hear them once too often; a false "yes" or a needless transfer is worse than
one more question. `train.py` fits the shipped thresholds on wordings that the models had not seen; whoever has
recordings of their own callees gives `calibrated` what the engine made of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from campaigns.intents import Intent
from outbound.intents.decisions import FIRST, INTENTS, OTHER, Likelihoods, decided, trusted
from outbound.intents.thresholds import Thresholds

ASKED_AGAIN = 1.0
"""The unit: an answer that was meant and not understood costs one more question."""

MISSED: Mapping[Intent, float] = {Intent.CRISIS: 40.0, Intent.OPT_OUT: 10.0}
"""Where one more question is worse than that. Whoever said "never again" and is not heard is called again: that breaks
the law and a promise, and cannot be made good. A customer whom a false one closes can be won back by any other way."""

MISTAKEN: Mapping[Intent, float] = {
    Intent.OPT_OUT: 5.0,
    Intent.CRISIS: 8.0,
    Intent.YES: 1.3,
    Intent.TRANSFER: 1.3,
    Intent.WRONG_NUMBER: 2.0,
    Intent.DECEASED: 10.0,
}
"""To act on an intent that was not meant: who wanted the calls gets no more, a person is rung for nothing, somebody who
is tired is asked whether they want to live, a widow is made of a wife ..."""

MISTAKEN_OTHERWISE = 1.0
"""The same for every intent not named in `MISTAKEN`."""

NO_ANSWERS = 2.0
"""Speech that is no answer is heard so many times as often as any one intent."""

LOWEST, HIGHEST, STEP = 0.2, 0.7, 0.025
"""Thresholds tried. Above the highest, a plain "yes" that the engine doubts would go unheard."""

TRUSTS = (0.72, 0.8, 0.9)
SURE_CONFIDENCES = (0.3, 0.5, 0.8)
"""Trust in an engine that is tried. The least lies above the highest threshold: doubt alone silences nobody; but some
doubt there is always, since engines write words into noise."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Answers whose meaning is known.

    Attributes:
        likelihoods: a row for each: in its step, before the engine's confidence is weighed in.
        confidences: 0-1, what the engine thought of its words.
        meant: for each, every intent that is right, the likeliest first.
    """

    likelihoods: Likelihoods
    confidences: npt.NDArray[np.float64]
    meant: Sequence[tuple[Intent, ...]]


def calibrated(answers: Labelled, fitted_on: str) -> Thresholds:
    """The thresholds and the trust at which mistakes on `answers` cost least."""
    found = [
        _at_least_cost(answers, least, sure, fitted_on) for least, sure in itertools.product(TRUSTS, SURE_CONFIDENCES)
    ]
    return min(found, key=lambda each: each[0])[1]


def cost_of(answers: Labelled, thresholds: Thresholds) -> float:
    """What acting at these thresholds costs on average per answer, in questions asked once more."""
    total = 0.0
    for row, confidence, meant in zip(answers.likelihoods, answers.confidences, answers.meant, strict=True):
        intent, _ = decided(trusted(row, thresholds.trust(float(confidence))), thresholds)
        if intent not in meant:
            total += 0.0 if Intent.OTHER in meant else MISSED.get(meant[0], ASKED_AGAIN)
            total += 0.0 if intent is Intent.OTHER else MISTAKEN.get(intent, MISTAKEN_OTHERWISE)
    return total / len(answers.meant)


def _at_least_cost(answers: Labelled, least: float, sure: float, fitted_on: str) -> tuple[float, Thresholds]:
    """What mistakes cost at the best thresholds for a given trust, and these. Intents count alike, however many."""
    trust = Thresholds({}, least, sure)
    weight = np.array([trust.trust(confidence) for confidence in answers.confidences])
    shares = trusted(answers.likelihoods, weight)
    right = np.array([[intent in meant for intent in INTENTS] for meant in answers.meant])
    first = np.array([INTENTS.index(meant[0]) for meant in answers.meant])
    weights = np.where(first == OTHER, NO_ANSWERS, 1.0) / np.bincount(first, minlength=len(INTENTS))[first]
    asked_again = np.array([MISSED.get(meant[0], ASKED_AGAIN) for meant in answers.meant])
    asked_again[right[:, OTHER]] = 0.0
    best = shares.argmax(axis=1)
    open_rows = np.ones(first.size, dtype=bool)
    total = float((weights * asked_again).sum())
    accept: dict[Intent, float] = {}
    rest = (intent for intent in INTENTS if intent not in FIRST and intent is not Intent.OTHER)
    steps = np.arange(LOWEST, HIGHEST + STEP / 2, STEP)
    for intent in (*FIRST, *rest):
        column = INTENTS.index(intent)
        claims = open_rows if intent in FIRST else open_rows & (best == column)
        acting = weights * np.where(right[:, column], -asked_again, MISTAKEN.get(intent, MISTAKEN_OTHERWISE))
        costs = [float(acting[claims & (shares[:, column] >= step)].sum()) for step in steps]
        cheapest = int(np.argmin(costs))
        accept[intent] = round(float(steps[cheapest]), 3)
        total += costs[cheapest]
        if intent in FIRST:
            open_rows &= shares[:, column] < steps[cheapest]
    accept[Intent.OPT_OUT] = min(accept[Intent.OPT_OUT], accept[Intent.YES])  # leave to stop is never the harder to get
    ordered = {intent: accept[intent] for intent in INTENTS if intent in accept}
    return total, Thresholds(ordered, least, sure, fitted_on)
