"""Rows out of a CSV file or an Excel sheet, as the text that a person sees in them.

Decides encoding, separator and how a spreadsheet's numbers and dates become text; every row keeps its number, so that
a person finds it again. What the cells mean is `audience.py`. Rows are read one at a time: a file may be larger than
memory.
"""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from campaigns.csv_rows import BROKEN, Row, csv_rows
from campaigns.errors import CampaignError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
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
    """Opens a list: .xlsx as an Excel sheet (its first), anything else as CSV.

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
    header = next(rows, None)
    if header is None:
        raise CampaignError(f"{path} is empty.", "The first row holds the headings, such as phone and name.")
    if isinstance(header[1], str):
        raise CampaignError(f"The headings of {path} cannot be read: {BROKEN[0]}", BROKEN[1])
    return Table(tuple(cell.strip() for cell in header[1]), rows, note)


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
            yield from csv_rows(enumerate(file, 1))
        except UnicodeError as error:
            raise CampaignError(
                f"{path} has bytes that are not {encoding}.",
                "Save the list as CSV UTF-8, or as an Excel workbook (.xlsx).",
            ) from error


def _sheet_rows(path: Path) -> Iterator[Row]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations that openpyxl leaves out are nothing to us
            with closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
                for cells in workbook.worksheets[0].iter_rows():
                    texts = [_cell_text(cell.value, getattr(cell, "number_format", "")) for cell in cells]
                    if any(texts):
                        yield next(cell.row for cell in cells if cell.value is not None), texts
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise CampaignError(f"{path} is not an Excel workbook.", "Save the list as .xlsx or as CSV UTF-8.") from error


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
