"""The vocabulary of meaning: what a called person may want.

Decides the closed set of intents that scripts branch on and results are stored under. How words become
an intent is the robot's business (`outbound/intents`).
"""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What a callee means. The values are what a campaign file writes."""

    OPT_OUT = "opt_out"
    """Never call me again."""
    TRANSFER = "transfer"
    """I want a person."""
    CRISIS = "crisis"
    """Words of self-harm: a person at once, never a trick."""
    WRONG_NUMBER = "wrong_number"
    DECEASED = "deceased"
    """Whom you want to speak to has died."""
    CALLBACK = "callback"
    """Not now; perhaps with a time ("tomorrow at three")."""
    WHO_IS_THIS = "who_is_this"
    WHY_ME = "why_me"
    """How did you get my number?"""
    COMPLAINT = "complaint"
    REPEAT = "repeat"
    SLOWER = "slower"
    WAIT = "wait"
    """Hold on a second."""
    GOODBYE = "goodbye"
    YES = "yes"
    NO = "no"
    RATING_1 = "rating_1"
    RATING_2 = "rating_2"
    RATING_3 = "rating_3"
    RATING_4 = "rating_4"
    RATING_5 = "rating_5"
    SATISFIED = "satisfied"
    DISSATISFIED = "dissatisfied"
    QUESTION_WHEN = "question_when"
    """When does it come, until when does it hold?"""
    QUESTION_PRICE = "question_price"
    """How much?"""
    QUESTION_WHICH = "question_which"
    """Which order, which item?"""
    OTHER = "other"
    """Speech that is no answer: small talk, hesitation, the next room. Never a guess."""

    @property
    def rating(self) -> int | None:
        """1-5 for a rating intent, else None."""
        return int(self.value[-1]) if self.value.startswith("rating_") else None


GLOBAL_INTENTS = frozenset(
    {
        Intent.OPT_OUT,
        Intent.TRANSFER,
        Intent.CRISIS,
        Intent.WRONG_NUMBER,
        Intent.DECEASED,
        Intent.CALLBACK,
        Intent.WHO_IS_THIS,
        Intent.WHY_ME,
        Intent.COMPLAINT,
        Intent.REPEAT,
        Intent.SLOWER,
        Intent.WAIT,
        Intent.GOODBYE,
        Intent.QUESTION_WHEN,
        Intent.QUESTION_PRICE,
        Intent.QUESTION_WHICH,
    }
)
"""Understood in every listening state without being written into a script."""

GLOBAL_KEYS = {"9": Intent.OPT_OUT, "0": Intent.TRANSFER, "*": Intent.REPEAT}
"""Keys that mean the same in every step; a script cannot use them for something else."""
