"""The person at this computer as a callee: the keyboard is the telephone's, and a bar shows how loud they are.

Decides only what keys mean and what is shown. The call itself is the microphone line's.
"""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.text import Text

from audio.echo import canceller_installed
from outbound.cli import output
from outbound.lines.microphone import MicrophoneLine, Setup, Speakers

_HANG_UP = "q"
_BAR = 30
_QUIETEST_DBFS = -60.0


class Meter:
    """How loud the person is, as a bar under the conversation; on a terminal only."""

    def __init__(self) -> None:
        self._dbfs = _QUIETEST_DBFS

    def level(self, dbfs: float) -> None:
        """Take 20 ms: up at once, down slowly."""
        self._dbfs = max(dbfs, self._dbfs - 1.5, _QUIETEST_DBFS)

    @contextmanager
    def shown(self) -> Iterator[None]:
        if not output.out.is_terminal:
            yield
            return
        with Live(get_renderable=self._bar, console=output.out, refresh_per_second=12, transient=True):
            yield

    def _bar(self) -> Text:
        filled = round(_BAR * (1 - self._dbfs / _QUIETEST_DBFS))
        return Text(f"mic {'█' * filled}{'·' * (_BAR - filled)}  0-9 * # keys, {_HANG_UP} hangs up", style="dim")


@contextmanager
def keyboard(line: MicrophoneLine) -> Iterator[None]:
    """Keys go to the line as they are pressed; no Enter is needed on a terminal."""
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()

    def pressed() -> None:
        typed = os.read(stdin, 64).decode(errors="ignore")
        if not typed:
            loop.remove_reader(stdin)
        for key in typed:
            if key == _HANG_UP:
                line.put_down()
            else:
                line.press(key)

    try:
        loop.add_reader(stdin, pressed)
    except PermissionError:  # a file, /dev/null: nobody types there
        yield
        return
    try:
        with _one_key_at_a_time(stdin):
            yield
    finally:
        loop.remove_reader(stdin)


@contextmanager
def _one_key_at_a_time(stdin: int) -> Iterator[None]:
    if not os.isatty(stdin):
        yield
        return
    before = termios.tcgetattr(stdin)
    tty.setcbreak(stdin)
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSADRAIN, before)


def say_what_was_found(setup: Setup, note: Callable[[str], None] = output.note) -> None:
    """Tell the person how they are heard, before it rings."""
    how = "measured" if setup.measured else "as the sound card says"
    where = "open speakers" if setup.speakers is Speakers.OPEN else "a headset"
    note(f"{where}; from speaking to hearing {setup.round_trip_seconds * 1000:.0f} ms ({how})")
    if setup.muted:
        note("the microphone brings nothing at all: is it switched off, and may this program use it?")
    if setup.speakers is Speakers.OPEN and not canceller_installed():
        note("you cannot talk over the robot unless you are louder: take a headset, or pip install 'outbound[echo]'")
    note("it rings: say hello, or press Enter")
