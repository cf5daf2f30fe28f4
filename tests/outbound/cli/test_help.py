"""Every command teaches: the whole program's help and each command's own."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from outbound.cli import COMMANDS, campaign


def _help(*words: str) -> str:
    command = [sys.executable, "-m", "outbound", *words, "--help"]
    answered = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return answered.stdout


def test_the_program_names_all_its_commands() -> None:
    shown = _help()
    assert [name for name in COMMANDS if name not in shown] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str) -> None:
    assert f"outbound {name}" in _help(name)


def test_a_page_of_help_loads_no_engine_library_of_language_or_database() -> None:
    slow = ("numpy", "sqlalchemy", "phonenumbers", "babel", "asyncio")
    asked = "import sys; sys.argv[1:] = ['campaign', '--help']; from outbound.cli import app; app(standalone_mode=0)"
    told = f"{asked}; print([name for name in {slow} if name in sys.modules])"
    answered = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=120)
    assert answered.stdout.splitlines()[-1] == "[]"


def test_every_command_says_on_the_page_of_its_group_what_it_is_for() -> None:
    pages = {_help(): COMMANDS, _help("campaign"): campaign.COMMANDS, _help("call"): ("replay",)}
    unexplained = [name for page, names in pages.items() for name in names if not re.search(rf"│ {name} +[A-Z]", page)]
    assert unexplained == []


def test_only_the_program_itself_offers_to_complete_its_commands() -> None:
    assert "--install-completion" in _help()
    assert not any("--install-completion" in _help(name) for name in ("campaign", "call", "dnc"))


def test_help_is_folded_by_the_terminal_alone() -> None:
    page = " ".join(_help("run").split())
    lines = [line.strip() for line in _help("run").splitlines()]
    assert "runs on a clock that jumps from one due call to the next" in page
    assert "the next: days pass in seconds." not in lines
    assert any(line.startswith("Example: outbound run") for line in lines)
