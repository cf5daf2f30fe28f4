"""What stands on a screen while calls are placed."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from outbound.cli import output
from outbound.cli.live import LiveView


def test_a_note_is_written_above_the_live_table_and_not_into_it(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=screen, force_terminal=True, width=80))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with LiveView():
        output.note("no further call is placed")
    assert "no further call is placed\n" in screen.getvalue()
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
