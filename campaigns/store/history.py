"""What kind of calls a store has seen."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from campaigns.store import tables
from campaigns.store.database import Database
from campaigns.store.tables import table

call = table(tables.Call)


class History(Database):
    """Questions about the calls as a whole."""

    def lines_used(self) -> frozenset[str]:
        """The lines calls were placed on; a rehearsal's store must never be mistaken for a real one."""
        with self.reading() as connection:
            return frozenset(connection.execute(sa.select(call.c.line).distinct()).scalars())

    def last_moment(self) -> datetime | None:
        """When the last call was dialled or ended, whichever is later; None in a store without calls."""
        latest = sa.select(sa.func.max(call.c.dialed_at), sa.func.max(call.c.ended_at))
        with self.reading() as connection:
            moments = [moment for moment in connection.execute(latest).one() if moment is not None]
        return max(moments, default=None)
