"""The gate: the only way to a call.

Decides, in one transaction, from everything as it stands at that moment, whether a contact may be called now, and
writes the call's row before anybody touches a line. A no says why and when to ask again, and moves the contact
there. The rules themselves are `campaigns/compliance`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from campaigns.compliance.book import Governing, RuleBook, shipped
from campaigns.compliance.facts import CallFacts, NationalListing
from campaigns.compliance.packs import PackUnreadable
from campaigns.compliance.rules import may_call
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.compliance.windows import zones_of
from campaigns.outcomes import Disposition, Stage
from campaigns.planning import Queue, share_out
from campaigns.script import Purpose
from campaigns.store import tables
from campaigns.store.contacts import Contacts, NoSuchContact
from campaigns.store.database import StoreError
from campaigns.store.dossier import Dossier, Intent, dossier
from campaigns.store.holds import after_refusal
from campaigns.store.leases import Leases
from campaigns.store.national import NationalLists
from campaigns.store.prepared import Prepared
from campaigns.store.tables import CallState, CampaignState, ContactState, UtcDateTime, table
from campaigns.store.terms import Terms
from campaigns.variants import variant_for

campaign = table(tables.Campaign)
version = table(tables.CampaignVersion)
lease = table(tables.Lease)
contact = table(tables.Contact)
call = table(tables.Call)

_IN_FLIGHT_WAIT = timedelta(minutes=1)
_WAIT_TOGETHER = 2_000
"""So many in one transaction: a result that somebody has just given must not wait long for it."""
STATE_FIELD = "state"
"""The field of a contact that names the part of the country it lives in, e.g. "FL"."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A contact that is due and held for whoever claimed it, for a while."""

    contact_id: int
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


class NoSuchPermit(StoreError):
    def __init__(self, call_id: int) -> None:
        super().__init__(f"No call {call_id} is about to be dialled.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """No call. The contact is held until the verdict's next moment, or until something changes, or it is closed."""

    verdict: Verdict


class Gate(Contacts, Leases, NationalLists):
    """Claiming and authorising."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._terms: dict[int, Terms] = {}

    def claim(
        self,
        now: datetime,
        limit: int,
        *,
        campaign_names: list[str] | None = None,
        lease_seconds: float = 60.0,
        rooms: Mapping[str, int] | None = None,
        in_flight: Mapping[str, int] | None = None,
    ) -> list[Claim]:
        """The contacts that are next due in running campaigns, shared out as the planning has it.

        They are held for `lease_seconds`: whoever claimed them and died loses them by then. A claim is no permission
        to call.

        Args:
            rooms: how many of a campaign at most, by its name; one that is not named is not bounded.
            in_flight: how many channels each campaign has already.
        """
        until = now + timedelta(seconds=lease_seconds)
        rooms, in_flight = rooms or {}, in_flight or {}
        with self.writing() as connection:
            found: dict[int, tuple[Queue, list[tuple[bool, datetime, int, str]]]] = {}
            for row in _running(connection, campaign_names):
                most = min(limit, rooms.get(row.name, limit))
                if most <= 0:
                    continue
                promised = {one.id: one for one in _PROMISED.rows(connection, campaign=row.id, now=now, most=most)}
                due = _DUE.rows(connection, campaign=row.id, now=now, most=most)
                others = [one for one in due if one.id not in promised]
                waiting = [(False, one.next_at, one.id, row.name) for one in promised.values()]
                waiting += [(True, one.next_at, one.id, row.name) for one in others]
                if not waiting:
                    continue
                terms, busy = self._terms_of(connection, row.version_id), in_flight.get(row.name, 0)
                queue = Queue(row.id, terms.priority, terms.share, busy, len(promised), len(others), most)
                found[row.id] = queue, waiting
            oldest_first = sorted(found.values(), key=lambda one: one[1][0])
            shares = share_out(limit, [queue for queue, _ in oldest_first])
            chosen = sorted(one for queue, waiting in oldest_first for one in waiting[: shares[queue.campaign_id]])
            for _, _, contact_id, _ in chosen:
                _CLAIM.change(connection, contact=contact_id, until=until)
            return [Claim(contact_id, name) for _, _, contact_id, name in chosen]

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
            firsts = (_FIRST.one(connection, campaign=one.id) for one in _running(connection, campaign_names))
            return min((first.next_at for first in firsts if first is not None), default=None)

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
            row, terms = self._read(connection, contact_id, now, owner, lock=True)
            already = list(standing(row, terms, now))
            if not row.leased:
                already.append(Reason(Rule.LEASE, "store", "This process does not hold the right to dial."))
            if allow is not None and not row.number.startswith(tuple(allow)):
                already.append(Reason(Rule.LINE, f"line {line}", "The line's allow-list does not hold this number."))
            verdict, governing = self._judge(connection, row, terms, now, already)
            if verdict.allowed and governing is not None:
                call_id = _write_call(connection, row, terms, now, line, owner)
                return _permit(row, terms, governing, call_id, row.attempts + 1)
            if row.state == ContactState.OPEN:
                change = after_refusal(verdict, now)
                _becoming(tuple(change)).change(connection, contact=contact_id, **change)
                if row.timezone and not row.attempts:
                    _wait_with(connection, row, terms, verdict, now)
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
            return _permit(row, self._terms_of(connection, row.version_id), governing, call_id, row.attempt)

    def may_call(self, contact_id: int, now: datetime) -> Verdict:
        """What the gate would say about a contact at that moment; changes nothing."""
        with self.reading() as connection:
            row, terms = self._read(connection, contact_id, now, "")
            verdict, _ = self._judge(connection, row, terms, now, list(standing(row, terms, now)))
            return verdict

    def _read(
        self, connection: Connection, contact_id: int, now: datetime, owner: str, *, lock: bool = False
    ) -> tuple[Any, Terms]:
        query = _FACTS_LOCKED if lock else _FACTS
        row = query.one(connection, contact=contact_id, owner=owner, now=now)
        if row is None:
            raise NoSuchContact(contact_id)
        return row, self._terms_of(connection, row.version_id)

    def _terms_of(self, connection: Connection, version_id: int) -> Terms:
        known = self._terms.get(version_id)
        if known is None:  # a version never changes: it is read once
            text = connection.execute(sa.select(version.c.terms).where(version.c.id == version_id)).scalar_one()
            known = self._terms[version_id] = Terms.from_json(text)
        return known

    def _judge(
        self, connection: Connection, row: Any, terms: Terms, now: datetime, already: list[Reason]
    ) -> tuple[Verdict, Governing | None]:
        """The verdict, and the rules it was found by; None where they cannot be read."""
        try:
            book = shipped()
            facts, governing = self._facts(connection, book, row, terms, now)
            if any(past.disposition is None for past in facts.history):
                text = "Another call to this number is under way."
                already.append(Reason(Rule.IN_FLIGHT, "store", text, now + _IN_FLIGHT_WAIT))
            return may_call(facts, book, now, already), governing
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


def place_of(book: RuleBook, row: Any) -> tuple[frozenset[str], Governing]:
    """Where a contact is called, and the rules that hold there for its campaign."""
    places = book.places(row.number, row.country, str(json.loads(row.fields).get(STATE_FIELD, "")))
    return places, book.governing(places, row.country, Purpose(row.purpose), row.matter)


def facts_of(
    row: Any,
    terms: Terms,
    places: frozenset[str],
    known: Dossier,
    national: Mapping[str, NationalListing],
) -> CallFacts:
    """What the rules look at, of a contact with its campaign and all that is known of its number."""
    return CallFacts(
        number=row.number,
        country=row.country,
        places=places,
        zone=row.timezone,
        brand=row.brand,
        purpose=Purpose(row.purpose),
        matter=row.matter,
        reference=row.reference,
        contact_id=row.id,
        windows=(terms.window(row.campaign),),
        listings=known.listings,
        national=national,
        history=known.history,
        consents=known.consents,
    )


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


def _wait_with(connection: Connection, row: Any, terms: Terms, verdict: Verdict, now: datetime) -> None:
    """Where the campaign's own hours say no, they say so to everybody in that zone: those who are next wait, too.

    So thousands are not brought to the gate one by one, each to be told the same. It is asked about them in time.
    """
    source = terms.window(row.campaign).source
    for reason in verdict.reasons:
        if reason.rule is Rule.WINDOW and reason.source == source and reason.until is not None:
            _ALL_WAIT.change(
                connection,
                campaign=row.campaign_id,
                zone=row.timezone,
                now=now,
                until=reason.until,
                rule=reason.rule,
                because=reason.text,
            )


def _permit(row: Any, terms: Terms, governing: Governing, call_id: int, attempt: int) -> Permit:
    return Permit(
        call_id,
        row.id,
        row.campaign,
        row.version_id,
        row.number,
        row.country,
        row.language,
        json.loads(row.fields),
        zones_of(row.number, row.timezone)[0].key,
        str(row.id),
        attempt,
        terms.caller_id,
        max(terms.ring_seconds, governing.ring_seconds),
        terms.longest_seconds,
    )


def standing(row: Any, terms: Terms, now: datetime) -> Iterator[Reason]:
    """What campaign and contact themselves say against a call."""
    source = f"campaign {row.campaign}"
    if row.campaign_state != CampaignState.RUNNING:
        yield Reason(Rule.CAMPAIGN, source, f"The campaign is {row.campaign_state}.")
    if row.state == ContactState.CALLING:
        yield Reason(Rule.CONTACT, source, "An attempt to reach this contact is under way.")
    elif row.state == ContactState.CLOSED:
        yield Reason(Rule.CONTACT, source, f"The contact is closed: {row.closed_by}.")
    yield from _outside_its_dates(row, terms, now)
    if row.due_at > now:
        yield Reason(Rule.NOT_DUE, source, "The next attempt is not due yet.", row.due_at)
    if row.attempts >= terms.max_attempts and row.last_disposition != Disposition.CALLBACK:
        yield Reason(Rule.ATTEMPTS, source, f"All {terms.max_attempts} attempts are used up.")


def _outside_its_dates(row: Any, terms: Terms, now: datetime) -> Iterator[Reason]:
    """The callee's calendar counts; of a number that may be in several zones, the strictest of them."""
    source = f"campaign {row.campaign}"
    for zone in zones_of(row.number, row.timezone) if terms.opens_on or terms.closes_on else ():
        today = now.astimezone(zone).date()
        if terms.opens_on is not None and today < terms.opens_on:
            opens = datetime.combine(terms.opens_on, time(0), zone).astimezone(UTC)
            yield Reason(Rule.DATES, source, f"The campaign opens on {terms.opens_on}.", opens)
        if terms.closes_on is not None and today > terms.closes_on:
            yield Reason(Rule.DATES, source, f"The campaign's last day was {terms.closes_on}.")
            return


def _running(connection: Connection, names: list[str] | None) -> list[Any]:
    return [row for row in _RUNNING.rows(connection) if names is None or row.name in names]


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=UtcDateTime())


_CONTACT: sa.BindParameter[int] = sa.bindparam("contact")


@cache
def _becoming(columns: tuple[str, ...]) -> Prepared:
    """What a refusal changes of a contact."""
    values = {name: sa.bindparam(name, type_=contact.c[name].type) for name in columns}
    return Prepared(sa.update(contact).where(contact.c.id == _CONTACT).values(values))


_OPEN = sa.literal_column("contact.state") == sa.literal_column("'open'")  # as the index has it
_LOCK_NUMBER = Prepared(
    sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(contact.c.number, 0)).label("locked")).where(
        contact.c.id == _CONTACT
    )
)
_QUESTION = (
    sa.select(
        contact,
        campaign.c.name.label("campaign"),
        campaign.c.state.label("campaign_state"),
        campaign.c.brand,
        campaign.c.purpose,
        campaign.c.matter,
        campaign.c.version_id,
        sa.exists().where(lease.c.owner == sa.bindparam("owner"), lease.c.until > _moment("now")).label("leased"),
    )
    .join(campaign, campaign.c.id == contact.c.campaign_id)
    .where(contact.c.id == _CONTACT)
)
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
_RUNNING = Prepared(
    sa.select(campaign.c.id, campaign.c.name, campaign.c.version_id).where(campaign.c.state == CampaignState.RUNNING)
)
_DUE_FIRST = (
    sa.select(contact.c.next_at, contact.c.id)
    .where(contact.c.campaign_id == sa.bindparam("campaign"), _OPEN)
    .order_by(contact.c.next_at, contact.c.id)
)
_DUE = Prepared(
    _DUE_FIRST.where(contact.c.next_at <= _moment("now"))
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_CALLED_BACK = sa.literal_column("contact.last_disposition") == sa.literal_column("'callback'")
_PROMISED = Prepared(
    _DUE_FIRST.where(_CALLED_BACK, contact.c.next_at <= _moment("now"))
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_FIRST = Prepared(_DUE_FIRST.where(contact.c.next_at.is_not(None)).limit(1))
_CLAIM = Prepared(sa.update(contact).where(contact.c.id == _CONTACT).values(next_at=_moment("until")))
_NEXT_ONES = _DUE_FIRST.where(contact.c.next_at <= _moment("now")).limit(_WAIT_TOGETHER).subquery()
_NEXT_IN_ZONE = (
    sa.select(contact.c.id)
    .where(contact.c.id.in_(sa.select(_NEXT_ONES.c.id)), contact.c.timezone == sa.bindparam("zone"))
    .with_for_update(skip_locked=True)  # whoever is at the gate already is not waited for
)
_ALL_WAIT = Prepared(
    sa.update(contact)
    .where(contact.c.id.in_(_NEXT_IN_ZONE))
    .values(next_at=_moment("until"), held_by=sa.bindparam("rule"), held_because=sa.bindparam("because"))
)
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
