"""What running campaigns have spent and how many people opted out, and pausing those for which that is enough.

Decides nothing of its own: `campaigns/limits.py` says when. What was spent before is read once; from then on every call
is counted here, because there is one dialer for a store.
"""

from __future__ import annotations

from campaigns.limits import Spent, calls_left, why_pause
from campaigns.outcomes import Disposition
from campaigns.store import CampaignState, Running, Store
from outbound.clock import Clock
from outbound.dialing.news import CampaignPaused, Watch
from outbound.dialing.transactions import Transact

ACTOR = "dialer"


class Accounts:
    """The accounts of the campaigns that run."""

    def __init__(self, store: Store, clock: Clock, *, watch: Watch, transact: Transact) -> None:
        self._store = store
        self._clock = clock
        self._watch = watch
        self._transact = transact
        self._kept: dict[str, tuple[Running, Spent]] = {}

    async def open(self, running: list[Running]) -> list[Running]:
        """Opens an account for each campaign that is new, resumed or edited, and pauses what is to pause; the rest.

        Raises:
            StoreUnavailable: the store is away.
        """
        left = []
        for one in running:
            known = self._kept.get(one.name)
            if known is None or known[0].since != one.since:
                now = self._clock.now()
                spent = await self._transact(lambda one=one, now=now: self._store.spent(one, now))  # type: ignore[misc]
            else:
                spent = known[1]
            self._kept[one.name] = one, spent
            because = why_pause(one.terms.budget, one.terms.alarm, spent)
            if because is None:
                left.append(one)
            else:
                await self._pause(one.name, because)
        return left

    def rooms(self) -> dict[str, int]:
        """How many calls the budgets leave, by campaign; without those that have no budget."""
        found = {name: calls_left(one.terms.budget, spent) for name, (one, spent) in self._kept.items()}
        return {name: room for name, room in found.items() if room is not None}

    def placed(self, campaign: str) -> None:
        """A call is dialled."""
        if campaign in self._kept:
            self._kept[campaign][1].calls += 1

    def ended(self, campaign: str, disposition: Disposition, seconds: float) -> None:
        """A call has ended."""
        if campaign not in self._kept:
            return
        spent = self._kept[campaign][1]
        spent.seconds += seconds
        spent.calls -= disposition is Disposition.ROUTE_DOWN
        spent.conversations += disposition.reached
        spent.opt_outs += disposition is Disposition.OPTED_OUT

    async def _pause(self, name: str, because: str) -> None:
        now = self._clock.now()
        if name in await self._transact(lambda: self._store.finish_campaigns(now)):
            return  # nobody is left to pause for
        await self._transact(
            lambda: self._store.set_state(name, CampaignState.PAUSED, now, actor=ACTOR, because=because)
        )
        self._watch(CampaignPaused(name, because, now))
