"""Lists in and out: good lines are kept, bad ones explained, and nothing runs in a spreadsheet."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from campaigns.dnc import (
    ExportFormat,
    ListFormat,
    ListLine,
    RejectedLine,
    format_of,
    read_list,
    write_entries,
)
from campaigns.dnc.exporting import COLUMNS, as_it_was, harmless
from campaigns.errors import CampaignError
from campaigns.outcomes import Scope


def row(number: str, **values: str) -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "") | {"number": number, "scope": "everyone"} | values


def read(path: Path, region: str | None = None) -> list[ListLine | RejectedLine]:
    return list(read_list(path, format_of(path), region))


def numbers(path: Path, region: str | None = None) -> list[str]:
    return [line.number for line in read(path, region) if isinstance(line, ListLine)]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.txt", "212,5550123\n2125550124\n", ListFormat.US),
        ("a.txt", "+12125550123\n\n+12125550124\n", ListFormat.PLAIN),
        ("a.txt", "phone,note\n+12125550123,x\n+12125550124,y\n", ListFormat.CSV),
        ("a.csv", "Phone Number;Name\n+12125550123;x\n+12125550124;y\n", ListFormat.CSV),
        ("a.jsonl", '{"number": "+12125550123"}\n{"number": "tel:+12125550124"}\n', ListFormat.JSON_LINES),
    ],
)
def test_every_format_is_recognised_and_read(tmp_path: Path, name: str, text: str, expected: ListFormat) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert format_of(path) is expected
    assert numbers(path) == ["+12125550123", "+12125550124"]


def test_a_spreadsheet_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["phone", "expires at"])  # type: ignore[union-attr]
    book.active.append([12125550123, "2030-01-31"])  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    (line,) = read(tmp_path / "a.xlsx", "US")
    assert isinstance(line, ListLine)
    assert line.number == "+12125550123"
    assert line.expires_at is not None
    assert line.expires_at.year == 2030


def test_broken_lines_are_told_apart_from_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"+12125550123\n\xff\xfe\x00rubbish\n2125550124\n+1999\n" + b"x" * 100_000 + b"\n+12125550125\r\n")
    lines = read(path)
    assert [line.number for line in lines if isinstance(line, ListLine)] == ["+12125550123", "+12125550125"]
    bad = [line for line in lines if isinstance(line, RejectedLine)]
    assert [line.line for line in bad] == [2, 3, 4, 5]
    assert all(line.reason and line.fix for line in bad)
    assert "2125550124" not in repr(bad[1])


def test_a_list_in_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("+12125550123\n+12125550124\n".encode("utf-16"))
    assert numbers(tmp_path / "a.txt") == ["+12125550123", "+12125550124"]


def test_json_that_no_database_keeps_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"number": "+12125550123", "note": "a\\u0000b"}\n{"number": "+12125550124", "words": "\\ud800"}\n'
        '{"number": 12125550125, "scope": "purpose", "target": "promotion"}\n'
        '{"number": 12125550125, "expires_at": "0001-01-01T00:00+23:00"}\n[]\nnull\n{"number": "+12125550126"}\n'
    )
    lines = read(path)
    assert [line.number for line in lines if isinstance(line, ListLine)] == ["+12125550126"]
    bad = [line for line in lines if isinstance(line, RejectedLine)]
    assert [line.line for line in bad] == [1, 2, 3, 4, 5, 6]
    assert all(value.isprintable() for line in bad for value in line.values.values())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n,,\n", "is empty"),
        ("number\n+12125550123\n".encode("utf-16-le"), r"headings .*\(line 1\) cannot be read. The line is no text"),
        (b'"number\n+12125550123\n', "The quotation marks do not fit"),
        (b"\x00\x01\x02" * 500, "no text in UTF-8"),
        (b"phone,mobile\n+12125550123,+12125550124\n", "more than one column of numbers: phone, mobile"),
        (b"number,number\n+12125550123,+12125550124\n", "more than one column of numbers"),
        (b"name," + b"x" * 100_000 + b"\nAnn,\n", "no column of numbers; it has name, x"),
    ],
)
def test_a_list_whose_headings_say_nothing_ends_in_one_short_sentence(
    tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(CampaignError, match=told) as raised:
        read(tmp_path / "a.csv")
    assert raised.value.hint
    assert len(str(raised.value)) < 400


def test_a_column_named_number_is_the_one_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("phone,number\n+12125550123,+12125550124\n")
    assert numbers(tmp_path / "a.csv") == ["+12125550124"]


def test_a_list_without_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name\nAnn\n")
    with pytest.raises(CampaignError, match="no column of numbers"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.JSON_LINES, ExportFormat.XLSX])
def test_what_is_exported_can_be_imported_exactly(tmp_path: Path, form: ExportFormat) -> None:
    path = tmp_path / f"a.{form}"
    evil = '=HYPERLINK("http://x","-1")'
    rows = [
        row("+12125550123", scope="brand", target="-Lumen", words=evil, note="@home"),
        row("+442079460123", words="plain 'words', \"quoted\"\nin two lines", expires_at="2030-01-31T00:00:00+00:00"),
    ]
    written = write_entries(path, form, rows)
    assert (written.entries, written.left_out, len(written.sha256)) == (2, 0, 64)
    first, second = (line for line in read(path) if isinstance(line, ListLine))
    assert (first.number, first.scope, first.target) == ("+12125550123", Scope.BRAND, "-Lumen")
    assert (first.words, first.note) == (evil, "@home")
    assert (second.number, second.words) == ("+442079460123", rows[1]["words"])
    assert second.expires_at is not None


def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path: Path) -> None:
    rows = [row("+12125550123", words=f"{sign}1+1", note=f"{sign}cmd") for sign in "=+-@\t\r"]
    write_entries(tmp_path / "a.csv", ExportFormat.CSV, rows)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell and cell[0] in "=+-@\t\r"]


@given(st.text(st.sampled_from("a'=+-@;,|\t\r\n ")))
def test_no_part_of_a_cell_computes_wherever_a_spreadsheet_ends_cells_and_the_text_comes_back(text: str) -> None:
    marked = harmless(text)
    assert not any(re.match(r"[=+\-@]", part) for part in re.split(r"[;,|\t\r\n]", marked))
    assert as_it_was(marked) == text


def test_further_sheets_with_the_same_headings_are_read_too(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["number"])
    workbook.active.append(["+12125550123"])
    for headings, number in ((["number"], "+12125550124"), (["notes"], "+12125550125")):
        sheet = workbook.create_sheet()
        sheet.append(headings)
        sheet.append([number])
    workbook.create_sheet()
    workbook.save(tmp_path / "a.xlsx")
    assert numbers(tmp_path / "a.xlsx") == ["+12125550123", "+12125550124"]


def test_every_cell_of_a_workbook_is_text(tmp_path: Path) -> None:
    write_entries(tmp_path / "a.xlsx", ExportFormat.XLSX, [row("+12125550123", words="=1+1", id="7", note="a\x00b")])
    sheet = load_workbook(tmp_path / "a.xlsx").worksheets[0]
    kinds = {cell.data_type for cells in sheet.iter_rows() for cell in cells if cell.value is not None}
    assert kinds == {"s"}
    assert sheet["A2"].value == "+12125550123"
    assert sheet["H2"].value == "=1+1"


def test_plain_and_us_lists_hold_each_number_once(tmp_path: Path) -> None:
    rows = [row("+12125550123"), row("+12125550123", scope="brand", target="x"), row("+442079460123")]
    assert write_entries(tmp_path / "p", ExportFormat.PLAIN, rows).entries == 2
    assert (tmp_path / "p").read_text() == "+12125550123\n+442079460123\n"
    written = write_entries(tmp_path / "u", ExportFormat.US, rows)
    assert (written.entries, written.left_out) == (1, 1)
    assert (tmp_path / "u").read_text() == "212,5550123\n"


def test_json_lines_hold_numbers_as_they_are(tmp_path: Path) -> None:
    write_entries(tmp_path / "a.jsonl", ExportFormat.JSON_LINES, [row("+12125550123", words="停")])
    assert json.loads((tmp_path / "a.jsonl").read_text("utf-8"))["number"] == "+12125550123"


def test_an_export_takes_the_place_of_no_device(tmp_path: Path) -> None:
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    with pytest.raises(CampaignError, match="is no file"):
        write_entries(pipe, ExportFormat.CSV, [])
    assert pipe.is_fifo()


def test_an_export_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    def broken() -> object:
        yield row("+12125550123")
        raise RuntimeError

    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        write_entries(path, ExportFormat.CSV, broken())  # type: ignore[arg-type]
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_one_broken_row_of_a_csv_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [
        b"number,words",
        b'+12125550123,"he said ""stop"""',
        b'+12125550124,"never closed',
        b"+12125550125,\xe9t\xe9",
    ]
    rows += [b"+1212555\xff,", b'+12125550126,"over\ntwo lines"', b"\x00\x01,\x81\x8d", b"+12125550127"]
    path.write_bytes(b"\r\n".join(rows) + b"\n")
    lines = read(path)
    good = [line for line in lines if isinstance(line, ListLine)]
    assert [(line.number[-3:], line.words) for line in good] == [
        ("123", 'he said "stop"'),
        ("125", "\u00e9t\u00e9"),
        ("126", "over\ntwo lines"),
        ("127", ""),
    ]
    assert [line.line for line in lines if isinstance(line, RejectedLine)] == [3, 5, 8]


PAIR = 'number,words\n+12125550123,"one\n+12125550124,two\n+12125550125,three"\n+12125550126,four\n'
"""Two stray quotation marks, or a text that looks like a list: nobody can tell."""


@pytest.mark.parametrize(("forbids", "good"), [(True, "456"), (False, "6")])
def test_lines_between_two_stray_marks_are_good_only_where_they_forbid_calls(
    tmp_path: Path, forbids: bool, good: str
) -> None:
    (tmp_path / "a.csv").write_text(PAIR)
    lines = list(read_list(tmp_path / "a.csv", ListFormat.CSV, when_in_doubt=forbids))
    assert [line.line for line in lines] == [2, 3, 4, 5]
    assert "".join(line.number[-1] for line in lines if isinstance(line, ListLine)) == good
