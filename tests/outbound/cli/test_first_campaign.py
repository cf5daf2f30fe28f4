"""What docs/campaigns.md promises: from nothing to a rehearsed campaign, with a list that has one of each mistake."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from outbound.cli import app

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "campaigns.md").read_text("utf-8")
ORDERS = ROOT / "examples" / "orders.csv"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A marketer's folder, with the example list where the page has it."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "orders.csv").write_bytes(ORDERS.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTBOUND_DB", "rehearsal.db")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def typed(command: str) -> str:
    """A command as it is typed on the page; what it says, on both streams, in one line."""
    done = CliRunner().invoke(app, command.split("#")[0].split()[1:], catch_exceptions=False)
    assert done.exit_code == 0, f"{command}\n{done.output}"
    return " ".join(done.output.split())


def test_the_page_can_be_followed_to_a_report(folder: Path) -> None:
    commands = [line for line in PAGE.splitlines() if line.startswith("outbound ")]
    # Speech, the microphone and a second rehearsal of the same list are left to their own tests.
    skipped = ("call --campaign", "--line simulated", "preview", "replay")
    said = {line: typed(line) for line in commands if not any(part in line for part in skipped)}
    typed("outbound run --line text")
    assert "the same actions" in typed("outbound call replay 1")
    (imported,) = (told for line, told in said.items() if "contacts import" in line)
    assert "5 new" in imported
    assert "7 rejected" in imported
    assert "and 2 more" in imported
    assert (folder / "my.svg").exists()
    assert "my" in typed("outbound report")
    assert "5" in typed("outbound contacts list my.yaml")


def test_a_run_of_a_campaign_that_is_not_there_is_refused(folder: Path) -> None:
    done = CliRunner().invoke(app, ["run", "--line", "text", "--campaign", "nosuch"])
    assert "There is no campaign nosuch" in str(done.exception)


def test_a_run_ends_with_how_far_it_came(folder: Path) -> None:
    typed("outbound campaign new shipping --file my.yaml")
    typed("outbound contacts import my.yaml examples/orders.csv")
    typed("outbound campaign start my.yaml")
    done = CliRunner().invoke(app, ["run", "--line", "text", "--json"], catch_exceptions=False)
    last = json.loads(done.stdout.splitlines()[-1])
    # Of running campaigns: this one is done.
    assert (last["event"], last["contacts"], last["in_flight"]) == ("progress", 0, 0)


def test_the_rows_become_what_the_page_says(folder: Path) -> None:
    typed("outbound campaign new shipping --file my.yaml")
    typed("outbound contacts import my.yaml examples/orders.csv --rejects rejects.csv")
    with (folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = [row["rejected because"] for row in csv.DictReader(file)]
    told = re.findall(r"^\| \d+ \| .* \| rejected: (.*?) \|$", PAGE, re.MULTILINE)
    assert len(told) == len(reasons) == 7
    for promise, reason in zip(told, reasons, strict=True):
        first = (
            promise.split(",")[0].split(".")[0].replace("this is ", "").replace("not a time zone", "is not a time zone")
        )
        assert first in reason


def test_a_rejected_row_that_is_mended_can_be_imported(folder: Path) -> None:
    typed("outbound campaign new shipping --file my.yaml")
    typed("outbound contacts import my.yaml examples/orders.csv --rejects rejects.csv")
    rejects = folder / "rejects.csv"
    rejects.write_text(rejects.read_text("utf-8-sig").replace("next week", "2026-03-18"), "utf-8-sig")
    again = typed("outbound contacts import my.yaml rejects.csv --rejects still.csv")
    assert "1 new" in again
    assert "1 known already" in again  # the duplicate: its number is in the campaign
    assert "5 rejected" in again
