"""What the gate would say: to a person who asks about a number, and about a whole campaign before it starts.

Decides nothing of its own: the facts are read as the gate reads them, many at a time, and the same rules judge them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import phonenumbers
import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.book import RuleBook, shipped
from campaigns.compliance.facts import NationalListing
from campaigns.compliance.packs import PackUnreadable
from campaigns.compliance.rules import may_call
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.compliance.windows import zones_of
from campaigns.store import campaigns, tables
from campaigns.store.campaigns import CampaignRecord
from campaigns.store.contacts import of_campaign
from campaigns.store.dossier import Dossier, Intent, dossiers
from campaigns.store.facts import STATE_FIELD, facts_of, in_flight, place_of, standing
from campaigns.store.gate import Gate
from campaigns.store.tables import CampaignState, ContactState, table

contact = table(tables.Contact)
_BATCH = 2000
_NOTHING_KNOWN = Dossier((), (), frozenset())
_Alike = dict[
    tuple[frozenset[str], str, tuple[ZoneInfo, ...], frozenset[str], tuple[tuple[str, NationalListing], ...]], Verdict
]
"""What the rules said, by all they look at of a contact whose number was never called and is not listed."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the gate would say about an open contact."""

    contact_id: int
    reference: str
    verdict: Verdict


class _Asked(NamedTuple):
    """A contact with its campaign, taken for running, as the gate reads both."""

    id: int
    number: str
    reference: str
    timezone: str | None
    country: str
    fields: str
    state: str
    closed_by: str | None
    attempts: int
    last_disposition: str | None
    due_at: datetime
    campaign: str
    brand: str
    purpose: str
    matter: str
    campaign_state: str


_CONTACT = sa.select(*(contact.c[name] for name in _Asked._fields[: _Asked._fields.index("campaign")]))


class Foresight(Gate):
    """Asking without calling; changes nothing."""

    def foresee(self, campaign_name: str, now: datetime) -> Iterator[Foreseen]:
        """Every open contact of a campaign, as if it were running, in the order of ids; memory stays bounded.

        Raises:
            NoSuchCampaign: there is none of that name.
            PackUnreadable: the rules cannot be read.
        """
        with self.reading() as connection:
            record = campaigns.record(connection, campaign_name)
        after = 0
        query = _CONTACT.where(of_campaign(record.id), contact.c.state == ContactState.OPEN)
        alike: _Alike = {}
        while True:
            with self.reading() as connection:
                page = query.where(contact.c.id > after).order_by(contact.c.id).limit(_BATCH)
                rows = [_with_campaign(row, record) for row in connection.execute(page)]
                found = self._judge_all(connection, shipped(), record, rows, now, alike)
            yield from found
            if len(rows) < _BATCH:
                return
            after = rows[-1].id

    def may_call_number(self, number: str, campaign_name: str, now: datetime, *, state: str = "") -> Verdict:
        """What the gate would say about a number, if it were a contact of that campaign and the campaign running.

        A contact that is there is judged as it stands; else the zone is the number's own.

        Args:
            number: E.164.
            state: the part of the country, e.g. "FL", where it is known.

        Raises:
            NoSuchCampaign: there is none of that name.
            PackUnreadable: the rules cannot be read.
        """
        with self.reading() as connection:
            record = campaigns.record(connection, campaign_name)
            query = _CONTACT.where(contact.c.campaign_id == record.id, contact.c.number == number)
            row = connection.execute(query.order_by(contact.c.id.desc()).limit(1)).one_or_none()
            asked = _with_campaign(row, record) if row is not None else _stranger(number, record, state, now)
            (found,) = self._judge_all(connection, shipped(), record, [asked], now, {})
            return found.verdict

    def _judge_all(
        self,
        connection: Connection,
        book: RuleBook,
        record: CampaignRecord,
        rows: list[_Asked],
        now: datetime,
        alike: _Alike,
    ) -> list[Foreseen]:
        """Each of them by the rules; those that nothing tells apart for the rules once (`alike`, of one moment)."""
        forms = {form: row.number for row in rows for form in self.both_forms(row.number)}
        known = dossiers(connection, forms, now, Intent(record.brand, record.name, record.purpose)) if rows else {}
        placed = [place_of(book, row) for row in rows]
        names = sorted({rule.name for _, governing in placed for rule in governing.lists})
        national = self.national_listings(connection, [row.number for row in rows], names) if names else {}
        found = []
        for row, (places, _) in zip(rows, placed, strict=True):
            past = known.get(row.number, _NOTHING_KNOWN)
            listings = national.get(row.number, {})
            already = [*standing(row, record.terms, now), *in_flight(past.history, now)]
            own = bool(already or past.listings or past.history)
            key = places, row.country, zones_of(row.number, row.timezone), past.consents, tuple(listings.items())
            verdict = None if own else alike.get(key)
            if verdict is None:
                facts = facts_of(row, record.terms, places, past, listings)
                try:
                    verdict = may_call(facts, book, now, already)
                except (PackUnreadable, NotImplementedError) as error:
                    verdict = Verdict((*already, Reason(Rule.UNREADABLE, "rule packs", str(error))))
                if not own:
                    alike[key] = verdict
            found.append(Foreseen(row.id, row.reference, verdict))
        return found


def _with_campaign(row: sa.Row[Any], record: CampaignRecord) -> _Asked:
    return _Asked._make((*row, record.name, record.brand, record.purpose, record.matter, CampaignState.RUNNING))


def _stranger(number: str, record: CampaignRecord, state: str, now: datetime) -> _Asked:
    """A number that is no contact, as one that was just added."""
    country = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    return _Asked(
        id=0,
        number=number,
        reference="",
        timezone=None,
        country=country,
        fields=json.dumps({STATE_FIELD: state}),
        state=ContactState.OPEN,
        closed_by=None,
        attempts=0,
        last_disposition=None,
        due_at=now,
        campaign=record.name,
        brand=record.brand,
        purpose=record.purpose,
        matter=record.matter,
        campaign_state=CampaignState.RUNNING,
    )
