"""Calls in the store, from the answer to the end, and what was learned in them.

Decides that every result is durable before the next word is spoken, that a call ends with exactly one disposition,
that what the callee asked for outranks what anybody else says of the call, and what becomes of a call whose process
died. When a contact is tried again is `campaigns/planning.py`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json
from sqlalchemy import Connection

from campaigns.compliance.book import digests
from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Complaint,
    Crisis,
    Disposition,
    OptOut,
    Rating,
    Result,
    Scope,
    Source,
    Stage,
    Via,
    WrongNumber,
)
from campaigns.planning import CLOSED_BY_CALLBACKS, Again, Closed, Habits, after_call
from campaigns.script import Purpose
from campaigns.store import holds, tables
from campaigns.store.gate import Gate
from campaigns.store.habits import habits_of
from campaigns.store.history import NoSuchCall
from campaigns.store.ledger import ledger
from campaigns.store.prepared import Prepared
from campaigns.store.results import BY_PERSON, Kind, Results, open_task, result, write_result
from campaigns.store.tables import CallState, ContactState, table
from campaigns.store.terms import Terms

campaign = table(tables.Campaign)
contact = table(tables.Contact)
call = table(tables.Call)
call_log = table(tables.CallLog)
entry = table(tables.DncEntry)
lease = table(tables.Lease)

ROBOT = "robot"
"""The actor of what a call itself brought about."""


_OUTRANKING = {
    Kind.OPT_OUT: Disposition.OPTED_OUT,
    Kind.CRISIS: Disposition.CRISIS,
    Kind.WRONG_NUMBER: Disposition.WRONG_NUMBER,
}
"""Results that settle a call's disposition, whatever else happened in it; the first that is there."""


_STAGES: Mapping[type[Result], Stage] = {Answer: Stage.ANSWERED, Rating: Stage.RATED}
"""How far a call has come in which this was learned; whatever was learned, a person said it."""
_REACHED = frozenset(disposition for disposition in Disposition if disposition.reached)
_MACHINES = frozenset({Disposition.VOICEMAIL, Disposition.SCREENED})


class Calls(Gate, Results):
    """What happens after the gate said yes."""

    def answered(self, call_id: int, now: datetime) -> None:
        """Somebody or something picked up."""
        with self.writing() as connection:
            _ANSWERED.change(connection, call=call_id, now=now)

    def save(self, call_id: int, learned: Result, now: datetime) -> None:
        """Writes one thing down with all that follows from it, durably when this returns.

        Saving the same thing again changes nothing; a new answer to the same step replaces the old one. It is taken
        also when the call counts as over: what somebody asked for is never too late.

        Raises:
            NoSuchCall: there is none of that id.
        """
        with self.writing() as connection:
            row = _call(connection, call_id)
            match learned:
                case OptOut() | WrongNumber():
                    self._list(connection, row, learned, now)
                case CallbackPromise(by_person=True) | Complaint() | Crisis():
                    open_task(connection, row, learned, now)
            write_result(connection, call_id, learned, now)
            _CAME.change(connection, call=call_id, so_far=_STAGES.get(type(learned), Stage.REACHED).value)

    def _list(self, connection: Connection, row: Any, learned: OptOut | WrongNumber, now: datetime) -> None:
        self.lock_numbers(connection, [row.number])
        scope = learned.scope if isinstance(learned, OptOut) else Scope.BRAND
        reach = Reach.of(scope, brand=row.brand, campaign=row.campaign, purpose=Purpose(row.purpose))
        if isinstance(learned, WrongNumber):
            source = Source.WRONG_NUMBER
        else:
            source = Source.KEY if learned.via is Via.KEY else Source.SPOKEN
        made = sa.select(entry.c.id).where(
            entry.c.call_id == row.id,
            entry.c.scope == reach.scope,
            entry.c.target == reach.target,
            entry.c.revoked_at.is_(None),  # said again after somebody revoked it, it holds again
        )
        if connection.execute(made.where(entry.c.source == source)).first() is None:
            new = NewEntry(row.number, reach, source, words=learned.words)
            self.list_numbers(connection, [new], now, ROBOT, call_id=row.id)

    def finish(
        self,
        call_id: int,
        disposition: Disposition,
        now: datetime,
        *,
        seconds: float = 0.0,
        detail: str = "",
        events: Sequence[Mapping[str, object]] = (),
        heard: bool = False,
        wait_seconds: float | None = None,
    ) -> Disposition:
        """Ends the call and plans what becomes of the contact; the disposition that stands.

        An opt-out, words of self-harm or a wrong number saved in the call outrank the given disposition. A call that
        has ended keeps its disposition: the first word stands.

        Args:
            seconds: how long it was answered.
            detail: the line's own words, without numbers or names.
            heard: a person heard the message to its end. `COMPLETED`, an answer or a rating say so by themselves.
            wait_seconds: for `ROUTE_DOWN`: how long the route asked us to wait.

        Raises:
            NoSuchCall: there is none of that id.
        """
        with self.writing() as connection:
            ended = self._end(connection, call_id, disposition, now, seconds, detail, events, heard)
            if ended is None:
                return Disposition(_call(connection, call_id).disposition)
            settled = Disposition(ended.disposition)
            self._plan(connection, ended, settled, now, wait_seconds)
            if settled is Disposition.OPTED_OUT and disposition is Disposition.OPTED_OUT:
                self._list_unsaved(connection, call_id, now)
            return settled

    def _end(
        self,
        connection: Connection,
        call_id: int,
        disposition: Disposition,
        now: datetime,
        seconds: float = 0.0,
        detail: str = "",
        events: Sequence[Mapping[str, object]] = (),
        heard: bool = False,
    ) -> Any:
        """Writes the end of a call that is under way: its row as far as planning needs it, or None.

        Its disposition is what was saved in it where that outranks what is given. What a machine seemed to say never
        counts for how far the call came.
        """
        ended = _END.one(
            connection,
            call=call_id,
            now=now,
            machine=disposition in _MACHINES,
            floor=_least_stage(disposition, heard).value,
            **{"as": disposition, "for": seconds, "why": detail},
        )
        if ended is not None and events:
            _LOG.change(connection, call=call_id, what=to_json(list(events)).decode())
        return ended

    def _list_unsaved(self, connection: Connection, call_id: int, now: datetime) -> None:
        """A call that ended as an opt-out lists the number, also if nothing of the kind was saved in it."""
        kinds = set(connection.execute(_KINDS, {"call": call_id}).scalars())
        if Kind.OPT_OUT not in kinds:
            learned = OptOut(Via.VOICE, "")
            self._list(connection, _call(connection, call_id), learned, now)
            write_result(connection, call_id, learned, now)

    def _plan(
        self,
        connection: Connection,
        row: Any,
        disposition: Disposition,
        now: datetime,
        wait_seconds: float | None = None,
    ) -> None:
        """What becomes of the contact of a call that has ended."""
        terms = self.version_of(connection, row.version_id).terms
        promise = None
        if disposition is Disposition.CALLBACK:
            promise = _PROMISE.one(connection, call=row.id)
        times = 0
        if disposition is Disposition.CALLBACK or (disposition in terms.retry and not disposition.closes):
            times = _TIMES.one(connection, contact=row.contact_id, ended=disposition).times
        if promise is not None and promise.value == BY_PERSON:
            plan: Again | Closed = Closed(str(disposition))
        else:
            plan = after_call(
                disposition,
                now,
                retry=terms.retry,
                times_so_far=times,
                attempts=row.attempt,
                max_attempts=terms.max_attempts,
                max_callbacks=terms.max_callbacks,
                promised_at=promise.promised_at if promise else None,
                wait=timedelta(seconds=wait_seconds) if wait_seconds is not None else None,
                habits=lambda: self._habits(connection, row, terms),
            )
            if plan == Closed(CLOSED_BY_CALLBACKS):  # what was promised once more is a person's to keep
                words = "asked to be called another time again and again"
                person = CallbackPromise(promise.promised_at if promise else None, True, words)
                open_task(connection, row, person, now)
        attempts = row.attempt - 1 if disposition is Disposition.ROUTE_DOWN else row.attempt
        if isinstance(plan, Again):
            _REOPEN.change(connection, contact=row.contact_id, ended=disposition, due=plan.due_at, attempts=attempts)
        else:
            _CLOSE.change(connection, contact=row.contact_id, ended=disposition, by=plan.by)

    def _habits(self, connection: Connection, row: Any, terms: Terms) -> Habits | None:
        """When the contact of a call may be called, and when somebody was there; None where its zone is not known."""
        where = _WHERE.one(connection, contact=row.contact_id)
        return habits_of(connection, where.number, where.timezone, terms, where.campaign)

    def recover(self, now: datetime, owner: str, under_way: Collection[int] | None = None) -> int:
        """Ends the calls that dead processes left behind; how many.

        Every call under way counts, unless it is `owner`'s or its process holds a lease. With `under_way`, those of
        the owner that are not among them count too: their row was written and nobody was told. What was saved in it
        settles it (an opt-out, a promised callback, …); where nothing did, its outcome is unknown: `INTERRUPTED`,
        never redialled by itself. Held contacts are looked at again: a run begins.
        """
        alive = sa.select(lease.c.owner).where(lease.c.until > now)
        dead = sa.and_(call.c.owner != owner, call.c.owner.not_in(alive))
        if under_way is not None:
            dead = sa.or_(dead, sa.and_(call.c.owner == owner, call.c.id.not_in(list(under_way))))
        with self.writing() as connection:
            holds.release(connection)
            left = connection.execute(_CALL_IN_FLIGHT.where(dead).with_for_update(of=call, skip_locked=True)).all()
            for row in left:
                kinds = set(connection.execute(_KINDS, {"call": row.id}).scalars())
                unknown = Disposition.CALLBACK if Kind.CALLBACK in kinds else Disposition.INTERRUPTED
                ended = self._end(connection, row.id, unknown, now, detail="the process that made the call died")
                self._plan(connection, ended, Disposition(ended.disposition), now)
            self._record_rules(connection, now, owner)
            return len(left)

    def _record_rules(self, connection: Connection, now: datetime, owner: str) -> None:
        """The rules that a run begins with stand in the ledger, where they are not the ones of the run before."""
        before = connection.execute(_LAST_RULES).scalar_one_or_none()
        if before is None or json.loads(before) != digests():
            self.record(connection, now, owner, "rules.load", None, digests())


def _call(connection: Connection, call_id: int) -> Any:
    row = _CALL.one(connection, call=call_id)
    if row is None:
        raise NoSuchCall(call_id)
    return row


def _least_stage(disposition: Disposition, heard: bool) -> Stage:
    """How far a call came at least that ends like this."""
    if heard or disposition is Disposition.COMPLETED:
        return Stage.HEARD
    return Stage.REACHED if disposition in _REACHED else Stage.NOBODY


def _moment(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=call.c.dialed_at.type)


_CALL_ROW: sa.Select[Any] = sa.select(
    call.c.id,
    call.c.contact_id,
    call.c.version_id,
    call.c.number,
    call.c.brand,
    call.c.purpose,
    call.c.attempt,
    call.c.state,
    call.c.disposition,
    call.c.stage,
    campaign.c.name.label("campaign"),
).join(campaign, campaign.c.id == call.c.campaign_id)
_CALL = Prepared(_CALL_ROW.where(call.c.id == sa.bindparam("call")))
_CALL_IN_FLIGHT = _CALL_ROW.where(sa.text("call.state <> 'ended'"))
_ANSWERED = Prepared(
    sa.update(call)
    .where(call.c.id == sa.bindparam("call"), call.c.state == CallState.DIALING)
    .values(state=CallState.ANSWERED, answered_at=_moment("now"))
)
_CAME = Prepared(
    sa.update(call)
    .where(call.c.id == sa.bindparam("call"), call.c.stage < sa.bindparam("so_far"))
    .values(stage=sa.bindparam("so_far"))
)
_LOG = Prepared(sa.insert(call_log).values(call_id=sa.bindparam("call"), events=sa.bindparam("what")))
_RANKED = {kind: rank for rank, kind in enumerate(_OUTRANKING)}
_SETTLED_BY = (
    sa.select(
        sa.case(
            {rank: _OUTRANKING[kind].value for kind, rank in _RANKED.items()},
            value=sa.func.min(sa.case({kind.value: rank for kind, rank in _RANKED.items()}, value=result.c.kind)),
        )
    )
    .where(result.c.call_id == sa.bindparam("call"))
    .scalar_subquery()
)
_FLOOR = sa.bindparam("floor", type_=sa.Integer)
_END = Prepared(
    sa.update(call)
    .where(call.c.id == sa.bindparam("call"), call.c.state != CallState.ENDED)
    .values(
        state=CallState.ENDED,
        disposition=sa.func.coalesce(_SETTLED_BY, sa.bindparam("as", type_=sa.Text)),
        ended_at=_moment("now"),
        seconds=sa.bindparam("for"),
        detail=sa.bindparam("why"),
        stage=sa.case(
            (sa.and_(sa.bindparam("machine", type_=sa.Boolean), _SETTLED_BY.is_(None)), Stage.NOBODY.value),
            (call.c.stage < _FLOOR, _FLOOR),
            else_=call.c.stage,
        ),
    )
    .returning(call.c.id, call.c.contact_id, call.c.version_id, call.c.attempt, call.c.disposition)
)
_CLOSE = Prepared(
    sa.update(contact)
    .where(contact.c.id == sa.bindparam("contact"), contact.c.state == ContactState.CALLING)
    .values(state=ContactState.CLOSED, closed_by=sa.bindparam("by"), last_disposition=sa.bindparam("ended"))
)
_REOPEN = Prepared(
    sa.update(contact)
    .where(contact.c.id == sa.bindparam("contact"), contact.c.state == ContactState.CALLING)
    .values(
        state=ContactState.OPEN,
        # a call that the line did not take changes nothing: what was promised stays promised
        last_disposition=sa.case(
            (sa.bindparam("ended", type_=sa.Text) == Disposition.ROUTE_DOWN.value, contact.c.last_disposition),
            else_=sa.bindparam("ended", type_=sa.Text),
        ),
        attempts=sa.bindparam("attempts"),
        due_at=_moment("due"),
        next_at=_moment("due"),
    )
)
_WHERE = Prepared(
    sa.select(contact.c.number, contact.c.timezone, campaign.c.name.label("campaign"))
    .join(campaign, campaign.c.id == contact.c.campaign_id)
    .where(contact.c.id == sa.bindparam("contact"))
)
_LAST_RULES = sa.select(ledger.c.body).where(ledger.c.action == "rules.load").order_by(ledger.c.seq.desc()).limit(1)
_KINDS = sa.select(result.c.kind).where(result.c.call_id == sa.bindparam("call"))
_PROMISE = Prepared(
    sa.select(result.c.value, result.c.promised_at).where(
        result.c.call_id == sa.bindparam("call"), result.c.kind == Kind.CALLBACK
    )
)
_TIMES = Prepared(
    sa.select(sa.func.count().label("times")).where(
        call.c.contact_id == sa.bindparam("contact"), call.c.disposition == sa.bindparam("ended")
    )
)
