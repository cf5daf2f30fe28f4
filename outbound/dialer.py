"""Keeps calls in flight: who is claimed, when the next one may begin, what happens when store, route or clock fail.

Decides how a run begins, goes on and ends, so that a crash at any moment leaves nothing that could dial somebody
twice. Whether a call may be placed is the gate's word alone (`dialing/claiming.py`): there is no other way from here to
a line. How a call is held and written down is `dialing/calling.py`; who is due is the store's and the planning's.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from campaigns.outcomes import Disposition
from campaigns.pacing import Pace
from campaigns.store import Claim, Running, Store, StoreUnavailable
from campaigns.store.leases import LEASE_SECONDS
from outbound.call import CallOutcome
from outbound.clock import Clock
from outbound.dialing.accounts import Accounts
from outbound.dialing.books import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, Books
from outbound.dialing.breaker import Breaker, Closed, Opened
from outbound.dialing.calling import Calling, Ended, Ready
from outbound.dialing.claiming import Claiming
from outbound.dialing.clockwatch import DOUBT, ClockWatch
from outbound.dialing.news import (
    ClockStepped,
    RouteIsBack,
    RouteRests,
    StoreIsAway,
    StoreIsBack,
    Watch,
    harmless,
    nobody,
)
from outbound.dialing.throttle import Slot, Throttle
from outbound.dialing.transactions import Transact, in_a_thread
from outbound.journal import Journal
from outbound.routes import Route

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_SECONDS = 0.5
"""How old what is known of the running campaigns may be: a pace changed elsewhere holds within a second."""


def _unknown(_owner: str) -> bool:
    return False


class Dialer:
    """One dialer of one store on one route."""

    def __init__(
        self,
        store: Store,
        route: Route,
        clock: Clock,
        journal: Journal,
        *,
        owner: str,
        has_ended: Callable[[str], bool] = _unknown,
        calls_in_flight: int | None = None,
        pace: Pace | None = None,
        campaign_names: list[str] | None = None,
        allow: Sequence[str] | None = None,
        watch: Watch = nobody,
        transact: Transact = in_a_thread,
        longest_wait_seconds: float | None = LOOK_SECONDS,
    ) -> None:
        """Args:
        journal: takes results when the store does not; brought home before anything is dialled.
        owner: names this process in the store (`Store.lease`); never used again by another.
        has_ended: whether the process of an owner is known to be gone.
        calls_in_flight: at most so many at a time; never more than the route's channels.
        pace: of the line; each campaign has its own beside it.
        campaign_names: only these; None is every running campaign.
        allow: beginnings of the numbers that the route may dial; the gate refuses others. None is any.
        longest_wait_seconds: how soon a change made from another terminal is noticed. None waits until the next
            contact is due, for a clock that jumps, and looks around where nobody is.
        """
        self._store = store
        self._route = route
        self._clock = clock
        self._owner = owner
        self._has_ended = has_ended
        self._most = calls_in_flight
        self._campaigns = campaign_names
        self._watch = watch = harmless(watch)
        self._transact = transact
        self._longest_wait = longest_wait_seconds
        self._clocks = ClockWatch()
        self._books = Books(store, journal, clock, transact)
        self._calling = Calling(store, route, clock, journal, self._books, watch=watch, transact=transact)
        self._claiming = Claiming(
            store,
            route,
            clock,
            self._books,
            self._clocks,
            owner=owner,
            allow=allow,
            watch=watch,
            transact=transact,
        )
        self._throttle = Throttle(pace or Pace(), Breaker())
        self._accounts = Accounts(store, clock, watch=watch, transact=transact)
        self._calls: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Event()
        self._stirred = asyncio.Event()
        """A call was placed (now it is known when the next one may be), or has ended; or the dialer is to stop."""
        self._hanging_up = False
        self._at_home = False
        self._away_seconds: float | None = None
        self._leased_until: datetime | None = None
        self._looked_at: float | None = None
        self._running: list[Running] = []

    def drain(self) -> None:
        """Places no further call; `run` ends when those in flight have ended."""
        self._draining.set()
        self._stirred.set()

    def hang_up_all(self) -> None:
        """Ends the calls in flight politely; each still gets its disposition."""
        self._hanging_up = True
        self.drain()
        self._calling.hang_up_all()

    async def run(self, *, until_done: bool = True) -> None:
        """Places calls until nobody waits any more (`until_done`), or until drained.

        While the store is away nothing is dialled, calls in flight end politely, and it is tried again and again.

        Raises:
            LeaseHeld: another process is dialling from this store.
            CampaignError: what the store holds cannot be used. Calls in flight are ended first.
        """
        try:
            while not self._draining.is_set():
                try:
                    if await self._round(until_done):
                        return
                except StoreUnavailable as error:
                    await self._store_is_away(error)
            await self._all_ended()
        finally:
            self.hang_up_all()
            await self._all_ended()
            await self._give_back_lease()

    async def call_once(self, contact_id: int) -> None:
        """Places one call to one contact, through the same gate.

        Raises:
            StoreUnavailable: the store is away.
        """
        await self._come_home()
        try:
            contact = await self._in_store(lambda: self._store.contact(contact_id))
            campaign = await self._in_store(lambda: self._store.campaign(contact.campaign))
            claim = Claim(contact, campaign.version_id)
            await self._one(claim, self._throttle.begin(claim.campaign))
        finally:
            await self._give_back_lease()

    async def _round(self, until_done: bool) -> bool:
        """Begins the calls that may begin now, and waits for something to happen; whether all is done."""
        self._look_at_the_clocks()
        if not self._at_home:
            await self._come_home()
        await self._keep_lease()
        if self._books.owing:
            await self._books.bring_home()
        await self._look_at_campaigns()
        rooms = self._rooms()
        room = self._throttle.room(self._clock.now(), self._channels)
        claims: list[Claim] = []
        if room > 0:
            names = [one.name for one in self._running]
            claims = await self._claiming.claim(room, names, rooms, self._throttle.in_flight)
        for claim in claims:
            self._begin(claim)
        if claims:
            await asyncio.sleep(0)
            if len(self._calls) < self._channels:
                return False
        if not self._calls and not await self._somebody_waits():
            await self._finish_campaigns()
            if until_done:
                return True
        await self._wait(await self._next_moment())
        return False

    async def _somebody_waits(self) -> bool:
        return await self._in_store(lambda: self._store.upcoming(self._campaigns)) is not None

    async def _come_home(self) -> None:
        """Settles what an earlier process, or the store's absence, left behind."""
        await self._keep_lease()
        await self._books.bring_home()
        left = await self._claiming.recover()
        if left:
            log.warning("calls cut off when an earlier run ended: %d; they are not dialled again", left)
        self._at_home = True
        if self._away_seconds is not None:
            self._away_seconds = None
            self._watch(StoreIsBack(self._clock.now()))

    async def _store_is_away(self, error: StoreUnavailable) -> None:
        """Says so once, and waits a while, longer each time."""
        self._at_home = False
        if self._away_seconds is None:
            log.error("%s Nothing is dialled until it can be used again.", error)
            self._watch(StoreIsAway(str(error), self._clock.now()))
            self._away_seconds = FIRST_WAIT_SECONDS
        else:
            self._away_seconds = min(2 * self._away_seconds, LONGEST_WAIT_SECONDS)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._draining.wait(), self._away_seconds)

    def _begin(self, claim: Claim) -> None:
        task = asyncio.ensure_future(self._one(claim, self._throttle.begin(claim.campaign)))
        self._calls.add(task)
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._stirred.set()

    async def _one(self, claim: Claim, slot: Slot) -> None:
        """One contact: from a claim to a recorded disposition, or to the gate's no."""
        try:
            ready = await self._claiming.authorise(claim)
            if ready is None:
                return
            self._throttle.placed(slot, self._clock.now())
            self._stirred.set()
            self._accounts.placed(claim.campaign)
            call_id = ready.permit.call_id
            try:
                ended = await self._held(call_id, ready)
            finally:
                self._claiming.ended(call_id)
            self._take_note(claim.campaign, slot, ended)
        except StoreUnavailable as error:
            self._at_home = False
            log.error("contact %d was not called: %s", claim.contact_id, error)
        finally:
            self._throttle.leave(slot)

    async def _held(self, call_id: int, ready: Ready) -> Ended:
        if self._hanging_up:  # between the gate and the line: nobody's phone rang, and no attempt counts
            outcome = CallOutcome(Disposition.ROUTE_DOWN, 0.0, "the run was stopped before it was dialled", ())
            return Ended(outcome, await self._books.finish(call_id, outcome))
        return await self._calling.call(call_id, ready)

    def _take_note(self, campaign: str, slot: Slot, ended: Ended) -> None:
        now, disposition = self._clock.now(), ended.recorded or ended.outcome.disposition
        self._accounts.ended(campaign, disposition, ended.outcome.seconds)
        if self._hanging_up:
            return
        match self._throttle.ended(slot, disposition, now, ended.outcome.wait_seconds):
            case Opened(until, failed, calls):
                log.warning(
                    "the line %s fails: %d of %d calls; it is tried again later", self._route.name, failed, calls
                )
                self._watch(RouteRests(self._route.name, until, failed, calls, now))
            case Closed():
                self._watch(RouteIsBack(self._route.name, now))

    def _look_at_the_clocks(self) -> None:
        now = self._clock.now()
        step = self._clocks.look(now, asyncio.get_running_loop().time())
        if step is not None:
            seconds = step.total_seconds()
            log.warning("the computer's clock was changed by %.0f s; calls must be allowed by both times", seconds)
            self._leased_until = None
            self._watch(ClockStepped(seconds, now + DOUBT, now))

    async def _look_at_campaigns(self) -> None:
        seconds = asyncio.get_running_loop().time()
        if self._looked_at is not None and seconds - self._looked_at < LOOK_SECONDS:
            return
        running = await self._in_store(lambda: self._store.running(self._campaigns))
        self._running = await self._accounts.open(running)
        self._throttle.hold_to(self._running)
        self._looked_at = seconds

    @property
    def _channels(self) -> int:
        """How many calls may be in flight; a line has fewer while callees talk to people over it."""
        return self._route.channels if self._most is None else min(self._most, self._route.channels)

    def _rooms(self) -> dict[str, int]:
        """How many calls each campaign may begin, by its pace and by its budget."""
        rooms, undecided = self._throttle.rooms(self._clock.now()), self._throttle.undecided
        for name, left in self._accounts.rooms().items():
            rooms[name] = max(0, min(left - undecided[name], rooms.get(name, left)))
        return rooms

    async def _next_moment(self) -> datetime | None:
        """When a call may begin, if none ends before; None: only then, or when something changes."""
        now = self._clock.now()
        if self._throttle.room(now, self._channels) <= 0:
            return self._throttle.route_opens_at(now)
        rooms = self._rooms()
        held_back = [one.name for one in self._running if rooms.get(one.name) == 0]
        free = [one.name for one in self._running if one.name not in held_back]
        moments = [self._throttle.campaign_opens_at(name, now) for name in held_back]
        moments.append(await self._in_store(lambda: self._store.upcoming(free)))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _finish_campaigns(self) -> None:
        now = self._clock.now()
        await self._in_store(lambda: self._store.finish_campaigns(now))

    async def _keep_lease(self) -> None:
        now = self._clock.now()
        if self._leased_until is None or (self._leased_until - now).total_seconds() < LEASE_SECONDS / 2:
            self._leased_until = await self._in_store(lambda: self._store.lease(self._owner, now, dead=self._has_ended))

    async def _give_back_lease(self) -> None:
        """The next run need not wait; where the store is away, the lease runs out by itself."""
        if self._leased_until is None:
            return
        self._leased_until = None
        with suppress(StoreUnavailable):
            await self._in_store(lambda: self._store.release_lease(self._owner))

    async def _wait(self, moment: datetime | None) -> None:
        """Until `moment`, until a call has ended, until drained, or until it is time to look again."""
        seconds = self._longest_wait
        if moment is None and seconds is None and not self._calls:
            await self._look_around()
            return
        if moment is not None:
            until = max(0.0, (moment - self._clock.now()).total_seconds())
            seconds = until if seconds is None else min(seconds, until)
        timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._stirred.set)
        await self._stirred.wait()
        if timer is not None:
            timer.cancel()
        self._stirred.clear()

    async def _look_around(self) -> None:
        """Nothing more happens on a clock that jumps; what others do takes real time, and meanwhile it stands still."""
        await asyncio.to_thread(time.sleep, LOOK_SECONDS)
        self._looked_at = None

    async def _all_ended(self) -> None:
        self._books.close_soon()
        if self._calls:
            await asyncio.wait(set(self._calls))

    async def _in_store(self, function: Callable[[], T]) -> T:
        return await self._transact(function)
