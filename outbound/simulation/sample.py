"""A few calls of a trial, held once more with real speech: does sound change what comes of them?

Decides which calls are taken (the first that a person answered), and that the same people say the same again. How they
sound and what is understood is the simulated line's and the engines' doing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from campaigns.audience import NewContact
from campaigns.definition import example_fields
from campaigns.outcomes import Disposition
from campaigns.script import Purpose
from campaigns.store import SCRATCH, CampaignState, open_store
from outbound import wiring
from outbound.clock import Clock
from outbound.dialing.news import Finished, News, Placed
from outbound.dialogue.actions import Listen
from outbound.lines.base import DialOrder
from outbound.routes import Directory
from outbound.simulation.callee import Answerer, Callee, Doing
from outbound.simulation.trial import AGREED, Question

_IN_FLIGHT = 4
_PEOPLE = frozenset({Answerer.PERSON, Answerer.SCREENER})


@dataclass(slots=True)
class Met:
    """Somebody who was met in text, and all they did."""

    number: str
    callee: Callee
    did: list[Doing] = field(default_factory=list)
    ended: Disposition | None = None

    @property
    def again(self) -> Callee:
        """The same person, doing the same."""
        return replace(self.callee, does=(*self.callee.does, *self.did), then=None)


class Sample:
    """Remembers the first people of a trial: a directory around its own, and a watch."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._met: dict[int, Met] = {}
        self._numbers: set[str] = set()

    def remembering(self, directory: Directory) -> Directory:
        """The same people; of the first ones it is kept what they do."""

        def remembered(order: DialOrder) -> Callee:
            callee = directory(order)
            new = len(self._met) < self._most and order.number not in self._numbers
            if not new or callee.answers not in _PEOPLE or callee.then is None:
                return callee
            met = self._met[order.call_id] = Met(order.number, callee)
            self._numbers.add(order.number)
            return replace(callee, then=_noting(callee.then, met.did))

        return remembered

    def watch(self, news: News) -> None:
        """Learns how their calls ended."""
        if isinstance(news, Finished) and news.call_id in self._met:
            self._met[news.call_id].ended = news.disposition

    @property
    def met(self) -> list[Met]:
        """Those whose calls have ended."""
        return [met for met in self._met.values() if met.ended is not None]


def _noting(then: Callable[[Listen], Doing], did: list[Doing]) -> Callable[[Listen], Doing]:
    def noted(listen: Listen) -> Doing:
        did.append(then(listen))
        return did[-1]

    return noted


@dataclass(frozen=True, slots=True)
class Spoken:
    """One call, met in text and with real speech."""

    in_text: Disposition
    in_speech: Disposition

    @property
    def same(self) -> bool:
        return self.in_text is self.in_speech


def spoken(question: Question, met: list[Met], zone_of: Callable[[str], str]) -> list[Spoken]:
    """Calls the same people on the simulated line, through the same dialer and gate, once each.

    Raises:
        OutboundError, AudioError: the line cannot be opened; the hint says what is missing.
    """
    definition = question.definition
    again = {one.number: one.again for one in met}
    fields = example_fields(definition)
    store = open_store(SCRATCH, durable=False, shared=False)
    try:
        store.save_campaign(definition, question.source, question.start)
        contacts = [
            NewContact(number, zone_of(number), definition.language, fields, None, definition.countries[0])
            for number in again
        ]
        consent = AGREED if definition.purpose is Purpose.MARKETING else None
        store.add_contacts(definition.name, contacts, question.start, consent=consent)
        store.set_state(definition.name, CampaignState.RUNNING, question.start)
        endings = _FirstEndings()

        def directory(order: DialOrder) -> Callee:
            return again.pop(order.number, Callee("was called already", Answerer.UNREACHABLE))

        async def main(clock: Clock) -> None:
            async with wiring.opened_route("simulated", clock, channels=_IN_FLIGHT, directory=directory) as route:
                await wiring.dialer(store, route, clock, watch=endings.watch).run()

        wiring.run("simulated", main, question.start)
    finally:
        store.close()
    ended = endings.by_number
    return [Spoken(one.ended, ended[one.number]) for one in met if one.ended is not None and one.number in ended]


class _FirstEndings:
    """How the first call to each number ended."""

    def __init__(self) -> None:
        self.by_number: dict[str, Disposition] = {}
        self._placed: dict[int, str] = {}

    def watch(self, news: News) -> None:
        if isinstance(news, Placed):
            self._placed[news.call_id] = news.number
        elif isinstance(news, Finished):
            self.by_number.setdefault(self._placed[news.call_id], news.disposition)
