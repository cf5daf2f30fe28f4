"""Rows out of a CSV file or an Excel sheet, as the text that a person sees in them.

Decides encoding, separator and how a spreadsheet's numbers and dates become text; every row keeps its number, so that
a person finds it again. What the cells mean is `audience.py`. Rows are read one at a time: a file may be larger than
memory.
"""

from __future__ import annotations

import codecs
import re
import warnings
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from campaigns.csv_rows import Row, bounded, csv_rows, why_broken
from campaigns.errors import CampaignError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LONGEST_FORMULA = 100_000
"""Bytes of a cell with one; Excel takes 8,192 characters."""
_LEGACY = {"zh": "gb18030", "ko": "cp949", "ja": "cp932"}
"""What spreadsheets of these languages write where they do not write UTF-8; elsewhere Windows-1252."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file's headings and rows.

    Attributes:
        note: what the user should know about how the file was read; empty when all is plain.
        rows: read while iterated, once, with their numbers as a spreadsheet shows them (a CSV: the first line); rows
            without any text are left out.
    """

    header: tuple[str, ...]
    rows: Iterator[Row]
    note: str = ""


def read_table(path: Path, language: str) -> Table:
    """Opens a list: .xlsx as an Excel workbook (its first sheet, and others with the same headings), else as CSV.

    Raises:
        CampaignError: there is no such file, it is empty, or it cannot be read.
    """
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return _with_header(path, _sheet_rows(path))
        encoding, note = _encoding(path, language)
        return _with_header(path, _csv_rows(path, encoding), note)
    except OSError as error:
        raise CampaignError(
            f"{path} cannot be read: {error.strerror}.", "Give the path of a CSV or XLSX file."
        ) from error


def _with_header(path: Path, rows: Iterator[Row], note: str = "") -> Table:
    header = headings(path, rows)
    return Table(tuple(cell.strip() for cell in header), rows, note)


def headings(path: Path, rows: Iterator[Row]) -> list[str]:
    """The first row of a list, taken from `rows`.

    Raises:
        CampaignError: there is none, or it is no row.
    """
    line, header = next(rows, (1, None))
    if header is None:
        raise CampaignError(f"{path} is empty.", "The first row holds the headings, such as phone and name.")
    if isinstance(header, str):
        reason, fix = why_broken(header)
        raise CampaignError(f"The headings of {path} (line {line}) cannot be read. {reason}", fix)
    return header


def _encoding(path: Path, language: str) -> tuple[str, str]:
    """The encoding of a text file, and a note where it had to be guessed."""
    with path.open("rb") as file:
        start = file.read(4096)
        for mark, encoding in _BOMS:
            if start.startswith(mark):
                return encoding, ""
        if b"\x00" in start:
            raise CampaignError(
                f"{path} is not a text file.", "Save the list as CSV UTF-8, or as an Excel workbook (.xlsx)."
            )
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while start:
                decoder.decode(start)
                start = file.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            legacy = _LEGACY.get(language.partition("-")[0], "cp1252")
            note = f"{path} is not UTF-8 and was read as {legacy}; if names look wrong, save it as CSV UTF-8."
            return legacy, note
    return "utf-8", ""


def _csv_rows(path: Path, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding) as file:
        try:
            yield from csv_rows(bounded(file))
        except UnicodeError as error:
            raise CampaignError(
                f"{path} has bytes that are not {encoding}.",
                "Save the list as CSV UTF-8, or as an Excel workbook (.xlsx).",
            ) from error


def _sheet_rows(path: Path) -> Iterator[Row]:
    last = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl leaves out are nothing to us
            with closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
                header: list[str] | None = None
                for sheet in workbook.worksheets:
                    with closing(_texts(sheet)) as rows:
                        number, first = next(rows, (0, []))
                        if header is not None and first != header:
                            continue
                        _refuse_empty_formulas(path, sheet._worksheet_path)
                        if header is None and first:
                            yield number, first
                        header = first
                        for last, texts in rows:
                            yield last, texts
    except _NO_WORKBOOK as error:
        if last:
            text = f"{path} is damaged: it cannot be read after row {last}."
            raise CampaignError(text, "Get it anew; what stands above that row may be imported twice.") from error
        raise CampaignError(
            f"{path} is not an Excel workbook.", "Save the list as .xlsx without a password, or as CSV UTF-8."
        ) from error


def _texts(sheet: Any) -> Generator[tuple[int, list[str]], None, None]:
    with closing(sheet.iter_rows()) as rows:
        for cells in rows:
            texts = [_cell_text(cell.value, getattr(cell, "number_format", "")) for cell in cells]
            if any(texts):
                yield next(cell.row for cell in cells if cell.value is not None), texts


_NO_WORKBOOK = (
    BadZipFile, InvalidFileException, zlib.error, EOFError, SyntaxError,  # SyntaxError: of the XML in it
    LookupError, ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What openpyxl and what is under it raise when a file is none, or damaged."""
_EMPTY_FORMULA = re.compile(
    rb"<c\b(?![^>]*\bt=\"str\")[^>]*\br=\"([A-Z]+\d+)\"[^>]*>\s*<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
"""A formula whose value was not saved, as programs write it that do not compute; an empty text has t="str"."""


def _refuse_empty_formulas(path: Path, sheet: str) -> None:
    """Nobody knows what such a cell says, and a row of them would look like none at all."""
    with ZipFile(path) as parts, parts.open(sheet) as file:
        kept = b""
        while chunk := file.read(1 << 20):
            kept += chunk
            if (found := _EMPTY_FORMULA.search(kept)) is not None:
                raise CampaignError(
                    f"Cell {found[1].decode()} of {path} holds a formula without its value.",
                    "Open the list in a spreadsheet program and save it there, or save it as CSV UTF-8.",
                )
            kept = kept[max(kept.rfind(b"<c "), len(kept) - _LONGEST_FORMULA) :]


def _cell_text(value: Any, number_format: str) -> str:
    """What the sheet shows: no scientific notation, no ".0", leading zeros where the format has them."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case bool():
            return str(value).upper()
        case int() | float() if value == int(value):
            zeros = len(number_format) if number_format and set(number_format) == {"0"} else 0
            return str(int(value)).zfill(zeros)
        case _:
            return str(value).strip()
