"""What is held about one number, its erasure, and what time alone erases.

Decides what goes and what stays. Where a number was, its keyed hash stands afterwards: nobody can read the number from
it, but whoever comes with the number again is recognised and not called. The ledger holds no number anyway.
Consents keep their wording: they prove that past calls were lawful.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import recordings, tables
from campaigns.store.database import StoreError, making_sense
from campaigns.store.ledger import ledger
from campaigns.store.national import NationalLists, lists
from campaigns.store.register import Register
from campaigns.store.tables import CallState, ContactState, table

contact = table(tables.Contact)
call = table(tables.Call)
result = table(tables.CallResult)
call_log = table(tables.CallLog)
task = table(tables.Task)
entry = table(tables.DncEntry)
consent = table(tables.ConsentRecord)
campaign = table(tables.Campaign)

ERASED_BY = "erased"
"""Why a contact is closed whose number was erased."""
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept; None is for ever.

    Attributes:
        transcripts: what was said in calls: logs, and the words of results and settled tasks.
        numbers: numbers and fields of contacts that are closed, from their last call or import on, and of their calls.
        recordings: the sound of calls; never longer than the numbers.
    """

    transcripts: timedelta | None = timedelta(days=90)
    numbers: timedelta | None = timedelta(days=400)
    recordings: timedelta | None = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: how many contacts, calls and entries no longer hold the number, and how many recordings went."""

    contacts: int
    calls: int
    entries: int
    recordings: int = 0


@dataclass(frozen=True, slots=True)
class Purged:
    """What time has erased: transcripts and recordings of so many calls, numbers of so many contacts."""

    transcripts: int
    contacts: int
    recordings: int = 0


class Privacy(Register, NationalLists):
    """Telling, erasing, forgetting."""

    def held_about(self, number: str) -> dict[str, list[dict[str, Any]]]:
        """Everything the store holds about a number, by kind; plain values, ready for JSON.

        The sound of a call is not in it, but the place where it is kept.
        """
        forms = self.both_forms(number)
        with self.reading() as connection:
            calls = sa.select(call.c.id).where(call.c.number.in_(forms))
            return {
                "contacts": _all(connection, contact, contact.c.number.in_(forms)),
                "calls": _all(connection, call, call.c.number.in_(forms)),
                "results": _all(connection, result, result.c.call_id.in_(calls)),
                "logs": _all(connection, call_log, call_log.c.call_id.in_(calls)),
                "tasks": _all(connection, task, task.c.call_id.in_(calls)),
                "do_not_call": _all(connection, entry, entry.c.number.in_(forms)),
                "consents": _all(connection, consent, consent.c.number.in_(forms)),
                "national_lists": self._national(connection, number),
                "ledger": _all(connection, ledger, ledger.c.subject == self.subject(number)),
            }

    def _national(self, connection: Connection, number: str) -> list[dict[str, Any]]:
        names = list(connection.execute(sa.select(lists.c.name).where(lists.c.loaded_at.is_not(None))).scalars())
        found = self.national_listings(connection, [number], names)[number]
        return [{"list": name, "as_of": listing.as_of} for name, listing in found.items() if listing.listed]

    def erase(self, number: str, now: datetime, actor: str) -> Erased:
        """Erases a number everywhere, and lists what stands for it, so that it is never called again.

        Raises:
            StoreError: a call to it is under way, or a recording of one cannot be deleted here.
        """
        stand_in = self.both_forms(number)[1]
        with self.writing() as connection:
            self._overwrite(connection)
            self.lock_numbers(connection, [number])
            under_way = sa.select(call.c.id).where(call.c.number == number, call.c.state != CallState.ENDED)
            if connection.execute(under_way).first() is not None:
                raise StoreError("A call to this number is under way.", "Try again when it has ended.")
            calls = [row.id for row in connection.execute(sa.select(call.c.id).where(call.c.number == number))]
            deleted = recordings.delete(connection, calls, elsewhere_too=True)
            nobody = {"settled_at": now, "settled_by": actor, "note": ""}  # there is nobody left to call back
            is_open = task.c.settled_at.is_(None)
            connection.execute(sa.update(task).where(task.c.call_id.in_(calls), is_open).values(nobody))
            _forget_words(connection, calls)
            self._forget_calls(connection, calls)
            people = sa.select(contact.c.id).where(contact.c.number == number)
            contacts = [row.id for row in connection.execute(people)]
            self._forget_contacts(connection, contacts)
            entries = connection.execute(
                sa.update(entry)
                .where(entry.c.number == number)
                .values(number=stand_in, words="", recording="", note="")
            ).rowcount
            connection.execute(sa.update(consent).where(consent.c.number == number).values(number=stand_in))
            erased = Erased(len(contacts), len(calls), entries, deleted)
            body = asdict(erased)
            self.record(connection, now, actor, "privacy.erase", number, body)
            standing = self._in_force(connection, number, now)
            if not any(one.reach.scope is Scope.EVERYONE and one.expires_at is None for one in standing):
                listed = NewEntry(stand_in, Reach(Scope.EVERYONE), Source.PERSON, note="erased on request")
                self.list_numbers(connection, [listed], now, actor)
        self._settle()
        return erased

    def purge(self, now: datetime, keep: Retention, actor: str = "retention") -> Purged:
        """Erases what is older than it may be kept, in small transactions."""
        purged = Purged(
            transcripts=_in_batches(self._old_transcripts, now, keep.transcripts),
            recordings=_in_batches(self._old_recordings, now, keep.recordings),
            contacts=_in_batches(self._old_contacts, now, keep.numbers),
        )
        if any(astuple(purged)):
            with self.writing() as connection:
                self.record(connection, now, actor, "privacy.purge", None, asdict(purged))
            self._settle()
        return purged

    def _old_transcripts(self, before: datetime) -> int:
        logged = sa.exists().where(call_log.c.call_id == call.c.id)
        said = sa.exists().where(result.c.call_id == call.c.id, result.c.words != "")
        old = sa.select(call.c.id).where(call.c.ended_at < before, sa.or_(logged, said)).limit(_BATCH)
        with self.writing() as connection:
            self._overwrite(connection)
            calls = list(connection.execute(old).scalars())
            _forget_words(connection, calls)
            return len(calls)

    def _old_recordings(self, before: datetime) -> int:
        """Those on this computer; what another one keeps is deleted there."""
        old = sa.select(call.c.id).where(call.c.ended_at < before, call.c.recording != "").order_by(call.c.id)
        with self.writing() as connection:
            return recordings.delete(connection, list(connection.execute(old).scalars()), elsewhere_too=False)

    def _old_contacts(self, before: datetime) -> int:
        later = sa.exists().where(
            call.c.contact_id == contact.c.id, sa.or_(call.c.ended_at.is_(None), call.c.ended_at >= before)
        )
        old = (
            sa.select(contact.c.id)
            .where(contact.c.state == ContactState.CLOSED, contact.c.added_at < before, contact.c.number.like("+%"))
            .where(~later)
            .limit(_BATCH)
        )
        with self.writing() as connection:
            self._overwrite(connection)
            contacts = list(connection.execute(old).scalars())
            calls = list(connection.execute(sa.select(call.c.id).where(call.c.contact_id.in_(contacts))).scalars())
            recordings.delete(connection, calls, elsewhere_too=False)
            self._forget_calls(connection, calls)
            self._forget_contacts(connection, contacts)
            return len(contacts)

    def _forget_calls(self, connection: Connection, calls: list[int]) -> None:
        for row in connection.execute(
            sa.select(call.c.id, call.c.number, call.c.reference).where(call.c.id.in_(calls))
        ):
            connection.execute(
                sa.update(call)
                .where(call.c.id == row.id)
                .values(number=self._stand_in(row.number), reference=self._nameless(row.reference), detail="")
            )

    def _forget_contacts(self, connection: Connection, contacts: list[int]) -> None:
        for row in connection.execute(sa.select(contact).where(contact.c.id.in_(contacts))).all():
            stand_in, reference = self._stand_in(row.number), self._nameless(row.reference)
            same = sa.and_(contact.c.campaign_id == row.campaign_id, contact.c.number == stand_in)
            twin = sa.select(contact.c.id).where(same, contact.c.reference == reference)
            if connection.execute(twin).first() is not None:  # imported anew after it was erased once
                reference = f"{reference}#{row.id}"
            connection.execute(
                sa.update(contact)
                .where(contact.c.id == row.id)
                .values(
                    number=stand_in,
                    reference=reference,
                    fields="{}",
                    state=ContactState.CLOSED,
                    closed_by=sa.func.coalesce(contact.c.closed_by, ERASED_BY),
                )
            )

    def _stand_in(self, number: str) -> str:
        return self.both_forms(number)[1] if number.startswith("+") else number

    def _nameless(self, reference: str) -> str:
        """Keeps references apart without saying them."""
        return self.keyed(reference)[:16] if reference else ""

    def _overwrite(self, connection: Connection) -> None:
        """What is erased shall not lie about in free pages of the file."""
        if not self.postgresql:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")

    def _settle(self) -> None:
        """Empties SQLite's write-ahead file, which still holds what was there before."""
        if not self.postgresql:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")


def _in_batches(erase: Callable[[datetime], int], now: datetime, kept: timedelta | None) -> int:
    """How much was erased until nothing older is left."""
    erased = 0
    while kept is not None and (batch := erase(now - kept)):
        erased += batch
    return erased


def _forget_words(connection: Connection, calls: list[int]) -> None:
    connection.execute(sa.delete(call_log).where(call_log.c.call_id.in_(calls)))
    connection.execute(sa.update(result).where(result.c.call_id.in_(calls)).values(words=""))
    settled = task.c.settled_at.is_not(None)
    connection.execute(sa.update(task).where(task.c.call_id.in_(calls), settled).values(words="", note=""))


def _all(connection: Connection, source: Table, condition: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    key = next(iter(source.primary_key))
    rows = connection.execute(sa.select(source).where(condition).order_by(key))
    return [{name: _plain(name, value) for name, value in row._asdict().items()} for row in rows]


@making_sense()
def _plain(name: str, value: Any) -> Any:
    return json.loads(value) if name in ("fields", "events", "body") and value else value
