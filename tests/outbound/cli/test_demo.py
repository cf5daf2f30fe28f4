"""The main job from beginning to end, as the demo plays it: twice, with the same outcomes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.outcomes import Disposition
from campaigns.store import ContactState, open_store


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two demos, each in a folder of its own."""
    folders = []
    for name in ("once", "again"):
        home = tmp_path_factory.mktemp(name)
        command = [sys.executable, "-m", "outbound", "demo", "--line", "text", "--folder", str(home / "demo")]
        environment = os.environ | {"XDG_DATA_HOME": str(home)}
        subprocess.run(command, check=True, capture_output=True, timeout=300, env=environment)
        folders.append(home / "demo")
    return folders


def _outcomes(folder: Path) -> list[tuple[object, ...]]:
    store = open_store(str(folder / "demo.db"))
    try:
        with store.reading() as connection:
            rows = connection.execute(
                sa.text("SELECT campaign_id, number, attempt, disposition FROM call ORDER BY id")
            ).all()
        return [tuple(row) for row in rows]
    finally:
        store.close()


def test_two_demos_have_the_same_outcomes(played: list[Path]) -> None:
    once, again = (_outcomes(folder) for folder in played)
    assert once == again
    assert len(once) >= 24


def test_a_demo_shows_every_disposition_but_a_crisis_and_a_dead_route(played: list[Path]) -> None:
    shown = Counter(outcome[3] for outcome in _outcomes(played[0]))
    assert {str(one) for one in Disposition} - set(shown) == {Disposition.CRISIS, Disposition.ROUTE_DOWN}


def test_who_opts_out_in_one_campaign_is_closed_in_the_others_and_never_dialled_again(played: list[Path]) -> None:
    store = open_store(str(played[0] / "demo.db"))
    try:
        contacts = list(store.contacts(number="+12025550103"))
        assert len(contacts) == 3
        assert all(contact.state is ContactState.CLOSED for contact in contacts)
        assert Counter(contact.attempts for contact in contacts) == {1: 1, 0: 2}
    finally:
        store.close()


def test_the_exported_list_holds_source_time_and_call(played: list[Path]) -> None:
    with (played[0] / "do-not-call.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["number"]: row for row in csv.DictReader(file)}
    row = rows["tel:+12025550103"]
    assert row["source"] == "spoken"
    assert row["call_id"]
    assert row["added_at"].startswith("2026-03-03T15:")


def test_bad_rows_stand_in_a_file_to_be_mended(played: list[Path]) -> None:
    with (played[0] / "shipping.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    assert all(row["rejected because"] and row["what to do"] for row in rows)
