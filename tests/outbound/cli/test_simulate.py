"""`outbound simulate`: a forecast that is the same for the same seed, compares lines, and says what it assumes."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from campaigns.store import CampaignState, open_store
from outbound.cli import app
from outbound.cli.output import OURS

ASKED = ["simulate", "shipping", "--contacts", "60", "--lines", "5", "--start", "2026-03-02T14:00", "--seed", "7"]


def _run(*words: str) -> str:
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, OURS):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


def _json(*words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(_run(*words, "--json"))
    return answer


def test_the_same_seed_gives_the_same_forecast() -> None:
    once, again = _json(*ASKED), _json(*ASKED)
    assert once == again
    (answer,) = once["answers"]
    assert answer["forecast"]["contacts"] == 60
    assert answer["forecast"]["calls"] > 60
    assert answer["forecast"]["report"]["funnel"]["reached"] > 5


def test_the_answer_names_time_reach_lines_and_assumptions() -> None:
    shown = _run(*ASKED)
    for said in ("takes", "reached a person", "opted out", "lines in use", "by hour", "attempts", "assumed", "survey"):
        assert said in shown


def test_several_numbers_of_lines_stand_side_by_side() -> None:
    answers = _json(*ASKED[:4], "--lines", "2,20", *ASKED[6:])["answers"]
    few, many = (answer["forecast"] for answer in answers)
    assert (few["lines"], many["lines"]) == (2, 20)
    assert few["milestones"]["50"] > many["milestones"]["50"]
    assert few["most_at_once"] == 2


def test_a_month_that_ends_too_early_leaves_people_waiting() -> None:
    (answer,) = _json(*ASKED, "--days", "0.1")["answers"]
    assert not answer["forecast"]["complete"]
    assert sum(answer["forecast"]["waiting"].values()) > 0


def test_marketing_is_simulated_with_consent_assumed_and_says_so() -> None:
    answer = _json("simulate", "renewal", *ASKED[2:])
    assert answer["answers"][0]["forecast"]["calls"] > 0
    assert any("agreed in writing" in line for line in answer["assumed"])


def test_a_marketers_own_list_is_called(tmp_path: Path) -> None:
    rows = "".join(f"+1212555{line:04},Dana,BB-{line},2026-03-14\n" for line in range(100, 130))
    (tmp_path / "list.csv").write_text(f"phone,name,order,arrives\n{rows}", "utf-8")
    (answer,) = _json(*ASKED, "--contacts-file", str(tmp_path / "list.csv"))["answers"]
    assert answer["forecast"]["contacts"] == 30


def test_the_store_is_kept_where_it_is_named_and_never_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "kept.db"
    _run(*ASKED, "--db", str(kept))
    store = open_store(str(kept))
    assert store.lines_used() == {"text"}
    store.close()
    again = CliRunner().invoke(app, [*ASKED, "--db", str(kept)])
    assert again.exit_code == 2
    assert "holds campaigns already" in again.output


def test_a_call_is_held_once_more_with_real_speech_and_compared() -> None:
    (answer,) = _json(*ASKED, "--audio", "1")["answers"]
    (spoken,) = answer["spoken"]
    assert spoken["in_text"] in {ending["disposition"] for ending in answer["forecast"]["report"]["endings"]}
    assert spoken["in_speech"]


def test_ctrl_c_in_the_middle_gives_the_answer_so_far(tmp_path: Path) -> None:
    kept = tmp_path / "kept.db"
    asked = [*ASKED[:2], "--contacts", "3000", *ASKED[4:], "--json", "--db", str(kept)]
    with subprocess.Popen([sys.executable, "-m", "outbound", *asked], stdout=subprocess.PIPE) as process:
        while not _calls_in(kept):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    (answer,) = json.loads(told)["answers"]
    assert not answer["forecast"]["complete"]
    assert 0 < answer["forecast"]["calls"] < answer["forecast"]["contacts"]


def _calls_in(path: Path) -> int:
    """How many calls another process has written down; 0 while it makes its tables."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM call").fetchone()[0])
    return 0


def test_a_campaign_among_faults_ends_with_the_word_of_a_witness(tmp_path: Path) -> None:
    kept = str(tmp_path / "kept.db")
    shown = _run(*ASKED, "--faults", "3", "--db", kept)
    for said in ("processes that died", "interrupted", "nobody was wronged", "dialled twice"):
        assert said in shown
    store = open_store(kept)
    assert store.campaign("shipping").state is CampaignState.DONE
    store.close()


def test_the_same_seed_of_faults_gives_the_same_ordeal() -> None:
    once, again, other = (_json(*ASKED, "--faults", seed)["survived"] for seed in ("3", "3", "4"))
    assert once == again
    assert once["wrongs"] == other["wrongs"] == {}
    assert once["digest"] != other["digest"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--faults", "3", "--audio", "1"], "faults are met by one campaign"),
        (["--lines", "many"], "no number of lines"),
        (["--lines", "2,5", "--db", "kept.db"], "one store cannot hold"),
        (["--lines", "²"], "no number of lines"),
        (["--until", "2026-03-01"], "end before it begins"),
        (["--until", "2926-03-01"], "so many years"),
        (["--days", "inf"], "days"),
        (["--start", "0001-01-01"], "this century"),
    ],
)
def test_what_cannot_be_asked_is_told(words: list[str], told: str) -> None:
    done = CliRunner().invoke(app, [*ASKED, *words])
    assert done.exit_code == 2
    assert told in done.output
