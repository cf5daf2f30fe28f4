"""All that the store knows of a number when somebody wants to call it, in one question.

Decides what counts: entries of the register in force, calls made before, consents that stand. What they mean for the
call is `campaigns/compliance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.facts import Listing, PastCall
from campaigns.dnc import Reach
from campaigns.outcomes import Disposition, Scope
from campaigns.script import Purpose
from campaigns.store import tables
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


def dossier(
    connection: Connection, forms: tuple[str, str], now: datetime, *, brand: str, campaign: str, purpose: str
) -> Dossier:
    """Reads it, for a call of this brand, campaign and purpose.

    Args:
        forms: the number as it is, and as it stands where it was erased.
    """
    listings: list[Listing] = []
    history: list[PastCall] = []
    consents: set[str] = set()
    number, erased = forms
    for row in _DOSSIER.rows(connection, number=number, erased=erased, now=now, since=now - HISTORY, brand=brand):
        match row.kind:
            case _Kind.ENTRY:
                scope = Scope(row.a)
                if Reach(scope, row.b).covers(brand=brand, campaign=campaign, purpose=purpose):
                    listings.append(Listing(scope, row.c, row.since, row.until))
            case _Kind.CALL:
                ended = Disposition(row.e) if row.e else None
                history.append(PastCall(row.since, row.id, row.a, row.b, row.c, row.d, ended))
            case _Kind.CONSENT:
                if row.b in (purpose, Purpose.MARKETING):
                    consents.add(row.a)
    return Dossier(tuple(listings), tuple(history), frozenset(consents))


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UtcDateTime())


_NUMBERS: tuple[sa.BindParameter[str], ...] = (sa.bindparam("number"), sa.bindparam("erased"))
_NOTHING = sa.literal_column("''", sa.Text)
_NEVER = sa.cast(sa.null(), UtcDateTime())


def _kind(kind: _Kind) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{kind}'", sa.Text).label("kind")


_DOSSIER = Prepared(
    sa.union_all(
        sa.select(
            _kind(_Kind.ENTRY),
            entry.c.id.label("id"),
            entry.c.scope.label("a"),
            entry.c.target.label("b"),
            entry.c.source.label("c"),
            _NOTHING.label("d"),
            _NOTHING.label("e"),
            entry.c.added_at.label("since"),
            entry.c.expires_at.label("until"),
        ).where(
            entry.c.number.in_(_NUMBERS),
            entry.c.revoked_at.is_(None),
            sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > _moment("now")),
        ),
        sa.select(
            _kind(_Kind.CALL),
            call.c.contact_id,
            call.c.brand,
            call.c.purpose,
            call.c.matter,
            call.c.reference,
            call.c.disposition,
            call.c.dialed_at,
            _NEVER,
        ).where(call.c.number.in_(_NUMBERS), call.c.dialed_at > _moment("since")),
        sa.select(
            _kind(_Kind.CONSENT),
            consent.c.id,
            consent.c.basis,
            consent.c.purpose,
            _NOTHING,
            _NOTHING,
            _NOTHING,
            consent.c.given_at,
            consent.c.expires_at,
        ).where(
            consent.c.number.in_(_NUMBERS),
            consent.c.brand == sa.bindparam("brand"),
            consent.c.given_at <= _moment("now"),
            sa.or_(consent.c.expires_at.is_(None), consent.c.expires_at > _moment("now")),
            sa.or_(consent.c.withdrawn_at.is_(None), consent.c.withdrawn_at > _moment("now")),
        ),
    )
)
