"""The ledger: whatever is changed behind the program's back is found."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import Store, open_store
from tests.campaigns.samples import MONDAY_NOON
from tests.campaigns.store.house import fill


@pytest.fixture
def full(store: Store) -> Store:
    fill(store)
    return store


def test_what_nobody_touched_is_whole(full: Store) -> None:
    found = full.verify([full.head()])
    assert found.findings == ()
    assert (found.entries, found.consents, found.links) == (7, 2, 11)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger SET body = replace(body, 'Lumen', 'Lumem') WHERE seq = 4",
        "UPDATE ledger SET actor = 'eve' WHERE seq = 3",
        "UPDATE ledger SET at = '2025-06-02T16:00:01+00:00' WHERE seq = 1",
        "UPDATE ledger SET hash = substr(hash, 2) || substr(hash, 1, 1) WHERE seq = 11",
        "DELETE FROM ledger WHERE seq = 4",
        "DELETE FROM ledger WHERE seq IN (3, 4)",
        "DELETE FROM ledger WHERE seq = 1",
        "DELETE FROM ledger WHERE seq = 11",
        "UPDATE ledger SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE seq IN (2, 3)",
        "INSERT INTO ledger SELECT 12, at, actor, action, subject, body, previous, hash FROM ledger WHERE seq = 11",
        "UPDATE dnc_entry SET number = '+12125559999' WHERE id = 2",
        "UPDATE dnc_entry SET target = 'Lumem' WHERE id = 1",
        "UPDATE dnc_entry SET words = 'please call me' WHERE id = 1",
        "UPDATE dnc_entry SET note = 'phone' WHERE id = 7",
        "UPDATE dnc_entry SET expires_at = '2025-06-03 00:00:00.000000' WHERE id = 4",
        "UPDATE dnc_entry SET added_at = '2025-06-03 00:00:00.000000' WHERE id = 4",
        "UPDATE dnc_entry SET source = 'person' WHERE id = 4",
        "UPDATE dnc_entry SET revoked_at = '2025-06-03 00:00:00.000000' WHERE id = 4",
        "UPDATE dnc_entry SET revoked_at = NULL, revoked_link = NULL WHERE id = 3",
        "UPDATE dnc_entry SET revoked_because = 'they agreed' WHERE id = 3",
        "UPDATE dnc_entry SET revoked_by = 'ann' WHERE id = 3",
        "UPDATE dnc_entry SET revoked_at = '2025-06-02 16:01:00.000000', revoked_link = 7, revoked_by = 'bob',"
        " revoked_because = 'a mistake' WHERE id = 5",
        "DELETE FROM dnc_entry WHERE id = 5",
        "UPDATE dnc_entry SET link = 3 WHERE id = 5",
        "UPDATE consent SET brand = 'Third' WHERE id = 1",
        "UPDATE consent SET withdrawn_at = NULL, withdrawn_link = NULL WHERE id = 2",
        "UPDATE consent SET withdrawn_at = given_at WHERE id = 1",
        "DELETE FROM consent WHERE id = 2",
        "UPDATE national_list SET as_of = '2025-06-30'",
        "DELETE FROM national_block",
    ],
)
def test_every_change_behind_the_programs_back_is_found(full: Store, change: str) -> None:
    with full.writing() as connection:
        connection.exec_driver_sql(change)
        if "-3" in change:
            connection.exec_driver_sql("UPDATE ledger SET seq = -seq WHERE seq < 0")
    assert full.verify().findings


def test_a_row_that_was_slipped_in_is_found(full: Store) -> None:
    with full.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO dnc_entry (number, scope, target, source, words, recording, actor, note, added_at, revoked_by,"
            " revoked_because, evidence, link) SELECT '+12125559999', scope, target, source, words, recording, actor,"
            " note, added_at, revoked_by, revoked_because, evidence, 99 FROM dnc_entry WHERE id = 2"
        )
    assert full.verify().findings


def test_a_cut_off_tail_is_found_with_a_head_that_was_noted_elsewhere(full: Store) -> None:
    noted = full.head()
    with full.writing() as connection:
        connection.execute(sa.text("DELETE FROM national_block"))
        connection.execute(sa.text("DELETE FROM national_list"))
        connection.execute(sa.text("DELETE FROM ledger WHERE seq = 11"))
    assert full.verify().findings == ()
    (finding,) = full.verify([noted]).findings
    assert "cut off" in finding.text


def test_the_ledger_holds_no_number(full: Store) -> None:
    with full.reading() as connection:
        everything = str(connection.execute(sa.text("SELECT * FROM ledger")).all())
    assert "2125550" not in everything
    assert "2079460" not in everything


def test_an_index_that_hides_an_entry_is_found(tmp_path: Path) -> None:
    """One byte of the file changed, in the index that every question about a number goes through."""
    path = tmp_path / "store.db"
    store = open_store(str(path))
    store.add_entry(NewEntry("+442079460123", Reach(Scope.EVERYONE), Source.PERSON), MONDAY_NOON, "ann")
    store.close()
    held = bytearray(path.read_bytes())
    places = [at for at in range(len(held)) if held.startswith(b"+442079460123", at)]
    assert len(places) > 1
    for at in places:
        changed = held.copy()
        changed[at + 12] ^= 1
        path.write_bytes(changed)
        again = open_store(str(path))
        assert again.verify().findings
        again.close()
