"""The rows of a CSV list, whatever is broken in it.

Decides where a row ends when a quotation mark is never closed, and what bytes mean that are no UTF-8: one broken line
costs itself and no other. What the cells mean is `reading.py`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator

_MOST_LINES = 20
"""So many lines a cell may run over; a quotation mark that is open for longer was never closed."""
_SEPARATORS = ",;\t|"


def rows(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the number of its first line; a line that is no row of a table as it stands. Blank ones are left
    out.

    Args:
        lines: numbered; bytes that are no UTF-8 stand in them as lone surrogates, and are read as Windows-1252.
    """
    waiting: deque[tuple[int, str]] = deque()
    separator = ""
    while line := (waiting.popleft() if waiting else next(lines, None)):
        number, text = line
        if not separator:
            named = re.fullmatch(r"sep=(.)\s*", text)
            separator = named[1] if named else _separator(text)
            if named:
                continue
        more: list[tuple[int, str]] = []
        whole = text
        while whole.count('"') % 2 and len(more) < _MOST_LINES:
            following = waiting.popleft() if waiting else next(lines, None)
            if following is None:
                break
            more.append(following)
            whole += following[1]
        cells = None if whole.count('"') % 2 else _cells(_legible(whole), separator)
        if cells is None:  # no number shall be swallowed: the lines after this one are read on their own
            waiting.extendleft(reversed(more))
            yield number, _legible(text).strip()
        elif any(cell.strip() for cell in cells):
            yield number, cells


def _cells(text: str, separator: str) -> list[str] | None:
    try:
        return next(csv.reader(io.StringIO(text), delimiter=separator, strict=True), [])
    except csv.Error:
        return None


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)


def _legible(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogateescape").decode("cp1252", "replace")
    return text
