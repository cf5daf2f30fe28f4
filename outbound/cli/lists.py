"""What commands that read lists of numbers share: who does it, when, and where the bad lines go."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.dnc import MENDED, RejectedLine, harmless
from campaigns.moments import written
from campaigns.rejects import RejectsFile
from outbound.cli import output

Actor = Annotated[
    str | None, typer.Option("--actor", envvar="OUTBOUND_ACTOR", help="Who does this.  [default: your login name]")
]


def _region(text: str | None) -> str | None:
    """A country that has telephone numbers, in capitals."""
    if text is None:
        return None
    from phonenumbers import SUPPORTED_REGIONS  # not for the commands that are given none

    if text.upper() not in SUPPORTED_REGIONS:
        output.fail(f'there is no country "{text}"', "give its two letters (ISO 3166), like US, GB or KR", code=2)
    return text.upper()


Region = Annotated[
    str | None,
    typer.Option(help="Country of numbers without a country code, e.g. US.", metavar="XX", callback=_region),
]
Rejects = Annotated[Path | None, typer.Option(help="Where bad lines go.  [default: beside the list, NAME.rejects.csv]")]
Moment = Annotated[str | None, typer.Option(metavar="TIME", help="Like 2025-06-01 or 2025-06-01T09:30Z (UTC).")]


def who(actor: str | None) -> str:
    """Who does this: as named, else the login name."""
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def moment(text: str | None) -> datetime | None:
    """A moment that a user wrote; UTC where no zone is given."""
    if text is None:
        return None
    try:
        return written(text)
    except ValueError:
        output.fail(f'"{text}" is not a time', "write it like 2025-06-01 or 2025-06-01T09:30Z", code=2)


def beside(list_file: Path) -> Path:
    """Where bad lines go when nobody says where."""
    return list_file.with_name(f"{list_file.stem}.rejects.csv")


def rejected_lines(path: Path | None, list_file: Path) -> RejectsFile[RejectedLine]:
    """Where bad lines of a list of numbers go."""
    return RejectsFile(path or beside(list_file), RejectedLine, ["line", *MENDED], _cells, read_from=list_file)


def _cells(row: RejectedLine) -> list[str]:
    values = {**row.values, "number": row.text}
    return [str(row.line), *(harmless(values.get(name, "")) for name in MENDED)]


def tell(bad: RejectsFile[Any], first: Sequence[tuple[int, str]], noun: str = "line") -> None:
    """On stderr: the first bad lines, by number and reason, and where all stand."""
    for number, reason in first:
        output.note(f"  {noun} {number}: {reason}")
    if bad.count > len(first):
        output.note(f"  and {bad.count - len(first)} more")
    if bad.count:
        output.note(f"the rejected {noun}s stand in {bad.path}, each with its reason: mend that file and import it")
