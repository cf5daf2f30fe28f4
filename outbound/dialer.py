"""Keeps calls in flight: claim, prepare, authorise, dial, conduct, record.

Decides the order in which one call's life is written down, so that a crash at any moment leaves nothing that could
dial somebody twice, and that one call that breaks does not touch another. Whether a call may be placed is the gate's
word alone (`Store.authorise`): there is no other way from here to a line. Who is due is the store's and
`campaigns/planning`'s; what is said is the dialogue's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from audio.errors import AudioError
from campaigns.compliance.verdict import Verdict
from campaigns.errors import CampaignError
from campaigns.outcomes import Disposition, Result
from campaigns.store import Claim, Permit, Refusal, Store
from campaigns.store.leases import LEASE_SECONDS
from outbound.call import CallCancelled, CallOutcome, conduct
from outbound.clock import Clock
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action
from outbound.dialogue.events import Event
from outbound.journal import Journal
from outbound.lines.base import DialOrder
from outbound.preparation import Preparation, Prepared
from outbound.routes import Route

log = logging.getLogger(__name__)
T = TypeVar("T")

ROUTE_REST_SECONDS = 30.0
"""How long a line that takes no calls is left alone."""
CLAIM_SECONDS = 120.0
"""How long a claimed contact is held for us: longer than it takes to render its prompts."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call was dialled."""

    call_id: int
    contact_id: int
    campaign: str
    number: str
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """Something happened in a call, or was done in it."""

    call_id: int
    what: Event | Action


@dataclass(frozen=True, slots=True)
class Finished:
    """A call has its disposition, on disk."""

    call_id: int
    campaign: str
    disposition: Disposition
    seconds: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """The gate said no."""

    contact_id: int
    campaign: str
    verdict: Verdict
    at: datetime


News = Placed | Happened | Finished | Refused
Watch = Callable[[News], None]


def nobody(_news: News) -> None:
    """Nobody is watching."""


def _unknown(_owner: str) -> bool:
    return False


async def in_a_thread(function: Callable[[], T]) -> T:
    """Runs a store transaction off the event loop: a slow disk must not make a caller's voice stutter."""
    return await asyncio.to_thread(function)


async def at_once(function: Callable[[], T]) -> T:
    """Runs it here and now: in a rehearsal, where nobody hears a pause, the order of writes is then repeatable."""
    return function()


class Transact(Protocol):
    """How a store transaction is run: off the event loop, or here and now."""

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]: ...


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
        campaign_names: list[str] | None = None,
        allow: Sequence[str] | None = None,
        watch: Watch = nobody,
        transact: Transact = in_a_thread,
        longest_wait_seconds: float | None = 0.5,
    ) -> None:
        """Args:
        journal: takes results when the store does not; brought home before anything is dialled.
        owner: names this process in the store (`Store.lease`); never used again by another.
        has_ended: whether the process of an owner is known to be gone.
        calls_in_flight: at most so many at a time; never more than the route's channels.
        campaign_names: only these; None is every running campaign.
        allow: beginnings of the numbers that the route may dial; the gate refuses others. None is any.
        longest_wait_seconds: how soon a change made from another terminal is noticed. None waits until the next
            contact is due, for a clock that jumps.
        """
        self._store = store
        self._route = route
        self._prepare = Preparation(store, route, clock)
        self._clock = clock
        self._journal = journal
        self._owner = owner
        self._has_ended = has_ended
        self._most = min(calls_in_flight or route.channels, route.channels)
        self._campaigns = campaign_names
        self._allow = allow
        self._watch = watch
        self._transact = transact
        self._longest_wait = longest_wait_seconds
        self._calls: set[asyncio.Task[None]] = set()
        self._draining = asyncio.Event()
        self._route_opens_at: datetime | None = None
        self._leased_until: datetime | None = None

    def drain(self) -> None:
        """Places no further call; `run` ends when those in flight have ended."""
        self._draining.set()

    def hang_up_all(self) -> None:
        """Ends the calls in flight politely; each still gets its disposition."""
        self.drain()
        for call in self._calls:
            call.cancel()

    async def run(self, *, until_done: bool = True) -> None:
        """Places calls until nobody waits any more (`until_done`), or until drained.

        Raises:
            LeaseHeld: another process is dialling from this store.
            CampaignError: the store cannot be read or written any more. Calls in flight are ended first.
        """
        await self._come_home()
        try:
            while not self._draining.is_set():
                await self._keep_lease()
                if not self._route_is_open():
                    await self._wait(self._route_opens_at)
                    continue
                claims = await self._claim()
                for claim in claims:
                    self._begin(self._place(claim))
                if claims:
                    await asyncio.sleep(0)
                    if len(self._calls) < self._most:
                        continue
                upcoming = await self._in_store(lambda: self._store.upcoming(self._campaigns))
                if upcoming is None and not self._calls:
                    await self._finish_campaigns()
                    if until_done:
                        return
                await self._wait(upcoming)
            await self._all_ended()
        finally:
            self.hang_up_all()
            await self._all_ended()

    async def call_once(self, contact_id: int) -> None:
        """Places one call to one contact, through the same gate."""
        await self._come_home()
        contact = await self._in_store(lambda: self._store.contact(contact_id))
        await self._place(Claim(contact.id, contact.campaign))

    async def _come_home(self) -> None:
        """Settles what an earlier process left behind: results in the journal, calls whose outcome nobody knows."""
        await self._keep_lease()
        for kept in self._journal.pending():
            await self._save(kept.call_id, kept.result)
        self._journal.clear()
        now = self._clock.now()
        left = await self._in_store(lambda: self._store.recover(now, self._owner))
        if left:
            log.warning("%d calls were cut off when an earlier run ended; they are not dialled again", left)

    async def _claim(self) -> list[Claim]:
        free = self._most - len(self._calls)
        if free <= 0:
            return []
        now = self._clock.now()
        return await self._in_store(
            lambda: self._store.claim(now, free, campaign_names=self._campaigns, lease_seconds=CLAIM_SECONDS)
        )

    def _begin(self, placing: Awaitable[None]) -> None:
        task = asyncio.ensure_future(placing)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _place(self, claim: Claim) -> None:
        """One contact: from a claim to a recorded disposition, or to the gate's no."""
        try:
            contact = await self._in_store(lambda: self._store.contact(claim.contact_id))
            prepared = await self._prepare(contact)
            permit = await self._authorise(claim)
            if permit is None:
                return
            if permit.version_id != prepared.version_id:  # the campaign was edited while its prompts were rendered
                prepared = await self._prepare(contact)
        except (CampaignError, AudioError) as error:
            log.error("contact %d of %s was not called: %s", claim.contact_id, claim.campaign, error)
            return
        await self._conduct(permit, prepared)

    async def _authorise(self, claim: Claim) -> Permit | None:
        now = self._clock.now()
        answer = await self._in_store(
            lambda: self._store.authorise(
                claim.contact_id, now, line=self._route.name, owner=self._owner, allow=self._allow
            )
        )
        if isinstance(answer, Refusal):
            self._watch(Refused(claim.contact_id, claim.campaign, answer.verdict, now))
            return None
        self._watch(Placed(answer.call_id, answer.contact_id, answer.campaign, answer.number, answer.attempt, now))
        return answer

    async def _conduct(self, permit: Permit, prepared: Prepared) -> None:
        """Dials and talks. Whatever happens, the call row gets its disposition."""
        order = DialOrder(permit.call_id, permit.number, permit.caller_id, permit.ring_seconds)

        async def save(result: Result) -> None:
            await self._save(permit.call_id, result)

        def watch(what: Event | Action) -> None:
            self._watch(Happened(permit.call_id, what))

        try:
            conversation = await self._route.open(order, permit, prepared.script)
            dialogue = Dialogue(prepared.script, prepared.calendar)
            outcome = await conduct(dialogue, conversation, save, self._journal.keeping(permit.call_id), watch)
        except CallCancelled as cancelled:
            outcome = cancelled.outcome
        except Exception:  # one broken call must not touch another; the defect is logged with its call
            log.exception("call %d broke", permit.call_id)
            outcome = CallOutcome(Disposition.FAILED, 0.0, "the call broke on our side", ())
        await self._record(permit, outcome)

    async def _save(self, call_id: int, result: Result) -> None:
        now = self._clock.now()
        await self._in_store(lambda: self._store.save(call_id, result, now))

    async def _record(self, permit: Permit, outcome: CallOutcome) -> None:
        now = self._clock.now()
        if outcome.disposition is Disposition.ROUTE_DOWN:
            self._route_opens_at = now + timedelta(seconds=ROUTE_REST_SECONDS)
            log.warning("the line %s takes no calls; trying again in %.0f s", self._route.name, ROUTE_REST_SECONDS)
        for result in outcome.unsaved:
            await self._save(permit.call_id, result)
        disposition = await self._in_store(
            lambda: self._store.finish(
                permit.call_id,
                outcome.disposition,
                now,
                seconds=outcome.seconds,
                detail=outcome.detail,
                events=outcome.log,
                heard=outcome.heard,
            )
        )
        self._watch(Finished(permit.call_id, permit.campaign, disposition, outcome.seconds, now))

    async def _finish_campaigns(self) -> None:
        now = self._clock.now()
        await self._in_store(lambda: self._store.finish_campaigns(now))

    async def _keep_lease(self) -> None:
        now = self._clock.now()
        if self._leased_until is None or (self._leased_until - now).total_seconds() < LEASE_SECONDS / 2:
            self._leased_until = await self._in_store(lambda: self._store.lease(self._owner, now, dead=self._has_ended))

    def _route_is_open(self) -> bool:
        return self._route_opens_at is None or self._clock.now() >= self._route_opens_at

    async def _wait(self, moment: datetime | None) -> None:
        """Until `moment`, until a call has ended, until drained, or until it is time to look again."""
        seconds = self._longest_wait
        if moment is not None and len(self._calls) < self._most:
            until = max(0.0, (moment - self._clock.now()).total_seconds())
            seconds = until if seconds is None else min(seconds, until)
        draining = asyncio.ensure_future(self._draining.wait())
        try:
            await asyncio.wait({*self._calls, draining}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            draining.cancel()

    async def _all_ended(self) -> None:
        if self._calls:
            await asyncio.wait(set(self._calls))

    async def _in_store(self, function: Callable[[], T]) -> T:
        return await self._transact(function)
