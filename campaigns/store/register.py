"""The do-not-call register in the store.

Decides that an entry, its link in the ledger and the closing of every open contact it covers are one transaction:
an opt-out is in force for every queued contact the moment it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.dnc import Entry, NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import tables
from campaigns.store.database import StoreError
from campaigns.store.ledger import Ledger
from campaigns.store.tables import ContactState, table

entry = table(tables.DncEntry)
campaign = table(tables.Campaign)
contact = table(tables.Contact)

LISTED = "listed"
"""Why a contact is closed whose number stands in the register."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries to see; None is no restriction. `since` is inclusive, `before` is not."""

    number: str | None = None
    scope: Scope | None = None
    target: str | None = None
    source: Source | None = None
    campaign: str | None = None
    """Entries made in calls of this campaign."""
    since: datetime | None = None
    before: datetime | None = None
    in_force_at: datetime | None = None


def _entry(row: Any) -> Entry:
    values = row._asdict()
    reach = Reach(Scope(values.pop("scope")), values.pop("target"))
    return Entry(**values | {"reach": reach, "source": Source(values["source"])})


def in_force(connection: Connection, number: str, now: datetime) -> list[Entry]:
    """What the register holds against a number now."""
    return [_entry(row) for row in connection.execute(_IN_FORCE, {"number": number, "now": now})]


_IN_FORCE = (
    sa.select(entry)
    .where(entry.c.number == sa.bindparam("number"), entry.c.revoked_at.is_(None))
    .where(sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > sa.bindparam("now", type_=entry.c.added_at.type)))
    .order_by(entry.c.id)
)


class Register(Ledger):
    """The register's changes and questions."""

    def add_entry(self, new: NewEntry, now: datetime, actor: str) -> Entry:
        """Lists a number, at once for every queued contact. The same entry in force already is returned as it is."""
        with self.writing() as connection:
            self.lock_numbers(connection, [new.number])
            for known in in_force(connection, new.number, now):
                if (known.reach, known.source, known.expires_at) == (new.reach, new.source, new.expires_at):
                    return known
            return self.list_number(connection, new, now, actor)

    def list_number(
        self, connection: Connection, new: NewEntry, now: datetime, actor: str, call_id: int | None = None
    ) -> Entry:
        """Entry, ledger and contacts in the caller's transaction, which has locked the number."""
        row = connection.execute(
            sa.insert(entry)
            .values(
                number=new.number,
                scope=new.reach.scope,
                target=new.reach.target,
                source=new.source,
                call_id=call_id,
                words=new.words,
                recording=new.recording,
                actor=actor,
                note=new.note,
                added_at=now,
                expires_at=new.expires_at,
            )
            .returning(entry)
        ).one()
        made = _entry(row)
        self.record(
            connection,
            now,
            actor,
            "dnc.add",
            new.number,
            {
                "entry": made.id,
                "scope": made.reach.scope,
                "target": made.reach.target,
                "source": made.source,
                "call": call_id,
                "expires": made.expires_at.isoformat() if made.expires_at else None,
            },
        )
        connection.execute(
            sa.update(contact)
            .where(contact.c.number == new.number, contact.c.state == ContactState.OPEN)
            .where(contact.c.campaign_id.in_(_covered(new.reach)))
            .values(state=ContactState.CLOSED, closed_by=LISTED)
        )
        return made

    def remove_entry(self, entry_id: int, now: datetime, actor: str, because: str) -> Entry:
        """Revokes an entry. It stays visible, with who revoked it and why; closed contacts stay closed.

        Raises:
            StoreError: there is no such entry, it is revoked already, or no reason was given.
        """
        if not because.strip():
            raise StoreError("A do-not-call entry is not removed without a reason.", "Say why with --because TEXT.")
        with self.writing() as connection:
            row = connection.execute(
                sa.update(entry)
                .where(entry.c.id == entry_id, entry.c.revoked_at.is_(None))
                .values(revoked_at=now, revoked_by=actor, revoked_because=because)
                .returning(entry)
            ).one_or_none()
            if row is None:
                raise StoreError(
                    f"There is no do-not-call entry {entry_id} in force.", "See them with: outbound dnc list"
                )
            revoked = _entry(row)
            self.record(connection, now, actor, "dnc.revoke", revoked.number, {"entry": entry_id, "because": because})
            return revoked

    def entries(self, filters: EntryFilter = EntryFilter(), *, batch: int = 1000) -> Iterator[Entry]:
        """Oldest first, revoked and expired ones too unless `in_force_at` is given. Memory stays bounded."""
        after = 0
        while True:
            query = sa.select(entry).where(entry.c.id > after, *_conditions(filters)).order_by(entry.c.id).limit(batch)
            with self.reading() as connection:
                found = [_entry(row) for row in connection.execute(query)]
            yield from found
            if len(found) < batch:
                return
            after = found[-1].id

    def entries_in_force(self, number: str, now: datetime) -> list[Entry]:
        """What the register holds against a number now."""
        with self.reading() as connection:
            return in_force(connection, number, now)


def _covered(reach: Reach) -> sa.Select[tuple[int]]:
    """The campaigns that a reach covers."""
    query = sa.select(campaign.c.id)
    match reach.scope:
        case Scope.EVERYONE:
            return query
        case Scope.BRAND:
            return query.where(campaign.c.brand == reach.target)
        case Scope.CAMPAIGN:
            return query.where(campaign.c.name == reach.target)
        case Scope.PURPOSE:
            return query.where(campaign.c.purpose == reach.target)


def _conditions(filters: EntryFilter) -> Iterable[sa.ColumnElement[bool]]:
    if filters.number is not None:
        yield entry.c.number == filters.number
    if filters.scope is not None:
        yield entry.c.scope == filters.scope
    if filters.target is not None:
        yield entry.c.target == filters.target
    if filters.source is not None:
        yield entry.c.source == filters.source
    if filters.since is not None:
        yield entry.c.added_at >= filters.since
    if filters.before is not None:
        yield entry.c.added_at < filters.before
    if filters.campaign is not None:
        call = table(tables.Call)
        made_in = sa.select(call.c.id).join(campaign, campaign.c.id == call.c.campaign_id)
        yield entry.c.call_id.in_(made_in.where(campaign.c.name == filters.campaign))
    if filters.in_force_at is not None:
        yield entry.c.revoked_at.is_(None)
        yield sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > filters.in_force_at)
