"""When a likelihood is enough to act on: thresholds that lean the right way.

Decides acceptance. To miss "never call me again" or words of self-harm is worse than to hear them once too often, so
these two are taken before anything else and at less; a false "yes" or a needless transfer is worse than one more
question, so these need more. What reaches no threshold is `other`: the robot asks again and
names the keys. Never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.intents import Intent

FIRST: tuple[Intent, ...] = (Intent.CRISIS, Intent.OPT_OUT)
"""Taken whenever they reach their threshold, even if something else is likelier."""

ACCEPT: Mapping[Intent, float] = {
    Intent.CRISIS: 0.40,
    Intent.OPT_OUT: 0.45,
    Intent.YES: 0.55,
    Intent.TRANSFER: 0.50,
    Intent.WRONG_NUMBER: 0.45,
    Intent.COMPLAINT: 0.40,
}
"""The least likelihood at which an intent is acted on."""

ACCEPT_ANY_OTHER = 0.40
"""The same for every intent not named in `ACCEPT`."""

COMPLETE = 0.80
"""From this likelihood on, what was said so far is taken for the whole answer (unless its last word says otherwise)."""

EXPECTED_ODDS = 3.0
"""How much likelier an intent is where the step asks for it."""

LEAST_TRUST = 0.55
"""The weight of a transcript whose engine is not sure of a single word: meaning survives a few wrong words."""


def trust(confidence: float) -> float:
    """The weight (0-1) of what the words seem to mean, for an engine's confidence in the words."""
    return LEAST_TRUST + (1.0 - LEAST_TRUST) * min(1.0, max(0.0, confidence))


def decided(likelihoods: Mapping[Intent, float]) -> tuple[Intent, float]:
    """What to act on, and its likelihood. `OTHER` with the likelihood that nothing better was meant when unclear."""
    for intent in FIRST:
        if likelihoods[intent] >= ACCEPT[intent]:
            return intent, likelihoods[intent]
    best = max(likelihoods, key=likelihoods.__getitem__)
    if best is not Intent.OTHER and likelihoods[best] < ACCEPT.get(best, ACCEPT_ANY_OTHER):
        return Intent.OTHER, 1.0 - likelihoods[best]
    return best, likelihoods[best]
