"""When somebody was there: the calls to a number that say something about it, in whatever campaign.

Decides which calls are remembered. What follows from them is `campaigns/planning.py`.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.windows import zones_of
from campaigns.outcomes import Disposition
from campaigns.planning import NOBODY_THERE, Habits, Past
from campaigns.store import tables
from campaigns.store.prepared import Prepared
from campaigns.store.tables import table
from campaigns.store.terms import Terms

call = table(tables.Call)


def habits_of(connection: Connection, number: str, timezone: str | None, terms: Terms, campaign: str) -> Habits | None:
    """When a contact of a campaign may be called, and when somebody was there; None where its zone is not known."""
    zones = zones_of(number, timezone)
    if not zones:
        return None
    past = [
        Past(earlier.week_hour % 24, Disposition(earlier.disposition).reached)
        for earlier in _PAST.rows(connection, number=number)
    ]
    return Habits(zones[0], terms.window(campaign), past, terms.closes_on)


_REMEMBERED = 20
_PAST = Prepared(
    sa.select(call.c.week_hour, call.c.disposition)
    .where(call.c.number == sa.bindparam("number"), call.c.week_hour.is_not(None))
    .where(sa.or_(*(call.c.disposition == one.value for one in Disposition if one.reached or one in NOBODY_THERE)))
    .order_by(call.c.dialed_at.desc())
    .limit(_REMEMBERED)
)
