"""Contacts in the store: who is to be called in a campaign, and where each of them stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from campaigns.outcomes import Disposition
from campaigns.store import campaigns, tables
from campaigns.store.consent import Consent, Consents
from campaigns.store.database import StoreError, making_sense
from campaigns.store.ledger import ERASED
from campaigns.store.many import among
from campaigns.store.prepared import Prepared
from campaigns.store.register import LISTED, Register
from campaigns.store.tables import ContactState, table

contact = table(tables.Contact)
campaign = table(tables.Campaign)
entry = table(tables.DncEntry)
_BATCH = 2000


class NoSuchContact(StoreError):
    def __init__(self, contact_id: int) -> None:
        super().__init__(f"There is no contact {contact_id}.", "See them with: outbound contacts list")


class NewContact(Protocol):
    """A row of an audience that is good to be called."""

    @property
    def number(self) -> str: ...
    @property
    def timezone(self) -> str | None: ...
    @property
    def language(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, str]: ...
    @property
    def reference(self) -> str | None: ...
    @property
    def country(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Added:
    """What became of an import.

    Attributes:
        duplicates: were there already, the mended ones among them.
        mended: were held, and have the new row's values now.
        listed: are closed because the register forbids them.
        erased: rows with numbers that were erased on request: nothing of them is taken in.
    """

    new: int = 0
    duplicates: int = 0
    mended: int = 0
    listed: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it stands."""

    id: int
    campaign: str
    number: str = field(repr=False)
    reference: str
    timezone: str | None
    country: str
    language: str
    fields: Mapping[str, str] = field(repr=False)
    state: ContactState
    closed_by: str | None
    held_by: str | None
    held_because: str
    attempts: int
    last_disposition: Disposition | None
    due_at: datetime
    next_at: datetime | None
    """When a dialer looks at it next; None when it is closed to time: held until something changes."""
    added_at: datetime


_CONTACT = sa.select(
    contact.c.id,
    campaign.c.name.label("campaign"),
    *(column for column in contact.c if column.name not in ("id", "campaign_id")),
).join(campaign, campaign.c.id == contact.c.campaign_id)


_BY_ID = Prepared(_CONTACT.where(contact.c.id == sa.bindparam("contact")))


def of_campaign(campaign_id: int) -> sa.ColumnElement[bool]:
    """The contacts of a campaign, for going through them by id.

    The sum keeps a database from taking an index by campaign, and sorting all that is left for every page.
    """
    return contact.c.campaign_id + 0 == campaign_id


def _count(connection: Connection, campaign_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(contact).where(contact.c.campaign_id == campaign_id)
    return int(connection.execute(query).scalar_one())


def _in_force(record: campaigns.CampaignRecord, now: datetime) -> sa.Select[Any]:
    """What the register holds against calls of a campaign."""
    covers = sa.or_(
        entry.c.scope == "everyone",
        sa.and_(entry.c.scope == "brand", entry.c.target == record.brand),
        sa.and_(entry.c.scope == "campaign", entry.c.target == record.name),
        sa.and_(entry.c.scope == "purpose", entry.c.target == str(record.purpose)),
    )
    return sa.select(entry.c.number).where(
        covers, entry.c.revoked_at.is_(None), sa.or_(entry.c.expires_at.is_(None), entry.c.expires_at > now)
    )


@making_sense()
def contact_from(row: Any, campaign_name: str) -> Contact:
    """A contact from a row of its table."""
    return Contact(
        row.id,
        campaign_name,
        row.number,
        row.reference,
        row.timezone,
        row.country,
        row.language,
        json.loads(row.fields),
        ContactState(row.state),
        row.closed_by,
        row.held_by,
        row.held_because,
        row.attempts,
        Disposition(row.last_disposition) if row.last_disposition else None,
        row.due_at,
        row.next_at,
        row.added_at,
    )


class Contacts(Register, Consents):
    """Adding contacts and looking at them."""

    def add_contacts(
        self,
        campaign_name: str,
        contacts: Iterable[NewContact],
        now: datetime,
        *,
        actor: str = "import",
        consent: Consent | None = None,
    ) -> Added:
        """Adds all of them, or none if reading them fails half-way.

        The same number with the same reference is a duplicate and changes nothing, so that an import may be repeated;
        except that a contact who is held until something changes takes the new row's values and is looked at again.
        A number that was erased, and is kept from being called, is left out: what was forgotten is not learned again.

        Args:
            consent: what the user declares that every one of them agreed to; kept for each.

        Raises:
            NoSuchCampaign: there is none of that name.
        """
        with self.writing() as connection:
            record = campaigns.record(connection, campaign_name)
            seen = new = erased = changed = 0
            before = _count(connection, record.id)
            rows = iter(contacts)
            erasures = _in_force(record, now).where(entry.c.number.like(f"{ERASED}%")).limit(1)
            forgotten = connection.execute(erasures).first() is not None
            while batch := list(islice(rows, _BATCH)):
                if forgotten:
                    known = len(batch)
                    batch = self._remembered(connection, record, batch, now)
                    erased += known - len(batch)
                seen += len(batch)
                changed += self._insert(connection, record.id, batch, now)
                if consent is not None:
                    numbers = list(dict.fromkeys(one.number for one in batch))
                    self.add_consents(connection, numbers, record.brand, consent, now, actor)
            new = _count(connection, record.id) - before
            listed = self._close_listed(connection, record, now)
            if new and record.state is tables.CampaignState.DONE:
                connection.execute(
                    sa.update(campaign)
                    .where(campaign.c.id == record.id)
                    .values(state=tables.CampaignState.PAUSED, saved_at=now)
                )
            body = {"campaign": record.name, "new": new, "known": seen - new, "listed": listed, "erased": erased}
            self.record(connection, now, actor, "contacts.add", None, body)
            return Added(new, seen - new, changed - new, listed, erased)

    def _remembered(
        self, connection: Connection, record: campaigns.CampaignRecord, batch: list[NewContact], now: datetime
    ) -> list[NewContact]:
        """Those whose numbers were not erased."""
        stand_ins = {one.number: self.both_forms(one.number)[1] for one in batch}
        mine = among(connection, entry.c.number, stand_ins.values())
        gone = set(connection.execute(_in_force(record, now).where(mine)).scalars())
        return [one for one in batch if stand_ins[one.number] not in gone]

    def _insert(self, connection: Connection, campaign_id: int, batch: list[NewContact], now: datetime) -> int:
        """Adds what is not there, and mends what is held; how many of both."""
        insert = postgresql.insert(contact)
        mended = ("timezone", "country", "language", "fields", "next_at")
        same = ["campaign_id", "number", "reference"]
        statement = insert.on_conflict_do_update(
            index_elements=same,
            set_={name: insert.excluded[name] for name in mended} | {"held_by": None, "held_because": ""},
            where=sa.and_(contact.c.state == ContactState.OPEN, contact.c.next_at.is_(None)),
        ).execution_options(preserve_rowcount=True)
        return connection.execute(
            statement,
            [
                {
                    "campaign_id": campaign_id,
                    "number": one.number,
                    "reference": one.reference or "",
                    "timezone": one.timezone,
                    "country": one.country,
                    "language": one.language,
                    "fields": json.dumps(dict(one.fields), ensure_ascii=False),
                    "state": ContactState.OPEN,
                    "held_because": "",
                    "attempts": 0,
                    "due_at": now,
                    "next_at": now,
                    "added_at": now,
                }
                for one in batch
            ],
        ).rowcount

    @staticmethod
    def _close_listed(connection: Connection, record: campaigns.CampaignRecord, now: datetime) -> int:
        return connection.execute(
            sa.update(contact)
            .where(contact.c.campaign_id == record.id, contact.c.state == ContactState.OPEN)
            .where(contact.c.number.in_(_in_force(record, now)))
            .values(state=ContactState.CLOSED, closed_by=LISTED)
        ).rowcount

    def contact(self, contact_id: int) -> Contact:
        """Raises NoSuchContact."""
        with self.reading() as connection:
            row = _BY_ID.one(connection, contact=contact_id)
        if row is None:
            raise NoSuchContact(contact_id)
        return contact_from(row, row.campaign)

    def contact_counts(self, campaign_name: str) -> dict[str, int]:
        """How many contacts of a campaign are `open`, `calling` and `closed`.

        Raises:
            NoSuchCampaign: there is none of that name.
        """
        with self.reading() as connection:
            campaign_id = campaigns.record(connection, campaign_name).id
            query = sa.select(contact.c.state, sa.func.count()).where(contact.c.campaign_id == campaign_id)
            counted = {str(state): count for state, count in connection.execute(query.group_by(contact.c.state))}
            return {str(state): counted.get(state, 0) for state in ContactState}

    def contacts(
        self,
        campaign_name: str | None = None,
        *,
        state: ContactState | None = None,
        number: str | None = None,
        batch: int = 1000,
    ) -> Iterator[Contact]:
        """By id; memory stays bounded.

        Raises:
            NoSuchCampaign: there is none of that name.
        """
        query = _CONTACT.order_by(contact.c.id).limit(batch)
        if campaign_name is not None:
            with self.reading() as connection:
                campaign_id = campaigns.record(connection, campaign_name).id
            query = query.where(of_campaign(campaign_id))
        if state is not None:
            query = query.where(contact.c.state == state)
        if number is not None:
            query = query.where(contact.c.number == number)
        after = 0
        while True:
            with self.reading() as connection:
                found = [
                    contact_from(row, row.campaign) for row in connection.execute(query.where(contact.c.id > after))
                ]
            yield from found
            if len(found) < batch:
                return
            after = found[-1].id
