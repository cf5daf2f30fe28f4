"""The rows of a CSV list, whatever is broken in it.

Decides where a row ends when quotation marks are stray, and that none of them swallows another row: one broken line
costs itself and no other. Text in quotation marks may run over a few lines (RFC 4180) as long as no telephone number
stands in it where a row's own would; if one does, the marks may be stray, so the first line is broken and the others
are read one by one. What the cells mean is for others to say.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

Line = tuple[int, str]
"""Its number in the file, and its text with the line break."""
Row = tuple[int, list[str] | str]
"""The number of its first line, and its cells; the text of a line that is no row of a table as it stands."""

LONGEST_LINE = 65_536
"""Characters; a longer line is cut, and is no row."""
_MOST_LINES = 20
"""So many lines a cell may run over; a quotation mark that is open for longer was never closed."""
_SHOWN = 30
"""Headings, and characters of each."""
_SEPARATORS = ",;\t|"
_FEWEST_DIGITS = 7
"""In a telephone number."""


def bounded(file: TextIO, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """The lines of a file; of an endless one only so many characters are ever read at a time, and the first kept."""
    number = 0
    while text := file.readline(longest):
        number += 1
        yield number, text
        while not text.endswith("\n") and (text := file.readline(longest)):
            pass


def why_broken(text: str) -> tuple[str, str]:
    """What is wrong with a line that is no row, and what to do."""
    if "\x00" in text or "\ufffd" in text:
        return "The line is no text in UTF-8.", "Save the list as CSV UTF-8."
    if len(text) >= LONGEST_LINE:
        return f"The line is longer than {LONGEST_LINE:,} characters.", "Shorten it, or break it where a row ends."
    return "The quotation marks do not fit.", "Close what is open, or take it out."


def shown(header: Sequence[str]) -> str:
    """Headings as a message names them, whatever stands in them."""
    names = ["".join(c if c.isprintable() else "\ufffd" for c in name) for name in header if name.strip()]
    few = [name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…" for name in names[:_SHOWN]]
    return ", ".join(few + ["…"] * (len(names) > _SHOWN)) or "none"


def csv_rows(lines: Iterator[Line], *, when_in_doubt: bool = True) -> Iterator[Row]:
    """Each row; the first is the headings'. Blank ones are left out.

    Args:
        lines: bytes that are no UTF-8 may stand in them as lone surrogates, and are read as Windows-1252.
        when_in_doubt: whether a line is a row that may as well be text in quotation marks of the line before. A number
            that is needlessly forbidden does no harm; one that is needlessly allowed does.
    """
    ahead = _Ahead(lines)
    separator = ""
    width = doubtful = 0
    for number, text in ahead:
        if not separator:
            named = re.fullmatch(r"sep=(.)\s*", text)
            separator = named[1] if named else _separator(text)
            if named:
                continue
        ahead.read.clear()
        cells = _cells(text, ahead, separator)
        if _is_cut(text) or any(_is_cut(more) for _, more in ahead.read):
            cells = None
        if cells is not None and '"' in text and (_swallows(cells, separator) or any(cells[width or None :])):
            cells = None
            doubtful = max([doubtful, *(line for line, _ in ahead.read)])
        if cells is None or (number <= doubtful and not when_in_doubt):
            ahead.again()
            yield number, _legible(text).strip()
        elif any(cell.strip() for cell in cells):
            width = width or len(cells)
            yield number, cells


@dataclass(slots=True)
class _Ahead:
    """Lines that may be read a second time.

    Attributes:
        read: those that a cell in quotation marks has asked for.
    """

    lines: Iterator[Line]
    read: list[Line] = field(default_factory=list)
    _waiting: deque[Line] = field(default_factory=deque)

    def __iter__(self) -> Iterator[Line]:
        while (line := self._next()) is not None:
            yield line

    def more(self) -> Iterator[str]:
        """What follows, as far as a cell may run."""
        while len(self.read) < _MOST_LINES and (line := self._next()) is not None:
            self.read.append(line)
            yield _legible(line[1])

    def again(self) -> None:
        """What was read ahead is read as if it had not been."""
        self._waiting.extendleft(reversed(self.read))

    def _next(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self.lines, None)


def _cells(text: str, ahead: _Ahead, separator: str) -> list[str] | None:
    text = _legible(text)
    if '"' not in text:
        return None if "\x00" in text else text.rstrip("\r\n").split(separator)

    def needed() -> Iterator[str]:
        yield text
        yield from ahead.more()

    try:
        cells = next(csv.reader(needed(), delimiter=separator, strict=True), [])
    except csv.Error:
        return None
    return None if any("\x00" in cell for cell in cells) else cells


def _swallows(cells: Sequence[str], separator: str) -> bool:
    """Whether a cell of several lines may hold another row: then that row's number stands in it as a cell would."""
    pieces = (piece for cell in cells if "\n" in cell for piece in re.split(f"[\n{re.escape(separator)}]", cell))
    return any(_like_a_number(piece) for piece in pieces)


def _like_a_number(piece: str) -> bool:
    digits = sum(map(str.isdigit, piece))
    return digits >= _FEWEST_DIGITS and sum(map(str.isalpha, piece)) * 2 < digits


def _separator(header: str) -> str:
    """The one that the headings use most."""
    return max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)


def _is_cut(text: str) -> bool:
    return len(text) >= LONGEST_LINE and not text.endswith("\n")


def _legible(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape").decode("cp1252", "replace")
    return text
