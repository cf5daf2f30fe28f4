"""Who may dial: leases on the right to do so.

Decides that a process dials only while it holds a lease it keeps renewing; one that slept or died loses it, and what
it left behind can be told from what is alive.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from campaigns.errors import CampaignError
from campaigns.store import tables
from campaigns.store.database import Database
from campaigns.store.prepared import Prepared
from campaigns.store.tables import table

lease = table(tables.Lease)

DIALER = "dialer"
"""The lease of the one dialer that works through the campaigns of a store."""
LEASE_SECONDS = 30.0


class LeaseHeld(CampaignError):
    """Somebody else is dialling from this store."""

    def __init__(self, owner: str, until: datetime) -> None:
        super().__init__(
            "Another run is dialling from this store.",
            f"Stop it, or wait: the right to dial ends at {until:%H:%M:%S} UTC unless it is renewed.",
        )
        self.owner = owner
        self.until = until


def _never(_owner: str) -> bool:
    return False


class Leases(Database):
    """Taking, renewing and giving back."""

    def lease(
        self,
        owner: str,
        now: datetime,
        *,
        name: str = DIALER,
        seconds: float = LEASE_SECONDS,
        dead: Callable[[str], bool] = _never,
    ) -> datetime:
        """Takes or renews a lease; the moment it ends.

        Args:
            owner: names the process, e.g. host, process id and start; never used again by another.
            dead: whether the process of that name is known to have ended, so that nobody has to wait for its lease.

        Raises:
            LeaseHeld: somebody else has it.
        """
        until = now + timedelta(seconds=seconds)
        with self.writing() as connection:
            if _RENEW.change(connection, lease=name, holder=owner, until=until):
                return until
            _OFFER.change(connection, name=name, owner=owner, until=now)
            held = _HELD.one(connection, name=name)
            if held.owner != owner and held.until > now and not dead(held.owner):
                raise LeaseHeld(held.owner, held.until)
            _TAKE.change(connection, lease=name, owner=owner, until=until)
        return until

    def release_lease(self, owner: str) -> None:
        """Gives back every lease of that owner; harmless when it has none."""
        with self.writing() as connection:
            connection.execute(sa.delete(lease).where(lease.c.owner == owner))


_OFFER = Prepared(
    postgresql.insert(lease)
    .values({column.name: sa.bindparam(column.name) for column in lease.c})
    .on_conflict_do_nothing()
)
_HELD = Prepared(sa.select(lease).where(lease.c.name == sa.bindparam("name")).with_for_update())
_RENEW = Prepared(
    sa.update(lease)
    .where(lease.c.name == sa.bindparam("lease"), lease.c.owner == sa.bindparam("holder"))
    .values(until=sa.bindparam("until", type_=lease.c.until.type))
)
_TAKE = Prepared(
    sa.update(lease)
    .where(lease.c.name == sa.bindparam("lease"))
    .values(owner=sa.bindparam("owner"), until=sa.bindparam("until", type_=lease.c.until.type))
)
