"""Whether ledger, register, consents and lists still are what was written.

Decides what is checked: every link against its hash and the one before; every row of register and consents against
the link that made or ended it; every list against its digest; and noted heads of the chain against the chain, which
alone shows a tail that was cut off together with its rows. It finds changes made behind the program's back; it cannot
find one by somebody who recomputes the whole chain, unless a head was noted elsewhere. Memory stays bounded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from campaigns.store import national, tables
from campaigns.store.consent import Consents
from campaigns.store.database import making_sense
from campaigns.store.ledger import ERASED, GENESIS, Head, digest_of, head, ledger, link_hash
from campaigns.store.register import Register
from campaigns.store.tables import table

entry = table(tables.DncEntry)
consent = table(tables.ConsentRecord)
lists = table(tables.NationalList)
_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        link: the link of the ledger it was found at; 0 where there is none.
        text: one sentence, without numbers of persons.
    """

    link: int
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is wrong; nothing when `findings` is empty."""

    links: int
    entries: int
    consents: int
    head: Head
    findings: tuple[Finding, ...]


class Verifying(Register, Consents):
    """Reading everything again."""

    def verify(self, noted: Iterable[Head] = ()) -> Verification:
        """Checks all of it.

        Args:
            noted: heads of the chain that were kept elsewhere; the chain must still hold each.

        Raises:
            StoreDamaged: it cannot even be read.
        """
        with self.reading() as connection, making_sense():
            findings = [] if self.postgresql else list(_pages(connection))
            findings += _chain(connection)
            entries, found = _rows(connection, entry, "dnc.add", self._entry_row)
            findings += found
            consents, found = _rows(connection, consent, "consent.give", lambda row: (self.consent_digest(row), ""))
            findings += found
            findings += _ended(connection, entry, entry.c.revoked_link, "dnc.revoke", _revocation)
            findings += _ended(connection, consent, consent.c.withdrawn_link, "consent.withdraw", _withdrawal)
            findings += _lists(connection)
            findings += _noted(connection, noted)
            last = head(connection)
            links = connection.execute(sa.select(sa.func.count()).select_from(ledger)).scalar_one()
        return Verification(links, entries, consents, last, tuple(findings))

    def _entry_row(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """An entry's digest, and what is wrong with its texts."""
        words = row["words"], row["recording"], row["note"]
        forgotten = row["number"].startswith(ERASED) and not any(words)
        as_told = forgotten or self.evidence(*words) == row["evidence"]
        return self.entry_digest(row), "" if as_told else "its words, recording or note are not the ones recorded"


def _links(connection: Connection) -> Iterator[Any]:
    query = sa.select(ledger).order_by(ledger.c.seq)
    yield from connection.execute(query, execution_options={"yield_per": _BATCH})


def _pages(connection: Connection) -> Iterator[Finding]:
    """What SQLite finds wrong in its file: an index that hides a row is as bad as a row that is gone."""
    for (text,) in connection.exec_driver_sql("PRAGMA integrity_check(10)"):
        if text != "ok":
            yield Finding(0, "the file is damaged: a table and its index do not agree, or a page cannot be read")


def _chain(connection: Connection) -> Iterator[Finding]:
    seq, previous = 0, GENESIS
    for link in _links(connection):
        if link.seq != seq + 1:
            gone = f"link {seq + 1} is" if link.seq == seq + 2 else f"links {seq + 1} to {link.seq - 1} are"
            yield Finding(link.seq, f"{gone} missing before link {link.seq}")
        elif link.previous != previous:
            yield Finding(link.seq, f"link {link.seq} does not continue the one before it")
        if link.hash != link_hash(link.seq, link.at, link.actor, link.action, link.subject, link.body, link.previous):
            yield Finding(link.seq, f"link {link.seq} was changed")
        seq, previous = link.seq, link.hash


def _rows(
    connection: Connection, source: Table, action: str, judge: Callable[[Mapping[str, Any]], tuple[str, str]]
) -> tuple[int, list[Finding]]:
    """Every row against the link that made it; how many there are, and what is wrong."""
    findings: list[Finding] = []
    count = 0
    made = connection.execute(
        sa.select(ledger.c.seq, ledger.c.body).where(ledger.c.action == action).order_by(ledger.c.seq),
        execution_options={"yield_per": _BATCH},
    )
    rows = connection.execute(
        sa.select(source).order_by(source.c.link, source.c.id), execution_options={"yield_per": _BATCH}
    )
    groups = groupby(rows, key=lambda row: row.link)
    group = next(groups, None)
    for link in made:
        while group is not None and group[0] < link.seq:
            findings.append(Finding(group[0], f"{source.name} has rows that no link tells of (link {group[0]})"))
            count += sum(1 for _ in group[1])
            group = next(groups, None)
        digests: list[str] = []
        if group is not None and group[0] == link.seq:
            for row in group[1]:
                digest, wrong = judge(row._asdict())
                digests.append(digest)
                if wrong:
                    findings.append(Finding(link.seq, f"{source.name} {row.id}: {wrong}"))
            group = next(groups, None)
        count += len(digests)
        body = _body(link.body)
        if len(digests) != body.get("count"):
            text = f"link {link.seq} tells of {body.get('count')} rows of {source.name}; there are {len(digests)}"
            findings.append(Finding(link.seq, text))
        elif digest_of(digests) != body.get("digest"):
            findings.append(Finding(link.seq, f"{source.name}: rows of link {link.seq} were changed"))
    while group is not None:
        findings.append(Finding(group[0], f"{source.name} has rows that no link tells of (link {group[0]})"))
        count += sum(1 for _ in group[1])
        group = next(groups, None)
    return count, findings


def _ended(
    connection: Connection,
    source: Table,
    by: sa.Column[Any],
    action: str,
    told: Callable[[Any, Mapping[str, Any], Any], bool],
) -> Iterator[Finding]:
    """Every row that was revoked or withdrawn against the link that says so, and the other way round."""
    closed = source.c.revoked_at if source is entry else source.c.withdrawn_at
    seen: dict[int, int] = {}
    query = (
        sa.select(source, ledger.c.seq, ledger.c.at, ledger.c.actor.label("link_actor"), ledger.c.body, ledger.c.action)
        .outerjoin(ledger, ledger.c.seq == by)
        .where(sa.or_(closed.is_not(None), by.is_not(None)))
    )
    for row in connection.execute(query, execution_options={"yield_per": _BATCH}):
        body = _body(row.body) if row.body is not None else {}
        if row.action != action or not told(row, body, getattr(row, closed.name)):
            yield Finding(row.seq or 0, f"{source.name} {row.id} is ended as no link tells")
        else:
            seen[row.seq] = seen.get(row.seq, 0) + 1
    for link in connection.execute(sa.select(ledger.c.seq, ledger.c.body).where(ledger.c.action == action)):
        body = _body(link.body)
        expected = len(body.get("consents", (0,)))
        if seen.get(link.seq, 0) != expected:
            yield Finding(link.seq, f"link {link.seq} ended {expected} of {source.name}, which is not to be seen there")


def _revocation(row: Any, body: Mapping[str, Any], at: Any) -> bool:
    same = (row.id, row.revoked_because, row.revoked_by) == (body.get("entry"), body.get("because"), row.link_actor)
    return bool(same and at is not None and at.isoformat() == row.at)


def _withdrawal(row: Any, body: Mapping[str, Any], at: Any) -> bool:
    return row.id in body.get("consents", ()) and at is not None and at.isoformat() == row.at


def _lists(connection: Connection) -> Iterator[Finding]:
    for kept in connection.execute(sa.select(lists).where(lists.c.loaded_at.is_not(None))).all():
        told = connection.execute(sa.select(ledger).where(ledger.c.seq == kept.link)).one_or_none()
        body = _body(told.body if told else "{}")
        says = [body.get(name) for name in ("list", "as_of", "origin", "count", "digest")]
        says += [told.actor, told.at] if told else []
        is_so = [kept.name, kept.as_of.isoformat(), kept.origin, kept.numbers, kept.digest]
        if says != [*is_so, kept.actor, kept.loaded_at.isoformat()]:
            yield Finding(kept.link or 0, f"list {kept.name} is not the one that its link tells of")
        elif national.contents(connection, kept.id) != (kept.numbers, kept.digest):
            yield Finding(kept.link, f"the numbers of list {kept.name} were changed")


def _noted(connection: Connection, noted: Iterable[Head]) -> Iterator[Finding]:
    for one in noted:
        if one.seq == 0:
            continue
        there = connection.execute(sa.select(ledger.c.hash).where(ledger.c.seq == one.seq)).scalar_one_or_none()
        if there is None:
            yield Finding(one.seq, f"link {one.seq}, which was noted elsewhere, is gone: the chain was cut off")
        elif there != one.hash:
            yield Finding(one.seq, f"link {one.seq} is not the one that was noted elsewhere: the chain was rewritten")


def _body(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
