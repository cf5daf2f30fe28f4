"""`outbound campaign new|check|draw|preview|schema`, as a marketer uses them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from audio.pcm import read_wav
from campaigns.definition import json_schema, load
from campaigns.errors import CampaignError
from outbound.cli.campaign import app


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A campaign file made from a ready one."""
    path = tmp_path / "my.yaml"
    assert run("new", "shipping", "--file", path).exit_code == 0
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_a_new_file_has_its_own_name_and_is_not_overwritten(file: Path) -> None:
    assert load(file).name == "my"
    again = run("new", "renewal", "--file", file)
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert run("new", "renewal", "--file", file, "--name", "spring", "--force", "--language", "ko-KR").exit_code == 0
    assert (load(file).name, load(file).language) == ("spring", "ko-KR")


def test_a_good_file_passes_by_the_voice_and_by_estimate(file: Path) -> None:
    for option in ((), ("--estimate",)):
        checked = run("check", file, *option)
        assert checked.exit_code == 0, checked.output
        assert "fit to be heard in en-US" in checked.stdout


def test_what_must_be_mended_is_told_with_its_line_and_exits_with_1(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("no: neighbor", "no: rating"), "utf-8")
    checked = run("check", file, "--estimate")
    assert checked.exit_code == 1
    line = file.read_text("utf-8").splitlines().index("  neighbor:") + 1
    assert f"{file}:{line}  script.neighbor: no way leads to this step." in checked.stdout.replace("\n", "")
    told = json.loads(run("check", file, "--estimate", "--json").stdout)
    assert told["fit"] is False
    assert told["findings"][0]["line"] == line


def test_a_language_that_nothing_here_understands_is_told(tmp_path: Path) -> None:
    for language, told in (("zh-CN", ["zh-CN"]), ("en-US", []), ("ko-KR", [])):
        path = tmp_path / f"{language}.yaml"
        assert run("new", "points", "--language", language, "--file", path).exit_code == 0
        assert json.loads(run("check", path, "--estimate", "--json").stdout)["keys_only"] == told
        assert ("outbound speech fetch" in run("check", path, "--estimate").stderr) is bool(told)


def test_a_list_is_checked_with_the_file(file: Path, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("phone,name,order,arrives\n+12125550123,Ann,A1,2026-03-14\n555,Bob,A2,2026-03-14\n", "utf-8")
    checked = run("check", file, "--estimate", "--contacts", orders)
    assert checked.exit_code == 0
    assert "1 contacts could be called, 1 rows could not." in checked.stdout
    told = json.loads(run("check", file, "--estimate", "--contacts", orders, "--json").stdout)
    assert told["contacts"] == 1
    assert [row["row"] for row in told["rejected"]] == [3]


def test_what_no_voice_can_say_of_a_list_is_told(file: Path, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("phone,name,order,arrives\n+12025550123,Ann 🎉,A1,2026-03-14\n", "utf-8")
    checked = run("check", file, "--estimate", "--contacts", orders)
    assert 'name "Ann 🎉": the voice of en-US cannot say "🎉".' in checked.stdout
    told = json.loads(run("check", file, "--estimate", "--contacts", orders, "--json").stdout)
    assert told["unsayable"] == [{"field": "name", "value": "Ann 🎉", "language": "en-US", "characters": '"🎉"'}]


def test_a_script_is_drawn(file: Path, tmp_path: Path) -> None:
    assert run("draw", file).stdout.startswith("flowchart TD\n")
    picture = tmp_path / "my.svg"
    assert run("draw", file, "--file", picture).exit_code == 0
    assert picture.read_text("utf-8").startswith("<svg")
    assert run("draw", file, "--language", "ko-KR").exit_code == 1
    assert run("draw", file, "--variant", "b").exit_code == 1


@pytest.mark.parametrize(
    "command",
    [
        ("new", "shipping", "--file", "/dev/null/my.yaml"),
        ("schema", "--file", "/nowhere/it.json"),
        ("draw", "FILE", "--file", "/nowhere/my.svg"),
        ("preview", "FILE", "--file", "/nowhere/call.wav"),
        ("rehearse", "FILE", "--record", "/nowhere/it.yaml"),
    ],
    ids=lambda command: command[0],
)
def test_a_file_that_cannot_be_written_is_told(file: Path, command: tuple[str, ...]) -> None:
    done = run(*(str(file) if word == "FILE" else word for word in command))
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize(("command", "name"), [("draw", "my.pdf"), ("draw", "my"), ("preview", "call.mp3")])
def test_a_file_is_not_named_for_what_it_is_not(file: Path, tmp_path: Path, command: str, name: str) -> None:
    assert run(command, file, "--file", tmp_path / name).exit_code == 2
    assert not (tmp_path / name).exists()


def test_a_call_is_heard_before_it_is_made(file: Path, tmp_path: Path) -> None:
    sound = tmp_path / "call.wav"
    assert run("preview", file, "--file", sound, "--keys", "2,1,5", "--field", "name=Robin").exit_code == 0
    assert 25 < read_wav(sound).seconds < 60
    assert run("preview", file, "--file", sound, "--voicemail", "--telephone").exit_code == 0
    assert read_wav(sound).rate == 8_000


def test_an_unknown_field_is_told(file: Path, tmp_path: Path) -> None:
    assert isinstance(run("preview", file, "--file", tmp_path / "x.wav", "--field", "nam=x").exception, CampaignError)
    assert run("preview", file, "--file", tmp_path / "x.wav", "--field", "name").exit_code == 2


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    assert json.loads(run("schema").stdout) == json_schema()
    assert run("schema", "--file", tmp_path / "s.json").exit_code == 0
    assert json.loads((tmp_path / "s.json").read_text("utf-8")) == json_schema()
