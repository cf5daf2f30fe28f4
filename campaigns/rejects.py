"""Rows of a list that cannot be used, on their way into a file where a person mends them.

Decides that none of them waits in memory: each is written when it is met, so that a list may be far larger than memory
and as bad as it likes. What is wrong with a row, and what a row of the file looks like, is its reader's business.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Generic, Protocol, Self, TypeVar, cast

from campaigns.errors import CampaignError

REASON_COLUMNS = ("rejected because", "what to do")
"""The last two of the file; left out when it is imported again."""
_SHOWN = 5


class Rejection(Protocol):
    """A row that cannot be used: one sentence or more why, and what to do."""

    @property
    def reason(self) -> str: ...
    @property
    def fix(self) -> str: ...


Good = TypeVar("Good")
Bad = TypeVar("Bad", bound=Rejection)


class RejectsFile(Generic[Bad]):
    """The file, which is made with the first bad row: UTF-8 with the mark that spreadsheets need.

    Attributes:
        count: how many rows were written.
        first: a few of them, to be shown.
    """

    def __init__(
        self,
        path: Path,
        kind: type[Bad],
        header: Sequence[str],
        cells: Callable[[Bad], Iterable[str]],
        *,
        read_from: Path,
    ) -> None:
        """
        Args:
            header, cells: of what is to be mended; the reasons are added.
            read_from: the list itself.

        Raises:
            CampaignError: the file would take the place of the list.
        """
        if path.exists() and read_from.exists() and path.samefile(read_from):
            raise CampaignError(f"{path} is the list itself.", "Give another file with --rejects.")
        self.path = path
        self.count = 0
        self.first: list[Bad] = []
        self._kind = kind
        self._header = header
        self._cells = cells
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with self._told():
                self._file.close()

    def pass_on(self, rows: Iterable[Good | Bad]) -> Iterator[Good]:
        """The good rows; the others are written."""
        for row in rows:
            if isinstance(row, self._kind):
                self.write(row)
            else:
                yield cast(Good, row)

    def write(self, row: Bad) -> None:
        """A bad row.

        Raises:
            CampaignError: the file cannot be written.
        """
        with self._told():
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8-sig", newline="")
                csv.writer(self._file).writerow([*self._header, *REASON_COLUMNS])
            csv.writer(self._file).writerow([*self._cells(row), row.reason, row.fix])
        self.count += 1
        if self.count <= _SHOWN:
            self.first.append(row)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CampaignError(
                f"{self.path} cannot be written: {error.strerror}.", "Give another file with --rejects."
            ) from error
