"""Writes down what becomes of calls, also while the store is away.

Decides that nothing is lost: a result that the store does not take goes to the journal, a call's end is tried until it
is on disk, and what is owed is brought home before the gate is asked about anybody else. Somebody who said "never call
me again" while the disk was full is on the register before the next call is placed.
"""

from __future__ import annotations

import asyncio
import logging

from campaigns.outcomes import Disposition, Result
from campaigns.store import Store, StoreUnavailable
from campaigns.store.history import NoSuchCall
from outbound.call import CallOutcome
from outbound.clock import Clock
from outbound.dialing.transactions import Transact
from outbound.journal import Journal

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
LAST_WAIT_SECONDS = 20.0
"""How long the end of a call is still tried when the dialer is to stop."""


class Books:
    """The writing side of one dialer."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, transact: Transact) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._transact = transact
        self._owed = 0
        self._closing_at: float | None = None

    @property
    def owing(self) -> bool:
        """Something that happened in a call is not in the store yet."""
        return self._owed > 0 or self._journal.waiting

    def close_soon(self) -> None:
        """The dialer stops: what the store does not take within a while stays in the journal."""
        if self._closing_at is None:
            self._closing_at = asyncio.get_running_loop().time() + LAST_WAIT_SECONDS

    async def bring_home(self) -> None:
        """Saves what the journal kept. What belongs to calls that the store never saw stays beside it, in a file.

        Raises:
            StoreUnavailable: the store is away.
        """
        home, strange = 0, 0
        while owed := self._journal.pending()[home:]:  # other calls may add to it meanwhile
            for kept in owed:
                try:
                    await self.save(kept.call_id, kept.result)
                except NoSuchCall:
                    strange += 1
            home += len(owed)
        if strange:
            log.error("%d results of an earlier run belong to calls that this store does not know", strange)
        self._journal.clear(aside=strange > 0)

    async def save(self, call_id: int, result: Result) -> None:
        """Raises StoreUnavailable: it was not saved."""
        now = self._clock.now()
        await self._transact(lambda: self._store.save(call_id, result, now))

    async def finish(self, call_id: int, outcome: CallOutcome) -> Disposition | None:
        """Writes a call's end down, as often as it takes; its disposition.

        None when the dialer stops before the store is back: the next run then takes the outcome for unknown, and
        does not dial again by itself.
        """
        self._owed += 1
        wait_seconds = FIRST_WAIT_SECONDS
        try:
            while True:
                try:
                    return await self._finish_once(call_id, outcome)
                except StoreUnavailable as error:
                    if self._closing_at is not None and asyncio.get_running_loop().time() >= self._closing_at:
                        log.error("the end of call %d was not written: %s", call_id, error)
                        return None
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
        finally:
            self._owed -= 1

    async def _finish_once(self, call_id: int, outcome: CallOutcome) -> Disposition:
        for result in outcome.unsaved:
            await self.save(call_id, result)
        now = self._clock.now()
        return await self._transact(
            lambda: self._store.finish(
                call_id,
                outcome.disposition,
                now,
                seconds=outcome.seconds,
                detail=outcome.detail,
                events=outcome.log,
                heard=outcome.heard,
                wait_seconds=outcome.wait_seconds,
            )
        )
