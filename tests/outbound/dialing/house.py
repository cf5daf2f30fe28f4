"""A store with a campaign, a route that answers as it is told, and a dialer on a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.script import Script
from campaigns.store import CampaignState, Permit, Store
from outbound.call import Conversation
from outbound.clock import Clock, LoopClock
from outbound.dialer import Dialer
from outbound.dialing.news import News
from outbound.dialing.transactions import Transact, at_once
from outbound.dialogue.actions import Action
from outbound.dialogue.events import Event, HungUp
from outbound.journal import Journal
from outbound.lines.base import DialOrder, EndCause
from outbound.routes import TextRoute
from outbound.simulation.callee import Answerer, Callee, Presses
from outbound.simulation.clock import run_virtually

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
"""A Tuesday; 12:00 in New York."""
CAMPAIGN = """
campaign: parcels
brand: Bluebird
about: your parcel
purpose: informational
matter: other
language: en-US
caller_id: "+12025550123"
callback_number: "+12025550123"
countries: [US]
calling: {{days: mon-sun, from: "09:00", to: "20:00", max_attempts: {attempts}}}
retry: {{no_answer: {{after: 1h, times: 2}}, busy: {{after: 15m, times: 2}}, failed: {{after: 10m, times: 5}}}}
{more}
script:
  tell: {{say: Your parcel is on its way., end: true}}
"""
LISTENS = Callee("listens", thinks=0.5)
REFUSES = Callee("refuses", does=(Presses("9", after=1.0),))
AWAY = Callee("away", Answerer.NO_ANSWER)


def add(
    store: Store, name: str = "parcels", people: int = 1, more: str = "", *, first: int = 0, attempts: int = 3
) -> None:
    """A running campaign with so many contacts."""
    text = CAMPAIGN.format(more=more, attempts=attempts).replace("campaign: parcels", f"campaign: {name}")
    store.save_campaign(parse(text, name), text, NOON)
    numbers = (f"+1202555{first + place:04}" for place in range(people))
    store.add_contacts(name, [NewContact(one, "America/New_York", "en-US", {}, None, "US") for one in numbers], NOON)
    store.set_state(name, CampaignState.RUNNING, NOON)


def dial(
    store: Store,
    folder: Path,
    route: Callable[[Clock], TextRoute] | None = None,
    *,
    callee: Callee = LISTENS,
    channels: int = 5,
    transact: Transact = at_once,
    look_seconds: float | None = None,
    meanwhile: Callable[[Clock, Dialer], Awaitable[None]] | None = None,
) -> list[News]:
    """Runs a dialer to its end, on a clock that jumps; what it told."""
    told: list[News] = []

    async def main() -> None:
        clock = LoopClock(NOON, asyncio.get_running_loop())
        way = route(clock) if route is not None else TextRoute(lambda _: callee, clock, channels)
        journal = Journal(folder / "journal.jsonl")
        dialer = Dialer(
            store,
            way,
            clock,
            journal,
            owner="test",
            watch=told.append,
            transact=transact,
            longest_wait_seconds=look_seconds,
        )
        if meanwhile is None:
            await dialer.run()
        else:
            running = asyncio.ensure_future(dialer.run())
            await meanwhile(clock, dialer)
            await running

    run_virtually(main())
    return told


class Ends:
    """A conversation that ends before anybody answers."""

    def __init__(self, how: HungUp, seconds: float) -> None:
        self._how, self._seconds = how, seconds

    async def next_event(self) -> Event:
        await asyncio.sleep(self._seconds)
        return self._how

    def perform(self, action: Action) -> None:
        """Nobody is there."""

    async def close(self) -> None:
        """Nothing to let go of."""


class Troubled(TextRoute):
    """The route's first calls end as it is told; then it works."""

    def __init__(
        self, ends: Sequence[HungUp | None], clock: Clock, channels: int, callees: Sequence[Callee] = (LISTENS,)
    ) -> None:
        """None lets a call through; the callees answer in turn, the last one for good."""
        self._left = list(callees)
        super().__init__(lambda _: self._left.pop(0) if len(self._left) > 1 else self._left[0], clock, channels)
        self._ends = list(ends)

    async def open(self, order: DialOrder, permit: Permit, script: Script) -> Conversation:
        how = self._ends.pop(0) if self._ends else None
        return Ends(how, 0.2) if how is not None else await super().open(order, permit, script)


DOWN = HungUp(EndCause.ROUTE_DOWN)
