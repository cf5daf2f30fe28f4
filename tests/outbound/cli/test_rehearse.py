"""`outbound campaign rehearse|test|coverage`: a call by typing, held again by itself, and what nobody has tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from campaigns.errors import CampaignError
from outbound.cli.campaign import app
from outbound.errors import OutboundError
from tests.outbound.cli.calls import call_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A campaign file made from a ready one."""
    path = tmp_path / "my.yaml"
    assert _typed("new", "shipping", "--file", path).exit_code == 0
    return path


def _typed(*words: str | Path, keyboard: str = "") -> Result:
    return CliRunner().invoke(app, [*map(str, words)], input=keyboard)


def test_words_keys_silence_and_the_end_of_input_are_what_a_callee_does(file: Path) -> None:
    held = _typed("rehearse", file, "--field", "name=Robin", keyboard="yes please\n\n4\n")
    assert held.exit_code == 0, held.output
    assert "Hello Robin" in held.stdout
    assert "yes please   [yes, " in held.stdout
    assert "(asking · rating)" in held.stdout
    assert "callee  says nothing" in held.stdout
    assert "presses 4" in held.stdout
    assert "saved   rating   value: 4, via: key" in held.stdout
    assert "completed" in held.stdout
    assert "callee  hangs up" in _typed("rehearse", file).stdout


def test_an_opt_out_by_key_ends_the_rehearsal(file: Path) -> None:
    held = _typed("rehearse", file, keyboard="9\nyes\n")
    assert "saved   opt_out" in held.stdout
    assert "opted_out" in held.stdout
    assert "[yes" not in held.stdout


@pytest.mark.parametrize(
    "keyboard", ["yes\n5\n", "call me back tomorrow at three\n", "I want a person\n", "\n\n\n", ""]
)
def test_a_recorded_rehearsal_is_held_again_with_the_same_outcome(file: Path, tmp_path: Path, keyboard: str) -> None:
    recording = tmp_path / "it.yaml"
    recorded = _typed("rehearse", file, "--record", recording, "--nobody-there", keyboard=keyboard)
    assert recorded.exit_code == 0, recorded.output
    again = _typed("test", file, recording)
    assert again.exit_code == 0, again.output
    assert "as recorded" in again.stdout


def test_a_recording_is_not_overwritten(file: Path, tmp_path: Path) -> None:
    recording = tmp_path / "it.yaml"
    recording.write_text("mine")
    refused = _typed("rehearse", file, "--record", recording)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert recording.read_text() == "mine"


def test_a_changed_script_that_saves_something_else_is_told_and_exits_with_1(file: Path, tmp_path: Path) -> None:
    recording = tmp_path / "it.yaml"
    _typed("rehearse", file, "--record", recording, keyboard="yes\n5\n")
    file.write_text(file.read_text("utf-8").replace("yes: rating", "yes: bye"), "utf-8")
    done = _typed("test", file, recording)
    assert done.exit_code == 1
    assert "    expected  answer   step: tell, value: yes, via: voice, words: yes\n" in done.stdout
    assert "    found     answer   step: tell, value: yes, via: voice, words: yes\n" in done.stdout
    (told,) = json.loads(_typed("test", file, recording, "--json").stdout)
    assert told["same"] is False
    assert [change["what"] for change in told["changes"]] == ["results"]


@pytest.mark.parametrize(
    "text", ["", "[1, 2]", "rehearsal: x", "rehearsal: [", "at: 2026-03-03T10:00:00\nrehearsal: x"]
)
def test_what_is_no_recording_is_told(file: Path, tmp_path: Path, text: str) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text)
    assert isinstance(_typed("test", file, wrong).exception, OutboundError)
    assert isinstance(_typed("test", file, tmp_path / "none.yaml").exception, OutboundError)


def test_coverage_counts_calls_and_shows_what_nobody_has_tried(tmp_path: Path) -> None:
    db = call_of(tmp_path / "calls.db", "willing", "agreeable by key", "refuses by key")
    told = json.loads(_typed("coverage", "shipping", "--db", db, "--json").stdout)
    assert told["calls"] == 3
    # Who refuses by key does so while the robot still says who is calling.
    assert told["steps"] == {"tell": 2, "rating": 2, "neighbor": 0, "bye": 2}
    ways = {(way["from"], way["to"]): way["calls"] for way in told["ways"]}
    assert ways["tell", "rating"] == 2
    assert ways["tell", "neighbor"] == 0
    assert (told["intents"]["yes"], told["intents"]["opt_out"], told["intents"]["rating_4"]) == (2, 1, 1)
    assert told["intents"]["crisis"] == 0
    assert "nobody has tried" in _typed("coverage", "shipping", "--db", db).stdout


def test_coverage_counts_recorded_rehearsals(file: Path, tmp_path: Path) -> None:
    db = call_of(tmp_path / "calls.db")
    recording = tmp_path / "it.yaml"
    _typed("rehearse", file, "--record", recording, keyboard="no\n")
    assert json.loads(_typed("coverage", "shipping", "--db", db, "--json").stdout)["steps"]["neighbor"] == 0
    told = json.loads(_typed("coverage", "shipping", "--db", db, "--json", "--recording", str(recording)).stdout)
    assert (told["calls"], told["steps"]["neighbor"]) == (1, 1)


def test_coverage_of_an_unknown_campaign_is_told(tmp_path: Path) -> None:
    assert isinstance(_typed("coverage", "spring", "--db", str(tmp_path / "x.db")).exception, CampaignError)
