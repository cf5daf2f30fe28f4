"""The do-not-call register in the store.

Decides that an entry, its link in the ledger and the closing of every open contact it covers are one transaction:
an opt-out is in force for every queued contact the moment it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.dnc import Entry, NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import tables
from campaigns.store.database import StoreError, making_sense
from campaigns.store.ledger import Ledger, digest_of, row_digest
from campaigns.store.many import among
from campaigns.store.tables import ContactState, table

entry = table(tables.DncEntry)
campaign = table(tables.Campaign)
contact = table(tables.Contact)
call = table(tables.Call)

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


EVERYTHING = EntryFilter()


def _entry(row: Any) -> Entry:
    with making_sense():
        reach, source = Reach(Scope(row.scope), row.target), Source(row.source)
    return Entry(
        id=row.id,
        number=row.number,
        reach=reach,
        source=source,
        call_id=row.call_id,
        campaign=row.campaign or "",
        words=row.words,
        recording=row.recording,
        actor=row.actor,
        note=row.note,
        added_at=row.added_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
        revoked_because=row.revoked_because,
    )


_ENTRY = (
    sa.select(entry, campaign.c.name.label("campaign"))
    .outerjoin(call, call.c.id == entry.c.call_id)
    .outerjoin(campaign, campaign.c.id == call.c.campaign_id)
)


class Register(Ledger):
    """The register's changes and questions."""

    def add_entry(self, new: NewEntry, now: datetime, actor: str) -> Entry:
        """Lists a number, at once for every queued contact. The same entry in force already is returned as it is."""
        with self.writing() as connection:
            self.lock_numbers(connection, [new.number])
            for known in self._in_force(connection, new.number, now):
                if (known.reach, known.source, known.expires_at) == (new.reach, new.source, new.expires_at):
                    return known
            link = self.list_numbers(connection, [new], now, actor)
            return _entry(connection.execute(_ENTRY.where(entry.c.link == link)).one())

    def list_numbers(
        self, connection: Connection, entries: Sequence[NewEntry], now: datetime, actor: str, call_id: int | None = None
    ) -> int:
        """Entries, their link and what becomes of contacts, in the caller's transaction, which has locked the numbers.

        All of them have one reach and one source. The link's place in the ledger.
        """
        first = entries[0]
        common = {
            "scope": first.reach.scope,
            "target": first.reach.target,
            "source": first.source,
            "call_id": call_id,
            "actor": actor,
            "added_at": now,
        }
        rows = [
            common
            | {
                "number": one.number,
                "words": one.words,
                "recording": one.recording,
                "note": one.note,
                "expires_at": one.expires_at,
                "evidence": self.evidence(one.words, one.recording, one.note),
            }
            for one in entries
        ]
        body = {
            "count": len(rows),
            "digest": digest_of(self.entry_digest(row) for row in rows),
            "scope": first.reach.scope,
            "target": first.reach.target,
            "source": first.source,
            "call": call_id,
        }
        connection.execute(
            sa.update(contact)
            .where(among(connection, contact.c.number, [one.number for one in entries]))
            .where(contact.c.state == ContactState.OPEN)
            .where(contact.c.campaign_id.in_(_covered(first.reach)))
            .values(state=ContactState.CLOSED, closed_by=LISTED)
        )
        number = first.number if len(rows) == 1 else None
        link = self.record(connection, now, actor, "dnc.add", number, body)
        connection.execute(
            sa.insert(entry), [row | {"link": link, "revoked_by": "", "revoked_because": ""} for row in rows]
        )
        return link

    def evidence(self, words: str, recording: str, note: str) -> str:
        """What stands for an entry's texts in its digest, also when they are erased."""
        return self.keyed(row_digest(words, recording, note))

    def entry_digest(self, row: Mapping[str, Any]) -> str:
        """What a link of the ledger says of one entry: all of it that never changes."""
        number, *rest = (row[name] for name in _FIXED)
        return row_digest(self.subject(number), *rest)

    def remove_entry(self, entry_id: int, now: datetime, actor: str, because: str) -> Entry:
        """Revokes an entry. It stays visible, with who revoked it and why; closed contacts stay closed.

        Raises:
            StoreError: there is no such entry, it is revoked already, or no reason was given.
        """
        if not because.strip():
            raise StoreError("A do-not-call entry is not removed without a reason.", "Say why with --because TEXT.")
        with self.writing() as connection:
            standing = sa.select(entry.c.number).where(entry.c.id == entry_id, entry.c.revoked_at.is_(None))
            number = connection.execute(standing.with_for_update()).scalar_one_or_none()
            if number is None:
                raise StoreError(
                    f"There is no do-not-call entry {entry_id} in force.", "See them with: outbound dnc list"
                )
            link = self.record(connection, now, actor, "dnc.revoke", number, {"entry": entry_id, "because": because})
            connection.execute(
                sa.update(entry)
                .where(entry.c.id == entry_id)
                .values(revoked_at=now, revoked_by=actor, revoked_because=because, revoked_link=link)
            )
            return _entry(connection.execute(_ENTRY.where(entry.c.id == entry_id)).one())

    def entries(self, filters: EntryFilter = EVERYTHING, *, batch: int = 1000) -> Iterator[Entry]:
        """Oldest first, revoked and expired ones too unless `in_force_at` is given. Memory stays bounded."""
        after = 0
        while True:
            conditions = (entry.c.id > after, *self._conditions(filters))
            query = _ENTRY.where(*conditions).order_by(entry.c.id).limit(batch)
            with self.reading() as connection:
                found = [_entry(row) for row in connection.execute(query)]
            yield from found
            if len(found) < batch:
                return
            after = found[-1].id

    def entries_in_force(self, number: str, now: datetime) -> list[Entry]:
        """What the register holds against a number now."""
        with self.reading() as connection:
            return self._in_force(connection, number, now)

    def _in_force(self, connection: Connection, number: str, now: datetime) -> list[Entry]:
        return [_entry(row) for row in connection.execute(_IN_FORCE, {"numbers": self.both_forms(number), "now": now})]

    def _conditions(self, filters: EntryFilter) -> Iterator[sa.ColumnElement[bool]]:
        if filters.number is not None:
            yield entry.c.number.in_(self.both_forms(filters.number))
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
            yield campaign.c.name == filters.campaign
        if filters.in_force_at is not None:
            yield entry.c.revoked_at.is_(None)
            yield sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > filters.in_force_at)


_FIXED = ("number", "scope", "target", "source", "call_id", "actor", "added_at", "expires_at", "evidence")
"""The columns of an entry that never change; erasing changes only the form of the number."""
_IN_FORCE = (
    _ENTRY.where(entry.c.number.in_(sa.bindparam("numbers", expanding=True)), entry.c.revoked_at.is_(None))
    .where(sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > sa.bindparam("now", type_=entry.c.added_at.type)))
    .order_by(entry.c.id)
)


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
