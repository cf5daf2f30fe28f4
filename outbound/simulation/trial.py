"""A campaign tried on seeded people before anybody is called.

Decides what a trial consists of: a store of its own that holds the campaign and its contacts, people at the other end,
and the dialer of `outbound run` on a clock that jumps. What comes of it is read by `forecast.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.audience import NewContact, read_contacts
from campaigns.compliance.windows import zones_of
from campaigns.definition import CampaignDefinition
from campaigns.script import Purpose
from campaigns.store import Added, Basis, CampaignState, Consent, Store
from outbound import wiring
from outbound.clock import Clock
from outbound.dialer import Dialer
from outbound.dialing.news import Watch
from outbound.errors import OutboundError
from outbound.routes import Directory, TextRoute
from outbound.simulation.population import Habits, Home, Population, invented

AGREED = Consent(Purpose.MARKETING, Basis.WRITTEN, "assumed for a simulation")
"""A simulation of marketing assumes that everybody on the list has agreed: the list is made of those who have."""


Around = Callable[[Directory], Directory]


def _as_they_are(people: Directory) -> Directory:
    return people


@dataclass(frozen=True, slots=True)
class Question:
    """What a marketer asks.

    Attributes:
        source: the text of the campaign's file.
        contacts: how many to invent; ignored where a list is given.
        contacts_file: the marketer's own list.
        lines: how many calls can be in progress at a time.
        start: when the campaign is started (aware).
        days: how long it may go on.
    """

    definition: CampaignDefinition
    source: str
    contacts: int
    contacts_file: Path | None
    lines: int
    start: datetime
    days: float
    seed: int
    habits: Habits


class Trial:
    """One question put to one store.

    Args:
        store: empty; holds everything that happened afterwards.
    """

    def __init__(self, store: Store, question: Question) -> None:
        self.store = store
        self.question = question
        self.homes: dict[str, Home] = {}
        self._invented = invented(question.definition, question.habits, question.seed)
        self._dialer: Dialer | None = None

    def fill(self) -> int:
        """Brings campaign and contacts in; how many contacts there are.

        Raises:
            OutboundError, CampaignError: the list cannot be used, or the population has no such numbers.
        """
        question, definition = self.question, self.question.definition
        self.store.save_campaign(definition, question.source, question.start)
        added = self._add(self._contacts(), question.start)
        if not added.new:
            raise OutboundError("there is nobody to call", "see what is wrong with the list: outbound contacts import")
        self.store.set_state(definition.name, CampaignState.RUNNING, question.start)
        return added.new

    def add(self, new: int, known: Sequence[NewContact], now: datetime) -> Added:
        """Imports another list: so many further invented people, and some who may be there already."""
        return self._add([*islice(self._invented, new), *known], now)

    def _add(self, contacts: Iterable[NewContact], now: datetime) -> Added:
        definition = self.question.definition
        consent = AGREED if definition.purpose is Purpose.MARKETING else None
        return self.store.add_contacts(definition.name, self._noted(contacts), now, consent=consent)

    def run(self, watch: Watch, around: Around = _as_they_are) -> None:
        """Plays it to its end, to the last day, or until `stop`; a moment of computing, days on its clock.

        Args:
            around: may stand between the line and the people, to see what they do.

        Raises:
            CampaignError: the store cannot be used any more.
        """

        async def main(clock: Clock) -> None:
            question = self.question
            route = TextRoute(around(self.people(clock)), clock, question.lines)
            self._dialer = wiring.dialer(self.store, route, clock, watch=watch)
            bound = asyncio.get_running_loop().call_later(
                timedelta(days=question.days).total_seconds(), self._dialer.drain
            )
            await self._dialer.run()
            bound.cancel()

        wiring.run("text", main, self.question.start)

    def stop(self) -> None:
        """Ends the calls in progress; what happened so far stands in the store."""
        if self._dialer is not None:
            self._dialer.hang_up_all()

    def zone_of(self, number: str) -> str:
        """Where somebody lives: an IANA name."""
        return self.homes[number].zone.key

    def people(self, clock: Clock) -> Population:
        """Who is at the other end."""
        question = self.question
        return Population(
            question.habits, question.seed, clock, homes=self.homes, matter=question.definition.matter.value
        )

    def _contacts(self) -> Iterable[NewContact]:
        question = self.question
        if question.contacts_file is not None:
            rows = read_contacts(question.contacts_file, question.definition).rows
            return (row for row in rows if isinstance(row, NewContact))
        return islice(self._invented, question.contacts)

    def _noted(self, contacts: Iterable[NewContact]) -> Iterator[NewContact]:
        """The same contacts; where they live is remembered on the way."""
        known: dict[tuple[str, str], Home] = {}
        for contact in contacts:
            zone = contact.timezone or _zone_of(contact.number)
            key = zone, contact.language
            self.homes[contact.number] = known.setdefault(key, Home(ZoneInfo(zone), contact.language))
            yield contact


def _zone_of(number: str) -> str:
    """The first zone that a number may be in; a number without one is not called, so that any will do."""
    zones = zones_of(number, None)
    return zones[0].key if zones else "UTC"
