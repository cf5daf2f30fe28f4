"""The register handed out: to other systems, to a spreadsheet, to an auditor.

Decides the formats. Every one is exact for a machine, and none can do harm in a spreadsheet: numbers are text there,
and no cell runs as a formula. A file appears when it is whole, or not at all.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from campaigns.errors import CampaignError


class ExportFormat(StrEnum):
    CSV = "csv"
    """UTF-8 with headings. Numbers as RFC 3966 has them, "tel:+12125550123": a spreadsheet takes that for text, where
    it would compute with a "+1…". What looks like a formula has an apostrophe before it, at the beginning of a text and
    behind what a spreadsheet of some country takes for the end of a cell."""
    JSON_LINES = "jsonl"
    """One object a line; numbers in E.164, nothing escaped but JSON."""
    XLSX = "xlsx"
    """Every cell is text."""
    PLAIN = "plain"
    """One number in E.164 a line, each once."""
    US = "us"
    """Area code and seven digits as in the registry of the United States, "212,5550123"; numbers of +1 only."""


COLUMNS = (
    "number",
    "scope",
    "target",
    "source",
    "added_at",
    "campaign",
    "call_id",
    "words",
    "recording",
    "actor",
    "note",
    "expires_at",
    "revoked_at",
    "revoked_by",
    "revoked_because",
    "id",
)
Row = Mapping[str, str]
"""A value for each column, as text; moments in ISO 8601, UTC."""
_FORMULA = re.compile(r"(?:\A|(?<=[;,|\t\r\n]))(?='*[=+\-@])|\A(?='*[\t\r\n])")
"""Where a spreadsheet would begin to compute, or take the rest of a cell for one of its own."""
_MARKED = re.compile(_FORMULA.pattern.replace("(?='*", "'(?='*"))
_SHEET_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """What is in an export.

    Attributes:
        entries: how many entries or numbers stand in the file.
        left_out: how many the format has no form for (`us`: numbers of other countries).
        sha256: of the file.
    """

    entries: int
    left_out: int
    sha256: str


def write_entries(
    path: Path, form: ExportFormat, rows: Iterable[Row], seal: Callable[[Written], None] = lambda _: None
) -> Written:
    """Writes an export; memory stays bounded.

    Args:
        seal: is told what was written before the file takes its name; where it fails there is no file.

    Raises:
        CampaignError: the file cannot be written.
    """
    try:
        with _whole(path) as temporary:
            count, left_out = _WRITERS[form](temporary, rows)
            with temporary.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            written = Written(count, left_out, digest)
            seal(written)
            return written
    except OSError as error:
        raise CampaignError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A place to write to that takes the name of `path` when all went well."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise CampaignError(f"{path} is no file.", "Give a file; it takes this name when it is whole.")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _text_file(path: Path, encoding: str = "utf-8") -> IO[str]:
    return path.open("w", encoding=encoding, newline="")


def _csv(path: Path, rows: Iterable[Row]) -> tuple[int, int]:
    with _text_file(path, "utf-8-sig") as file:  # with the mark that spreadsheets need
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        count = 0
        for row in rows:
            writer.writerow(_harmless(name, row[name]) for name in COLUMNS)
            count += 1
    return count, 0


def _harmless(column: str, text: str) -> str:
    if column == "number":
        return f"tel:{text}" if text.startswith("+") else text
    return harmless(text)


def harmless(text: str) -> str:
    """The text as a cell of a CSV in which no spreadsheet finds a formula; reading a list takes the marks away."""
    return _FORMULA.sub("'", text)


def as_it_was(text: str) -> str:
    """A text that was made harmless."""
    return _MARKED.sub("", text) if "'" in text else text


def _json_lines(path: Path, rows: Iterable[Row]) -> tuple[int, int]:
    with _text_file(path) as file:
        count = 0
        for row in rows:
            file.write(json.dumps({name: row[name] for name in COLUMNS if row[name]}, ensure_ascii=False) + "\n")
            count += 1
    return count, 0


def _xlsx(path: Path, rows: Iterable[Row]) -> tuple[int, int]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("do not call 1")
    sheet.append(COLUMNS)
    count = 0
    for row in rows:
        if count and count % _SHEET_ROWS == 0:  # a sheet holds 1,048,576 rows
            sheet = book.create_sheet(f"do not call {count // _SHEET_ROWS + 1}")
            sheet.append(COLUMNS)
        cells = []
        for name in COLUMNS:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", row[name]))
            cell.data_type = "s"  # also where the text begins like a formula
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
        count += 1
    book.save(path)
    return count, 0


def _plain(path: Path, rows: Iterable[Row]) -> tuple[int, int]:
    return _numbers(path, rows, lambda number: number if number.startswith("+") else None)


def _us(path: Path, rows: Iterable[Row]) -> tuple[int, int]:
    return _numbers(
        path,
        rows,
        lambda number: f"{number[2:5]},{number[5:]}" if number.startswith("+1") and len(number) == 12 else None,
    )


def _numbers(path: Path, rows: Iterable[Row], form: Callable[[str], str | None]) -> tuple[int, int]:
    seen: set[int] = set()
    count = left_out = 0
    with _text_file(path) as file:
        for row in rows:
            text = form(row["number"])
            if text is None:
                left_out += 1
                continue
            key = int(row["number"][1:])
            if key not in seen:
                seen.add(key)
                file.write(text + "\n")
                count += 1
    return count, left_out


_WRITERS = {
    ExportFormat.CSV: _csv,
    ExportFormat.JSON_LINES: _json_lines,
    ExportFormat.XLSX: _xlsx,
    ExportFormat.PLAIN: _plain,
    ExportFormat.US: _us,
}
