"""What the gate would say: to a person who asks about a number, and about a whole campaign before it starts.

Decides nothing of its own: the facts are read as the gate reads them, many at a time, and the same rules judge them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import phonenumbers
import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.compliance.book import RuleBook, shipped
from campaigns.compliance.packs import PackUnreadable
from campaigns.compliance.rules import may_call
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.store import campaigns, tables
from campaigns.store.campaigns import CampaignRecord
from campaigns.store.contacts import of_campaign
from campaigns.store.dossier import Dossier, Intent, dossiers
from campaigns.store.facts import STATE_FIELD, facts_of, place_of, standing
from campaigns.store.gate import Gate
from campaigns.store.tables import CampaignState, ContactState, table

contact = table(tables.Contact)
_BATCH = 2000
_NOTHING_KNOWN = Dossier((), (), frozenset())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the gate would say about an open contact."""

    contact_id: int
    reference: str
    verdict: Verdict


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
        query = sa.select(contact).where(of_campaign(record.id), contact.c.state == ContactState.OPEN)
        while True:
            with self.reading() as connection:
                page = query.where(contact.c.id > after).order_by(contact.c.id).limit(_BATCH)
                rows = [_with_campaign(row, record) for row in connection.execute(page)]
                found = self._judge_all(connection, shipped(), record, rows, now)
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
            query = sa.select(contact).where(contact.c.campaign_id == record.id, contact.c.number == number)
            row = connection.execute(query.order_by(contact.c.id.desc()).limit(1)).one_or_none()
            asked = _with_campaign(row, record) if row is not None else _stranger(number, record, state, now)
            (found,) = self._judge_all(connection, shipped(), record, [asked], now)
            return found.verdict

    def _judge_all(
        self, connection: Connection, book: RuleBook, record: CampaignRecord, rows: list[Any], now: datetime
    ) -> list[Foreseen]:
        forms = {form: row.number for row in rows for form in self.both_forms(row.number)}
        known = dossiers(connection, forms, now, Intent(record.brand, record.name, record.purpose)) if rows else {}
        placed = [place_of(book, row) for row in rows]
        names = sorted({rule.name for _, governing in placed for rule in governing.lists})
        national = self.national_listings(connection, [row.number for row in rows], names) if names else {}
        found = []
        for row, (places, _) in zip(rows, placed, strict=True):
            past = known.get(row.number, _NOTHING_KNOWN)
            facts = facts_of(row, record.terms, places, past, national.get(row.number, {}))
            already = list(standing(row, record.terms, now))
            try:
                verdict = may_call(facts, book, now, already)
            except (PackUnreadable, NotImplementedError) as error:
                verdict = Verdict((*already, Reason(Rule.UNREADABLE, "rule packs", str(error))))
            found.append(Foreseen(row.id, row.reference, verdict))
        return found


def _with_campaign(row: Any, record: CampaignRecord) -> Any:
    """A contact with its campaign, taken for running, as the gate reads both."""
    return SimpleNamespace(
        **row._asdict(),
        campaign=record.name,
        campaign_state=CampaignState.RUNNING,
        brand=record.brand,
        purpose=record.purpose,
        matter=record.matter,
    )


def _stranger(number: str, record: CampaignRecord, state: str, now: datetime) -> Any:
    """A number that is no contact, as one that was just added."""
    country = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    return SimpleNamespace(
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
        campaign_state=CampaignState.RUNNING,
        brand=record.brand,
        purpose=record.purpose,
        matter=record.matter,
    )
