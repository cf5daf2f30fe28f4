"""When a contact is tried again.

Decides, from how a call ended and the campaign's retry rules, when the next attempt is due or that there is none.
Whether a call is allowed at that moment is the gate's business. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.outcomes import Disposition


@dataclass(frozen=True, slots=True)
class RetryRule:
    """After this disposition, wait `after`, then try again; `times` at most for each contact."""

    after: timedelta
    times: int


ROUTE_DOWN_WAIT = timedelta(minutes=1)
CALLBACK_LATER = timedelta(days=1)
"""Somebody asked to be called another time and named none."""

CLOSED_BY_ATTEMPTS = "attempts"


@dataclass(frozen=True, slots=True)
class Again:
    """Try again, at `due_at` at the earliest."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """No further attempt; `by` says why: the disposition, or that the attempts are used up."""

    by: str


def after_call(
    disposition: Disposition,
    now: datetime,
    *,
    retry: Mapping[Disposition, RetryRule],
    times_so_far: int,
    attempts: int,
    max_attempts: int,
    promised_at: datetime | None = None,
    wait: timedelta | None = None,
) -> Again | Closed:
    """What becomes of the contact.

    Args:
        times_so_far: how many of the contact's calls ended like this one, this one included.
        attempts: how many attempts have counted, this one included.
        promised_at: for `CALLBACK`: the moment that was promised, None when none was named.
        wait: how long a route that is down asked us to wait.
    """
    if disposition is Disposition.ROUTE_DOWN:  # the line took no call: no attempt, and nothing is used up
        return Again(now + (wait or ROUTE_DOWN_WAIT))
    if disposition is Disposition.CALLBACK:  # a promise is kept, whatever the attempts
        return Again(max(promised_at, now) if promised_at else now + CALLBACK_LATER)
    if disposition.closes:
        return Closed(disposition)
    rule = retry.get(disposition)
    if rule is None or times_so_far > rule.times:
        return Closed(disposition)
    if attempts >= max_attempts:
        return Closed(CLOSED_BY_ATTEMPTS)
    return Again(now + rule.after)
