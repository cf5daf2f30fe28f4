"""`outbound doctor sip` and `outbound call --line sip`: what they say, and with which code they exit."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from outbound.cli import app
from tests.outbound.lines.sip.sipp import Scenario, free_port, refuse
from tests.outbound.lines.sip.test_sip_account import PASSWORD, registrar

pytestmark = pytest.mark.telephones


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOUND_DB", str(tmp_path / "calls.db"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name, value in {"USER": "robot", "ALLOW": "+1202", "LOCAL_ADDRESS": "127.0.0.1"}.items():
        monkeypatch.setenv(f"OUTBOUND_SIP_{name}", value)


@contextlib.contextmanager
def server(steps: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SIPp as the server of the settings, for commands that run a loop of their own."""
    port = free_port()
    (folder / "server.xml").write_text(steps.xml, encoding="latin-1")
    process = subprocess.Popen(
        ["sipp", "-sf", "server.xml", "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin", "-timeout", "25s"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    monkeypatch.setenv("OUTBOUND_SIP_SERVER", f"127.0.0.1:{port}")
    try:
        yield
    finally:
        process.kill()
        process.wait()


def doctor(*options: str) -> tuple[Result, dict[str, dict[str, object]]]:
    result = CliRunner().invoke(app, ["doctor", "sip", "--json", *options])
    return result, {one["what"]: one for one in json.loads(result.stdout)}


def test_the_doctor_says_that_the_account_is_accepted_and_how_far_the_server_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTBOUND_SIP_REGISTER", "true")
    monkeypatch.setenv("OUTBOUND_SIP_PASSWORD", PASSWORD)
    with server(registrar(PASSWORD), tmp_path, monkeypatch):
        result, checks = doctor()
    assert result.exit_code == 0
    assert checks["registration"]["found"] == "accepted"
    assert "ms" in str(checks["round trip"]["found"])


def test_the_doctor_says_what_to_look_at_after_a_wrong_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTBOUND_SIP_REGISTER", "true")
    monkeypatch.setenv("OUTBOUND_SIP_PASSWORD", "wrong-word")
    with server(registrar(PASSWORD), tmp_path, monkeypatch):
        result, checks = doctor()
    assert result.exit_code == 1
    assert "403" in str(checks["registration"]["found"])
    assert "password" in str(checks["registration"]["hint"])
    assert "wrong-word" not in result.output


def test_the_doctor_names_a_setting_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    result, checks = doctor()
    assert result.exit_code == 1
    assert "server" in str(checks["settings"]["found"])


def test_a_telephone_that_the_gate_does_not_allow_is_not_rung_and_the_exit_code_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server(refuse("486 Busy Here"), tmp_path, monkeypatch):
        CliRunner().invoke(app, ["campaign", "new", "shipping", "--file", str(tmp_path / "my.yaml")])
        options = ["--campaign", str(tmp_path / "my.yaml"), "--line", "sip", "--to", "+12125550199"]
        result = CliRunner().invoke(app, ["call", *options])
    assert result.exit_code == 3, result.output
    assert "allow-list" in result.output


def test_a_recording_of_a_telephone_call_is_the_campaign_s_to_ask_for(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["campaign", "new", "shipping", "--file", str(tmp_path / "my.yaml")])
    options = ["--campaign", str(tmp_path / "my.yaml"), "--line", "sip", "--to", "+12025550199", "--record", "x"]
    result = CliRunner().invoke(app, ["call", *options])
    assert result.exit_code == 2
    assert "record: true" in result.output
