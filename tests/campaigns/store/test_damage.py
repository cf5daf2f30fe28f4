"""A file that is no longer what SQLite wrote gives one clear error, whatever is asked of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.dnc import ListLine, Reach
from campaigns.outcomes import Scope
from campaigns.store import Store, StoreDamaged, open_store
from tests.campaigns.samples import MONDAY_NOON


def listed(store: Store, *numbers: str) -> None:
    lines = [ListLine(line, number) for line, number in enumerate(numbers, 1)]
    store.import_entries(lines, Reach(Scope.EVERYONE), MONDAY_NOON, "ann")


@pytest.mark.parametrize(
    "work",
    [
        lambda store: list(store.entries()),
        lambda store: store.entries_in_force("+12125550001", MONDAY_NOON),
        lambda store: store.verify(),
        lambda store: listed(store, "+12125559999"),
    ],
)
def test_one_byte_that_breaks_a_page_is_told_in_a_sentence(tmp_path: Path, work: Callable[[Store], object]) -> None:
    file = tmp_path / "store.db"
    store = open_store(str(file))
    listed(store, *(f"+1212555{n:04}" for n in range(20)))
    store.close()
    with sqlite3.connect(file) as connection:
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        pages = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE tbl_name = 'dnc_entry' AND rootpage > 0"
        ).fetchall()
    connection.close()
    damaged = bytearray(file.read_bytes())
    for (page,) in pages:  # of the table and its indexes: a question may need any of them
        damaged[(page - 1) * page_size] = 0  # there is no such kind of page
    file.write_bytes(damaged)
    store = open_store(str(file))
    with pytest.raises(StoreDamaged, match="The store is damaged: ") as raised:
        work(store)
    assert "newest copy" in raised.value.hint
    store.close()
