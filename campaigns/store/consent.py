"""Consent in the store: who agreed to be called, for what, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.verdict import Rule
from campaigns.script import Purpose
from campaigns.store import holds, tables
from campaigns.store.database import making_sense
from campaigns.store.ledger import Ledger, digest_of, row_digest
from campaigns.store.many import among
from campaigns.store.tables import table

consent = table(tables.ConsentRecord)
contact = table(tables.Contact)
_BATCH = 1000


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


@dataclass(frozen=True, slots=True)
class KeptConsent:
    """A consent as it is kept, in force or not."""

    id: int
    number: str = field(repr=False)
    brand: str
    purpose: Purpose
    basis: Basis
    wording: str
    evidence: str
    actor: str
    given_at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None


class Consents(Ledger):
    """Giving and withdrawing."""

    def consents(self, number: str) -> list[KeptConsent]:
        """Every consent of a number, oldest first, withdrawn and expired ones too."""
        query = sa.select(consent).where(consent.c.number.in_(self.both_forms(number))).order_by(consent.c.id)
        with self.reading() as connection:
            return [_kept(row._asdict()) for row in connection.execute(query)]

    def import_consents(self, numbers: Iterable[str], brand: str, given: Consent, now: datetime, actor: str) -> int:
        """The same consent of many people, in small transactions; how many. One that stands already is not added again.

        Memory stays bounded, and an import may be repeated.
        """
        added = 0
        rest = iter(numbers)
        while batch := list(dict.fromkeys(islice(rest, _BATCH))):
            with self.writing() as connection:
                self.lock_numbers(connection, batch)
                same = sa.select(consent.c.number).where(
                    among(connection, consent.c.number, batch),
                    consent.c.brand == brand,
                    consent.c.purpose == given.purpose,
                    consent.c.basis == given.basis,
                    consent.c.wording == given.wording,
                    consent.c.withdrawn_at.is_(None),
                    consent.c.expires_at.is_(None)
                    if given.expires_at is None
                    else sa.or_(consent.c.expires_at.is_(None), consent.c.expires_at >= given.expires_at),
                )
                known = set(connection.execute(same).scalars())
                new = [number for number in batch if number not in known]
                if new:
                    self.add_consents(connection, new, brand, given, now, actor)
                added += len(new)
        return added

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
        waited = contact.c.held_by.in_([Rule.CONSENT, Rule.NATIONAL_LIST, Rule.LIST_AGE])
        holds.release(connection, among(connection, contact.c.number, numbers), waited)
        link = self.record(connection, now, actor, "consent.give", numbers[0] if len(numbers) == 1 else None, body)
        connection.execute(sa.insert(consent), [row | {"link": link} for row in rows])

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


def _kept(values: dict[str, Any]) -> KeptConsent:
    names = (name for name in KeptConsent.__dataclass_fields__)
    given = {name: values[name] for name in names}
    with making_sense():
        return KeptConsent(**given | {"purpose": Purpose(given["purpose"]), "basis": Basis(given["basis"])})


_FIXED = ("number", "brand", "purpose", "basis", "wording", "evidence", "actor", "given_at", "expires_at")
