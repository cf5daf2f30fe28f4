"""`outbound may-call`, `preflight`, `audit` and `privacy`, as the people use them who answer for the calls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from audio.synthesis import PromptCache, voice_for
from campaigns import templates
from outbound.cli import app as program
from outbound.cli import campaign, compliance, contacts
from outbound.folders import cache_folder

app = typer.Typer()
app.command("may-call")(compliance.may_call)
app.command("preflight")(compliance.preflight)
app.command("audit")(compliance.audit)
app.add_typer(compliance.privacy, name="privacy")
app.add_typer(contacts.app, name="contacts")
app.add_typer(campaign.app, name="campaign")

NOON, NIGHT = "2025-06-02T16:00Z", "2025-06-03T04:00Z"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    url = str(tmp_path / "store.db")
    (tmp_path / "shipping.yaml").write_text(templates.template_text("shipping", "en-US"))
    rows = ["phone,name,order,arrives,time zone"]
    rows += [f"+1212555012{n},Ann,BB-{n},2026-03-14,America/New_York" for n in range(3)]
    (tmp_path / "orders.csv").write_text("\n".join(rows))
    brought_in = run(url, "contacts", "import", tmp_path / "shipping.yaml", tmp_path / "orders.csv", "--actor", "eve")
    assert brought_in.exit_code == 0
    return url


def run(db: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--db", db])


def test_may_call_explains_a_no_with_its_source_and_the_next_moment(db: str) -> None:
    asked = run(db, "may-call", "+12125550199", "--campaign", "shipping", "--at", NIGHT, "--json")
    assert asked.exit_code == 3
    found = json.loads(asked.stdout)
    assert found["next_allowed"] == "2025-06-03T13:00:00+00:00"
    assert "47 CFR 64.1200(c)(1)" in [reason["source"] for reason in found["reasons"]]
    assert run(db, "may-call", "+12125550199", "--campaign", "shipping", "--at", NOON).exit_code == 0


def test_may_call_knows_the_state(db: str) -> None:
    evening = "2025-06-03T00:30Z"  # 20:30 in New York
    arguments = ("may-call", "+12125550199", "--campaign", "shipping", "--at", evening, "--json")
    sources = [reason["source"] for reason in json.loads(run(db, *arguments, "--state", "FL").stdout)["reasons"]]
    assert any("Florida" in source for source in sources)


def test_rules_that_nobody_read_at_their_source_are_named_with_a_yes_too(db: str) -> None:
    asked = run(db, "may-call", "+12125550199", "--campaign", "shipping", "--at", NOON)
    assert asked.exit_code == 0
    assert "rules are unconfirmed" in asked.stderr
    assert "FCC package delivery exemption of 2014, as amended" in asked.stderr
    assert "rules are unconfirmed" in run(db, "preflight", "shipping").stderr
    found = json.loads(run(db, "preflight", "shipping", "--json").stdout)
    assert "FCC package delivery exemption of 2014, as amended" in found["unconfirmed"]


def test_preflight_says_how_many_and_why_not(db: str) -> None:
    found = json.loads(run(db, "preflight", "shipping", "--json").stdout)
    assert found["contacts"] == 3
    assert found["now"] + found["later"] == 3
    assert found["skipped"] == []


def test_privacy_tells_and_erases(db: str, tmp_path: Path) -> None:
    held = json.loads(run(db, "privacy", "export", "+12125550120").stdout)
    assert held["contacts"][0]["fields"]["order"] == "BB-0"
    assert run(db, "privacy", "erase", "+12125550120", "--yes", "--actor", "bob").exit_code == 0
    run(db, "privacy", "export", "+12125550120", "--file", tmp_path / "held.json")
    assert "BB-0" not in (tmp_path / "held.json").read_text()
    assert json.loads(run(db, "preflight", "shipping", "--json").stdout)["contacts"] == 2
    assert "1 left out" in run(db, "contacts", "import", tmp_path / "shipping.yaml", tmp_path / "orders.csv").stdout
    (erased,) = json.loads(run(db, "audit", "--action", "privacy", "--json").stdout)
    assert erased["actor"] == "bob"
    assert run(db, "privacy", "purge").exit_code == 0


def test_a_place_where_nothing_can_be_written_is_told(db: str, tmp_path: Path) -> None:
    for place in (tmp_path, "/dev/full", tmp_path / "orders.csv" / "held.json"):
        told = run(db, "privacy", "export", "+12125550120", "--file", place)
        assert told.exit_code == 1
        assert "cannot be written" in told.stderr


def test_bytes_that_are_no_text_end_in_a_sentence(db: str) -> None:
    words = [b"dnc", b"add", b"+12125550123", b"--note", b"caf\xe9", b"--db", db.encode()]
    done = subprocess.run([sys.executable, "-m", "outbound", *words], capture_output=True, timeout=120)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == [
        "error: What was given holds bytes that are no text.",
        "hint: Write it in UTF-8.",
    ]


def test_a_terminal_that_lacks_a_character_shows_its_number(db: str) -> None:
    asked = [sys.executable, "-m", "outbound", "dnc", "check", "+12125550123", "--db", db]
    done = subprocess.run(asked, capture_output=True, timeout=120, env=os.environ | {"PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0
    assert rb"+12\u2022" in done.stdout


def test_no_rendered_speech_is_left_of_a_number_that_was_erased(db: str, tmp_path: Path) -> None:
    voice = voice_for("en-US", cache=PromptCache(cache_folder()))
    voice.speak("Hello Ann, your order is on its way.")
    assert tmp_path in cache_folder().parents
    assert list(cache_folder().iterdir())
    erased = json.loads(run(db, "privacy", "erase", "+12125550120", "--yes", "--json").stdout)
    assert erased["rendered_sounds"] == 1
    assert list(cache_folder().iterdir()) == []
    assert voice.speak("Hello Ann, your order is on its way.").seconds > 1  # rendered anew where it is needed


def test_rendered_speech_that_nobody_used_for_long_goes_by_itself(db: str) -> None:
    cache = PromptCache(cache_folder())
    for name in ("Ann", "Bob"):
        voice_for("en-US", cache=cache).speak(f"Hello {name}.")
    old = next(cache_folder().iterdir())
    os.utime(old, (1e9, 1e9))
    assert json.loads(run(db, "privacy", "purge", "--json").stdout)["rendered_sounds"] == 1
    assert not old.exists()


def test_the_audit_shows_what_was_done(db: str) -> None:
    shown = run(db, "audit")
    assert "contacts.add" in shown.stdout
    assert "campaign.save" in shown.stdout
    assert "2125550" not in shown.stdout
    done = json.loads(run(db, "audit", "--actor", "eve", "--json").stdout)
    assert {one["action"] for one in done} == {"campaign.save", "contacts.add"}


def test_a_campaign_that_starts_first_says_who_is_called_and_who_is_not(db: str) -> None:
    started = run(db, "campaign", "start", "shipping", "--actor", "ann")
    assert started.exit_code == 0
    assert "3 later" in started.stdout or "3 contacts may be called now" in started.stdout
    changes = json.loads(run(db, "audit", "--action", "campaign.state", "--json").stdout)
    assert [(one["actor"], one["what"]["state"]) for one in changes] == [("ann", "running")]


def test_marketing_without_its_duties_does_not_start(db: str, tmp_path: Path) -> None:
    text = templates.template_text("renewal", "en-US").replace("+18005550123", "+12025550123")
    (tmp_path / "renewal.yaml").write_text(text)
    started = run(db, "campaign", "start", tmp_path / "renewal.yaml")
    assert started.exit_code == 3
    assert "47 CFR 64.1200(b)(3)" in started.stderr
    states = {one["name"]: one["state"] for one in json.loads(run(db, "campaign", "list", "--json").stdout)}
    assert states.get("renewal", "draft") == "draft"


def test_a_campaign_that_is_not_fit_to_be_heard_does_not_start_either(db: str, tmp_path: Path) -> None:
    text = templates.template_text("shipping", "en-US").replace("longest_seconds: 60", "longest_seconds: 15")
    (tmp_path / "hurried.yaml").write_text(text)
    started = run(db, "campaign", "start", tmp_path / "hurried.yaml")
    assert started.exit_code == 1
    assert "is not safe to call with" in started.stderr


def test_a_call_that_the_gate_does_not_allow_is_not_placed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    text = templates.template_text("shipping", "en-US").replace("max_attempts: 3", "closes_on: 2025-01-31")
    (tmp_path / "over.yaml").write_text(text)
    placed = CliRunner().invoke(program, ["call", "--campaign", str(tmp_path / "over.yaml"), "--line", "text"])
    assert placed.exit_code == 3, placed.output
    assert "not allowed: " in placed.stderr
