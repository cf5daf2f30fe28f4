"""A campaign brought through everything that can go wrong, and examined afterwards.

Decides what happens in which order: a process lives until it dies, the next one takes over the same store, staff list
numbers and import lists in between, somebody sets the clock. The faults are `faults.py`'s, the judgement is
`witness.py`'s, the robot is the real one. The same seed gives the same ordeal with the same result.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from campaigns.audience import NewContact
from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import LeaseHeld, Store
from campaigns.store.database import open_engine
from campaigns.store.tables import Call, CampaignState, table
from outbound.clock import LoopClock
from outbound.dialer import Dialer
from outbound.dialing.transactions import at_once
from outbound.errors import OutboundError
from outbound.memory import seldom_searched
from outbound.routes import TextRoute
from outbound.simulation.clock import VirtualTimeLoop
from outbound.simulation.faults import Dead, Death, Faults, MortalJournal, MortalStore, SteppingClock, Unreliable
from outbound.simulation.trial import Question, Trial
from outbound.simulation.witness import Witness, WitnessedRoute

_MOST_LIVES = 100_000
_KNOWN_AGAIN = 0.2
"""Of an imported list: the share that stands in the store already."""

call = table(Call)


@dataclass(frozen=True, slots=True)
class Survived:
    """What came of it.

    Attributes:
        attempts: calls that were dialled.
        deaths: processes that died on the way.
        wrongs: what must never happen, and did, with how often; empty if all is well.
        complete: every contact was settled, and the campaign counts as done.
        endings: dispositions to how often.
        digest: of all call rows; the same for the same seed.
    """

    attempts: int
    deaths: int
    listings: int
    imports: int
    clock_steps: int
    wrongs: Mapping[str, int]
    complete: bool
    endings: Mapping[str, int]
    digest: str


def survive(url: str, question: Question, faults: Faults, folder: Path, *, shared: bool = False) -> Survived:
    """Brings a campaign through its faults, to its end.

    Args:
        url: an empty store; it holds everything that happened afterwards.
        folder: for the journals of the processes.
        shared: others have the store open meanwhile.

    Raises:
        OutboundError: it does not come to an end.
    """
    ordeal = _Ordeal(url, question, faults, folder, shared)
    with seldom_searched():
        return ordeal.survived()


class _Ordeal:
    """One campaign and all the processes that work on it."""

    def __init__(self, url: str, question: Question, faults: Faults, folder: Path, shared: bool) -> None:
        self._question, self._faults = question, faults
        self._chance = Random(f"{faults.seed}/ordeal")
        engine = open_engine(url, durable=False, shared=shared)
        self._staff = Store(engine)
        self._mortal = MortalStore(engine, self._dies)
        self._journal = MortalJournal(folder / "journal.jsonl", self._mortal)
        self._trial = Trial(self._staff, question)
        self._trial.fill()
        self._clock = SteppingClock()
        self._witness = Witness(question.definition, self._trial.homes, self._clock)
        self._people = Unreliable(self._trial.people(self._clock), faults)
        self._numbers = list(self._trial.homes)
        self._dead: set[str] = set()
        self._moment = question.start
        self._done: Counter[str] = Counter()
        self._upcoming = self._planned()
        self._told = logging.root.manager.disable

    def survived(self) -> Survived:
        name = self._question.definition.name
        for life in range(_MOST_LIVES):
            self._begin()
            if self._lived(f"process {life}"):
                break
        else:
            raise OutboundError(f"{_MOST_LIVES} processes did not bring the campaign to its end")
        try:
            endings, digest = self._books()
            return Survived(
                attempts=self._witness.dialled,
                deaths=life,
                listings=self._done["listing"],
                imports=self._done["import"],
                clock_steps=self._done["step"],
                wrongs=self._witness.examine(self._staff),
                complete=self._staff.campaign(name).state is CampaignState.DONE,
                endings=endings,
                digest=digest,
            )
        finally:
            self._staff.close()

    def _begin(self) -> None:
        mean = self._faults.writes_between_deaths
        self._mortal.live(1 + int(self._chance.expovariate(1 / mean)) if mean else None)
        self._witness.process_began()

    def _lived(self, owner: str) -> bool:
        """One process: whether it came to the end of the campaign before its own."""

        async def life() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(_told)
            clock = LoopClock(self._moment, loop)
            self._clock.begin(clock)
            await self._work(owner)

        try:
            _until_death(life())
        except Death:
            if self._chance.random() < self._faults.told_dead:
                self._dead.add(owner)
            self._moment += timedelta(seconds=self._chance.uniform(0, self._faults.seconds_dead))
            return False
        finally:
            logging.disable(self._told)
        return True

    async def _work(self, owner: str) -> None:
        inner = TextRoute(self._people, self._clock, self._question.lines)
        route = WitnessedRoute(inner, self._witness, self._people.around, self._meanwhile)
        while True:
            dialer = Dialer(
                self._mortal,
                route,
                self._clock,
                self._journal,
                owner=owner,
                has_ended=self._dead.__contains__,
                transact=at_once,
                longest_wait_seconds=None,
            )
            try:
                await dialer.run()
                if self._settled():
                    return
            except LeaseHeld as held:  # nobody knows that its owner is dead: it runs out
                wait = (held.until - self._clock.now()).total_seconds()
                await asyncio.sleep(max(wait, 0.0) + 1.0)

    def _settled(self) -> bool:
        """Whether the campaign is over. One that paused itself, by its alarm, is resumed by staff."""
        name = self._question.definition.name
        if self._staff.campaign(name).state is not CampaignState.PAUSED:
            return True
        self._staff.set_state(name, CampaignState.RUNNING, self._clock.now(), actor="staff")
        return False

    def _dies(self) -> None:
        """The last moment of a process: nobody hears what its remains do."""
        self._moment = self._clock.truth
        self._witness.process_died()
        logging.disable(logging.CRITICAL)

    def _planned(self) -> list[tuple[int, str]]:
        """What else happens, and after how many dialled calls, the last first."""
        faults, contacts = self._faults, len(self._numbers)
        kinds = ["listing"] * faults.listings + ["import"] * faults.imports + ["step"] * faults.clock_steps
        return sorted(((self._chance.randrange(contacts), kind) for kind in kinds), reverse=True)

    def _meanwhile(self) -> None:
        """A phone begins to ring; at that very moment something else may happen in the house."""
        acts: Mapping[str, Callable[[], None]] = {"listing": self._list, "import": self._import, "step": self._step}
        while self._upcoming and self._upcoming[-1][0] <= self._witness.dialled:
            _, kind = self._upcoming.pop()
            acts[kind]()
            self._done[kind] += 1

    def _list(self) -> None:
        number = self._chance.choice(self._numbers)
        entry = NewEntry(number, Reach(Scope.EVERYONE), Source.PERSON)
        self._staff.add_entry(entry, self._clock.now(), "staff")
        self._witness.listed(number)

    def _import(self) -> None:
        size = self._faults.import_size
        known = [self._again(self._chance.choice(self._numbers)) for _ in range(int(size * _KNOWN_AGAIN))]
        self._trial.add(size - len(known), known, self._clock.now())
        self._numbers = list(self._trial.homes)

    def _again(self, number: str) -> NewContact:
        contact = next(self._staff.contacts(self._question.definition.name, number=number))
        return NewContact(
            number, contact.timezone, contact.language, contact.fields, contact.reference, contact.country
        )

    def _step(self) -> None:
        self._clock.step(self._chance.uniform(-1, 1) * self._faults.step_seconds)

    def _books(self) -> tuple[Mapping[str, int], str]:
        digest = hashlib.sha256()
        endings: Counter[str] = Counter()
        columns = (call.c.contact_id, call.c.attempt, call.c.disposition, call.c.dialed_at, call.c.seconds)
        with self._staff.reading() as connection:
            for row in connection.execute(sa.select(*columns).order_by(call.c.id)):
                digest.update(repr(tuple(row)).encode())
                endings[str(row.disposition)] += 1
        return dict(endings.most_common()), digest.hexdigest()[:16]


def _until_death(life: Coroutine[Any, Any, None]) -> None:
    """Runs a process to its end, or to its death; its remains are cleared away, and reach nothing and nobody."""
    loop = VirtualTimeLoop()
    try:
        loop.run_until_complete(life)
    finally:
        while remains := asyncio.all_tasks(loop):
            for task in remains:
                task.cancel()
            with suppress(Death):  # whoever waits for a task that died hears of it once more
                loop.run_until_complete(asyncio.wait(remains))
        loop.close()


def _told(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A loop tells of tasks that failed and that nobody asked: those of a dead process have every reason to."""
    if not isinstance(context.get("exception"), Death | Dead):
        loop.default_exception_handler(context)
