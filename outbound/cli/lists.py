"""What commands that read lists of numbers share: who does it, when, and where the bad lines go."""

from __future__ import annotations

import csv
import getpass
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Annotated

import typer

from campaigns.dnc import MENDED, ListLine, RejectedLine, harmless
from outbound.cli import output

Actor = Annotated[
    str | None, typer.Option("--actor", envvar="OUTBOUND_ACTOR", help="Who does this.  [default: your login name]")
]
Region = Annotated[str | None, typer.Option(help="Country of numbers without a country code, e.g. US.", metavar="XX")]
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
        found = datetime.fromisoformat(text)
    except ValueError:
        output.fail(f'"{text}" is not a time', "write it like 2025-06-01 or 2025-06-01T09:30Z", code=2)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Rejects:
    """Bad lines of a list on their way into a file, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._first: list[RejectedLine] = []
        self._file: IO[str] | None = None

    def __enter__(self) -> Rejects:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def pass_on(self, lines: Iterable[ListLine | RejectedLine]) -> Iterator[ListLine]:
        """The good lines."""
        for line in lines:
            if isinstance(line, ListLine):
                yield line
            else:
                self.write(line)

    def write(self, line: RejectedLine) -> None:
        """A bad line."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(["line", *MENDED, "rejected because", "what to do"])
        values = {**line.values, "number": line.text}
        cells = (harmless(values.get(name, "")) for name in MENDED)
        csv.writer(self._file).writerow([line.line, *cells, line.reason, line.fix])
        self.count += 1
        if self.count <= 5:
            self._first.append(line)

    def tell(self) -> None:
        """On stderr: the first of them, and where all stand."""
        for line in self._first:
            output.note(f"  line {line.line}: {line.reason}")
        if self.count:
            output.note(f"the rejected lines stand in {self.path}: mend that file and import it")
