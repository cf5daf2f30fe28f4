"""The gate: the only way to a call.

Decides, in one transaction, from everything as it stands at that moment, whether a contact may be called now, and
writes the call's row before anybody touches a line. A no says why and when to ask again, and moves the contact
there. The rules themselves are `campaigns/compliance`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.book import Governing, RuleBook, shipped
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.packs import PackUnreadable
from campaigns.compliance.rules import may_call
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.compliance.windows import zones_of
from campaigns.outcomes import Stage
from campaigns.store import tables
from campaigns.store.claims import Claims, wait_with
from campaigns.store.contacts import Contacts, NoSuchContact
from campaigns.store.database import StoreError, making_sense
from campaigns.store.dossier import Intent, dossier
from campaigns.store.facts import facts_of, in_flight, place_of, standing
from campaigns.store.holds import after_refusal
from campaigns.store.leases import Leases
from campaigns.store.national import NationalLists
from campaigns.store.prepared import Prepared
from campaigns.store.tables import CallState, ContactState, UtcDateTime, table
from campaigns.store.terms import Terms
from campaigns.store.versions import Version
from campaigns.variants import variant_for

campaign = table(tables.Campaign)
lease = table(tables.Lease)
contact = table(tables.Contact)
call = table(tables.Call)


@dataclass(frozen=True, slots=True)
class Permit:
    """One call may be placed, now. Its row is on disk.

    Attributes:
        number: E.164.
        version: of the campaign's file, as people count them.
        fields: the contact's values for the script.
        timezone: where the phone is, as far as is known: the contact's own zone, else the number's first.
        contact_key: decides the variant of the script; the same for every call to the contact.
    """

    call_id: int
    contact_id: int
    campaign: str
    version_id: int
    version: int
    number: str = field(repr=False)
    country: str
    language: str
    fields: Mapping[str, str] = field(repr=False)
    timezone: str
    contact_key: str
    attempt: int
    caller_id: str | None
    ring_seconds: float
    longest_seconds: float


class NoSuchPermit(StoreError):
    def __init__(self, call_id: int) -> None:
        super().__init__(f"No call {call_id} is about to be dialled.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """No call. The contact is held until the verdict's next moment, or until something changes, or it is closed."""

    verdict: Verdict


class Gate(Contacts, Claims, Leases, NationalLists):
    """Authorising."""

    def authorise(
        self, contact_id: int, now: datetime, *, line: str, owner: str, allow: Sequence[str] | None = None
    ) -> Permit | Refusal:
        """Decides about one call, and writes its row if it may be placed.

        Args:
            owner: the process that asks; it must hold a lease.
            allow: beginnings of the numbers that the line may dial; None where a line may dial any.

        Raises:
            NoSuchContact: there is none of that id.
        """
        with self.writing() as connection:
            if self.postgresql:  # the number before the contact: an opt-out locks in this order too
                _LOCK_NUMBER.rows(connection, contact=contact_id)
            row, version = self._read(connection, contact_id, now, owner, lock=True)
            terms = version.terms
            already = list(standing(row, terms, now))
            if not row.leased:
                already.append(Reason(Rule.LEASE, "store", "This process does not hold the right to dial."))
            if allow is not None and not row.number.startswith(tuple(allow)):
                already.append(Reason(Rule.LINE, f"line {line}", "The line's allow-list does not hold this number."))
            verdict, governing = self._judge(connection, row, terms, now, already)
            if verdict.allowed and governing is not None:
                call_id = _write_call(connection, row, terms, now, line, owner)
                return _permit(row, version, governing, call_id, row.attempts + 1)
            if row.state == ContactState.OPEN:
                change = after_refusal(verdict, now)
                _becoming(tuple(change)).change(connection, contact=contact_id, **change)
                if row.timezone and not row.attempts:
                    wait_with(connection, row, terms, verdict, now)
            return Refusal(verdict)

    def permit(self, call_id: int) -> Permit:
        """The permit of a call that may be dialled, and has not been answered: for whoever was handed its id.

        Raises:
            NoSuchPermit: no call of that id is about to be dialled.
        """
        with self.reading() as connection:
            row = connection.execute(_AUTHORISED, {"call": call_id}).one_or_none()
            if row is None:
                raise NoSuchPermit(call_id)
            _, governing = place_of(shipped(), row)
            return _permit(row, self.version_of(connection, row.version_id), governing, call_id, row.attempt)

    def may_call(self, contact_id: int, now: datetime) -> Verdict:
        """What the gate would say about a contact at that moment; changes nothing."""
        with self.reading() as connection:
            row, version = self._read(connection, contact_id, now, "")
            terms = version.terms
            verdict, _ = self._judge(connection, row, terms, now, list(standing(row, terms, now)))
            return verdict

    def _read(
        self, connection: Connection, contact_id: int, now: datetime, owner: str, *, lock: bool = False
    ) -> tuple[Any, Version]:
        query = _FACTS_LOCKED if lock else _FACTS
        row = query.one(connection, contact=contact_id, owner=owner, now=now)
        if row is None:
            raise NoSuchContact(contact_id)
        return row, self.version_of(connection, row.version_id)

    def _judge(
        self, connection: Connection, row: Any, terms: Terms, now: datetime, already: list[Reason]
    ) -> tuple[Verdict, Governing | None]:
        """The verdict, and the rules it was found by; None where they cannot be read."""
        try:
            book = shipped()
            facts, governing = self._facts(connection, book, row, terms, now)
            return may_call(facts, book, now, [*already, *in_flight(facts.history, now)]), governing
        except (PackUnreadable, NotImplementedError) as error:
            return Verdict((*already, Reason(Rule.UNREADABLE, "rule packs", str(error)))), None

    def _facts(
        self, connection: Connection, book: RuleBook, row: Any, terms: Terms, now: datetime
    ) -> tuple[CallFacts, Governing]:
        places, governing = place_of(book, row)
        known = dossier(connection, self.both_forms(row.number), now, Intent(row.brand, row.campaign, row.purpose))
        names = [rule.name for rule in governing.lists]
        national = self.national_listings(connection, [row.number], names).get(row.number, {}) if names else {}
        return facts_of(row, terms, places, known, national), governing


def _write_call(connection: Connection, row: Any, terms: Terms, now: datetime, line: str, owner: str) -> int:
    local = now.astimezone(zones_of(row.number, row.timezone)[0])
    written = _WRITE_CALL.one(
        connection,
        contact_id=row.id,
        campaign_id=row.campaign_id,
        version_id=row.version_id,
        number=row.number,
        brand=row.brand,
        purpose=row.purpose,
        matter=row.matter,
        reference=row.reference,
        attempt=row.attempts + 1,
        line=line,
        owner=owner,
        dialed_at=now,
        variant=variant_for(row.campaign, terms.variants, str(row.id)),
        week_hour=local.weekday() * 24 + local.hour,
    )
    _CALLING.change(connection, contact=row.id)
    return int(written.id)


@making_sense()
def _permit(row: Any, version: Version, governing: Governing, call_id: int, attempt: int) -> Permit:
    terms = version.terms
    return Permit(
        call_id,
        row.id,
        row.campaign,
        row.version_id,
        version.number,
        row.number,
        row.country,
        row.language,
        _fields(row.fields),
        zones_of(row.number, row.timezone)[0].key,
        str(row.id),
        attempt,
        terms.caller_id,
        max(terms.ring_seconds, governing.ring_seconds),
        terms.longest_seconds,
    )


def _fields(text: str) -> dict[str, str]:
    fields = json.loads(text)
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise ValueError
    return fields


_CONTACT: sa.BindParameter[int] = sa.bindparam("contact")


@cache
def _becoming(columns: tuple[str, ...]) -> Prepared:
    """What a refusal changes of a contact."""
    values = {name: sa.bindparam(name, type_=contact.c[name].type) for name in columns}
    return Prepared(sa.update(contact).where(contact.c.id == _CONTACT).values(values))


_LOCK_NUMBER = Prepared(
    sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(contact.c.number, 0)).label("locked")).where(
        contact.c.id == _CONTACT
    )
)
_QUESTION = (
    sa.select(
        *(contact.c[name] for name in (
            "id", "campaign_id", "number", "reference", "timezone", "country", "language", "fields", "state",
            "closed_by", "attempts", "last_disposition", "due_at",
        )),
        campaign.c.name.label("campaign"),
        campaign.c.state.label("campaign_state"),
        campaign.c.brand,
        campaign.c.purpose,
        campaign.c.matter,
        campaign.c.version_id,
        sa.exists()
        .where(lease.c.owner == sa.bindparam("owner"), lease.c.until > sa.bindparam("now", type_=UtcDateTime()))
        .label("leased"),
    )
    .join(campaign, campaign.c.id == contact.c.campaign_id)
    .where(contact.c.id == _CONTACT)
)  # fmt: skip
_AUTHORISED = (
    sa.select(
        contact.c.id,
        call.c.number,
        contact.c.country,
        contact.c.language,
        contact.c.fields,
        contact.c.timezone,
        call.c.version_id,
        call.c.attempt,
        call.c.purpose,
        call.c.matter,
        campaign.c.name.label("campaign"),
    )
    .join(contact, contact.c.id == call.c.contact_id)
    .join(campaign, campaign.c.id == call.c.campaign_id)
    .where(call.c.id == sa.bindparam("call"), call.c.state == CallState.DIALING)
)
_FACTS = Prepared(_QUESTION)
_FACTS_LOCKED = Prepared(_QUESTION.with_for_update(of=contact))
_WRITE_CALL = Prepared(
    sa.insert(call)
    .values(
        {name: sa.bindparam(name) for name in (
            "contact_id", "campaign_id", "version_id", "number", "brand", "purpose", "matter", "reference", "attempt",
            "line", "owner", "dialed_at", "variant", "week_hour",
        )}
        | {"state": CallState.DIALING, "detail": "", "stage": Stage.NOBODY, "recording": ""}
    )
    .returning(call.c.id)
)  # fmt: skip
_CALLING = Prepared(
    sa.update(contact)
    .where(contact.c.id == _CONTACT)
    .values(state=ContactState.CALLING, attempts=contact.c.attempts + 1, held_by=None, held_because="")
)
