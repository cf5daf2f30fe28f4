"""Brings a contact who is due to the gate, with everything ready that its call can say.

Decides the order: prompts first, because nothing may be slow once the gate has said yes; what is owed to the store
next, because the gate must know it; then the gate, and no other way to a call's id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from audio.errors import AudioError
from campaigns.errors import CampaignError
from campaigns.outcomes import Disposition
from campaigns.store import Claim, Permit, Refusal, Store, StoreUnavailable
from outbound.call import CallOutcome
from outbound.clock import Clock
from outbound.dialing.books import Books
from outbound.dialing.calling import Ready
from outbound.dialing.clockwatch import ClockWatch
from outbound.dialing.news import Finished, Placed, Refused, Watch
from outbound.dialing.transactions import Transact
from outbound.preparation import Preparation
from outbound.routes import Route

log = logging.getLogger(__name__)

CLAIM_SECONDS = 120.0
"""How long a claimed contact is held for us: longer than it takes to render its prompts."""
CLOCK = "clock"
"""What holds a contact who may be called by one of two clocks only."""


class Claiming:
    """Claims contacts of a store for one route."""

    def __init__(
        self,
        store: Store,
        route: Route,
        clock: Clock,
        books: Books,
        clocks: ClockWatch,
        *,
        owner: str,
        allow: Sequence[str] | None,
        watch: Watch,
        transact: Transact,
    ) -> None:
        self._store = store
        self._line = route.name
        self._clock = clock
        self._books = books
        self._clocks = clocks
        self._owner = owner
        self._allow = allow
        self._watch = watch
        self._transact = transact
        self._prepare = Preparation(store, route, clock, transact)
        self._at_the_gate = asyncio.Lock()
        self._placed: set[int] = set()
        self._unasked: list[int] = []
        """Contacts who were claimed when the store went away."""

    async def claim(
        self, limit: int, campaign_names: list[str] | None, rooms: Mapping[str, int], in_flight: Mapping[str, int]
    ) -> list[Claim]:
        """The contacts who are next.

        Raises:
            StoreUnavailable: the store is away.
        """
        now = self._clock.now()
        return await self._transact(
            lambda: self._store.claim(
                now,
                limit,
                campaign_names=campaign_names,
                lease_seconds=CLAIM_SECONDS,
                rooms=rooms,
                in_flight=in_flight,
            )
        )

    async def authorise(self, claim: Claim) -> Ready | None:
        """One claimed contact, from its prompts to the gate's word; None for no. The call's row is on disk then.

        Raises:
            StoreUnavailable: the store is away.
        """
        try:
            prepared = await self._prepare(claim.contact, claim.version_id)
            permit = await self._ask(claim)
        except StoreUnavailable:
            self._unasked.append(claim.contact_id)
            raise
        except (CampaignError, AudioError) as error:
            log.error("contact %d of %s was not called: %s", claim.contact_id, claim.campaign, error)
            return None
        if permit is None:
            return None
        if permit.version_id == prepared.version_id:
            return Ready(permit, prepared)
        return await self._prepared_anew(claim, permit)

    async def _prepared_anew(self, claim: Claim, permit: Permit) -> Ready | None:
        """The campaign was edited while its prompts were rendered. Where that fails, nobody's phone rings for it.

        The call's row is on disk: it is closed as one that was not dialled, and counts as no attempt.
        """
        try:
            return Ready(permit, await self._prepare(claim.contact, permit.version_id))
        except (CampaignError, AudioError) as error:
            log.error("call %d was not dialled: %s", permit.call_id, error)
            outcome = CallOutcome(Disposition.ROUTE_DOWN, 0.0, "it could not be made ready", ())
            recorded = await self._books.finish(permit.call_id, outcome)
            self.ended(permit.call_id)
            if recorded is not None:
                self._watch(Finished(permit.call_id, permit.campaign, recorded, 0.0, self._clock.now()))
            return None

    async def recover(self) -> int:
        """Settles the calls that nobody holds any more; how many. Who could not be asked about is due again."""
        async with self._at_the_gate:
            now, placed = self._clock.now(), set(self._placed)
            if unasked := list(self._unasked):
                await self._transact(lambda: self._store.release(unasked))
                del self._unasked[: len(unasked)]
            return await self._transact(lambda: self._store.recover(now, self._owner, placed))

    def ended(self, call_id: int) -> None:
        """A call that was authorised here is over."""
        self._placed.discard(call_id)

    async def _ask(self, claim: Claim) -> Permit | None:
        async with self._at_the_gate:
            if self._books.owing:
                await self._books.bring_home()
            now = self._clock.now()
            doubt = self._clocks.doubt(now)
            if doubt is not None and not await self._allowed_by_the_other(claim, now, *doubt):
                return None
            answer = await self._transact(
                lambda: self._store.authorise(
                    claim.contact_id, now, line=self._line, owner=self._owner, allow=self._allow
                )
            )
            if isinstance(answer, Refusal):
                self._watch(Refused(claim.contact_id, claim.campaign, answer.verdict, now))
                return None
            self._placed.add(answer.call_id)
        who = answer.contact_id, answer.campaign, answer.version, answer.number, answer.attempt
        self._watch(Placed(answer.call_id, *who, now))
        return answer

    async def _allowed_by_the_other(self, claim: Claim, now: datetime, moment: datetime, until: datetime) -> bool:
        """Whether the call is allowed at the moment that the clock showed before it was put forward or back, too."""
        verdict = await self._transact(lambda: self._store.may_call(claim.contact_id, moment))
        if verdict.allowed:
            return True
        if verdict.next_allowed is not None:
            until = min(until, now + (verdict.next_allowed - moment))
        because = "The computer's clock was changed, and only one of the two times allows the call."
        await self._transact(lambda: self._store.hold(claim.contact_id, because, until, by=CLOCK))
        self._watch(Refused(claim.contact_id, claim.campaign, verdict, moment))
        return False
