"""The questions a report asks the store: a handful of counts, each one query over all its campaigns.

Decides what is counted and how often; the database counts, so that a million contacts take seconds. Shares, intervals
and the report's form are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Row

from campaigns.outcomes import Disposition, Stage
from campaigns.store import tables
from campaigns.store.results import BY_PERSON, BY_ROBOT, Kind
from campaigns.store.tables import ContactState, table

contact = table(tables.Contact)
call = table(tables.Call)
result = table(tables.CallResult)
task = table(tables.Task)

REMARKS = 20
"""How many remarks of each campaign are shown, the latest first."""

_PERSON = call.c.stage > Stage.NOBODY
"""Whatever a machine seemed to say is no answer, no refusal and no satisfaction."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls a report is about: those of these campaigns, dialled in [since, before)."""

    campaign_ids: Sequence[int]
    since: datetime | None
    before: datetime | None

    def holds(self, calls: sa.FromClause = call) -> Iterator[ColumnElement[bool]]:
        yield calls.c.campaign_id.in_(self.campaign_ids)
        if self.since is not None:
            yield calls.c.dialed_at >= self.since
        if self.before is not None:
            yield calls.c.dialed_at < self.before


def contacts(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, times: all contacts, called or not."""
    return connection.execute(
        sa.select(contact.c.campaign_id, sa.func.count().label("times"))
        .where(contact.c.campaign_id.in_(selection.campaign_ids))
        .group_by(contact.c.campaign_id)
    ).all()


def progress(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, variant, attempts, stage (how far the furthest call came), times (how many such contacts).

    Each contact is counted once. A call that the line never took is no attempt.
    """
    each = (
        sa.select(
            call.c.campaign_id,
            sa.func.max(call.c.variant).label("variant"),
            sa.func.sum(sa.case((call.c.disposition == Disposition.ROUTE_DOWN, 0), else_=1)).label("attempts"),
            sa.func.max(call.c.stage).label("stage"),
        )
        .where(*selection.holds())
        .group_by(call.c.campaign_id, call.c.contact_id)
        .subquery("each")
    )
    return connection.execute(sa.select(each, sa.func.count().label("times")).group_by(*each.c)).all()


def endings(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, week_hour (None where it was not kept), disposition (None while in flight), times."""
    columns = (call.c.campaign_id, call.c.week_hour, call.c.disposition)
    return connection.execute(
        sa.select(*columns, sa.func.count().label("times")).where(*selection.holds()).group_by(*columns)
    ).all()


def durations(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, seconds, times: of the calls in which a person was reached."""
    seconds = sa.cast(sa.func.round(call.c.seconds), sa.Integer).label("seconds")
    return connection.execute(
        sa.select(call.c.campaign_id, seconds, sa.func.count().label("times"))
        .where(*selection.holds(), _PERSON, call.c.seconds > 0)
        .group_by(call.c.campaign_id, seconds)
    ).all()


def learned(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, variant, kind, value, times: ratings, complaints and words of self-harm, each counted."""
    columns = (call.c.campaign_id, call.c.variant, result.c.kind, result.c.value)
    return connection.execute(
        sa.select(*columns, sa.func.count().label("times"))
        .join(call, call.c.id == result.c.call_id)
        .where(result.c.kind.in_([Kind.RATING, Kind.COMPLAINT, Kind.CRISIS]), _PERSON, *selection.holds())
        .group_by(*columns)
    ).all()


def refusals(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, variant, kind (opt_out, wrong_number), times: how many contacts said so, each counted once.

    The variant is the one under which `progress` counts the contact, also when the campaign's wording was changed.
    """
    own = call.alias("own")
    variant = (
        sa.select(sa.func.max(own.c.variant))
        .where(own.c.contact_id == call.c.contact_id, *selection.holds(own))
        .scalar_subquery()
    )
    each = (
        sa.select(call.c.campaign_id, variant.label("variant"), result.c.kind, call.c.contact_id)
        .join(result, result.c.call_id == call.c.id)
        .where(result.c.kind.in_([Kind.OPT_OUT, Kind.WRONG_NUMBER]), _PERSON, *selection.holds())
        .distinct()
        .subquery("each")
    )
    columns = (each.c.campaign_id, each.c.variant, each.c.kind)
    return connection.execute(sa.select(*columns, sa.func.count().label("times")).group_by(*columns)).all()


def remarks(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, rating, words, fields (JSON, of the contact), saved_at: the latest remarks on a rating."""
    rating = result.alias("rating")
    recent = sa.func.row_number().over(partition_by=call.c.campaign_id, order_by=result.c.id.desc()).label("recent")
    found = (
        sa.select(
            call.c.campaign_id,
            rating.c.value.label("rating"),
            result.c.words,
            contact.c.fields,
            result.c.saved_at,
            recent,
        )
        .join(call, call.c.id == result.c.call_id)
        .join(contact, contact.c.id == call.c.contact_id)
        .join(rating, sa.and_(rating.c.call_id == call.c.id, rating.c.kind == Kind.RATING))
        .where(result.c.kind == Kind.COMMENT, result.c.about == "rating", result.c.words != "", *selection.holds())
        .subquery("found")
    )
    return connection.execute(sa.select(found).where(found.c.recent <= REMARKS).order_by(found.c.recent)).all()


def transfers(connection: Connection, selection: Selection) -> Sequence[Row[Any]]:
    """campaign_id, asked, reached, promised: calls in which a person was asked for; see `model.Transfers`."""
    connected = sa.and_(result.c.kind == Kind.TRANSFER, result.c.value == "reached")
    promised = sa.and_(result.c.kind == Kind.CALLBACK, result.c.value == BY_PERSON)
    each = (
        sa.select(call.c.campaign_id, _any(connected).label("reached"), _any(promised).label("promised"))
        .join(call, call.c.id == result.c.call_id)
        .where(sa.or_(result.c.kind == Kind.TRANSFER, promised), *selection.holds())
        .group_by(call.c.campaign_id, result.c.call_id)
        .subquery("each")
    )
    return connection.execute(
        sa.select(
            each.c.campaign_id,
            sa.func.count().label("asked"),
            sa.func.sum(each.c.reached).label("reached"),
            sa.func.sum(each.c.promised * (1 - each.c.reached)).label("promised"),
        ).group_by(each.c.campaign_id)
    ).all()


def callbacks(connection: Connection, selection: Selection, now: datetime) -> Sequence[Row[Any]]:
    """campaign_id, promised, kept, open, overdue; by the robot and by people, in rows of their own."""
    later = call.alias("later")
    again = (
        sa.exists()
        .where(later.c.contact_id == call.c.contact_id, later.c.id > call.c.id)
        .where(sa.or_(later.c.disposition.is_(None), later.c.disposition != Disposition.ROUTE_DOWN))
    )
    each = (
        sa.select(
            call.c.campaign_id,
            _flag(again).label("kept"),
            _flag(contact.c.state != ContactState.CLOSED).label("waits"),
            _flag(contact.c.due_at < now).label("late"),
        )
        .join(result, result.c.call_id == call.c.id)
        .join(contact, contact.c.id == call.c.contact_id)
        .where(result.c.kind == Kind.CALLBACK, result.c.value == BY_ROBOT, *selection.holds())
        .subquery("each")
    )
    kept, waits, late = each.c.kept == 1, each.c.waits == 1, each.c.late == 1
    waits = sa.and_(~kept, waits)
    robot = sa.select(each.c.campaign_id, *_kept(kept, waits, sa.and_(waits, late))).group_by(each.c.campaign_id)
    settled = task.c.settled_at.is_not(None)
    people = (
        sa.select(call.c.campaign_id, *_kept(settled, ~settled, sa.and_(~settled, task.c.due_at < now)))
        .join(task, task.c.call_id == call.c.id)
        .where(task.c.kind == Kind.CALLBACK, *selection.holds())
        .group_by(call.c.campaign_id)
    )
    return [*connection.execute(robot), *connection.execute(people)]


def _kept(
    kept: ColumnElement[bool], waiting: ColumnElement[bool], overdue: ColumnElement[bool]
) -> Iterator[ColumnElement[int]]:
    yield sa.func.count().label("promised")
    for name, condition in (("kept", kept), ("open", waiting), ("overdue", overdue)):
        yield sa.func.sum(_flag(condition)).label(name)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where it is true, 0 where it is false or unknown."""
    return sa.case((condition, 1), else_=0)


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """1 where it is true of at least one row of the group."""
    return sa.func.max(_flag(condition))
