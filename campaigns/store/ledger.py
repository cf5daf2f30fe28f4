"""The ledger: an append-only chain of every change to register, consent and rules.

Decides how a link is hashed and added, always in the transaction of the change it records. Each link holds the hash
of the one before, so that an edit, an insertion or a removal shows; a cut-off tail shows against an anchor kept
elsewhere. Numbers stand in it as keyed hashes only.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.store import tables
from campaigns.store.database import Database
from campaigns.store.tables import table

ledger = table(tables.LedgerRecord)
secret = table(tables.Secret)
_GENESIS = "0" * 64
_KEY_BYTES = 32


def number_hash(key: bytes, number: str) -> str:
    """What stands for a number in the ledger: HMAC-SHA-256, hexadecimal."""
    return hmac.new(key, number.encode(), hashlib.sha256).hexdigest()


def link_hash(seq: int, at: str, actor: str, action: str, subject: str, body: str, previous: str) -> str:
    """SHA-256 over the canonical JSON of all that a link says."""
    content = json.dumps([seq, at, actor, action, subject, body, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


class Ledger(Database):
    """The chain, as the other nouns of the store write it."""

    def _key(self, connection: Connection) -> bytes:
        return bytes(connection.execute(sa.select(secret.c.value).where(secret.c.name == "numbers")).scalar_one())

    def record(
        self,
        connection: Connection,
        now: datetime,
        actor: str,
        action: str,
        number: str | None,
        body: Mapping[str, object],
    ) -> None:
        """Adds a link in the caller's transaction. `body` holds no number and no name of a called person."""
        self.lock_ledger(connection)
        last = connection.execute(
            sa.select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1)
        ).one_or_none()
        seq, previous = (last.seq + 1, last.hash) if last else (1, _GENESIS)
        subject = number_hash(self._key(connection), number) if number else ""
        at = now.astimezone(UTC).isoformat()
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        connection.execute(
            sa.insert(ledger).values(
                seq=seq,
                at=at,
                actor=actor,
                action=action,
                subject=subject,
                body=text,
                previous=previous,
                hash=link_hash(seq, at, actor, action, subject, text, previous),
            )
        )
