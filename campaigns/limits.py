"""When a campaign stops by itself: its budget is spent, or too many people ask never to be called again.

Decides from what a campaign has come to whether it is to pause, and tells why in a sentence for a person. Pausing is
the store's; calls in progress come to their own end. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """What a campaign may spend in all; None is no limit.

    Attributes:
        calls: that were dialled; one that the line did not take costs nothing.
        minutes: of answered time.
    """

    calls: int | None = None
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """How many opt-outs are too many.

    Attributes:
        opt_outs: percent of the people spoken to.
        conversations: fewer prove nothing. Both are counted since the campaign was last started, resumed or edited.
    """

    opt_outs: float = 10.0
    conversations: int = 50


@dataclass(slots=True)
class Spent:
    """What a campaign has come to.

    Attributes:
        calls: dialled in all, those under way included.
        seconds: of answered time in all.
        conversations, opt_outs: since the campaign was last started, resumed or edited.
    """

    calls: int = 0
    seconds: float = 0.0
    conversations: int = 0
    opt_outs: int = 0

    @property
    def opt_out_percent(self) -> float | None:
        """Of the people spoken to; None before anybody was."""
        return 100.0 * self.opt_outs / self.conversations if self.conversations else None


def calls_left(budget: Budget, spent: Spent) -> int | None:
    """How many more calls may be dialled; None for no limit."""
    if budget.minutes is not None and spent.seconds >= budget.minutes * 60:
        return 0
    return None if budget.calls is None else max(0, budget.calls - spent.calls)


def why_pause(budget: Budget, alarm: Alarm, spent: Spent) -> str | None:
    """Why the campaign is to pause; None when it may go on."""
    percent = spent.opt_out_percent
    if percent is not None and spent.conversations >= alarm.conversations and percent > alarm.opt_outs:
        return (
            f"{spent.opt_outs} of {spent.conversations} people asked never to be called again: {percent:.0f} %, "
            f"more than the {alarm.opt_outs:g} % that sound the alarm."
        )
    if budget.calls is not None and spent.calls >= budget.calls:
        return f"Its budget of {budget.calls} calls is used up."
    if budget.minutes is not None and spent.seconds >= budget.minutes * 60:
        return f"Its budget of {budget.minutes:g} minutes is used up."
    return None
