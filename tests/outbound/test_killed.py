"""`kill -9` at any moment: nobody is dialled twice for one attempt, nothing said is lost, the campaign ends."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from campaigns.store import open_store
from tests.outbound.kills import Event, confirmed, dialled_twice, fill, forgotten, lost, run

CONTACTS = 60
KILLS = 10


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "killed.db")
    return str(request.getfixturevalue("postgresql_url"))


def test_ten_kills_lose_nothing_and_dial_nobody_twice(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    fill(store, CONTACTS)
    random = Random(7)
    told: list[Event] = []
    killed = 0
    for _ in range(KILLS):
        finished, events = run(url, tmp_path, after_events=random.randrange(1, 150))
        told += events
        killed += not finished
    finished, events = run(url, tmp_path)
    told += events
    assert finished
    assert killed >= 3, "the runs ended before they could be killed"
    promised = confirmed(told)
    assert any(kind == "opt_out" for _, kind in promised)
    assert (dialled_twice(store), lost(store, promised), forgotten(store)) == (0, 0, 0)
    store.close()
