"""Control from another terminal while `outbound run` works: pause, resume, pace, stop; effective within a second."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from typer.testing import CliRunner

from campaigns.store import CampaignState, ContactState, Store, open_store
from outbound.cli import app
from tests.outbound.dialing.house import NOON, add

IN_REAL_TIME = """
import sys
from datetime import timedelta
from outbound import wiring
from outbound.clock import SystemClock
from outbound.cli import main
from tests.outbound.dialing.house import NOON

class AtNoon(SystemClock):
    began = SystemClock().now()
    def now(self):
        return NOON + (super().now() - self.began)

wiring.SystemClock, wiring.REHEARSALS = AtNoon, ()
sys.argv[0] = "outbound"
main()
"""
"""A rehearsal by text, on a clock that does not jump: the dialer is as with a real line. It begins at noon."""


ROOT = Path(__file__).parents[3]


def typed(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def _calls(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM call").scalar_one())


def _under_way(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM call WHERE state <> 'ended'").scalar_one())


def read(stream: IO[bytes], event: str) -> dict[str, Any]:
    """The next event of that kind."""
    for line in stream:
        told: dict[str, Any] = json.loads(line)
        if told["event"] == event:
            return told
    raise AssertionError(f"no more {event}")


def test_a_run_is_steered_from_another_terminal(tmp_path: Path) -> None:
    db = str(tmp_path / "store.db")
    store = open_store(db)
    add(store, people=400)
    callees = tmp_path / "callees.yaml"
    callees.write_text("engaged: {answers: busy, rings: 0.5}")  # short calls: they are held in real time
    command = [sys.executable, "-c", IN_REAL_TIME, "run", "--line", "text", "--callees", str(callees)]
    command += ["--in-flight", "2", "--keep-running", "--json", "--db", db]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        read(process.stdout, "placed")
        typed("campaign", "pause", "parcels", "--db", db)
        before = _calls(store)
        while _under_way(store):  # those in progress end by themselves, and nobody else is called
            read(process.stdout, "finished")
        assert _calls(store) == before
        assert "3600 an hour" in typed("campaign", "pace", "parcels", "--per-hour", "3600", "--db", db)
        typed("campaign", "resume", "parcels", "--db", db)
        placed = [datetime.fromisoformat(read(process.stdout, "placed")["at"]) for _ in range(2)]
        assert placed[1] - placed[0] >= timedelta(seconds=1)  # two at once before
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    typed("campaign", "stop", "parcels", "--db", db)
    assert store.campaign("parcels").state is CampaignState.STOPPED
    assert _under_way(store) == 0
    store.close()


def test_a_rehearsal_that_keeps_running_sees_who_is_added_elsewhere(tmp_path: Path) -> None:
    db = str(tmp_path / "store.db")
    store = open_store(db)
    add(store, people=2)
    callees = tmp_path / "callees.yaml"
    callees.write_text("dead: {answers: unreachable, rings: 0.5}")
    command = [sys.executable, "-m", "outbound", "run", "--line", "text", "--callees", str(callees)]
    command += ["--keep-running", "--json", "--db", db]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for _ in range(2):
            read(process.stdout, "finished")
        add(store, people=3)
        read(process.stdout, "finished")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert _calls(store) == 3
    store.close()


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_run_that_nobody_reads_any_more_stops_and_leaves_nobody_between_gate_and_line(
    form: list[str], tmp_path: Path
) -> None:
    db = str(tmp_path / "store.db")
    store = open_store(db)
    add(store, people=60)
    command = [sys.executable, "-m", "outbound", "run", "--line", "text", *form, "--db", db]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert process.returncode == 1
    assert "error: nobody reads what the run tells" in said
    assert "Traceback" not in said
    assert _under_way(store) == 0
    states = {one.state for one in store.contacts("parcels")}
    assert ContactState.OPEN in states
    assert ContactState.CALLING not in states
    store.close()


def test_a_pace_is_told_changed_and_given_back(tmp_path: Path) -> None:
    db = str(tmp_path / "store.db")
    store = open_store(db)
    add(store, more="pace: {per_second: 2, warm_up: 5m}")
    assert "2 a second, warmed up over 0:05:00" in typed("campaign", "pace", "parcels", "--db", db)
    assert "3 calls at a time" in typed("campaign", "pace", "parcels", "--in-flight", "3", "--db", db)
    assert "2 a second" in typed("campaign", "pace", "parcels", "--from-file", "--db", db)
    store.set_state("parcels", CampaignState.PAUSED, NOON, because="Its budget of 7 calls is used up.")
    assert "Its budget of 7 calls is used up." in typed("campaign", "list", "--db", db)
    assert "Its budget of 7 calls is used up." in typed("campaign", "show", "parcels", "--db", db)
    store.close()
