"""`outbound consent`, as the people use it who keep the forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from outbound.cli.consent import app

TERMS = ("--brand", "Lumen", "--wording", "Yes, call me")


def run(db: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--db", db])


def shown(db: str, number: str = "+12125550123") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run(db, "show", number, "--json").stdout)["consents"]
    return found


def test_consent_is_given_shown_and_withdrawn(tmp_path: Path) -> None:
    db = str(tmp_path / "store.db")
    assert run(db, "give", "+12125550123", *TERMS, "--evidence", "form 7", "--expires", "2030-01-31").exit_code == 0
    (kept,) = shown(db)
    assert (kept["basis"], kept["purpose"], kept["evidence"]) == ("written", "marketing", "form 7")
    assert run(db, "withdraw", "+12125550123", "--brand", "Lumen").exit_code == 0
    assert shown(db)[0]["withdrawn_at"]
    assert "form 7" in run(db, "show", "+12125550123").stdout


def test_a_list_of_people_who_agreed_is_imported_once(tmp_path: Path) -> None:
    db, source = str(tmp_path / "store.db"), tmp_path / "agreed.txt"
    source.write_text("+12125550123\n+12125550124\n+12125550123\nrubbish\n")
    done = json.loads(run(db, "import", source, *TERMS, "--json").stdout)
    assert (done["new"], done["rejected"]) == (2, 1)
    assert json.loads(run(db, "import", source, *TERMS, "--json").stdout)["new"] == 0
    assert shown(db)[0]["evidence"] == "agreed.txt"
    assert json.loads(run(db, "import", source, *TERMS, "--basis", "express", "--json").stdout)["new"] == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--brand", " ", "--wording", "yes"],
        ["--brand", "Lumen", "--wording", ""],
        [*TERMS, "--given", "2150-01-01"],
        [*TERMS, "--expires", "2001-01-01"],
    ],
)
def test_consent_that_proves_nothing_is_none(tmp_path: Path, words: list[str]) -> None:
    db, source = str(tmp_path / "store.db"), tmp_path / "agreed.txt"
    source.write_text("+12125550123\n")
    for done in (run(db, "give", "+12125550123", *words), run(db, "import", source, *words)):
        assert done.exit_code == 2
        assert "hint: " in done.stderr
    assert shown(db) == []


def test_nobody_agrees_by_a_stray_quotation_mark(db: str, tmp_path: Path) -> None:
    rows = ["+442079460121,", '+442079460122,"x', "+442079460123,y", '+442079460124,z"', "+442079460125,"]
    (tmp_path / "agreed.csv").write_text("\n".join(["number,note", *rows]))
    done = json.loads(run(db, "import", str(tmp_path / "agreed.csv"), *TERMS, "--json").stdout)
    assert (done["new"], done["rejected"]) == (2, 3)
    assert "+442079460123,y" in (tmp_path / "agreed.rejects.csv").read_text("utf-8-sig")
