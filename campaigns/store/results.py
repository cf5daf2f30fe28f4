"""What was learned in calls, as it is kept.

Decides the form of each kind of result in its table, and which of them are something for people to do. What follows
from a result for register, contact and call is `calls.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Comment,
    Complaint,
    Crisis,
    OptOut,
    Rating,
    Result,
    TransferResult,
    WrongNumber,
)
from campaigns.store import tables
from campaigns.store.database import Database
from campaigns.store.prepared import Prepared
from campaigns.store.tables import table

call = table(tables.Call)
result = table(tables.CallResult)
task = table(tables.Task)


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


BY_ROBOT, BY_PERSON = "robot", "person"


@dataclass(frozen=True, slots=True)
class SavedResult:
    """One thing learned in a call, as it is kept. `recording`: the file in which it can be heard; empty for none."""

    call_id: int
    kind: Kind
    about: str
    value: str
    words: str
    via: str
    promised_at: datetime | None
    saved_at: datetime
    recording: str


class Results(Database):
    """Looking at them."""

    def results(self, call_id: int) -> list[SavedResult]:
        """What was learned in a call, in order."""
        of_call = sa.select(result, call.c.recording).join(call, call.c.id == result.c.call_id)
        query = of_call.where(result.c.call_id == call_id).order_by(result.c.id)
        with self.reading() as connection:
            return [_saved(row) for row in connection.execute(query)]


def _saved(row: Any) -> SavedResult:
    values = row._asdict()
    values.pop("id")
    return SavedResult(**values | {"kind": Kind(values["kind"])})


def open_task(connection: Connection, row: Any, learned: CallbackPromise | Complaint | Crisis, now: datetime) -> None:
    kind, _ = _kind_and_columns(learned)
    if connection.execute(sa.select(task.c.id).where(task.c.call_id == row.id, task.c.kind == kind)).first() is None:
        due_at = learned.at if isinstance(learned, CallbackPromise) else now
        connection.execute(
            sa.insert(task).values(
                call_id=row.id, kind=kind, words=learned.words, opened_at=now, due_at=due_at, settled_by="", note=""
            )
        )


def write_result(connection: Connection, call_id: int, learned: Result, now: datetime) -> None:
    kind, columns = _kind_and_columns(learned)
    values = {"about": "", "value": "", "words": "", "via": "", "promised_at": None} | columns
    _WRITE_RESULT.change(connection, call_id=call_id, kind=kind, saved_at=now, **values)


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


_RESULT_COLUMNS = ("call_id", "kind", "about", "value", "words", "via", "promised_at", "saved_at")
_LATEST = ("value", "words", "via", "promised_at")
# ON CONFLICT is written alike for both databases, and SQLAlchemy's form for PostgreSQL compiles for both
_ADDED = postgresql.insert(result).values({name: sa.bindparam(name) for name in _RESULT_COLUMNS})
_WRITE_RESULT = Prepared(
    _ADDED.on_conflict_do_update(
        index_elements=["call_id", "kind", "about"], set_={name: _ADDED.excluded[name] for name in _LATEST}
    )
)
