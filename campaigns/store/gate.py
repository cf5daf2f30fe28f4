"""The gate: the only way to a call.

Decides, in one transaction, from everything as it stands at that moment, whether a contact may be called now, and
writes the call's row before anybody touches a line. A no says why and when to ask again, and moves the contact
there. The rules themselves are `campaigns/compliance`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from campaigns.compliance.facts import CallFacts, Listing, PastCall
from campaigns.compliance.packs import PackUnreadable, RulePack, shipped
from campaigns.compliance.rules import may_call
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.compliance.windows import zones_of
from campaigns.outcomes import Disposition
from campaigns.script import Purpose
from campaigns.store import leases, tables
from campaigns.store.contacts import Contacts, NoSuchContact
from campaigns.store.holds import after_refusal
from campaigns.store.leases import Leases
from campaigns.store.tables import CallState, CampaignState, ContactState, table
from campaigns.store.terms import Terms
from campaigns.variants import variant_for

campaign = table(tables.Campaign)
version = table(tables.CampaignVersion)
contact = table(tables.Contact)
call = table(tables.Call)

_HISTORY = timedelta(days=366)
"""How far back calls to a number are counted."""
_IN_FLIGHT_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A contact that is due and held for whoever claimed it, for a while."""

    contact_id: int
    campaign_id: int
    campaign: str


@dataclass(frozen=True, slots=True)
class Permit:
    """One call may be placed, now. Its row is on disk.

    Attributes:
        number: E.164.
        fields: the contact's values for the script.
        timezone: where the phone is, as far as is known: the contact's own zone, else the number's first.
        contact_key: decides the variant of the script; the same for every call to the contact.
    """

    call_id: int
    contact_id: int
    campaign: str
    version_id: int
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """No call. The contact is held until the verdict's next moment, or until something changes, or it is closed."""

    verdict: Verdict


class Gate(Contacts, Leases):
    """Claiming and authorising."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._terms: dict[int, Terms] = {}

    def claim(
        self, now: datetime, limit: int, *, campaign_names: list[str] | None = None, lease_seconds: float = 60.0
    ) -> list[Claim]:
        """The contacts that are next due in running campaigns, longest due first.

        They are held for `lease_seconds`: whoever claimed them and died loses them by then. A claim is no permission
        to call.
        """
        with self.writing() as connection:
            running = connection.execute(_RUNNING.where(_named(campaign_names))).all()
            due = sorted(
                (row.next_at, row.id, campaign_id, name)
                for campaign_id, name in running
                for row in connection.execute(_DUE, {"campaign": campaign_id, "now": now, "most": limit})
            )[:limit]
            if due:
                connection.execute(
                    sa.update(contact)
                    .where(contact.c.id.in_([contact_id for _, contact_id, _, _ in due]))
                    .values(next_at=now + timedelta(seconds=lease_seconds))
                )
            return [Claim(contact_id, campaign_id, name) for _, contact_id, campaign_id, name in due]

    def release(self, contact_ids: list[int]) -> None:
        """Gives claims back."""
        with self.writing() as connection:
            connection.execute(
                sa.update(contact)
                .where(contact.c.id.in_(contact_ids), contact.c.state == ContactState.OPEN)
                .where(contact.c.next_at.is_not(None))
                .values(next_at=contact.c.due_at)
            )

    def upcoming(self, campaign_names: list[str] | None = None) -> datetime | None:
        """When a contact of a running campaign is to be looked at next; None when none waits any more."""
        with self.reading() as connection:
            first: datetime | None = connection.execute(
                sa.select(sa.func.min(contact.c.next_at, type_=contact.c.next_at.type))
                .join(campaign, campaign.c.id == contact.c.campaign_id)
                .where(contact.c.state == ContactState.OPEN, campaign.c.state == CampaignState.RUNNING)
                .where(_named(campaign_names))
            ).scalar_one()
            return first

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
            # the number before the contact: an opt-out locks in this order too
            number = connection.execute(_NUMBER, {"contact": contact_id}).scalar_one_or_none()
            if number is None:
                raise NoSuchContact(contact_id)
            self.lock_numbers(connection, [number])
            row, terms = self._read(connection, contact_id)
            already = list(_standing(row, terms, now))
            if not leases.holds_lease(connection, owner, now):
                already.append(Reason(Rule.LEASE, "store", "This process does not hold the right to dial."))
            if allow is not None and not row.number.startswith(tuple(allow)):
                already.append(Reason(Rule.LINE, f"line {line}", "The line's allow-list does not hold this number."))
            verdict = self._judge(connection, row, terms, now, already)
            if verdict.allowed:
                return _permit(connection, row, terms, now, line, owner)
            if row.state == ContactState.OPEN:
                change = after_refusal(verdict, now)
                connection.execute(sa.update(contact).where(contact.c.id == contact_id).values(change))
            return Refusal(verdict)

    def may_call(self, contact_id: int, now: datetime) -> Verdict:
        """What the gate would say about a contact at that moment; changes nothing."""
        with self.reading() as connection:
            row, terms = self._read(connection, contact_id, lock=False)
            return self._judge(connection, row, terms, now, list(_standing(row, terms, now)))

    def _read(self, connection: Connection, contact_id: int, *, lock: bool = True) -> tuple[Any, Terms]:
        query = _FACTS_LOCKED if lock and self.postgresql else _FACTS
        row = connection.execute(query, {"contact": contact_id}).one_or_none()
        if row is None:
            raise NoSuchContact(contact_id)
        return row, self._terms_of(connection, row.version_id)

    def _terms_of(self, connection: Connection, version_id: int) -> Terms:
        known = self._terms.get(version_id)
        if known is None:  # a version never changes: it is read once
            text = connection.execute(sa.select(version.c.terms).where(version.c.id == version_id)).scalar_one()
            known = self._terms[version_id] = Terms.from_json(text)
        return known

    def _judge(self, connection: Connection, row: Any, terms: Terms, now: datetime, already: list[Reason]) -> Verdict:
        facts = self._facts(connection, row, terms, now)
        if any(past.disposition is None for past in facts.history):
            text = "Another call to this number is under way."
            already.append(Reason(Rule.IN_FLIGHT, "store", text, now + _IN_FLIGHT_WAIT))
        try:
            packs: tuple[RulePack, ...] = shipped()
            return may_call(facts, packs, now, already)
        except (PackUnreadable, NotImplementedError) as error:
            return Verdict((*already, Reason(Rule.UNREADABLE, "rule packs", str(error))))

    def _facts(self, connection: Connection, row: Any, terms: Terms, now: datetime) -> CallFacts:
        entries = self._in_force(connection, row.number, now)
        covering = {"brand": row.brand, "campaign": row.campaign, "purpose": row.purpose}
        history = connection.execute(_PAST_CALLS, {"number": row.number, "since": now - _HISTORY})
        return CallFacts(
            number=row.number,
            country=row.country,
            zone=row.timezone,
            brand=row.brand,
            purpose=Purpose(row.purpose),
            matter=row.matter,
            reference=row.reference,
            windows=(terms.window(row.campaign),),
            listings=tuple(
                Listing(entry.reach.scope, entry.source, entry.added_at, entry.expires_at)
                for entry in entries
                if entry.reach.covers(**covering)
            ),
            history=tuple(
                PastCall(
                    past.dialed_at,
                    past.brand,
                    past.purpose,
                    past.matter,
                    past.reference,
                    Disposition(past.disposition) if past.disposition else None,
                )
                for past in history
            ),
            consents=self._bases_in_force(connection, row.number, row.brand, row.purpose, now),
        )


def _permit(connection: Connection, row: Any, terms: Terms, now: datetime, line: str, owner: str) -> Permit:
    zone = zones_of(row.number, row.timezone)[0]
    local = now.astimezone(zone)
    contact_key = str(row.id)
    call_id = connection.execute(
        _WRITE_CALL,
        {
            "contact_id": row.id,
            "campaign_id": row.campaign_id,
            "version_id": row.version_id,
            "number": row.number,
            "brand": row.brand,
            "purpose": row.purpose,
            "matter": row.matter,
            "reference": row.reference,
            "attempt": row.attempts + 1,
            "line": line,
            "owner": owner,
            "dialed_at": now,
            "variant": variant_for(row.campaign, terms.variants, contact_key),
            "week_hour": local.weekday() * 24 + local.hour,
        },
    ).scalar_one()
    connection.execute(_CALLING, {"contact": row.id})
    return Permit(
        call_id,
        row.id,
        row.campaign,
        row.version_id,
        row.number,
        row.country,
        row.language,
        json.loads(row.fields),
        zone.key,
        contact_key,
        row.attempts + 1,
        terms.caller_id,
        terms.ring_seconds,
        terms.longest_seconds,
    )


def _standing(row: Any, terms: Terms, now: datetime) -> Iterator[Reason]:
    """What campaign and contact themselves say against a call."""
    source = f"campaign {row.campaign}"
    if row.campaign_state != CampaignState.RUNNING:
        yield Reason(Rule.CAMPAIGN, source, f"The campaign is {row.campaign_state}.")
    if row.state == ContactState.CALLING:
        yield Reason(Rule.CONTACT, source, "An attempt to reach this contact is under way.")
    elif row.state == ContactState.CLOSED:
        yield Reason(Rule.CONTACT, source, f"The contact is closed: {row.closed_by}.")
    if row.due_at > now:
        yield Reason(Rule.NOT_DUE, source, "The next attempt is not due yet.", row.due_at)
    if row.attempts >= terms.max_attempts and row.last_disposition != Disposition.CALLBACK:
        yield Reason(Rule.ATTEMPTS, source, f"All {terms.max_attempts} attempts are used up.")


def _named(names: list[str] | None) -> sa.ColumnElement[bool]:
    return sa.true() if names is None else campaign.c.name.in_(names)


_NUMBER = sa.select(contact.c.number).where(contact.c.id == sa.bindparam("contact"))
_FACTS = (
    sa.select(
        contact,
        campaign.c.name.label("campaign"),
        campaign.c.state.label("campaign_state"),
        campaign.c.brand,
        campaign.c.purpose,
        campaign.c.matter,
        campaign.c.version_id,
    )
    .join(campaign, campaign.c.id == contact.c.campaign_id)
    .where(contact.c.id == sa.bindparam("contact"))
)
_FACTS_LOCKED = _FACTS.with_for_update(of=contact)
_PAST_CALLS = sa.select(
    call.c.dialed_at, call.c.brand, call.c.purpose, call.c.matter, call.c.reference, call.c.disposition
).where(
    call.c.number == sa.bindparam("number"),
    call.c.dialed_at > sa.bindparam("since", type_=call.c.dialed_at.type),
)
_RUNNING = sa.select(campaign.c.id, campaign.c.name).where(campaign.c.state == CampaignState.RUNNING)
_DUE = (
    sa.select(contact.c.next_at, contact.c.id)
    .where(
        contact.c.campaign_id == sa.bindparam("campaign"),
        sa.literal_column("contact.state") == sa.literal_column("'open'"),  # as the index has it
        contact.c.next_at <= sa.bindparam("now", type_=contact.c.next_at.type),
    )
    .order_by(contact.c.next_at, contact.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_WRITE_CALL = sa.insert(call).values(state=CallState.DIALING, detail="").returning(call.c.id)
_CALLING = (
    sa.update(contact)
    .where(contact.c.id == sa.bindparam("contact"))
    .values(state=ContactState.CALLING, attempts=contact.c.attempts + 1, held_by=None, held_because="")
)
