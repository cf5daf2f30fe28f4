"""What people must do: promised callbacks, complaints, words of self-harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from campaigns.store import tables
from campaigns.store.database import Database, StoreError
from campaigns.store.tables import table

task = table(tables.Task)
call = table(tables.Call)
campaign = table(tables.Campaign)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something nobody has settled yet.

    Attributes:
        due_at: when it was promised; None for as soon as possible.
    """

    id: int
    kind: str
    campaign: str
    call_id: int
    contact_id: int
    number: str = field(repr=False)
    words: str
    opened_at: datetime
    due_at: datetime | None


_OPEN = (
    sa.select(
        task.c.id,
        task.c.kind,
        campaign.c.name.label("campaign"),
        task.c.call_id,
        call.c.contact_id,
        call.c.number,
        task.c.words,
        task.c.opened_at,
        task.c.due_at,
    )
    .join(call, call.c.id == task.c.call_id)
    .join(campaign, campaign.c.id == call.c.campaign_id)
    .where(task.c.settled_at.is_(None))
    .order_by(task.c.kind != "crisis", task.c.due_at.is_not(None), task.c.due_at, task.c.id)
)


class Tasks(Database):
    """Looking at them and settling them."""

    def open_tasks(self) -> list[OpenTask]:
        """The most urgent first: words of self-harm, then what has no time, then by the time promised."""
        with self.reading() as connection:
            return [OpenTask(**row._asdict()) for row in connection.execute(_OPEN)]

    def settle_task(self, task_id: int, now: datetime, by: str, note: str = "") -> None:
        """Raises StoreError when it is not open."""
        with self.writing() as connection:
            settled = connection.execute(
                sa.update(task)
                .where(task.c.id == task_id, task.c.settled_at.is_(None))
                .values(settled_at=now, settled_by=by, note=note)
            )
            if not settled.rowcount:
                raise StoreError(f"There is no open task {task_id}.")
