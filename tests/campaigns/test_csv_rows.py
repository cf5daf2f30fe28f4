"""Stray quotation marks in a list: whatever they do, no row between them is lost without a word."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.csv_rows import Row, csv_rows, why_broken


def read(text: str, *, when_in_doubt: bool = True) -> list[Row]:
    return list(csv_rows(enumerate(io.StringIO(text), 1), when_in_doubt=when_in_doubt))


@dataclass(frozen=True)
class File:
    """A good list: its rows as text, each with its number at the same place."""

    place: int
    numbers: list[str]
    rows: list[str]

    def cells(self) -> Iterator[tuple[str, list[str]]]:
        for number, row in zip(self.numbers, self.rows, strict=True):
            yield number, next(csv.reader(io.StringIO(row), strict=True))


_texts = st.text(st.sampled_from('ab ,"\n19'), max_size=9).filter(lambda text: sum(map(str.isdigit, text)) < 7)


@st.composite
def files(draw: st.DrawFn) -> File:
    width = draw(st.integers(1, 4))
    place = draw(st.integers(0, width - 1))
    numbers = [f"+1212555{n:04}" for n in range(draw(st.integers(1, 8)))]
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    rows = []
    for number in numbers:
        cells = [draw(_texts) for _ in range(width)]
        cells[place] = number
        whole = io.StringIO()
        csv.writer(whole, quoting=quoting, lineterminator="\n").writerow(cells)
        rows.append(whole.getvalue())
    return File(place, numbers, rows)


def header(file: File) -> str:
    width = len(next(file.cells())[1])
    return ",".join("number" if at == file.place else f"text{at}" for at in range(width)) + "\n"


@given(files())
def test_a_good_list_is_read_as_it_is(file: File) -> None:
    found = read(header(file) + "".join(file.rows))[1:]
    assert [cells for _, cells in found] == [cells for _, cells in file.cells()]


@settings(max_examples=500)
@given(file=files(), data=st.data(), strays=st.integers(1, 2), when_in_doubt=st.booleans())
def test_a_row_that_no_stray_mark_touches_is_kept_or_told(
    file: File, data: st.DataObject, strays: int, when_in_doubt: bool
) -> None:
    touched = [data.draw(st.integers(0, len(file.rows) - 1)) for _ in range(strays)]
    rows = list(file.rows)
    for at in touched:
        place = data.draw(st.integers(0, len(rows[at]) - 1))
        rows[at] = rows[at][:place] + '"' + rows[at][place:]
    found = read(header(file) + "".join(rows), when_in_doubt=when_in_doubt)[1:]
    kept: set[str] = set()
    told = ""
    for _, cells in found:
        at = cells[file.place] if isinstance(cells, list) and len(cells) > file.place else ""
        if at in file.numbers:
            kept.add(at)
        else:  # rejected, if not here then because no number stands in the place of numbers
            told += "".join(cells)
    for row, number in enumerate(file.numbers):
        assert row in touched or number in kept or number in told


@settings(max_examples=200)
@example('number,words\n+12125550001,x"\n+12125550002,"over\ntwo"\n+12125550003,\n')
@given(st.text(st.sampled_from('12,"\n\x00a;'), max_size=60))
def test_whatever_is_read_every_line_is_kept_or_told(text: str) -> None:
    """No character but marks, separators and line breaks goes."""
    found = "".join(cells if isinstance(cells, str) else "".join(cells) for _, cells in read(text))
    marks = '",; \n'
    assert sorted(c for c in found if c not in marks) == sorted(c for c in text if c not in marks)


def test_a_nul_in_quotation_marks_breaks_its_line_and_no_other() -> None:
    text = 'number,words\n"+12125550001","a\x00b"\n+12125550002,"over\ntwo\x00"\n+12125550003,c\n'
    assert read(text)[1:] == [
        (2, '"+12125550001","a\x00b"'),
        (3, '+12125550002,"over'),
        (4, 'two\x00"'),
        (5, ["+12125550003", "c"]),
    ]
    assert why_broken('"+12125550001","a\x00b"')[0] == "The line is no text in UTF-8."


def test_a_pair_of_stray_marks_swallows_no_line() -> None:
    text = 'number,words\n+12125550001,"a\n+12125550002,b\n+12125550003,c"\n+12125550004,d\n'
    assert read(text)[1:] == [
        (2, '+12125550001,"a'),
        (3, ["+12125550002", "b"]),
        (4, ["+12125550003", 'c"']),
        (5, ["+12125550004", "d"]),
    ]


def test_what_may_be_text_of_the_line_before_is_no_row_where_that_does_harm() -> None:
    text = 'number,words\n+12125550001,"a\n+12125550002,b\n+12125550003,c"\n+12125550004,d\n'
    found = read(text, when_in_doubt=False)[1:]
    assert [(line, type(cells)) for line, cells in found] == [(2, str), (3, str), (4, str), (5, list)]


@pytest.mark.parametrize(
    "words",
    ["over\ntwo lines", "called on 2026-03-14\nand again", 'he said "stop",\nloudly', "12 Main Street\r\nSpringfield"],
)
def test_text_may_run_over_lines(words: str) -> None:
    whole = io.StringIO()
    csv.writer(whole).writerow(["+12125550001", words, "x"])
    found = read("number,words,more\r\n" + whole.getvalue() + "+12125550002,,\r\n")
    assert [cells[0] for _, cells in found[1:]] == ["+12125550001", "+12125550002"]
    assert found[1][1][1].split() == words.split()


def test_text_that_runs_over_more_lines_than_any_cell_does_was_never_closed() -> None:
    text = "number,words\n" + '+12125550001,"a\n' + "b\n" * 30 + 'c"\n+12125550002,d\n'
    found = read(text)
    assert found[1] == (2, '+12125550001,"a')
    assert found[-1] == (34, ["+12125550002", "d"])
