"""Versions of campaigns, each read once.

Decides that what never changes is not asked for again: a version is the text of a campaign as it stood when calls were
made under it, and the terms that gate and planning read. How versions come to be is `campaigns.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from campaigns.store import tables
from campaigns.store.database import Database
from campaigns.store.prepared import Prepared
from campaigns.store.tables import table
from campaigns.store.terms import Terms

version = table(tables.CampaignVersion)


@dataclass(frozen=True, slots=True)
class Version:
    """A campaign as it stood.

    Attributes:
        number: 1 for the file as it was first, one more with every edit.
        source: the text of its file.
    """

    id: int
    number: int
    source: str
    terms: Terms


class Versions(Database):
    """Looking at them."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._versions: dict[int, Version] = {}

    def version(self, version_id: int) -> Version:
        """The version of that id."""
        known = self._versions.get(version_id)
        if known is not None:
            return known
        with self.reading() as connection:
            return self.version_of(connection, version_id)

    def version_of(self, connection: Connection, version_id: int) -> Version:
        """The same in a transaction of the caller's, who did not write it."""
        known = self._versions.get(version_id)
        if known is None:
            row = _VERSION.one(connection, version=version_id)
            known = self._versions[version_id] = Version(
                version_id, row.version, row.source, Terms.from_json(row.terms)
            )
        return known


_VERSION = Prepared(
    sa.select(version.c.version, version.c.source, version.c.terms).where(version.c.id == sa.bindparam("version"))
)
