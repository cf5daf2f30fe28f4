"""Holds one authorised call, from its id to its recorded end.

Decides that whatever happens in a call, its row gets a disposition, and that one call that breaks does not touch
another. It takes the id of a call that the gate has written: whoever has the same store can hold it, also a worker that
did not ask for it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from campaigns.outcomes import Disposition, Result
from campaigns.store import Permit, Store
from outbound.call import CallCancelled, CallOutcome, conduct
from outbound.clock import Clock
from outbound.dialing.books import Books
from outbound.dialing.news import Finished, Happened, Watch
from outbound.dialing.transactions import Transact
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action
from outbound.dialogue.events import Event
from outbound.journal import Journal
from outbound.lines.base import DialOrder
from outbound.preparation import Preparation, Prepared
from outbound.routes import Route

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """What whoever asked the gate has at hand, so that it need not be read again."""

    permit: Permit
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended. `recorded` is the disposition on disk; None where the store did not take it in time."""

    outcome: CallOutcome
    recorded: Disposition | None


class Calling:
    """Calls on one route."""

    def __init__(
        self,
        store: Store,
        route: Route,
        clock: Clock,
        journal: Journal,
        books: Books,
        *,
        watch: Watch,
        transact: Transact,
    ) -> None:
        self._store = store
        self._route = route
        self._clock = clock
        self._journal = journal
        self._books = books
        self._watch = watch
        self._transact = transact
        self._prepare = Preparation(store, route, clock, transact)
        self._talking: set[asyncio.Task[object]] = set()

    def hang_up_all(self) -> None:
        """Ends the calls that are held, politely: each is still written down."""
        for task in self._talking:
            task.cancel()
        self._talking.clear()  # once: what follows a call's end is not to be broken off

    async def call(self, call_id: int, ready: Ready | None = None) -> Ended:
        """Dials, talks and writes down how it ended.

        Raises:
            NoSuchCall: no call of that id is about to be dialled.
            StoreUnavailable: the store is away, and nobody has what it takes at hand.
        """
        if ready is None:
            ready = await self._read(call_id)
        outcome = await self._conduct(ready.permit, ready.prepared)
        recorded = await self._books.finish(call_id, outcome)
        if recorded is not None:
            now = self._clock.now()
            self._watch(Finished(call_id, ready.permit.campaign, recorded, outcome.seconds, now))
        return Ended(outcome, recorded)

    async def _read(self, call_id: int) -> Ready:
        permit = await self._transact(lambda: self._store.permit(call_id))
        contact = await self._transact(lambda: self._store.contact(permit.contact_id))
        return Ready(permit, await self._prepare(contact, permit.version_id))

    async def _conduct(self, permit: Permit, prepared: Prepared) -> CallOutcome:
        order = DialOrder(permit.call_id, permit.number, permit.caller_id, permit.ring_seconds)

        async def save(result: Result) -> None:
            await self._books.save(permit.call_id, result)

        def watch(what: Event | Action) -> None:
            self._watch(Happened(permit.call_id, what))

        task = asyncio.current_task()
        assert task is not None
        self._talking.add(task)
        try:
            conversation = await self._route.open(order, permit, prepared.script)
            dialogue = Dialogue(prepared.script, prepared.calendar)
            return await conduct(dialogue, conversation, save, self._journal.keeping(permit.call_id), watch)
        except CallCancelled as cancelled:
            return cancelled.outcome
        except asyncio.CancelledError:  # before there was anything to end
            return CallOutcome(Disposition.INTERRUPTED, 0.0, "the run was stopped", ())
        except Exception:  # one broken call must not touch another; the defect is logged with its call
            log.exception("call %d broke", permit.call_id)
            return CallOutcome(Disposition.FAILED, 0.0, "the call broke on our side", ())
        finally:
            self._talking.discard(task)
