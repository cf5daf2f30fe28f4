"""Consent in the store: who agreed to be called, for what, in which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.verdict import Rule
from campaigns.script import Purpose
from campaigns.store import holds, tables
from campaigns.store.ledger import Ledger
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


def bases_in_force(connection: Connection, number: str, brand: str, purpose: str, now: datetime) -> frozenset[str]:
    """The kinds of consent that stand; consent to marketing covers information too."""
    rows = connection.execute(_IN_FORCE, {"number": number, "brand": brand, "purpose": purpose, "now": now})
    return frozenset(rows.scalars())


_NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=consent.c.given_at.type)
_IN_FORCE = sa.select(consent.c.basis).where(
    consent.c.number == sa.bindparam("number"),
    consent.c.brand == sa.bindparam("brand"),
    consent.c.purpose.in_([sa.bindparam("purpose"), Purpose.MARKETING]),
    consent.c.given_at <= _NOW,
    sa.or_(consent.c.expires_at.is_(None), consent.c.expires_at > _NOW),
    sa.or_(consent.c.withdrawn_at.is_(None), consent.c.withdrawn_at > _NOW),
)


class Consents(Ledger):
    """Giving and withdrawing."""

    def give_consent(self, number: str, brand: str, consent: Consent, now: datetime, actor: str) -> None:
        with self.writing() as connection:
            self.lock_numbers(connection, [number])
            self.add_consent(connection, number, brand, consent, now, actor)

    def add_consent(
        self, connection: Connection, number: str, brand: str, given: Consent, now: datetime, actor: str
    ) -> None:
        """In the caller's transaction. Contacts that waited for it are looked at again at once."""
        row = {"number": number, "brand": brand, "purpose": given.purpose, "basis": given.basis}
        row |= {"wording": given.wording, "evidence": given.evidence, "actor": actor}
        connection.execute(
            sa.insert(consent).values(given_at=given.given_at or now, expires_at=given.expires_at, **row)
        )
        body = {"brand": brand, "purpose": given.purpose, "basis": given.basis, "evidence": given.evidence}
        self.record(connection, now, actor, "consent.give", number, body)
        waited = contact.c.held_by.in_([Rule.CONSENT, Rule.NATIONAL_LIST])
        holds.release(connection, contact.c.number == number, waited)

    def withdraw_consent(self, number: str, brand: str, now: datetime, actor: str) -> int:
        """Ends every consent of the number to the brand; how many there were."""
        with self.writing() as connection:
            self.lock_numbers(connection, [number])
            ended = connection.execute(
                sa.update(consent)
                .where(consent.c.number == number, consent.c.brand == brand, consent.c.withdrawn_at.is_(None))
                .values(withdrawn_at=now)
            ).rowcount
            if ended:
                self.record(connection, now, actor, "consent.withdraw", number, {"brand": brand, "ended": ended})
            return ended
