"""All that the store knows of a number when somebody wants to call it, in one question.

Decides what counts: entries of the register in force, calls made before, consents that stand. What they mean for the
call is `campaigns/compliance`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.facts import Listing, PastCall
from campaigns.dnc import Reach
from campaigns.outcomes import Disposition, Scope
from campaigns.script import Purpose
from campaigns.store import tables
from campaigns.store.database import making_sense
from campaigns.store.many import OneOf, among_given, as_one
from campaigns.store.prepared import Prepared
from campaigns.store.tables import UtcDateTime, table

entry = table(tables.DncEntry)
call = table(tables.Call)
consent = table(tables.ConsentRecord)

HISTORY = timedelta(days=366)
"""How far back calls to a number are counted."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known of a number.

    Attributes:
        listings: entries in force that cover the call.
        consents: the kinds of consent that stand; consent to marketing covers information too.
    """

    listings: tuple[Listing, ...]
    history: tuple[PastCall, ...]
    consents: frozenset[str]


class _Kind(StrEnum):
    ENTRY = "entry"
    CALL = "call"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Intent:
    """What the call is for."""

    brand: str
    campaign: str
    purpose: str


def dossier(connection: Connection, forms: tuple[str, str], now: datetime, intent: Intent) -> Dossier:
    """Reads it for one number.

    Args:
        forms: the number as it is, and as it stands where it was erased.
    """
    number, erased = forms
    found = _ONE.rows(connection, number=number, erased=erased, now=now, since=now - HISTORY, brand=intent.brand)
    with making_sense():
        return _gather(found, intent)


def dossiers(connection: Connection, forms: Mapping[str, str], now: datetime, intent: Intent) -> dict[str, Dossier]:
    """Reads it for many; numbers of which nothing is known are left out.

    Args:
        forms: each form in which a number may stand, and the number.
    """
    dialect = connection.dialect.name
    values = {"numbers": as_one(dialect, forms), "now": now, "since": now - HISTORY, "brand": intent.brand}
    found: dict[str, list[Any]] = {}
    with making_sense():
        for row in connection.execute(_MANY[dialect], values):
            found.setdefault(forms[row.number], []).append(row)
        return {number: _gather(rows, intent) for number, rows in found.items()}


def _gather(rows: Iterable[Any], intent: Intent) -> Dossier:
    listings: list[Listing] = []
    history: list[PastCall] = []
    consents: set[str] = set()
    for row in rows:
        match row.kind:
            case _Kind.ENTRY:
                scope = Scope(row.a)
                reach = Reach(scope, row.b)
                if reach.covers(brand=intent.brand, campaign=intent.campaign, purpose=intent.purpose):
                    listings.append(Listing(scope, row.c, row.since, row.until))
            case _Kind.CALL:
                ended = Disposition(row.e) if row.e else None
                history.append(PastCall(row.since, row.id, row.a, row.b, row.c, row.d, ended))
            case _Kind.CONSENT:
                if row.b in (intent.purpose, Purpose.MARKETING):
                    consents.add(row.a)
    return Dossier(tuple(listings), tuple(history), frozenset(consents))


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UtcDateTime())


_NOTHING = sa.literal_column("''", sa.Text)
_NEVER = sa.cast(sa.null(), UtcDateTime())


def _kind(kind: _Kind) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{kind}'", sa.Text).label("kind")


def _questions(about: OneOf) -> tuple[sa.Select[Any], ...]:
    """Everything about these numbers; `a` to `e` mean something else in each kind of row."""
    entries = sa.select(
        _kind(_Kind.ENTRY),
        entry.c.number,
        entry.c.id,
        entry.c.scope.label("a"),
        entry.c.target.label("b"),
        entry.c.source.label("c"),
        _NOTHING.label("d"),
        _NOTHING.label("e"),
        entry.c.added_at.label("since"),
        entry.c.expires_at.label("until"),
    ).where(
        about(entry.c.number),
        entry.c.revoked_at.is_(None),
        sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > _moment("now")),
    )
    calls = sa.select(
        _kind(_Kind.CALL),
        call.c.number,
        call.c.contact_id,
        call.c.brand,
        call.c.purpose,
        call.c.matter,
        call.c.reference,
        call.c.disposition,
        call.c.dialed_at,
        _NEVER,
    ).where(about(call.c.number), call.c.dialed_at > _moment("since"))
    consents = sa.select(
        _kind(_Kind.CONSENT),
        consent.c.number,
        consent.c.id,
        consent.c.basis,
        consent.c.purpose,
        _NOTHING,
        _NOTHING,
        _NOTHING,
        consent.c.given_at,
        consent.c.expires_at,
    ).where(
        about(consent.c.number),
        consent.c.brand == sa.bindparam("brand"),
        consent.c.given_at <= _moment("now"),
        sa.or_(consent.c.expires_at.is_(None), consent.c.expires_at > _moment("now")),
        sa.or_(consent.c.withdrawn_at.is_(None), consent.c.withdrawn_at > _moment("now")),
    )
    return entries, calls, consents


def _given(name: str) -> OneOf:
    return lambda column: column == sa.bindparam(name)


# For each form by itself: IN makes SQLite build a table of them first, which takes as long again.
_ONE = Prepared(sa.union_all(*_questions(_given("number")), *_questions(_given("erased"))))
_MANY = {dialect: sa.union_all(*_questions(among_given(dialect, "numbers"))) for dialect in ("sqlite", "postgresql")}
