"""Who did what: the ledger as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from campaigns.store.database import making_sense
from campaigns.store.ledger import Ledger, ledger


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which links to see; None is no restriction. `since` is inclusive, `before` is not.

    Attributes:
        action: a whole action ("dnc.add") or its beginning ("dnc").
        number: only what was done about it.
    """

    since: datetime | None = None
    before: datetime | None = None
    actor: str | None = None
    action: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One link of the ledger."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    """Keyed hash of the number it is about; empty where it is about none."""
    what: Mapping[str, Any]


class Auditing(Ledger):
    """Looking back."""

    def audit(self, filters: AuditFilter, *, batch: int = 1000) -> Iterator[AuditRecord]:
        """Oldest first; memory stays bounded."""
        conditions: list[sa.ColumnElement[bool]] = []
        if filters.actor is not None:
            conditions.append(ledger.c.actor == filters.actor)
        if filters.action is not None:
            begins = ledger.c.action.startswith(f"{filters.action}.", autoescape=True)
            conditions.append(sa.or_(ledger.c.action == filters.action, begins))
        if filters.number is not None:
            conditions.append(ledger.c.subject == self.subject(filters.number))
        after = 0
        while True:
            query = sa.select(ledger).where(ledger.c.seq > after, *conditions).order_by(ledger.c.seq).limit(batch)
            with self.reading() as connection:
                found = connection.execute(query).all()
            for row in found:
                with making_sense():
                    at = datetime.fromisoformat(row.at).astimezone(UTC)
                    what = json.loads(row.body)
                if (filters.since is None or at >= filters.since) and (filters.before is None or at < filters.before):
                    yield AuditRecord(row.seq, at, row.actor, row.action, row.subject, what)
            if len(found) < batch:
                return
            after = found[-1].seq
