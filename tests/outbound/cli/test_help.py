"""Every command teaches: the whole program's help and each command's own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from outbound.cli import COMMANDS


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
