"""What can go wrong, brought about on purpose and repeatably: processes that die, lost lines, late answers, set clocks.

Decides when each fault strikes, by chance that hangs on nothing but a seed. Whether the robot keeps its promises
nevertheless is for a witness to say (`witness.py`); how a campaign is brought through all of it, `ordeal.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection, Engine

from campaigns.outcomes import Result
from campaigns.store import Store
from campaigns.store.database import StoreUnavailable
from outbound.call import Conversation
from outbound.clock import Clock
from outbound.dialogue.actions import Action
from outbound.dialogue.events import Answered, Event, HungUp
from outbound.journal import Journal
from outbound.lines.base import DialOrder, EndCause
from outbound.routes import Directory
from outbound.simulation.callee import Answerer, Callee


@dataclass(frozen=True, slots=True)
class Faults:
    """How much goes wrong.

    Attributes:
        writes_between_deaths: the mean number of write boundaries that a process lives for; a boundary lies before and
            after each commit. 0: it never dies.
        seconds_dead: at most so long until the next process begins.
        told_dead: the share of deaths that the next process can see; after the others it waits for the lease to end.
        lost: the share of answered calls whose line is lost at some point.
        late: the share of calls that ring almost as long as they may.
        route_down: the share of calls that the line does not take at all.
        clock_steps: how often somebody sets the computer's clock, at most by `step_seconds`, forwards or backwards.
        listings: numbers that staff put on the do-not-call list while the queue is worked off.
        imports: lists that are imported meanwhile, each with some numbers that are there or listed already.
        import_size: contacts in each.
        seed: the same seed, the same faults.
    """

    writes_between_deaths: int = 800
    seconds_dead: float = 120.0
    told_dead: float = 0.5
    lost: float = 0.02
    late: float = 0.05
    route_down: float = 0.002
    clock_steps: int = 6
    step_seconds: float = 1800.0
    listings: int = 50
    imports: int = 3
    import_size: int = 100
    seed: int = 7


class Death(SystemExit):
    """The process ends here, as by `kill -9`: whatever catches errors must not catch this."""


class Dead(StoreUnavailable):
    """A process that has ended reads and writes nothing."""

    def __init__(self) -> None:
        super().__init__("The process has ended.")


class MortalStore(Store):
    """A store in the hands of a process that dies at a write boundary: between any two writes, or in the middle of one.

    One object serves all lives: what it remembers are versions of campaigns, which never change.

    Args:
        last_moment: is called as the process dies.
    """

    def __init__(self, engine: Engine, last_moment: Callable[[], None]) -> None:
        self._left: int | None = None
        self._last_moment = last_moment
        self.dead = False
        super().__init__(engine)

    def live(self, boundaries: int | None) -> None:
        """Begins a life of so many write boundaries; None: until it is told otherwise."""
        self._left = boundaries
        self.dead = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        if self.dead:
            raise Dead
        with super().reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self.dead:
            raise Dead
        with super().writing() as connection:
            yield connection
            self._boundary()  # the transaction is rolled back
        self._boundary()  # it is committed, and nobody has learned of it

    def _boundary(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0:
            self.dead = True
            self._last_moment()
            raise Death


class MortalJournal(Journal):
    """A journal that dies with its process."""

    def __init__(self, path: Path, store: MortalStore) -> None:
        super().__init__(path)
        self._store = store

    def keep(self, call_id: int, result: Result) -> None:
        if self._store.dead:
            raise OSError("the process has ended")
        super().keep(call_id, result)


class SteppingClock:
    """The computer's clock, which somebody sets now and then; the event loop's time does not step."""

    def __init__(self) -> None:
        self._inner: Clock | None = None
        self._offset = timedelta(0)

    def begin(self, inner: Clock) -> None:
        """Goes on with another process's clock; how far it was set stays."""
        self._inner = inner

    def now(self) -> datetime:
        """What it shows."""
        assert self._inner is not None
        return self._inner.now() + self._offset

    @property
    def truth(self) -> datetime:
        """What it would show if nobody had set it."""
        return self.now() - self._offset

    def step(self, seconds: float) -> None:
        """Sets it forwards, or backwards."""
        self._offset += timedelta(seconds=seconds)


class UnreliableConversation:
    """A conversation whose line is lost after so many events since the answer."""

    def __init__(self, inner: Conversation, events: int) -> None:
        self._inner = inner
        self._left = events
        self._answered = False

    async def next_event(self) -> Event:
        if self._answered and self._left <= 0:
            return HungUp(EndCause.LOST)
        event = await self._inner.next_event()
        self._answered = self._answered or isinstance(event, Answered)
        self._left -= self._answered
        return event

    def perform(self, action: Action) -> None:
        self._inner.perform(action)

    async def close(self) -> None:
        await self._inner.close()


class Unreliable:
    """What the network does to calls: a directory around another, and a conversation around another."""

    def __init__(self, directory: Directory, faults: Faults) -> None:
        self._directory = directory
        self._faults = faults

    def __call__(self, order: DialOrder) -> Callee:
        chance = self._chance(order)
        callee = self._directory(order)
        if chance.random() < self._faults.route_down:
            return Callee("the line takes no call", Answerer.ROUTE_DOWN, rings=0.2)
        if chance.random() < self._faults.late:
            return replace(callee, rings=order.ring_seconds - 0.01)
        return callee

    def around(self, conversation: Conversation, order: DialOrder) -> Conversation:
        """The conversation, maybe one whose line is lost."""
        chance = self._chance(order)
        lost = chance.random() < self._faults.lost
        return UnreliableConversation(conversation, chance.randrange(1, 8)) if lost else conversation

    def _chance(self, order: DialOrder) -> Random:
        return Random(f"{self._faults.seed}/network/{order.call_id}")
