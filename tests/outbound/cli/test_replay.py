"""`outbound call replay` tells whether a kept call would go the same way again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
import typer
from typer.testing import CliRunner, Result

from campaigns.store import StoreError, open_store
from outbound.cli.replay import replay
from tests.outbound.cli.calls import call_of

app = typer.Typer()
app.command()(replay)


@pytest.fixture
def db(tmp_path: Path) -> str:
    """A store with one call of the ready shipping campaign."""
    return call_of(tmp_path / "calls.db", "later")


def _replayed(db: str, *words: str) -> Result:
    return CliRunner().invoke(app, ["1", "--db", db, *words])


def _changed(db: str, statement: str) -> None:
    store = open_store(db)
    with store.engine.begin() as connection:
        assert connection.execute(sa.text(statement)).rowcount
    store.close()


def test_a_call_is_reproduced_exactly_with_its_promised_callback(db: str) -> None:
    assert "the same actions" in _replayed(db).stdout
    told = json.loads(_replayed(db, "--json").stdout)
    assert told["same"] is True
    assert told["events"] > 3


def test_a_changed_contact_is_told_with_the_place_and_exits_with_1(db: str) -> None:
    _changed(db, "UPDATE contact SET fields = replace(fields, '2026-03-14', '2026-03-15')")
    done = _replayed(db)
    assert done.exit_code == 1
    assert "March 14" in done.stdout
    assert "March 15" in done.stdout
    (difference, *_) = json.loads(_replayed(db, "--json").stdout)["differences"]
    assert difference["recorded"] != difference["replayed"]


def test_events_that_no_longer_have_a_place_are_a_difference(db: str) -> None:
    _changed(db, """UPDATE call_log SET events = replace(events, '"callback"', '"goodbye"')""")
    assert _replayed(db).exit_code == 1


def test_a_call_without_events_is_told(db: str) -> None:
    _changed(db, "DELETE FROM call_log")
    assert isinstance(_replayed(db).exception, StoreError)
