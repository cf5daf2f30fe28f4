"""Consent in the store: who agreed to be called, for what, in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.verdict import Rule
from campaigns.script import Purpose
from campaigns.store import holds, tables
from campaigns.store.ledger import Ledger, digest_of, row_digest
from campaigns.store.tables import table

consent = table(tables.ConsentRecord)
contact = table(tables.Contact)


class Basis(StrEnum):
    """What kind of consent it is."""

    EXPRESS = "express"
    """Said or given with the number."""
    WRITTEN = "written"
    """Signed, also electronically (47 CFR 64.1200(f)(9))."""


@dataclass(frozen=True, slots=True)
class Consent:
    """That the person at a number agreed.

    Attributes:
        wording: what was agreed to, word for word.
        evidence: where the proof is kept: a form's id, a recording.
        expires_at: not in force from this moment; None for ever.
    """

    purpose: Purpose
    basis: Basis
    wording: str
    evidence: str = field(default="")
    given_at: datetime | None = None
    expires_at: datetime | None = None


class Consents(Ledger):
    """Giving and withdrawing."""

    def give_consent(self, number: str, brand: str, consent: Consent, now: datetime, actor: str) -> None:
        with self.writing() as connection:
            self.lock_numbers(connection, [number])
            self.add_consents(connection, [number], brand, consent, now, actor)

    def add_consents(
        self, connection: Connection, numbers: Sequence[str], brand: str, given: Consent, now: datetime, actor: str
    ) -> None:
        """The same consent of several people, in the caller's transaction. Contacts that waited for it are freed."""
        common = {
            "brand": brand,
            "purpose": given.purpose,
            "basis": given.basis,
            "wording": given.wording,
            "evidence": given.evidence,
            "actor": actor,
            "given_at": given.given_at or now,
            "expires_at": given.expires_at,
        }
        rows = [common | {"number": number} for number in numbers]
        body = {
            "count": len(rows),
            "digest": digest_of(self.consent_digest(row) for row in rows),
            "brand": brand,
            "purpose": given.purpose,
            "basis": given.basis,
        }
        link = self.record(connection, now, actor, "consent.give", numbers[0] if len(numbers) == 1 else None, body)
        connection.execute(sa.insert(consent), [row | {"link": link} for row in rows])
        waited = contact.c.held_by.in_([Rule.CONSENT, Rule.NATIONAL_LIST, Rule.LIST_AGE])
        holds.release(connection, contact.c.number.in_(numbers), waited)

    def consent_digest(self, row: Mapping[str, Any]) -> str:
        """What a link of the ledger says of one consent."""
        number, *rest = (row[name] for name in _FIXED)
        return row_digest(self.subject(number), *rest)

    def withdraw_consent(self, number: str, brand: str, now: datetime, actor: str) -> int:
        """Ends every consent of the number to the brand; how many there were."""
        with self.writing() as connection:
            self.lock_numbers(connection, [number])
            standing = (
                consent.c.number.in_(self.both_forms(number)),
                consent.c.brand == brand,
                consent.c.withdrawn_at.is_(None),
            )
            ids = list(connection.execute(sa.select(consent.c.id).where(*standing)).scalars())
            if ids:
                body = {"brand": brand, "consents": ids}
                link = self.record(connection, now, actor, "consent.withdraw", number, body)
                ended = sa.update(consent).where(consent.c.id.in_(ids))
                connection.execute(ended.values(withdrawn_at=now, withdrawn_link=link))
            return len(ids)

    def _bases_in_force(
        self, connection: Connection, number: str, brand: str, purpose: str, now: datetime
    ) -> frozenset[str]:
        """The kinds of consent that stand; consent to marketing covers information too."""
        facts = {"number": number, "brand": brand, "purpose": purpose, "now": now}
        return frozenset(connection.execute(_IN_FORCE, facts).scalars())


_FIXED = ("number", "brand", "purpose", "basis", "wording", "evidence", "actor", "given_at", "expires_at")
_NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=consent.c.given_at.type)
_IN_FORCE = sa.select(consent.c.basis).where(
    consent.c.number == sa.bindparam("number"),
    consent.c.brand == sa.bindparam("brand"),
    consent.c.purpose.in_([sa.bindparam("purpose"), Purpose.MARKETING]),
    consent.c.given_at <= _NOW,
    sa.or_(consent.c.expires_at.is_(None), consent.c.expires_at > _NOW),
    sa.or_(consent.c.withdrawn_at.is_(None), consent.c.withdrawn_at > _NOW),
)
