"""Somebody who watches the line and keeps books of their own: what was really dialled, and what was promised.

Decides what must never happen, without asking the robot: it sees who is dialled when, and hears what the robot says.
What the store holds in the end is compared with these books, not with what the robot believes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from campaigns.definition import CampaignDefinition
from campaigns.outcomes import Disposition
from campaigns.script import Script
from campaigns.store import Permit, Store
from campaigns.store.results import Kind
from campaigns.store.tables import Call, CallResult, CallState, Contact, ContactState, DncEntry, table
from outbound.call import Conversation
from outbound.clock import Clock
from outbound.dialogue.actions import Action, HangUp, Say
from outbound.dialogue.events import Event, HungUp
from outbound.lines.base import DialOrder, EndCause
from outbound.routes import Route
from outbound.simulation.population import Home

LISTED, WINDOW, TWICE, AT_ONCE = "listed", "outside a window", "dialled twice", "two calls at once"
LOST, FORGOTTEN, UNKNOWN, AGAIN = (
    "lost opt-out",
    "forgotten",
    "without a call row",
    "redialled after an unknown outcome",
)
WRONGS = (LISTED, WINDOW, TWICE, AT_ONCE, LOST, FORGOTTEN, UNKNOWN, AGAIN)

call = table(Call)
contact = table(Contact)
entry = table(DncEntry)
result = table(CallResult)


@dataclass(slots=True)
class Witness:
    """Watches one campaign.

    Args:
        homes: where each number really is.
        clock: the only clock there is; also where somebody sets it.
    """

    definition: CampaignDefinition
    homes: Mapping[str, Home]
    clock: Clock
    wrongs: Counter[str] = field(default_factory=Counter)
    dialled: int = 0
    _listed: set[str] = field(default_factory=set)
    _promised: set[str] = field(default_factory=set)
    _attempts: set[tuple[int, int]] = field(default_factory=set)
    _calls: dict[int, str] = field(default_factory=dict)
    _up: dict[str, int] = field(default_factory=dict)
    _alive: bool = True

    def listed(self, number: str) -> None:
        """From now on nobody may dial this number."""
        self._listed.add(number)

    def dials(self, order: DialOrder, permit: Permit) -> None:
        """Somebody's phone rings."""
        self.dialled += 1
        self.wrongs[LISTED] += order.number in self._listed
        self.wrongs[WINDOW] += not self._may_ring(order.number, self.clock.now())
        self.wrongs[AT_ONCE] += order.number in self._up
        attempt = permit.contact_id, permit.attempt
        self.wrongs[TWICE] += attempt in self._attempts or permit.call_id in self._calls
        self._attempts.add(attempt)
        self._calls[permit.call_id] = order.number
        self._up[order.number] = permit.call_id

    def not_taken(self, permit: Permit) -> None:
        """The line took no call: nobody's phone rang after all."""
        self._attempts.discard((permit.contact_id, permit.attempt))

    def promises(self, number: str) -> None:
        """The robot has said that it will not call again."""
        if self._alive:
            self._promised.add(number)
            self._listed.add(number)

    def ends(self, number: str) -> None:
        """A call is over."""
        self._up.pop(number, None)

    def process_died(self) -> None:
        """With it went its calls; whatever its remains do is nothing that anybody hears."""
        self._up.clear()
        self._alive = False

    def process_began(self) -> None:
        """There is a robot on the line again."""
        self._alive = True

    def examine(self, store: Store) -> Counter[str]:
        """Everything that went wrong: what was seen, and what the store holds that does not agree with it."""
        found = Counter(self.wrongs)
        with store.reading() as connection:
            rows = connection.execute(sa.select(call.c.id, call.c.number)).all()
            known = {row.id: row.number for row in rows}
            found[UNKNOWN] += sum(known.get(id_) != number for id_, number in self._calls.items())
            kept = set(connection.execute(sa.select(entry.c.number).where(entry.c.revoked_at.is_(None))).scalars())
            said = connection.execute(
                sa.select(call.c.number)
                .join(result, result.c.call_id == call.c.id)
                .where(result.c.kind == Kind.OPT_OUT, call.c.stage > 0)
            ).scalars()
            found[LOST] += len((self._promised | set(said)) - kept)
            found[FORGOTTEN] += connection.execute(_FORGOTTEN).scalar_one()
            found[FORGOTTEN] += connection.execute(_IN_THE_AIR).scalar_one()
            found[AGAIN] += connection.execute(_REDIALLED).scalar_one()
        return +found

    def _may_ring(self, number: str, now: datetime) -> bool:
        """The campaign's hours and the law's 8 to 21, on the wall clock of the callee."""
        calling = self.definition.calling
        local = now.astimezone(self.homes[number].zone)
        return (
            local.weekday() in calling.days and calling.opens <= local.time() < calling.closes and 8 <= local.hour < 21
        )


_FORGOTTEN = sa.select(sa.func.count()).where(contact.c.state != ContactState.CLOSED)
_IN_THE_AIR = sa.select(sa.func.count()).where(call.c.state != CallState.ENDED)
_LATER = call.alias("later")
_REDIALLED = sa.select(sa.func.count(sa.distinct(call.c.contact_id))).where(
    call.c.disposition == Disposition.INTERRUPTED,
    sa.exists().where(_LATER.c.contact_id == call.c.contact_id, _LATER.c.id > call.c.id),
)


class WitnessedRoute:
    """A route that somebody watches.

    Args:
        around: what the network does to a conversation.
        meanwhile: what else happens in the house while a phone begins to ring.
    """

    def __init__(
        self,
        inner: Route,
        witness: Witness,
        around: Callable[[Conversation, DialOrder], Conversation],
        meanwhile: Callable[[], None],
    ) -> None:
        self.name = inner.name
        self.channels = inner.channels
        self._inner = inner
        self._witness = witness
        self._around = around
        self._meanwhile = meanwhile

    async def prepare(self, script: Script) -> None:
        await self._inner.prepare(script)

    async def open(self, order: DialOrder, permit: Permit, script: Script) -> Conversation:
        self._witness.dials(order, permit)
        self._meanwhile()
        conversation = self._around(await self._inner.open(order, permit, script), order)
        return _Witnessed(conversation, self._witness, permit, script.phrases.opt_out_confirmed)


class _Witnessed:
    """One call, overheard."""

    def __init__(self, inner: Conversation, witness: Witness, permit: Permit, promise: str) -> None:
        self._inner = inner
        self._witness = witness
        self._permit = permit
        self._promise = promise

    async def next_event(self) -> Event:
        event = await self._inner.next_event()
        if isinstance(event, HungUp) and event.cause is EndCause.ROUTE_DOWN:
            self._witness.not_taken(self._permit)
        return event

    def perform(self, action: Action) -> None:
        promised = isinstance(action, Say) and action.text and action.text == self._promise
        if promised or (isinstance(action, HangUp) and action.disposition is Disposition.OPTED_OUT):
            self._witness.promises(self._permit.number)
        self._inner.perform(action)

    async def close(self) -> None:
        self._witness.ends(self._permit.number)
        await self._inner.close()
