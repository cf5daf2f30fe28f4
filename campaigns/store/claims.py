"""Who is next: the contacts of running campaigns that are due, held for whoever is to call them.

Decides who is looked at when, by the planning's shares, and who waits together. A claim is no permission to
call: that is the gate's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.verdict import Rule, Verdict
from campaigns.planning import Queue, first_time, share_out
from campaigns.store import tables
from campaigns.store.contacts import Contact, contact_from
from campaigns.store.habits import habits_of
from campaigns.store.prepared import Prepared
from campaigns.store.tables import CampaignState, ContactState, UtcDateTime, table
from campaigns.store.terms import Terms
from campaigns.store.versions import Versions

campaign = table(tables.Campaign)
contact = table(tables.Contact)
call = table(tables.Call)

BEST_TIME = "best_time"
"""What a contact waits for who answered before in another part of the day."""
_LOOKS = 20
"""So often at most one claim looks for somebody who is not better called later."""
_WAIT_TOGETHER = 2_000
"""So many in one transaction: a result that somebody has just given must not wait long for it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A contact that is due and held for whoever claimed it, for a while.

    Attributes:
        contact: as it stood when it was claimed.
        version_id: of its campaign, as it stood then.
    """

    contact: Contact
    version_id: int

    @property
    def contact_id(self) -> int:
        return self.contact.id

    @property
    def campaign(self) -> str:
        return self.contact.campaign


class Claims(Versions):
    """Claiming contacts and giving them back."""

    def claim(
        self,
        now: datetime,
        limit: int,
        *,
        campaign_names: list[str] | None = None,
        lease_seconds: float = 60.0,
        rooms: Mapping[str, int] | None = None,
        in_flight: Mapping[str, int] | None = None,
    ) -> list[Claim]:
        """The contacts that are next due in running campaigns, shared out as the planning has it.

        They are held for `lease_seconds`: whoever claimed them and died loses them by then. A claim is no permission
        to call.

        Args:
            rooms: how many of a campaign at most, by its name; one that is not named is not bounded.
            in_flight: how many channels each campaign has already.
        """
        until = now + timedelta(seconds=lease_seconds)
        with self.writing() as connection:
            for _ in range(_LOOKS):
                chosen = self._chosen(connection, now, limit, campaign_names, rooms or {}, in_flight or {})
                claims = []
                for row, running in chosen:
                    _CLAIM.change(connection, contact=row.id, until=until)
                    claim = Claim(contact_from(row, running.name), running.version_id)
                    if not self._comes_later(connection, claim, now):
                        claims.append(claim)
                if claims or not chosen:
                    break
            return claims

    def _chosen(
        self,
        connection: Connection,
        now: datetime,
        limit: int,
        campaign_names: list[str] | None,
        rooms: Mapping[str, int],
        in_flight: Mapping[str, int],
    ) -> list[tuple[Any, Any]]:
        """The rows of the contacts that are next, each with that of its campaign."""
        found: dict[int, tuple[Queue, list[tuple[bool, datetime, int, Any, Any]]]] = {}
        for row in _running(connection, campaign_names):
            most = min(limit, rooms.get(row.name, limit))
            if most <= 0:
                continue
            promised = {one.id: one for one in _PROMISED.rows(connection, campaign=row.id, now=now, most=most)}
            due = _DUE.rows(connection, campaign=row.id, now=now, most=most)
            others = [one for one in due if one.id not in promised]
            waiting = [(False, one.next_at, one.id, one, row) for one in promised.values()]
            waiting += [(True, one.next_at, one.id, one, row) for one in others]
            if not waiting:
                continue
            terms, busy = self.version_of(connection, row.version_id).terms, in_flight.get(row.name, 0)
            queue = Queue(row.id, terms.priority, terms.share, busy, len(promised), len(others), most)
            found[row.id] = queue, waiting
        oldest_first = sorted(found.values(), key=lambda one: one[1][0])
        shares = share_out(limit, [queue for queue, _ in oldest_first])
        chosen = sorted(one for queue, waiting in oldest_first for one in waiting[: shares[queue.campaign_id]])
        return [(one, row) for _, _, _, one, row in chosen]

    def _comes_later(self, connection: Connection, claim: Claim, now: datetime) -> bool:
        """Whether somebody who is to be called for the first time here is better called later today; then they wait.

        Once: whose time has come is called, however long the queue was.
        """
        one = claim.contact
        if one.attempts or one.last_disposition or one.held_by == BEST_TIME:
            return False
        if not _CALLED.one(connection, number=one.number).called:
            return False
        terms = self.version_of(connection, claim.version_id).terms
        habits = habits_of(connection, one.number, one.timezone, terms, one.campaign)
        moment = first_time(now, habits) if habits is not None else now
        if moment <= now:
            return False
        because = "Calls to this number were answered at another time of the day."
        _WAIT.change(connection, contact=one.id, until=moment, rule=BEST_TIME, because=because)
        return True

    def release(self, contact_ids: list[int]) -> None:
        """Gives claims back."""
        with self.writing() as connection:
            connection.execute(
                sa.update(contact)
                .where(contact.c.id.in_(contact_ids), contact.c.state == ContactState.OPEN)
                .where(contact.c.next_at.is_not(None))
                .values(next_at=contact.c.due_at)
            )

    def upcoming(self, campaign_names: list[str] | None = None) -> datetime | None:
        """When a contact of a running campaign is to be looked at next; None when none waits any more."""
        with self.reading() as connection:
            firsts = (_FIRST.one(connection, campaign=one.id) for one in _running(connection, campaign_names))
            return min((first.next_at for first in firsts if first is not None), default=None)


def wait_with(connection: Connection, row: Any, terms: Terms, verdict: Verdict, now: datetime) -> None:
    """Where the campaign's own hours say no, they say so to everybody in that zone: those who are next wait, too.

    So thousands are not brought to the gate one by one, each to be told the same. It is asked about them in time.
    """
    source = terms.window(row.campaign).source
    for reason in verdict.reasons:
        if reason.rule is Rule.WINDOW and reason.source == source and reason.until is not None:
            _ALL_WAIT.change(
                connection,
                campaign=row.campaign_id,
                zone=row.timezone,
                now=now,
                until=reason.until,
                rule=reason.rule,
                because=reason.text,
            )


def _running(connection: Connection, names: list[str] | None) -> list[Any]:
    return [row for row in _RUNNING.rows(connection) if names is None or row.name in names]


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UtcDateTime())


_CONTACT: sa.BindParameter[int] = sa.bindparam("contact")
_OPEN = sa.literal_column("contact.state") == sa.literal_column("'open'")  # as the index has it
_WAIT = Prepared(
    sa.update(contact)
    .where(contact.c.id == _CONTACT)
    .values(next_at=_moment("until"), held_by=sa.bindparam("rule"), held_because=sa.bindparam("because"))
)
_RUNNING = Prepared(
    sa.select(campaign.c.id, campaign.c.name, campaign.c.version_id).where(campaign.c.state == CampaignState.RUNNING)
)
_DUE_FIRST = (
    sa.select(contact)
    .where(contact.c.campaign_id == sa.bindparam("campaign"), _OPEN)
    .order_by(contact.c.next_at, contact.c.id)
)
_DUE = Prepared(
    _DUE_FIRST.where(contact.c.next_at <= _moment("now"))
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_CALLED_BACK = sa.literal_column("contact.last_disposition") == sa.literal_column("'callback'")
_PROMISED = Prepared(
    _DUE_FIRST.where(_CALLED_BACK, contact.c.next_at <= _moment("now"))
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_FIRST = Prepared(_DUE_FIRST.with_only_columns(contact.c.next_at).where(contact.c.next_at.is_not(None)).limit(1))
_CLAIM = Prepared(sa.update(contact).where(contact.c.id == _CONTACT).values(next_at=_moment("until")))
_CALLED = Prepared(sa.select(sa.exists().where(call.c.number == sa.bindparam("number")).label("called")))
"""In whatever campaign. Not asked where contacts are changed: in RETURNING SQLite uses no index, and reads every
call ever made."""
_NEXT_ONES = (
    _DUE_FIRST.with_only_columns(contact.c.id)
    .where(contact.c.next_at <= _moment("now"))
    .limit(_WAIT_TOGETHER)
    .subquery()
)
_NEXT_IN_ZONE = (
    sa.select(contact.c.id)
    .where(contact.c.id.in_(sa.select(_NEXT_ONES.c.id)), contact.c.timezone == sa.bindparam("zone"))
    .with_for_update(skip_locked=True)  # whoever is at the gate already is not waited for
)
_ALL_WAIT = Prepared(
    sa.update(contact)
    .where(contact.c.id.in_(_NEXT_IN_ZONE))
    .values(next_at=_moment("until"), held_by=sa.bindparam("rule"), held_because=sa.bindparam("because"))
)
