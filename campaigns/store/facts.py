"""What the rules look at, of a contact with its campaign: read by the gate for one, by foresight for many.

Decides what campaign and contact themselves say against a call. Rows are those of the gate's question, or look alike;
the rules are `campaigns/compliance`. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from campaigns.compliance.book import Governing, RuleBook
from campaigns.compliance.facts import CallFacts, NationalListing, PastCall
from campaigns.compliance.verdict import Reason, Rule
from campaigns.compliance.windows import zones_of
from campaigns.outcomes import Disposition
from campaigns.script import Purpose
from campaigns.store.database import making_sense
from campaigns.store.dossier import Dossier
from campaigns.store.tables import CampaignState, ContactState
from campaigns.store.terms import Terms

STATE_FIELD = "state"
"""The field of a contact that names the part of the country it lives in, e.g. "FL"."""
_IN_FLIGHT_WAIT = timedelta(minutes=1)


def place_of(book: RuleBook, row: Any) -> tuple[frozenset[str], Governing]:
    """Where a contact is called, and the rules that hold there for its campaign."""
    state = ""
    if f'"{STATE_FIELD}"' in row.fields:  # most have none
        with making_sense():
            state = str(json.loads(row.fields).get(STATE_FIELD, ""))
    places = book.places(row.number, row.country, state)
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


def in_flight(history: Iterable[PastCall], now: datetime) -> Iterator[Reason]:
    """What calls that are under way say against another one to the same number."""
    if any(past.disposition is None for past in history):
        yield Reason(Rule.IN_FLIGHT, "store", "Another call to this number is under way.", now + _IN_FLIGHT_WAIT)


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
