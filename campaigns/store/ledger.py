"""The ledger: an append-only chain of every change to register, consent and rules.

Decides how a link is hashed and added, always in the transaction of the change it records. Each link holds the hash
of the one before, so that an edit, an insertion or a removal shows; a cut-off tail shows against an anchor kept
elsewhere (`store/verification.py`). Numbers stand in it as keyed hashes only. A link that adds rows to the register or
the consents holds a digest of them, and each row the link's number: neither can be changed without the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from campaigns.store import tables
from campaigns.store.database import Database, StoreDamaged
from campaigns.store.tables import table

ledger = table(tables.LedgerRecord)
secret = table(tables.Secret)
GENESIS = "0" * 64
"""What stands for the hash before the first link."""
ERASED = "#"
"""Begins what stands in place of a number that was erased; its keyed hash follows."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the chain: note it elsewhere, and a cut-off tail will show."""

    seq: int
    hash: str


def link_hash(seq: int, at: str, actor: str, action: str, subject: str, body: str, previous: str) -> str:
    """SHA-256 over the canonical JSON of all that a link says."""
    return _sha256([seq, at, actor, action, subject, body, previous])


def digest_of(rows: Iterable[str]) -> str:
    """One digest over the digests of several rows, in whatever order they come."""
    return _sha256(sorted(rows))


def row_digest(*values: object) -> str:
    """SHA-256 over what a row says; moments as UTC."""
    return _sha256([_canonical(value) for value in values])


def _canonical(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _sha256(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def head(connection: Connection) -> Head:
    """The end of the chain as it is now."""
    last = connection.execute(_LAST).one_or_none()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


class Ledger(Database):
    """The chain, as the other nouns of the store write it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        with self.reading() as connection:
            query = sa.select(secret.c.value).where(secret.c.name == "numbers")
            key = connection.execute(query).scalar_one_or_none()
        if not isinstance(key, bytes):
            raise StoreDamaged("its key is gone")
        self._keyed = hmac.new(key, digestmod=hashlib.sha256)
        """Under the store's key, with nothing in it yet."""

    def keyed(self, text: str) -> str:
        """HMAC-SHA-256 under the store's key, hexadecimal."""
        made = self._keyed.copy()
        made.update(text.encode())
        return made.hexdigest()

    def subject(self, number: str) -> str:
        """What stands for a number in the ledger, erased or not."""
        return number[len(ERASED) :] if number.startswith(ERASED) else self.keyed(number)

    def both_forms(self, number: str) -> tuple[str, str]:
        """A number as the tables may hold it: as it is, and erased."""
        return number, ERASED + self.keyed(number)

    def head(self) -> Head:
        """The end of the chain as it is now."""
        with self.reading() as connection:
            return head(connection)

    def record(
        self,
        connection: Connection,
        now: datetime,
        actor: str,
        action: str,
        number: str | None,
        body: Mapping[str, object],
    ) -> int:
        """Adds a link in the caller's transaction; its place in the chain.

        `body` holds no number and no name of a called person.
        """
        self.lock_ledger(connection)
        last = head(connection)
        seq = last.seq + 1
        subject = self.subject(number) if number else ""
        at = now.astimezone(UTC).isoformat()
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        connection.execute(
            _ADD,
            {
                "seq": seq,
                "at": at,
                "actor": actor,
                "action": action,
                "subject": subject,
                "body": text,
                "previous": last.hash,
                "hash": link_hash(seq, at, actor, action, subject, text, last.hash),
            },
        )
        return seq


_LAST = sa.select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
_ADD = sa.insert(ledger)
