"""Lists of numbers that must not be called, as others deliver them.

Decides how each format is read, which lines are good, and why the others are not. A list may be larger than memory:
lines are read one at a time. What they are put into is the store's business.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from campaigns.csv_rows import Row, bounded, csv_rows, shown, why_broken
from campaigns.dnc.exporting import as_it_was
from campaigns.dnc.numbers import NotANumber, e164
from campaigns.errors import CampaignError
from campaigns.moments import written
from campaigns.outcomes import Scope
from campaigns.script import Purpose
from campaigns.tables import headings, read_table


class ListFormat(StrEnum):
    CSV = "csv"
    """With headings; `number` or `phone`, and of our own exports scope, target, words, note, expires_at."""
    JSON_LINES = "jsonl"
    """One object a line, with the same names."""
    XLSX = "xlsx"
    PLAIN = "plain"
    """One number a line."""
    US = "us"
    """The text of the United States registry: area code and seven digits, "212,5550123" or "2125550123"."""


@dataclass(frozen=True, slots=True)
class ListLine:
    """A good line.

    Attributes:
        line: its number in the file, from 1.
        number: E.164.
        scope, target: where the list says how far the entry reaches; None where it says nothing.
    """

    line: int
    number: str = field(repr=False)
    scope: Scope | None = None
    target: str = ""
    words: str = ""
    note: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that cannot be used: its number as it was, or the whole line, one sentence why, one what to do.

    Attributes:
        values: what else the line said, by column, so that nothing is lost when it is mended.
    """

    line: int
    text: str = field(repr=False)
    reason: str
    fix: str
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


Read = ListLine | RejectedLine
MENDED = ("number", "scope", "target", "words", "note", "expires_at")
"""The columns that an import reads, and that a file of rejected lines has."""


_SUFFIXES = {
    ".csv": ListFormat.CSV,
    ".tsv": ListFormat.CSV,
    ".jsonl": ListFormat.JSON_LINES,
    ".ndjson": ListFormat.JSON_LINES,
    ".xlsx": ListFormat.XLSX,
    ".xlsm": ListFormat.XLSX,
}
_US = re.compile(r"([2-9]\d{2}),?([2-9]\d{6})")
_NUMBER_HEADINGS = ("number", "phone", "phone number", "telephone", "telephone number", "msisdn", "mobile", "tel")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What JSON can say and no database keeps: NUL, and halves of characters."""
_LONGEST_LINE = 4096


def format_of(path: Path) -> ListFormat:
    """What the file seems to be, by its name and its first line.

    Raises:
        CampaignError: it cannot be read.
    """
    known = _SUFFIXES.get(path.suffix.lower())
    if known is not None:
        return known
    first = next(_lines(path), (1, ""))[1]
    if _US.fullmatch(first.strip()):
        return ListFormat.US
    if re.search(r"[A-Za-z]{3}", first) and not first.strip().lower().startswith("tel:"):
        return ListFormat.CSV
    return ListFormat.PLAIN


def read_list(path: Path, form: ListFormat, region: str | None = None, *, when_in_doubt: bool = True) -> Iterator[Read]:
    """Every line of a list, good or not; blank ones are left out.

    Args:
        region: country of numbers without one (two letters).
        when_in_doubt: whether a line is good that may as well be a part of the one before (`csv_rows.py`): yes where
            the list forbids calls, no where it allows them.

    Raises:
        CampaignError: the file cannot be read, or has no column of numbers.
    """
    match form:
        case ListFormat.CSV:
            return _csv(path, region, when_in_doubt)
        case ListFormat.XLSX:
            table = read_table(path, "en")
            return _read_table(path, table.header, table.rows, region, str)
        case ListFormat.JSON_LINES:
            return _read_lines(path, partial(_json_line, region=region))
        case ListFormat.US:
            return _read_lines(path, _us_line)
        case ListFormat.PLAIN:
            return _read_lines(path, lambda line, text: ListLine(line, e164(text, region)))


def _read_lines(path: Path, read: Callable[[int, str], Read]) -> Iterator[Read]:
    for line, text in _lines(path):
        text = text.strip()
        if not text:
            continue
        if "\ufffd" in text or "\x00" in text:
            yield RejectedLine(line, text, "The line is no text in UTF-8.", "Save the list as UTF-8.")
            continue
        try:
            yield read(line, text)
        except NotANumber as error:
            yield RejectedLine(line, text, str(error), error.hint)


def _us_line(line: int, text: str) -> ListLine:
    found = _US.fullmatch(text)
    if found is None:
        raise NotANumber("This is not an area code and seven digits.", 'Write it like "212,5550123".')
    return ListLine(line, f"+1{found[1]}{found[2]}")


def _json_line(line: int, text: str, region: str | None) -> Read:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotANumber("The line is not JSON.", "Write one object a line.") from error
    if not isinstance(values, dict):
        raise NotANumber("The line is no JSON object.", 'Write it like {"number": "+12125550123"}.')
    said = {str(name): str(value) for name, value in values.items() if value is not None}
    if any(map(_NO_TEXT.search, said.values())):
        why = NotANumber("The line holds characters that are no text.", "Take them out, or write what was meant.")
        return _rejected(line, {name: _NO_TEXT.sub("\ufffd", value) for name, value in said.items()}, why)
    return _record(line, said, region)


def _read_table(
    path: Path, header: Sequence[str], rows: Iterable[Row], region: str | None, read: Callable[[str], str]
) -> Iterator[Read]:
    """
    Args:
        read: what a cell's text stands for.
    """
    names = [" ".join(re.sub(r"[\W_]+", " ", name.casefold()).split()) for name in header]
    places = [place for place, name in enumerate(names) if name in _NUMBER_HEADINGS]
    plainly = [place for place in places if names[place] == "number"]
    places = plainly if len(plainly) == 1 else places
    if not places:
        raise CampaignError(
            f"{path} has no column of numbers; it has {shown(header)}.",
            'Name that column "number"; for a file without headings give --format plain.',
        )
    if len(places) > 1:
        raise CampaignError(
            f"{path} has more than one column of numbers: {shown([header[place] for place in places])}.",
            'Name the one that is meant "number"; import the list once for each of them.',
        )
    names[places[0]] = "number"
    for line, cells in rows:
        if isinstance(cells, str):
            yield RejectedLine(line, cells, *why_broken(cells))
            continue
        values = {name: read(cell) for name, cell in zip(names, cells, strict=False)}
        yield _record(line, {name.replace(" ", "_"): value for name, value in values.items()}, region)


def _csv(path: Path, region: str | None, when_in_doubt: bool) -> Iterator[Read]:
    found = csv_rows(_lines(path, "surrogateescape"), when_in_doubt=when_in_doubt)
    return _read_table(path, headings(path, found), found, region, as_it_was)


def _record(line: int, values: Mapping[str, str], region: str | None) -> Read:
    try:
        return _entry(line, values, region)
    except NotANumber as error:
        return _rejected(line, values, error)


def _rejected(line: int, values: Mapping[str, str], error: NotANumber) -> RejectedLine:
    kept = {name: values[name] for name in MENDED if values.get(name)}
    return RejectedLine(line, kept.pop("number", ""), str(error), error.hint, kept)


def _entry(line: int, values: Mapping[str, str], region: str | None) -> ListLine:
    scope = values.get("scope") or None
    target = values.get("target", "")
    try:
        known = Scope(scope) if scope else None
    except ValueError as error:
        raise NotANumber(f'There is no scope "{scope}".', f"Write one of {', '.join(Scope)}.") from error
    if known is not None and (known is Scope.EVERYONE) != (target == ""):
        raise NotANumber("Scope and target do not fit.", "Everyone has no target; the other scopes need one.")
    if known is Scope.PURPOSE and target not in set(Purpose):
        raise NotANumber(f'There is no purpose "{target}".', f"Write one of {', '.join(Purpose)}.")
    if values.get("revoked_at"):
        raise NotANumber("The entry was revoked.", "Leave it out, or list the number anew.")
    return ListLine(
        line,
        e164(values.get("number", ""), region),
        known,
        target if known else "",
        values.get("words", ""),
        values.get("note", ""),
        _moment(values.get("expires_at", "")),
    )


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return written(text)
    except ValueError as error:
        raise NotANumber(f'"{text}" is not a time.', "Write it like 2030-01-31 or 2030-01-31T12:00Z.") from error


def _lines(path: Path, errors: str = "replace") -> Iterator[tuple[int, str]]:
    """Numbered lines; bytes that are no UTF-8 become a mark, and an endless line is cut."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
        wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        with path.open(
            encoding="utf-16" if wide else "utf-8-sig", errors="replace" if wide else errors, newline=None
        ) as file:
            yield from bounded(file, _LONGEST_LINE)
    except OSError as error:
        raise CampaignError(f"{path} cannot be read: {error.strerror}.", "Give the path of a list.") from error
