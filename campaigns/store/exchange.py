"""Lists of other houses into the register, and the register out to others.

Decides that an import may be repeated, and stopped and begun again, without changing anything twice; that it never
keeps the store from a call for longer than one batch; and what an export proves: how many, a digest, and where the
chain of the ledger stood. The formats are `campaigns/dnc`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path

import sqlalchemy as sa

from campaigns.dnc import Entry, ExportFormat, ListLine, NewEntry, Reach, Written, write_entries
from campaigns.outcomes import Source
from campaigns.store import tables
from campaigns.store.ledger import Head, head
from campaigns.store.many import among
from campaigns.store.register import EVERYTHING, EntryFilter, Register
from campaigns.store.tables import table

entry = table(tables.DncEntry)
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the good lines of a list: `known` ones stood in the register already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed out.

    Attributes:
        entries: how many stand in the file.
        left_out: how many the format has no form for.
        sha256: of the file.
        chain: where the ledger stood, this export included.
    """

    path: Path
    format: ExportFormat
    entries: int
    left_out: int
    sha256: str
    at: datetime
    chain: Head


class Exchange(Register):
    """Importing and exporting."""

    def import_entries(
        self, lines: Iterable[ListLine], reach: Reach, now: datetime, actor: str, *, note: str = ""
    ) -> Imported:
        """Lists every number that is not listed as far already.

        Args:
            reach: of lines that name none themselves.
            note: where the list comes from; kept with entries that have no note of their own.
        """
        new = seen = 0
        rows = iter(lines)
        while batch := list(islice(rows, _BATCH)):
            seen += len(batch)
            wanted = sorted((_new_entry(line, reach, note) for line in batch), key=_by_reach)
            for _, group in groupby(wanted, key=_by_reach):
                new += self._import_batch(list(group), now, actor)
        return Imported(new, seen - new)

    def _import_batch(self, batch: list[NewEntry], now: datetime, actor: str) -> int:
        """Entries of one reach, in one transaction; how many are new."""
        unique = {one.number: one for one in batch}
        reach = batch[0].reach
        with self.writing() as connection:
            self.lock_numbers(connection, list(unique))
            forms = {form: number for number in unique for form in self.both_forms(number)}
            known = connection.execute(
                sa.select(entry.c.number, entry.c.expires_at)
                .where(among(connection, entry.c.number, forms), entry.c.revoked_at.is_(None))
                .where(entry.c.scope == reach.scope, entry.c.target == reach.target)
            )
            for number, expires_at in known:
                one = unique.get(forms[number])
                if one is not None and _outlasts(expires_at, one.expires_at):
                    del unique[forms[number]]
            if unique:
                self.list_numbers(connection, list(unique.values()), now, actor)
            return len(unique)

    def export_entries(
        self, path: Path, form: ExportFormat, now: datetime, actor: str, filters: EntryFilter = EVERYTHING
    ) -> Exported:
        """Writes the register to a file. That it was handed out is a link of the ledger itself: without it, no file.

        Raises:
            CampaignError: the file cannot be written.
        """
        narrowed = sorted(
            field.name
            for field in fields(filters)
            if getattr(filters, field.name) is not None and field.name != "in_force_at"
        )
        heads = []

        def seal(written: Written) -> None:
            body = {"format": form, "entries": written.entries, "sha256": written.sha256, "filters": narrowed}
            with self.writing() as connection:
                self.record(connection, now, actor, "dnc.export", None, body)
                heads.append(head(connection))

        written = write_entries(path, form, map(_row, self.entries(filters)), seal)
        return Exported(path, form, written.entries, written.left_out, written.sha256, now, heads[0])


def _new_entry(line: ListLine, reach: Reach, note: str) -> NewEntry:
    own = Reach(line.scope, line.target) if line.scope else reach
    return NewEntry(line.number, own, Source.IMPORT, line.words, "", line.note or note, line.expires_at)


def _by_reach(one: NewEntry) -> tuple[str, str]:
    return one.reach.scope, one.reach.target


def _outlasts(known: datetime | None, new: datetime | None) -> bool:
    return known is None or (new is not None and known >= new)


def _row(one: Entry) -> dict[str, str]:
    return {
        "number": one.number,
        "scope": one.reach.scope.value,
        "target": one.reach.target,
        "source": one.source.value,
        "added_at": _text(one.added_at),
        "campaign": one.campaign,
        "call_id": str(one.call_id or ""),
        "words": one.words,
        "recording": one.recording,
        "actor": one.actor,
        "note": one.note,
        "expires_at": _text(one.expires_at),
        "revoked_at": _text(one.revoked_at),
        "revoked_by": one.revoked_by,
        "revoked_because": one.revoked_because,
        "id": str(one.id),
    }


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
