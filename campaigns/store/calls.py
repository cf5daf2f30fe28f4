"""Calls in the store, from the answer to the end, and what was learned in them.

Decides that every result is durable before the next word is spoken, that a call ends with exactly one disposition,
that what the callee asked for outranks what anybody else says of the call, and what becomes of a call whose process
died. When a contact is tried again is `campaigns/planning.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Comment,
    Complaint,
    Crisis,
    Disposition,
    OptOut,
    Rating,
    Result,
    Scope,
    Source,
    Stage,
    TransferResult,
    Via,
    WrongNumber,
)
from campaigns.planning import Again, after_call
from campaigns.script import Purpose
from campaigns.store import holds, tables
from campaigns.store.gate import Gate
from campaigns.store.history import NoSuchCall
from campaigns.store.tables import CallState, ContactState, table

campaign = table(tables.Campaign)
contact = table(tables.Contact)
call = table(tables.Call)
call_log = table(tables.CallLog)
result = table(tables.CallResult)
task = table(tables.Task)
entry = table(tables.DncEntry)
lease = table(tables.Lease)

ROBOT = "robot"
"""The actor of what a call itself brought about."""


class Kind(StrEnum):
    """The kinds of result and task."""

    OPT_OUT = "opt_out"
    RATING = "rating"
    COMMENT = "comment"
    ANSWER = "answer"
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"
    COMPLAINT = "complaint"
    CRISIS = "crisis"
    TRANSFER = "transfer"


_OUTRANKING = {
    Kind.OPT_OUT: Disposition.OPTED_OUT,
    Kind.CRISIS: Disposition.CRISIS,
    Kind.WRONG_NUMBER: Disposition.WRONG_NUMBER,
}
"""Results that settle a call's disposition, whatever else happened in it; the first that is there."""

BY_ROBOT, BY_PERSON = "robot", "person"

_STAGES: Mapping[type[Result], Stage] = {Answer: Stage.ANSWERED, Rating: Stage.RATED}
"""How far a call has come in which this was learned; whatever was learned, a person said it."""
_REACHED = frozenset(disposition for disposition in Disposition if disposition.reached)
_MACHINES = frozenset({Disposition.VOICEMAIL, Disposition.SCREENED})


@dataclass(frozen=True, slots=True)
class SavedResult:
    """One thing learned in a call, as it is kept."""

    call_id: int
    kind: Kind
    about: str
    value: str
    words: str
    via: str
    promised_at: datetime | None
    saved_at: datetime


class Calls(Gate):
    """What happens after the gate said yes."""

    def answered(self, call_id: int, now: datetime) -> None:
        """Somebody or something picked up."""
        with self.writing() as connection:
            connection.execute(_ANSWERED, {"call": call_id, "now": now})

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
                    _open_task(connection, row, learned, now)
            _write_result(connection, call_id, learned, now)
            connection.execute(_CAME, {"call": call_id, "so_far": _STAGES.get(type(learned), Stage.REACHED)})

    def _list(self, connection: Connection, row: Any, learned: OptOut | WrongNumber, now: datetime) -> None:
        self.lock_numbers(connection, [row.number])
        scope = learned.scope if isinstance(learned, OptOut) else Scope.BRAND
        reach = Reach.of(scope, brand=row.brand, campaign=row.campaign, purpose=Purpose(row.purpose))
        if isinstance(learned, WrongNumber):
            source = Source.WRONG_NUMBER
        else:
            source = Source.KEY if learned.via is Via.KEY else Source.SPOKEN
        made = sa.select(entry.c.id).where(
            entry.c.call_id == row.id, entry.c.scope == reach.scope, entry.c.target == reach.target
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
            row = _call(connection, call_id)
            if row.state == CallState.ENDED:
                return Disposition(row.disposition)
            kinds = set(connection.execute(_KINDS, {"call": call_id}).scalars())
            settled = next((stands for kind, stands in _OUTRANKING.items() if kind in kinds), disposition)
            if settled is Disposition.OPTED_OUT and Kind.OPT_OUT not in kinds:
                learned = OptOut(Via.VOICE, "")
                self._list(connection, row, learned, now)
                _write_result(connection, call_id, learned, now)
            self._end(connection, row, settled, now, seconds, detail, events, heard, wait_seconds)
            return settled

    def _end(
        self,
        connection: Connection,
        row: Any,
        disposition: Disposition,
        now: datetime,
        seconds: float = 0.0,
        detail: str = "",
        events: Sequence[Mapping[str, object]] = (),
        heard: bool = False,
        wait_seconds: float | None = None,
    ) -> None:
        connection.execute(
            _ENDED,
            {
                "call": row.id,
                "as": disposition,
                "now": now,
                "for": seconds,
                "why": detail,
                "stage": _stage(row.stage, disposition, heard),
            },
        )
        if events:
            connection.execute(
                sa.insert(call_log).values(call_id=row.id, events=json.dumps(list(events), ensure_ascii=False))
            )
        terms = self._terms_of(connection, row.version_id)
        uncounted = disposition is Disposition.ROUTE_DOWN
        promise = None
        if disposition is Disposition.CALLBACK:
            promise = connection.execute(_PROMISE, {"call": row.id}).one_or_none()
        times = 0
        if disposition in terms.retry and not disposition.closes:
            times = connection.execute(_TIMES, {"contact": row.contact_id, "as": disposition}).scalar_one()
        if promise is not None and promise.value == BY_PERSON:
            state, closed_by, due_at = ContactState.CLOSED, str(disposition), None
        else:
            plan = after_call(
                disposition,
                now,
                retry=terms.retry,
                times_so_far=times,
                attempts=row.attempt,
                max_attempts=terms.max_attempts,
                promised_at=promise.promised_at if promise else None,
                wait=timedelta(seconds=wait_seconds) if wait_seconds is not None else None,
            )
            if isinstance(plan, Again):
                state, closed_by, due_at = ContactState.OPEN, None, plan.due_at
            else:
                state, closed_by, due_at = ContactState.CLOSED, plan.by, None
        change: dict[str, object] = {"state": state, "closed_by": closed_by, "last_disposition": disposition}
        if due_at is not None:
            change |= {"due_at": due_at, "next_at": due_at}
        if uncounted:
            change["attempts"] = row.attempt - 1
        connection.execute(
            sa.update(contact)
            .where(contact.c.id == row.contact_id, contact.c.state == ContactState.CALLING)
            .values(change)
        )

    def recover(self, now: datetime, owner: str) -> int:
        """Ends the calls that dead processes left behind; how many.

        Every call under way counts, unless it is `owner`'s or its process holds a lease. What was saved in it
        settles it (an opt-out, a promised callback, …); where nothing did, its outcome is unknown: `INTERRUPTED`,
        never redialled by itself. Held contacts are looked at again: a run begins.
        """
        alive = sa.select(lease.c.owner).where(lease.c.until > now)
        with self.writing() as connection:
            holds.release(connection)
            left = connection.execute(
                _CALL_IN_FLIGHT.where(call.c.owner != owner, call.c.owner.not_in(alive)).with_for_update(
                    of=call, skip_locked=True
                )
            ).all()
            for row in left:
                kinds = set(connection.execute(_KINDS, {"call": row.id}).scalars())
                settled = next((stands for kind, stands in _OUTRANKING.items() if kind in kinds), None)
                if settled is None:
                    settled = Disposition.CALLBACK if Kind.CALLBACK in kinds else Disposition.INTERRUPTED
                self._end(connection, row, settled, now, detail="the process that made the call died")
            return len(left)

    def results(self, call_id: int) -> list[SavedResult]:
        """What was learned in a call, in order."""
        query = sa.select(result).where(result.c.call_id == call_id).order_by(result.c.id)
        with self.reading() as connection:
            return [_saved(row) for row in connection.execute(query)]


def _saved(row: Any) -> SavedResult:
    values = row._asdict()
    values.pop("id")
    return SavedResult(**values | {"kind": Kind(values["kind"])})


def _call(connection: Connection, call_id: int) -> Any:
    row = connection.execute(_CALL, {"call": call_id}).one_or_none()
    if row is None:
        raise NoSuchCall(call_id)
    return row


def _stage(so_far: int, disposition: Disposition, heard: bool) -> Stage:
    """How far a call came that ends like this; what a machine seemed to say never counts."""
    if disposition in _MACHINES:
        return Stage.NOBODY
    if heard or disposition is Disposition.COMPLETED:
        return Stage(max(so_far, Stage.HEARD))
    return Stage(max(so_far, Stage.REACHED)) if disposition in _REACHED else Stage(so_far)


def _open_task(connection: Connection, row: Any, learned: CallbackPromise | Complaint | Crisis, now: datetime) -> None:
    kind, _ = _kind_and_columns(learned)
    if connection.execute(sa.select(task.c.id).where(task.c.call_id == row.id, task.c.kind == kind)).first() is None:
        due_at = learned.at if isinstance(learned, CallbackPromise) else now
        connection.execute(
            sa.insert(task).values(
                call_id=row.id, kind=kind, words=learned.words, opened_at=now, due_at=due_at, settled_by="", note=""
            )
        )


def _write_result(connection: Connection, call_id: int, learned: Result, now: datetime) -> None:
    kind, columns = _kind_and_columns(learned)
    values = {"about": "", "value": "", "words": "", "via": "", "promised_at": None} | columns
    same = (result.c.call_id == call_id, result.c.kind == kind, result.c.about == values["about"])
    if not connection.execute(sa.update(result).where(*same).values(values)).rowcount:
        connection.execute(sa.insert(result).values(call_id=call_id, kind=kind, saved_at=now, **values))


def _kind_and_columns(learned: Result) -> tuple[Kind, dict[str, object]]:
    """Where a result stands in the table."""
    match learned:
        case OptOut(via, words, scope):
            return Kind.OPT_OUT, {"value": scope, "words": words, "via": via}
        case Rating(value, via, words):
            return Kind.RATING, {"value": str(value), "words": words, "via": via}
        case Comment(words, about):
            return Kind.COMMENT, {"about": about, "words": words}
        case Answer(step, answer, via, words):
            return Kind.ANSWER, {"about": step, "value": answer, "words": words, "via": via}
        case CallbackPromise(at, by_person, words):
            return Kind.CALLBACK, {"value": BY_PERSON if by_person else BY_ROBOT, "words": words, "promised_at": at}
        case WrongNumber(via, words):
            return Kind.WRONG_NUMBER, {"words": words, "via": via}
        case Complaint(words):
            return Kind.COMPLAINT, {"words": words}
        case Crisis(words):
            return Kind.CRISIS, {"words": words}
        case TransferResult(target, reached, reason):
            return Kind.TRANSFER, {"about": target, "value": "reached" if reached else "not_reached", "words": reason}


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
_CALL = _CALL_ROW.where(call.c.id == sa.bindparam("call"))
_CALL_IN_FLIGHT = _CALL_ROW.where(sa.text("call.state <> 'ended'"))
_ANSWERED = (
    sa.update(call)
    .where(call.c.id == sa.bindparam("call"), call.c.state == CallState.DIALING)
    .values(state=CallState.ANSWERED, answered_at=_moment("now"))
)
_CAME = (
    sa.update(call)
    .where(call.c.id == sa.bindparam("call"), call.c.stage < sa.bindparam("so_far"))
    .values(stage=sa.bindparam("so_far"))
)
_ENDED = (
    sa.update(call)
    .where(call.c.id == sa.bindparam("call"))
    .values(
        state=CallState.ENDED,
        disposition=sa.bindparam("as"),
        ended_at=_moment("now"),
        seconds=sa.bindparam("for"),
        detail=sa.bindparam("why"),
        stage=sa.bindparam("stage"),
    )
)
_KINDS = sa.select(result.c.kind).where(result.c.call_id == sa.bindparam("call"))
_PROMISE = sa.select(result.c.value, result.c.promised_at).where(
    result.c.call_id == sa.bindparam("call"), result.c.kind == Kind.CALLBACK
)
_TIMES = sa.select(sa.func.count()).where(
    call.c.contact_id == sa.bindparam("contact"), call.c.disposition == sa.bindparam("as")
)
