"""What the person at the computer is told and shown."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from outbound.cli import output
from outbound.cli.seat import Meter, say_what_was_found
from outbound.lines.microphone import Setup, Speakers


def shown(monkeypatch: pytest.MonkeyPatch, *levels_dbfs: float) -> str:
    """What the terminal has got when the call is over."""
    screen = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=screen, force_terminal=True, width=100))
    meter = Meter()
    with meter.shown():
        for level in levels_dbfs:
            meter.level(level)
    return screen.getvalue()


def test_the_bar_rises_at_once_and_falls_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "█" * 30 in shown(monkeypatch, -60.0, 0.0)
    assert "█" * 29 in shown(monkeypatch, 0.0, -60.0)
    assert "█" not in shown(monkeypatch, 0.0, *[-60.0] * 60)


def test_the_bar_is_for_people_and_not_for_files(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=screen))
    meter = Meter()
    with meter.shown():
        meter.level(0.0)
    assert screen.getvalue() == ""


@pytest.mark.parametrize(
    ("setup", "told"),
    [
        (Setup(0.0421, True, Speakers.OPEN, muted=False), "open speakers; from speaking to hearing 42 ms (measured)"),
        (Setup(0.03, False, Speakers.HEADSET, muted=False), "a headset; from speaking to hearing 30 ms (as the sound"),
        (Setup(0.03, False, Speakers.HEADSET, muted=True), "the microphone brings nothing at all: is it switched off"),
    ],
)
def test_what_was_found_is_told_before_it_rings(setup: Setup, told: str) -> None:
    notes: list[str] = []
    say_what_was_found(setup, notes.append)
    assert told in "\n".join(notes)
    assert "it rings" in notes[-1]
