"""`outbound dnc`, as a compliance officer uses it."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from campaigns.dnc import NotANumber
from campaigns.store import StoreError, open_store
from outbound.cli.dnc import app
from tests.campaigns.samples import MONDAY_NOON, Definition


@pytest.fixture
def db(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


def run(db: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--db", db])


def test_a_number_is_added_checked_and_removed(db: str) -> None:
    assert run(db, "check", "+12125550123").exit_code == 0
    added = run(db, "add", "+1 212 555 0123", "--note", "asked by mail", "--actor", "ann")
    assert added.exit_code == 0
    assert "2125550123" not in added.stdout.replace(" ", "")
    assert run(db, "add", "+12125550123").exit_code == 0
    listed = run(db, "check", "+12125550123", "--json")
    assert listed.exit_code == 3
    found = json.loads(listed.stdout)
    assert [entry["actor"] for entry in found["entries"]] == ["ann"]
    assert found["number"].endswith("23")
    assert "•" in found["number"]
    assert run(db, "remove", "+12125550123", "--because", "asked to be called").exit_code == 0
    assert run(db, "check", "+12125550123").exit_code == 0
    (entry,) = json.loads(run(db, "list", "--all", "--json", "--show-numbers").stdout)
    assert (entry["number"], entry["revoked_because"]) == ("+12125550123", "asked to be called")


@pytest.mark.parametrize("width", ["200", "80", "40"])
def test_nothing_that_proves_is_cut_off_on_a_narrow_screen(db: str, width: str) -> None:
    words, note = "please never call me again", "ticket 4711"
    run(db, "add", "+442079460123", "--scope", "brand", "--target", "Bluebird Books", "--words", words, "--note", note)
    asked = [sys.executable, "-m", "outbound", "dnc", "check", "+442079460123", "--show-numbers", "--db", db]
    done = subprocess.run(asked, capture_output=True, text=True, env=os.environ | {"COLUMNS": width}, timeout=120)
    assert done.returncode == 3
    assert "+442079460123" in done.stdout
    assert "…" not in done.stdout
    told = done.stdout.split()
    assert all(word in told for word in [*words.split(), *note.split(), "Bluebird", "Books", "person"])


def test_a_brand_needs_its_name_and_everyone_has_none(db: str) -> None:
    assert run(db, "add", "+12125550123", "--scope", "brand").exit_code == 2
    assert run(db, "add", "+12125550123", "--target", "Lumen").exit_code == 2
    assert run(db, "add", "+12125550123", "--scope", "brand", "--target", "Lumen").exit_code == 0


def test_what_is_no_number_changes_nothing(db: str) -> None:
    failed = run(db, "add", "+12125550123", "hello")
    assert isinstance(failed.exception, NotANumber)
    assert json.loads(run(db, "list", "--json").stdout) == []


def test_entries_are_filtered(db: str) -> None:
    run(db, "add", "+12125550123", "--scope", "brand", "--target", "Lumen")
    run(db, "add", "+12125550124", "--source", "complaint")
    assert len(json.loads(run(db, "list", "--json").stdout)) == 2
    assert len(json.loads(run(db, "list", "--json", "--scope", "brand").stdout)) == 1
    assert len(json.loads(run(db, "list", "--json", "--source", "complaint").stdout)) == 1
    assert json.loads(run(db, "list", "--json", "--before", "2020-01-01").stdout) == []
    assert len(json.loads(run(db, "list", "--json", "--limit", "1").stdout)) == 1
    assert run(db, "list", "--since", "yesterday").exit_code == 2


def test_an_import_keeps_the_good_lines_and_writes_the_bad_ones_down(db: str, tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("phone\n+12125550123\n+12125550123\n2125550124\nrubbish\n+442079460123\n")
    done = json.loads(run(db, "import", source, "--json").stdout)
    assert (done["new"], done["known"], done["rejected"]) == (2, 1, 2)
    with Path(done["rejects_file"]).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["2125550124", "rubbish"]
    mended = json.loads(run(db, "import", done["rejects_file"], "--region", "US", "--json").stdout)
    assert (mended["new"], mended["rejected"]) == (1, 1)
    again = json.loads(run(db, "import", source, "--region", "US", "--json").stdout)
    assert (again["new"], again["known"]) == (0, 4)
    (first, *_) = json.loads(run(db, "list", "--json").stdout)
    assert (first["source"], first["note"]) == ("import", "list.csv")


def test_a_rejected_line_keeps_all_it_said_and_runs_in_no_spreadsheet(db: str, tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text('number,scope,target,words\n+1 212,brand,Lumen,=1+1\n"=cmd()",,,\n')
    rejects = tmp_path / "list.rejects.csv"
    assert json.loads(run(db, "import", source, "--json").stdout)["rejected"] == 2
    rows = list(csv.reader(rejects.read_text("utf-8-sig").splitlines()))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    rejects.write_text(rejects.read_text("utf-8-sig").replace("'+1 212", "+1 212 555 0123"), encoding="utf-8")
    assert json.loads(run(db, "import", rejects, "--json").stdout)["new"] == 1
    (entry,) = json.loads(run(db, "list", "--json").stdout)
    assert (entry["scope"], entry["target"], entry["words"]) == ("brand", "Lumen", "=1+1")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx", "a.txt"])
def test_an_export_goes_into_another_store_as_it_is(db: str, tmp_path: Path, name: str) -> None:
    run(db, "add", "+12125550123", "+442079460123")
    written = json.loads(run(db, "export", tmp_path / name, "--json").stdout)
    assert written["entries"] == 2
    assert written["chain"]["seq"] == 3
    other = str(tmp_path / "other.db")
    assert json.loads(run(other, "import", tmp_path / name, "--json").stdout)["new"] == 2
    assert run(other, "check", "+442079460123").exit_code == 3


def test_the_text_of_the_us_registry_goes_out_and_in(db: str, tmp_path: Path) -> None:
    run(db, "add", "+12125550123", "+442079460123")
    written = json.loads(run(db, "export", tmp_path / "us.txt", "--format", "us", "--json").stdout)
    assert (written["entries"], written["left_out"]) == (1, 1)
    other = str(tmp_path / "other.db")
    assert json.loads(run(other, "import", tmp_path / "us.txt", "--json").stdout)["new"] == 1


@pytest.mark.parametrize("command", ["add", "check", "list", "remove", "import", "export", "verify", "lists"])
def test_every_command_teaches(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert len(shown.stdout.splitlines()) > 8


def test_a_national_list_stands_beside_the_register(db: str, tmp_path: Path) -> None:
    (tmp_path / "us.txt").write_text("212,5550123\n2125550124\nrubbish\n")
    assert run(db, "import", tmp_path / "us.txt", "--national", "us-national").exit_code == 2
    arguments = ("import", tmp_path / "us.txt", "--national", "us-national", "--as-of", "2025-06-01", "--json")
    done = json.loads(run(db, *arguments).stdout)
    assert (done["list"]["numbers"], done["rejected"]) == (2, 1)
    (copy,) = json.loads(run(db, "lists", "--json").stdout)
    assert (copy["name"], copy["as_of"], copy["origin"]) == ("us-national", "2025-06-01", "us.txt")
    assert copy["last_day"] == "2025-07-02"
    assert "2025-07-02" in run(db, "lists").stdout
    (tmp_path / "plain.txt").write_text("+442079460123\n12125550123\n(212) 555-0124\n2125550\n")
    arguments = (
        "import",
        tmp_path / "plain.txt",
        "--national",
        "x",
        "--as-of",
        "2025-06-01",
        "--region",
        "US",
        "--json",
    )
    done = json.loads(run(db, *arguments).stdout)
    assert (done["list"]["numbers"], done["rejected"]) == (3, 1)


def test_a_national_list_that_failed_to_arrive_leaves_the_copy_before(db: str, tmp_path: Path) -> None:
    (tmp_path / "us.txt").write_text("212,5550123\n")
    arguments = ("import", tmp_path / "us.txt", "--national", "us-national", "--format", "us", "--as-of")
    assert run(db, *arguments, "2025-06-01").exit_code == 0
    for content in (b"", b"\n\n", "212,5550124\n".encode("utf-16"), b"<html>Bad gateway</html>"):
        (tmp_path / "us.txt").write_bytes(content)
        failed = run(db, *arguments, "2025-06-02", "--smaller")
        assert isinstance(failed.exception, StoreError)
        assert "holds 0 numbers" in str(failed.exception)
    (copy,) = json.loads(run(db, "lists", "--json").stdout)
    assert (copy["as_of"], copy["numbers"]) == ("2025-06-01", 1)


def test_a_copy_of_a_list_gives_way_to_no_older_one_and_to_none_that_was_cut_off(db: str, tmp_path: Path) -> None:
    def load(count: int, day: str, *more: str, name: str = "us-national") -> Result:
        (tmp_path / "us.txt").write_text("".join(f"212,555{n:04}\n" for n in range(count)))
        return run(db, "import", tmp_path / "us.txt", "--national", name, "--as-of", day, *more)

    def counts() -> tuple[str, int]:
        (copy,) = json.loads(run(db, "lists", "--json").stdout)
        return copy["as_of"], copy["numbers"]

    assert load(10, "2025-06-02").exit_code == 0
    assert "newer copy, of 2025-06-02" in load(10, "2025-06-01").stderr
    assert "fewer than 5 are not believed" in str(load(4, "2025-06-03").exception)
    assert counts() == ("2025-06-02", 10)
    assert "older than 31 days" in load(5, "2025-06-03").stderr
    assert counts() == ("2025-06-03", 5)
    assert load(1, "2025-06-04", "--smaller").exit_code == 0
    assert counts() == ("2025-06-04", 1)
    assert "they ask for ca-national, us-national" in load(1, "2025-06-04", name="us-natinal").stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["import", "us.txt", "--national", "us-national", "--as-of", "2150-01-01"], "a day to come"),
        (["import", "us.txt", "--as-of", "2025-06-01"], "only a copy of a national list has a day"),
        (["add", "+12125550123", "--expires", "2001-01-01"], "would have ended already"),
        (["add", "+12125550123", "--scope", "purpose", "--target", "promotion"], 'no purpose "promotion"'),
        (["add", "2125550123", "--region", "UK"], 'no country "UK"'),
        (["list", "--since", "9999-12-31T23:59-12:00"], "is not a time"),
        (["verify", "--anchor", "."], "is no file"),
        (["verify", "--anchor", "us.txt"], "line 1 of us.txt is no anchor"),
        (["verify", "--anchor", "us.txt/anchor"], "cannot be written"),
    ],
)
def test_what_cannot_be_meant_is_told_and_changes_nothing(
    db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("us.txt").write_bytes(b"212,5550123\n\xff\n")
    done = run(db, *words)
    assert done.exit_code in (1, 2)
    assert told in done.stderr
    assert "hint: " in done.stderr
    assert json.loads(run(db, "list", "--all", "--json").stdout) == []
    assert json.loads(run(db, "lists", "--json").stdout) == []


def test_an_entry_for_a_brand_that_is_not_here_is_made_and_told(db: str) -> None:
    store = open_store(db)
    store.save_campaign(Definition(brand="Lumen"), "text", MONDAY_NOON)
    store.close()
    listed = ("add", "+12125550123", "--scope", "brand", "--target")
    assert 'no brand "Lumne" is in this store yet. Did you mean "Lumen"?' in run(db, *listed, "Lumne").stderr
    assert run(db, *listed, "Lumen").stderr == ""


def test_nothing_is_handed_out_that_the_ledger_does_not_tell_of(db: str, tmp_path: Path) -> None:
    run(db, "add", "+12125550123")
    read_only = f"sqlite:///file:{db}?mode=ro&uri=true"
    (tmp_path / "out.csv").write_text("the export of yesterday")
    assert isinstance(run(read_only, "export", tmp_path / "out.csv").exception, StoreError)
    assert (tmp_path / "out.csv").read_text() == "the export of yesterday"
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.csv"]


def test_an_entry_is_removed_by_its_plain_id_only(db: str) -> None:
    run(db, "add", "+12125550123")
    assert isinstance(run(db, "remove", "²", "--because", "x").exception, NotANumber)
    assert run(db, "remove", "1", "--because", "x").exit_code == 0


def test_verify_notes_heads_and_finds_a_chain_that_was_cut_off(db: str, tmp_path: Path) -> None:
    run(db, "add", "+12125550123")
    anchor = tmp_path / "elsewhere" / "anchor"
    assert run(db, "verify", "--anchor", anchor).exit_code == 0
    run(db, "add", "+12125550124")
    assert run(db, "verify", "--anchor", anchor).exit_code == 0
    assert len(anchor.read_text().splitlines()) == 2
    with sqlite3.connect(db) as connection:
        connection.execute("DELETE FROM ledger WHERE seq = 2")
        connection.execute("DELETE FROM dnc_entry WHERE link = 2")
    connection.close()
    assert run(db, "verify").exit_code == 0
    found = run(db, "verify", "--anchor", anchor, "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["whole"] is False
    assert len(anchor.read_text().splitlines()) == 2
