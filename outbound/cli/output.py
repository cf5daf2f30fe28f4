"""What the commands print: tables for people, JSON for machines, errors with a hint.

Decides the manners of every command: results on stdout, errors and progress on stderr, numbers masked unless asked
for, the same facts in both forms. What is computed is elsewhere.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from audio.errors import AudioError
from campaigns.errors import CampaignError
from outbound.errors import OutboundError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine instead of a table.")]
ShowNumbers = Annotated[bool, typer.Option("--show-numbers", help="Show whole telephone numbers.")]
Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        envvar="OUTBOUND_DB",
        metavar="URL",
        help="The store: a file, or postgresql://…  [default: one per user, see 'outbound doctor']",
    ),
]

REFUSED_EXIT = 3
"""The exit code of a plain no: the number may not be called, the campaign may not start."""

OURS = (OutboundError, CampaignError, AudioError)
"""The errors that tell a user what to do; anything else is a defect and keeps its traceback."""


def fail(message: str, hint: str = "", code: int = 1) -> NoReturn:
    """Print `error:` and `hint:` on stderr and exit with `code` (2 for a wrong call of the command)."""
    report_error(message, hint)
    raise typer.Exit(code)


def report_error(message: str, hint: str = "") -> None:
    """What is wrong and what to do about it, on stderr."""
    err.print(f"[red]error:[/] {_plain(message)}", soft_wrap=True)
    if hint:
        err.print(f"[cyan]hint:[/] {_plain(hint)}", soft_wrap=True)


def note(message: str) -> None:
    """Something for a person to know, on stderr, so that a pipe gets results only.

    Through `sys.stderr` itself, which a live view on the screen catches to make room for the line.
    """
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()


def masked(number: str, show: bool = False) -> str:
    """A telephone number as it may be seen: the country's beginning and the last two digits."""
    return number if show or len(number) < 7 else f"{number[:3]}{'•' * (len(number) - 5)}{number[-2:]}"


def emit_json(value: object) -> None:
    """One JSON document on stdout; dataclasses, times and enums in their plain forms."""
    sys.stdout.write(json_text(value))


def json_text(value: object) -> str:
    """The same as text, for a file."""
    return json.dumps(value, default=_plain_json, ensure_ascii=False, indent=2) + "\n"


def write_json(path: Path, value: object) -> None:
    """The same document in a file."""
    path.write_text(json.dumps(value, default=_plain_json, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Around what writes a file that the user named: what goes wrong is told, not shown as a traceback."""
    try:
        yield
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror}", "choose another place")


def emit_json_line(value: object) -> None:
    """One JSON document on a line of its own, for a stream of events."""
    sys.stdout.write(json.dumps(value, default=_plain_json, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def be_silent() -> None:
    """From here on, what is printed on stdout goes nowhere: whoever read it is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout; a column whose name begins with '>' is aligned right."""
    made = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        made.add_row(*("" if cell is None else _plain(str(cell)) for cell in row))
    out.print(made)


def evidence(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The same where nothing may be cut off: columns that are empty go, and a narrow screen gets line by line."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    kept = [at for at in range(len(columns)) if not cells or any(row[at] for row in cells)]
    names = [columns[at].lstrip(">") for at in kept]
    down = [[name, *(row[at] for row in cells)] for name, at in zip(names, kept, strict=True)]
    widths = [max(map(len, texts)) for texts in down]
    narrowest = [max(len(word) for text in texts for word in text.split() or [""]) for texts in down]
    while sum(widths) + 2 * len(widths) > out.width:
        widest = max(range(len(widths)), key=lambda at: (widths[at] > narrowest[at], widths[at]))
        if widths[widest] == narrowest[widest]:
            break
        widths[widest] -= 1
    else:
        made = Table(title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False)
        for name, at, width in zip(names, kept, widths, strict=True):
            made.add_column(name, justify="right" if columns[at].startswith(">") else "left", width=width)
        for row in cells:
            made.add_row(*(_plain(row[at]) for at in kept))
        out.print(made)
        return
    if title:
        out.print(_plain(title), soft_wrap=True)
    for row in cells:
        for name, at in zip(names, kept, strict=True):
            if row[at]:
                out.print(f"{_plain(name):12} {_plain(row[at])}", soft_wrap=True)
        out.print()


def _plain(text: str) -> str:
    """Text in which square brackets are no markup."""
    return text.replace("[", r"\[")


def _plain_json(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
