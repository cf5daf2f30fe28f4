"""Where the sound of calls is kept, and letting go of it.

Decides that a file is never unknown to the store: its place is written down before the first sound is, and forgotten
only when the file is gone. Whether a call may be recorded is the rule packs'; writing the file is the line's.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.store import tables
from campaigns.store.database import Database, StoreError
from campaigns.store.tables import table

call = table(tables.Call)


class Recordings(Database):
    """The places of recordings, by call."""

    def keep_recording(self, call_id: int, path: Path) -> None:
        """Notes that the sound of a call will stand there; durable when it returns."""
        with self.writing() as connection:
            connection.execute(sa.update(call).where(call.c.id == call_id).values(recording=str(path.absolute())))


def delete(connection: Connection, calls: Iterable[int], *, elsewhere_too: bool) -> int:
    """Deletes the recordings of calls and forgets their places; how many.

    Args:
        elsewhere_too: a recording that another computer keeps is an error; else it is left to that computer.

    Raises:
        StoreError: a file cannot be deleted.
    """
    kept = sa.select(call.c.id, call.c.recording).where(call.c.id.in_(list(calls)), call.c.recording != "")
    gone = []
    for row in connection.execute(kept).all():
        path = Path(row.recording)
        if not path.parent.is_dir():
            if elsewhere_too:
                raise StoreError(
                    f"The recording of call {row.id} is not on this computer.",
                    f"Do this where {path.parent} is, or delete {path.name} there and make an empty folder here.",
                )
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(
                f"The recording of call {row.id} cannot be deleted.", f"{path}: {error.strerror}"
            ) from error
        gone.append(row.id)
    if gone:
        connection.execute(sa.update(call).where(call.c.id.in_(gone)).values(recording=""))
    return len(gone)
