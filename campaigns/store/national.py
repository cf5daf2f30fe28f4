"""Lists of numbers that somebody else keeps, such as a country's do-not-call registry: tens of millions of numbers.

Decides how they are kept so that they are small, quick to read in and quick to ask: a block for every 65,536
neighbouring numbers holds those of them that are listed, as sorted 16-bit offsets. A new copy takes the place of the
old one in one transaction, when it is whole. How old a copy may be is the rule packs' business.
"""

from __future__ import annotations

import hashlib
import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql

from campaigns.compliance.facts import NationalListing
from campaigns.compliance.verdict import Rule
from campaigns.store import holds, tables
from campaigns.store.database import StoreDamaged, StoreError
from campaigns.store.ledger import Ledger
from campaigns.store.straight import Straight
from campaigns.store.tables import read_day, table

lists = table(tables.NationalList)
block = table(tables.NationalBlock)
contact = table(tables.Contact)

_BLOCK_BITS = 16
_RUN = 4_000_000
"""Numbers that are sorted in memory at a time: 32 MB."""
_WRITE = 20_000
"""Blocks in one transaction."""


@dataclass(frozen=True, slots=True)
class ListCopy:
    """A whole copy of a list.

    Attributes:
        name: as the rule packs call it.
        digest: SHA-256 over its numbers.
    """

    id: int
    name: str
    as_of: date
    origin: str
    numbers: int
    digest: str
    actor: str
    loaded_at: datetime


class NationalLists(Ledger):
    """Reading copies in, and asking them."""

    def load_list(
        self,
        name: str,
        as_of: date,
        numbers: Iterable[int],
        now: datetime,
        actor: str,
        *,
        origin: str = "",
        fewest: int = 0,
    ) -> ListCopy:
        """Reads in a copy; it counts when this returns, and the one before is gone. Memory stays bounded.

        Args:
            numbers: digits of E.164 without the plus, in any order; sorted is quickest. Repeated ones count once.
            fewest: with fewer of them the file is taken for cut off, or for a download that failed.

        Raises:
            StoreError: it holds fewer. The copy before counts on.
        """
        with self.writing() as connection:
            broken = sa.select(lists.c.id).where(lists.c.name == name, lists.c.loaded_at.is_(None))
            _drop(connection, list(connection.execute(broken).scalars()))
            list_id = connection.execute(
                sa.insert(lists)
                .values(name=name, as_of=as_of, origin=origin, numbers=0, digest="", actor=actor)
                .returning(lists.c.id)
            ).scalar_one()
        rest = iter(numbers)
        while len(run := np.fromiter(islice(rest, _RUN), np.int64)):
            self._add_run(list_id, np.unique(run))
        with self.writing() as connection:
            holds.release(connection, contact.c.held_by.in_([Rule.NATIONAL_LIST, Rule.LIST_AGE]))
            count, digest = contents(connection, list_id)
            if count < fewest:
                raise StoreError(
                    f"The copy holds {count} numbers, and fewer than {fewest} are not believed: a part may be missing.",
                    "Get the list anew, or say what it is with --format. If it really became so short, say --smaller.",
                )
            body = {"list": name, "as_of": as_of, "origin": origin, "count": count, "digest": digest}
            link = self.record(connection, now, actor, "list.load", None, body)
            older = sa.select(lists.c.id).where(lists.c.name == name, lists.c.id != list_id)
            _drop(connection, list(connection.execute(older).scalars()))
            row = connection.execute(
                sa.update(lists)
                .where(lists.c.id == list_id)
                .values(numbers=count, digest=digest, loaded_at=now, link=link)
                .returning(lists)
            ).one()
            return _copy(row)

    def _add_run(self, list_id: int, numbers: NDArray[np.int64]) -> None:
        """Adds sorted numbers to the blocks."""
        keys = numbers >> _BLOCK_BITS
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        offsets = (numbers & 0xFFFF).astype("<u2")
        for first in range(0, len(starts), _WRITE):
            here = starts[first : first + _WRITE]
            end = starts[first + _WRITE] if first + _WRITE < len(starts) else len(numbers)
            parts = np.split(offsets[here[0] : end], here[1:] - here[0])
            made = {int(keys[at]): part for at, part in zip(here, parts, strict=True)}
            with self.writing() as connection:
                span = sa.select(block.c.block, block.c.offsets).where(
                    block.c.list_id == list_id, block.c.block.between(min(made), max(made))
                )
                for key, kept in connection.execute(span):
                    if key in made:
                        made[key] = np.union1d(np.frombuffer(kept, "<u2"), made[key])
                connection.execute(
                    _PUT_BLOCK,
                    [{"list_id": list_id, "block": key, "offsets": part.tobytes()} for key, part in made.items()],
                )

    def lists(self) -> list[ListCopy]:
        """The copies that count, by name."""
        query = sa.select(lists).where(lists.c.loaded_at.is_not(None)).order_by(lists.c.name)
        with self.reading() as connection:
            return [_copy(row) for row in connection.execute(query)]

    def national_listings(
        self, connection: Connection, numbers: Sequence[str], names: Sequence[str]
    ) -> dict[str, dict[str, NationalListing]]:
        """What the lists of these names say about each number; a list that is not there is missing."""
        if len(numbers) == 1 and numbers[0].startswith("+"):  # at the gate
            return {numbers[0]: _about_one(connection, int(numbers[0][1:]), names)}
        digits = {number: int(number[1:]) for number in numbers if number.startswith("+")}
        found: dict[str, dict[str, NationalListing]] = {number: {} for number in numbers}
        keys = {value >> _BLOCK_BITS for value in digits.values()}
        several = sa.select(block.c.block, block.c.offsets).where(block.c.block.in_(keys))
        for name in names:
            newest = _ONE_BLOCK.one(connection, name=name, key=0)
            if newest is None:
                continue
            rows = connection.execute(several.where(block.c.list_id == newest.id))
            blocks = {row.block: _offsets(row.offsets) for row in rows}
            for number, value in digits.items():
                kept = blocks.get(value >> _BLOCK_BITS)
                found[number][name] = _listing(newest.as_of, kept is not None and _holds(kept, value))
        return found


def contents(connection: Connection, list_id: int) -> tuple[int, str]:
    """How many numbers a copy holds, and a digest over them; in order, so that it depends on nothing else."""
    query = sa.select(block.c.block, block.c.offsets).where(block.c.list_id == list_id).order_by(block.c.block)
    digest = hashlib.sha256()
    count = 0
    for row in connection.execute(query, execution_options={"yield_per": 5000}):
        digest.update(int(row.block).to_bytes(8, "little"))
        digest.update(row.offsets)
        count += len(row.offsets) // 2
    return count, digest.hexdigest()


def _about_one(connection: Connection, digits: int, names: Sequence[str]) -> dict[str, NationalListing]:
    """What the lists say about a number."""
    said = {}
    for name in names:
        newest = _ONE_BLOCK.one(connection, name=name, key=digits >> _BLOCK_BITS)
        if newest is not None:
            said[name] = _listing(newest.as_of, newest.offsets is not None and _holds(_offsets(newest.offsets), digits))
    return said


@lru_cache(maxsize=64)
def _listing(as_of: date | str, listed: bool) -> NationalListing:
    """The same of all numbers of a copy."""
    return NationalListing(as_of if isinstance(as_of, date) else read_day(as_of), listed)


def _offsets(kept: bytes) -> memoryview:
    """Of a block, as this computer counts; without NumPy, which would take as long as the rest of a look-up."""
    try:
        words = memoryview(kept).cast("H")
    except TypeError as error:
        raise StoreDamaged("a block of a list is cut off") from error
    return words if sys.byteorder == "little" else np.frombuffer(kept, "<u2").astype(np.uint16).data


def _holds(kept: memoryview, digits: int) -> bool:
    """Whether a number stands in its block."""
    offset = digits & 0xFFFF
    at = bisect_left(kept, offset)
    return at < len(kept) and bool(kept[at] == offset)


def _drop(connection: Connection, ids: list[int]) -> None:
    connection.execute(sa.delete(block).where(block.c.list_id.in_(ids)))
    connection.execute(sa.delete(lists).where(lists.c.id.in_(ids)))


def _copy(row: sa.Row[tuple[object, ...]]) -> ListCopy:
    return ListCopy(row.id, row.name, row.as_of, row.origin, row.numbers, row.digest, row.actor, row.loaded_at)


_NEW_BLOCK = postgresql.insert(block)
_PUT_BLOCK = _NEW_BLOCK.on_conflict_do_update(
    index_elements=["list_id", "block"], set_={"offsets": _NEW_BLOCK.excluded.offsets}
)
_KEY: sa.BindParameter[int] = sa.bindparam("key", type_=sa.BigInteger)
_OFFSETS = sa.select(block.c.offsets).where(block.c.list_id == lists.c.id, block.c.block == _KEY).scalar_subquery()
_ONE_BLOCK = Straight(
    sa.select(lists.c.id, lists.c.as_of, _OFFSETS.label("offsets"))
    .where(lists.c.name == sa.bindparam("name"), lists.c.loaded_at.is_not(None))
    .order_by(lists.c.id.desc())
    .limit(sa.literal_column("1"))
)
"""The copy of a list that counts, and what it says of some neighbouring numbers: one question, because each is a way to
the server and back. PostgreSQL answers it twice as quickly as the same in a join."""
