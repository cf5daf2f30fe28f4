"""Steering campaigns while they run: what runs, at which pace, what it has come to, why it stands.

Decides what a dialer looks at between calls. That nothing is dialled for a campaign that does not run is the gate's
word; when a campaign is to pause by itself is `campaigns/limits.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from campaigns.limits import Spent
from campaigns.outcomes import Disposition
from campaigns.pacing import Pace
from campaigns.store import tables
from campaigns.store.campaigns import OPERATOR, Campaigns, NoSuchCampaign
from campaigns.store.prepared import Prepared
from campaigns.store.tables import CampaignState, ContactState, table
from campaigns.store.terms import Terms, pace_from_json, pace_to_json

campaign = table(tables.Campaign)
version = table(tables.CampaignVersion)
contact = table(tables.Contact)
call = table(tables.Call)


@dataclass(frozen=True, slots=True)
class Running:
    """A campaign that runs.

    Attributes:
        pace: given while it runs, else the file's.
        since: when it was last started, resumed or edited.
    """

    id: int
    name: str
    terms: Terms
    pace: Pace
    since: datetime


@dataclass(frozen=True, slots=True)
class Remaining:
    """How far a campaign is.

    Attributes:
        contacts: in all.
        open: still to be called, those under way included; without the held ones.
        held: wait until something changes.
        calls: placed so far.
        last_due: when the last of the open ones is due.
    """

    contacts: int
    open: int
    held: int
    calls: int
    last_due: datetime | None


_LAST_ZONE = timedelta(hours=12)
"""How long a day lasts in the last zone after it is over in UTC."""


class Control(Campaigns):
    """Looking and steering."""

    def running(self, names: Collection[str] | None = None) -> list[Running]:
        """The campaigns that run, by name; None is all of them."""
        with self.reading() as connection:
            return [
                Running(row.id, row.name, terms, pace_from_json(row.pace) if row.pace else terms.pace, row.saved_at)
                for row in _RUNNING.rows(connection)
                if names is None or row.name in names
                for terms in (self.version_of(connection, row.version_id).terms,)
            ]

    def set_pace(self, name: str, pace: Pace | None, now: datetime, *, actor: str = OPERATOR) -> None:
        """A pace in place of the file's, from the next call on; None is the file's again.

        Raises:
            NoSuchCampaign: there is none of that name.
        """
        text = pace_to_json(pace) if pace is not None else ""
        with self.writing() as connection:
            changed = connection.execute(sa.update(campaign).where(campaign.c.name == name).values(pace=text))
            if not changed.rowcount:
                raise NoSuchCampaign(name)
            self.record(connection, now, actor, "campaign.pace", None, {"campaign": name, "pace": text})

    def pace(self, name: str) -> Pace:
        """The pace of a campaign as it stands.

        Raises:
            NoSuchCampaign: there is none of that name.
        """
        query = sa.select(campaign.c.pace, version.c.terms).join(version, version.c.id == campaign.c.version_id)
        with self.reading() as connection:
            row = connection.execute(query.where(campaign.c.name == name)).one_or_none()
        if row is None:
            raise NoSuchCampaign(name)
        return pace_from_json(row.pace) if row.pace else Terms.from_json(row.terms).pace

    def spent(self, running: Running, now: datetime) -> Spent:
        """What a campaign has come to; read once, and then counted by who dials.

        Calls from the future, made before the clock was put back, count for no alarm: whoever resumed has seen them.
        """
        with self.reading() as connection:
            row = _SPENT.one(connection, campaign=running.id, since=running.since, now=now)
        return Spent(row.calls, float(row.seconds), row.conversations, row.opt_outs)

    def remaining(self, names: Collection[str] | None = None) -> Remaining:
        """How far the running campaigns are, together. Counts every contact: not for every call."""
        counted = [self._remaining(one.id) for one in self.running(names)]
        return Remaining(
            sum(one.contacts for one in counted),
            sum(one.open for one in counted),
            sum(one.held for one in counted),
            sum(one.calls for one in counted),
            max((one.last_due for one in counted if one.last_due is not None), default=None),
        )

    def _remaining(self, campaign_id: int) -> Remaining:
        with self.reading() as connection:
            row = connection.execute(_REMAINING, {"campaign": campaign_id}).one()
            calls = connection.execute(_CALLS, {"campaign": campaign_id}).scalar_one()
        return Remaining(row.contacts, row.open or 0, row.held or 0, calls, row.last_due)

    def close_campaigns(self, now: datetime, *, actor: str) -> list[str]:
        """Stops the running campaigns whose last day is over everywhere on earth; their names."""
        over = [
            (one.name, one.terms.closes_on)
            for one in self.running()
            if one.terms.closes_on is not None and one.terms.closes_on < (now - _LAST_ZONE).date()
        ]
        for name, last_day in over:
            self.set_state(name, CampaignState.STOPPED, now, actor=actor, because=f"Its last day was {last_day}.")
        return [name for name, _ in over]


_RUNNING = Prepared(
    sa.select(campaign.c.id, campaign.c.name, campaign.c.pace, campaign.c.saved_at, campaign.c.version_id)
    .where(campaign.c.state == CampaignState.RUNNING)
    .order_by(campaign.c.name)
)
_PLACED = sa.func.coalesce(call.c.disposition, "") != Disposition.ROUTE_DOWN.value
_LATELY = sa.and_(
    call.c.dialed_at >= sa.bindparam("since", type_=call.c.dialed_at.type),
    call.c.dialed_at <= sa.bindparam("now", type_=call.c.dialed_at.type),
)
_SPOKEN_TO = sa.or_(*(call.c.disposition == one.value for one in Disposition if one.reached))
_OPTED_OUT = call.c.disposition == Disposition.OPTED_OUT.value


def _count(*conditions: sa.ColumnElement[bool]) -> sa.Function[int]:
    return sa.func.count(sa.case((sa.and_(*conditions), 1)))


_SPENT = Prepared(
    sa.select(
        _count(_PLACED).label("calls"),
        sa.func.coalesce(sa.func.sum(call.c.seconds), 0.0).label("seconds"),
        _count(_LATELY, _SPOKEN_TO).label("conversations"),
        _count(_LATELY, _OPTED_OUT).label("opt_outs"),
    ).where(call.c.campaign_id == sa.bindparam("campaign"))
)
_UNFINISHED = contact.c.state != ContactState.CLOSED
_REMAINING = sa.select(
    sa.func.count().label("contacts"),
    _count(_UNFINISHED, contact.c.next_at.is_not(None)).label("open"),
    _count(_UNFINISHED, contact.c.next_at.is_(None)).label("held"),
    sa.func.max(sa.case((_UNFINISHED, contact.c.next_at)), type_=contact.c.next_at.type).label("last_due"),
).where(contact.c.campaign_id == sa.bindparam("campaign"))
_CALLS = sa.select(sa.func.count()).where(call.c.campaign_id == sa.bindparam("campaign"))
