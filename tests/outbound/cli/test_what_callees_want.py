"""What a callee asks for, from the words in the call to the register and the list of tasks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from outbound.cli import app

ROOT = Path(__file__).parents[3]
ORDERS = ROOT / "examples" / "orders.csv"


@pytest.fixture
def two_campaigns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two campaigns of one brand with the same five contacts; the first one runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTBOUND_DB", "rehearsal.db")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("first", "second"):
        _typed("campaign", "new", "shipping", "--file", f"{name}.yaml")
        _typed("contacts", "import", f"{name}.yaml", str(ORDERS), "--rejects", "rejects.csv")
    _typed("campaign", "start", "first.yaml")


def _typed(*words: str) -> str:
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def _called(words: str) -> None:
    """Everybody is called, and says this."""
    callee = json.dumps({"anybody": {"does": [{"say": words}], "transfer": "nobody"}})
    Path("callees.yaml").write_text(callee, "utf-8")
    # A run of its own process: what it dials from is free again when it has ended.
    command = [sys.executable, "-m", "outbound", "run", "--line", "text", "--callees", "callees.yaml"]
    subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "PYTHONPATH": str(ROOT)})


def _told(*words: str) -> Any:
    return json.loads(_typed(*words, "--json"))


@pytest.mark.usefixtures("two_campaigns")
def test_stop_calling_about_this_ends_this_campaign_and_no_calls_at_all_ends_both() -> None:
    _called("stop calling me about this")
    assert {entry["scope"] for entry in _told("dnc", "list")} == {"campaign"}
    assert {contact["state"] for contact in _told("contacts", "list", "second.yaml")} == {"open"}
    _typed("campaign", "start", "second.yaml")
    _called("no more calls from you at all")
    assert {entry["scope"] for entry in _told("dnc", "list")} == {"campaign", "brand"}


@pytest.mark.usefixtures("two_campaigns")
def test_words_of_self_harm_are_a_task_for_people_and_no_refusal() -> None:
    _called("I want to kill myself")
    tasks = _told("tasks", "list")
    assert {(task["kind"], task["words"]) for task in tasks} == {("crisis", "I want to kill myself")}
    assert len(tasks) == 5
    assert _told("dnc", "list") == []
