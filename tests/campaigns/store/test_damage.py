"""A file that is no longer what SQLite wrote gives one clear error, whatever is asked of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.dnc import ListLine, Reach
from campaigns.outcomes import Scope
from campaigns.store import AuditFilter, Store, StoreDamaged, StoreError, open_store
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Person
from tests.campaigns.store.house import ask, fill, running


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


@pytest.mark.parametrize("fields", ['{"name": "Da', "[1]", '{"name": 1}', "7"])
def test_nobody_is_called_with_fields_that_make_no_sense(tmp_path: Path, fields: str) -> None:
    file = tmp_path / "store.db"
    store = open_store(str(file))
    running(store, Person())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE contact SET fields = ?", (fields,))
    with pytest.raises(StoreDamaged, match="a value that nobody wrote"):
        ask(store, 1)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM call").fetchone() == (0,)
    store.close()


PROVEN = ("ledger", "dnc_entry", "consent", "national_list", "national_block")
"""The tables that the proof is about."""
Cell = tuple[str, str, int]
"""Table, column and rowid."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store in which everything that the ledger tells of has happened."""
    file = tmp_path_factory.mktemp("whole") / "store.db"
    store = open_store(str(file))
    fill(store)
    assert not store.verify().findings
    store.close()
    return file


def held(file: Path) -> list[list[tuple[object, ...]]] | None:
    """What the tables hold, as SQLite reads it; None where it cannot."""
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        try:
            return [sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in PROVEN]
        except (sqlite3.Error, UnicodeDecodeError):
            return None


def texts(file: Path) -> Iterator[Cell]:
    """Every cell that holds a text."""
    with closing(sqlite3.connect(file)) as connection:
        for name in PROVEN[:-1]:
            for _, column, *_ in connection.execute(f"PRAGMA table_info({name})").fetchall():
                query = f"SELECT rowid FROM {name} WHERE typeof({column}) = 'text' AND {column} != ''"
                for (row,) in connection.execute(query).fetchall():
                    yield name, column, row


def found(file: Path) -> bool:
    """Whether `verify` finds something, or says that it cannot read the store; everything else may say that too."""
    try:
        store = open_store(str(file))
    except StoreError:
        return True
    try:
        for ask in (
            lambda: list(store.entries()),
            lambda: store.entries_in_force("+12125550001", MONDAY_NOON),
            lambda: store.consents(NUMBER),
            lambda: list(store.audit(AuditFilter())),
            lambda: store.lists(),
            lambda: list(store.contacts()),
            lambda: list(store.foresee("shipping", MONDAY_NOON)),
            lambda: store.held_about(NUMBER),
            lambda: store.may_call_number("+12125550001", "shipping", MONDAY_NOON),
        ):
            with suppress(StoreError):
                ask()
        try:
            return bool(store.verify().findings)
        except StoreError:
            return True
    finally:
        store.close()


def test_a_moment_that_is_none_is_told_with_what_stands_there(whole: Path, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE dnc_entry SET added_at = '2025-06-02 16:0x:00.000000' WHERE id = 2")
    store = open_store(str(file))
    with pytest.raises(StoreDamaged, match=r"holds '2025-06-02 16:0x:00\.000000' for a moment"):
        store.verify()
    store.close()


@settings(max_examples=150)
@given(data=st.data())
def test_one_byte_of_any_text_that_is_not_as_it_was_is_found(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("cell") / "store.db"
    file.write_bytes(whole.read_bytes())
    table, column, row = data.draw(st.sampled_from(list(texts(file))))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        (text,) = connection.execute(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE rowid = ?", (row,)).fetchone()
        changed = bytearray(text)
        changed[data.draw(st.integers(0, len(text) - 1))] ^= data.draw(st.integers(1, 255))
        connection.execute(f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE rowid = ?", (bytes(changed), row))
    assert found(file)


@settings(max_examples=150)
@given(data=st.data())
def test_bytes_of_the_file_that_are_not_as_they_were_are_found_where_they_mean_anything(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.mktemp("file") / "store.db"
    changed = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    file.write_bytes(changed)
    assert found(file) or held(file) == held(whole)
