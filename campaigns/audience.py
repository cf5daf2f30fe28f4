"""Who is called: a list of contacts, checked row by row.

Decides which column is what, what a telephone number must be like, and which rows are rejected, each with its reason
and its fix, in a file that can be mended and imported again. Nothing is guessed: a row with a wrong time zone or a
number of a country that the campaign does not call is rejected, never repaired. Whether a number may be called, and
when, is the compliance rules' business.
"""

from __future__ import annotations

import dataclasses
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Self, TypeVar
from zoneinfo import available_timezones

import phonenumbers
import yaml
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType
from rapidfuzz import process

from campaigns.csv_rows import shown, why_broken
from campaigns.definition import CampaignDefinition, FieldDefinition
from campaigns.definition.problems import did_you_mean
from campaigns.errors import CampaignError
from campaigns.fields import FieldError, FieldType, canonical
from campaigns.rejects import REASON_COLUMNS, RejectsFile
from campaigns.tables import Table, read_table


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact, ready for the store.

    Attributes:
        number: E.164.
        timezone: IANA name as the list gives it; None where it gives none.
        language: one of the campaign's.
        fields: canonical texts (see `campaigns.fields`), only of fields that have a value.
        reference: the marketer's own id for the row, if there is one.
        country: two letters (ISO 3166), from the number.
    """

    number: str = dataclasses.field(repr=False)
    timezone: str | None
    language: str
    fields: Mapping[str, str] = dataclasses.field(repr=False)
    reference: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be used.

    Attributes:
        row: its number in the file, 1 for the headings.
        field: the fields that are wrong, by comma.
        value: the first wrong cell, as written.
        reason, fix: one sentence or more each.
        cells: the whole row.
    """

    row: int
    field: str
    value: str = dataclasses.field(repr=False)
    reason: str
    fix: str
    cells: tuple[str, ...] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class Audience:
    """A list as it is being read; it may be larger than memory.

    Attributes:
        header: the headings of the file.
        rows: good and bad, read from the file while iterated, once.
        note: what the user should know about how the file was read, or empty.
    """

    header: tuple[str, ...]
    rows: Iterator[NewContact | Rejected]
    note: str = ""


def read_contacts(path: Path | str, definition: CampaignDefinition, default_region: str | None = None) -> Audience:
    """Reads a CSV or XLSX list.

    Args:
        default_region: the country of numbers without a country code (two letters); the campaign's own if it has
            only one.

    Raises:
        CampaignError: the file cannot be read, or lacks a column that the campaign needs. While iterating: the file
            breaks off.
    """
    table = read_table(Path(path), definition.language)
    reader = _RowReader(definition, _columns(table.header, definition, str(path)), default_region)
    return Audience(table.header, _rows(table, reader), table.note)


def rejects_file(path: Path, audience: Audience, list_file: Path) -> RejectsFile[Rejected]:
    """Where rejected rows go as they were, with the reason and the fix added; to be mended and imported again."""
    header = audience.header
    kept = [position for position, name in enumerate(header) if name not in REASON_COLUMNS]

    def cells(row: Rejected) -> list[str]:
        own = [row.cells[position] if position < len(row.cells) else "" for position in kept]
        return [*own, *row.cells[len(header) :]]

    return RejectsFile(path, Rejected, [header[position] for position in kept], cells, read_from=list_file)


def _rows(table: Table, reader: _RowReader) -> Iterator[NewContact | Rejected]:
    with _Seen() as seen:
        for row, cells in table.rows:
            if isinstance(cells, str):
                yield Rejected(row, "row", "", *why_broken(cells), (cells,))
            else:
                yield reader.read(row, cells, len(table.header), seen)


_PHONE, _ZONE, _LANGUAGE, _REFERENCE = "phone", "time_zone", "language", "reference"


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", heading.casefold()).split())


@lru_cache(maxsize=1)
def _headings() -> Mapping[str, list[str]]:
    loaded: Mapping[str, list[str]] = yaml.safe_load((files("campaigns") / "headings.yaml").read_text("utf-8"))
    return loaded


def _columns(header: Sequence[str], definition: CampaignDefinition, origin: str) -> dict[str, int]:
    """Where each of the list's own columns and of the campaign's fields stands."""
    known: dict[str, list[str]] = {
        name: [_plain(name), *map(_plain, declared.columns)] for name, declared in definition.fields.items()
    }
    for name, declared in definition.fields.items():
        if declared.type is FieldType.NAME:
            known[name].extend(_headings()["name"])
    own = {_plain(name) for name in definition.fields}
    for column in (_PHONE, _ZONE, _LANGUAGE, _REFERENCE):
        known.setdefault(column, [heading for heading in _headings()[column] if heading not in own])
    there = [_plain(heading) for heading in header]
    columns: dict[str, int] = {}
    for column, headings in known.items():
        found = [there.index(heading) for heading in headings if heading in there]
        if found:
            columns[column] = found[0]
            if there.count(there[found[0]]) > 1:
                raise CampaignError(
                    f'{origin} has two columns "{header[found[0]]}".', "Give each column its own heading."
                )
    missing = [name for name, declared in definition.fields.items() if declared.required and name not in columns]
    if _PHONE not in columns:
        missing.insert(0, _PHONE)
    if missing:
        raise CampaignError(
            f"{origin} has no column for {', '.join(missing)}; it has {shown(header)}.",
            _rename(missing[0], header),
        )
    return columns


def _rename(missing: str, header: Sequence[str]) -> str:
    match = process.extractOne(_plain(missing), [_plain(heading) for heading in header], score_cutoff=60)
    if match is not None:
        return f'Is it "{header[match[2]]}"? Rename that column to {missing}.'
    return f"The first row holds the headings: add one named {missing}" + (
        "." if missing == _PHONE else f", or name yours under `fields: {missing}: columns:` in the campaign file."
    )


class _Wrong(Exception):
    """A cell is wrong: reason and fix."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


_T = TypeVar("_T")


class _Seen:
    """In which row each number stood first. Kept on disk beyond a few megabytes, by SQLite, and gone at the end."""

    def __init__(self) -> None:
        self._kept = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._kept.executescript("PRAGMA journal_mode=OFF; CREATE TABLE seen (number INTEGER PRIMARY KEY, row INTEGER)")
        self._kept.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def first(self, number: int, row: int) -> int:
        """The row of a number that may be new."""
        if self._kept.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (number, row)).rowcount:
            return row
        found: tuple[int] = self._kept.execute("SELECT row FROM seen WHERE number = ?", (number,)).fetchone()
        return found[0]


class _RowReader:
    """Turns rows into contacts or rejections."""

    def __init__(self, definition: CampaignDefinition, columns: Mapping[str, int], default_region: str | None) -> None:
        self._definition = definition
        self._columns = columns
        only = definition.countries[0] if len(definition.countries) == 1 else None
        self._region = default_region.upper() if default_region else only

    def read(self, row: int, cells: list[str], width: int, seen: _Seen) -> NewContact | Rejected:
        wrong: list[tuple[str, str, _Wrong]] = []

        def attempt(column: str, cell: str, read: Callable[[str], _T]) -> _T | None:
            try:
                return read(cell)
            except _Wrong as error:
                wrong.append((column, cell, error))
                return None

        if any(cell.strip() for cell in cells[width:]):
            error = _Wrong(
                "the row has more cells than there are headings", "Put quotes around text that holds the separator."
            )
            wrong.append(("row", "", error))
        number = attempt(_PHONE, self._cell(cells, _PHONE), self._number)
        zone = attempt(_ZONE, self._cell(cells, _ZONE), _zone)
        language = attempt(_LANGUAGE, self._cell(cells, _LANGUAGE), self._language)
        fields: dict[str, str] = {}
        for name, declared in self._definition.fields.items():
            text = attempt(name, self._cell(cells, name), partial(self._field, declared))
            if text:
                fields[name] = text
        if number is not None and not wrong:
            attempt(_PHONE, self._cell(cells, _PHONE), lambda _: _not_seen(number, row, seen))
        if wrong or number is None or language is None:
            return Rejected(
                row=row,
                field=", ".join(column for column, _, _ in wrong),
                value=wrong[0][1],
                reason=" ".join(f"{column}: {error.reason}." for column, _, error in wrong),
                fix=" ".join(dict.fromkeys(error.fix for _, _, error in wrong)),
                cells=tuple(cells),
            )
        return NewContact(
            number=phonenumbers.format_number(number, PhoneNumberFormat.E164),
            timezone=zone,
            language=language,
            fields=fields,
            reference=self._cell(cells, _REFERENCE) or None,
            country=phonenumbers.region_code_for_number(number) or "",
        )

    def _cell(self, cells: list[str], column: str) -> str:
        position = self._columns.get(column)
        return cells[position].strip() if position is not None and position < len(cells) else ""

    def _number(self, cell: str) -> PhoneNumber:
        allowed = self._definition.countries
        if not cell:
            raise _Wrong("the telephone number is missing", "Fill it in.")
        if re.fullmatch(r"\d+([.,]\d+)?[eE]\+?\d+", cell):
            raise _Wrong("the spreadsheet has shortened the number", "Format the column as text and enter it again.")
        if self._region is None and not cell.startswith(("+", "＋")):
            raise _Wrong("the number has no country code", f"Write it like +{_country_code(allowed[0])}….")
        try:
            number = phonenumbers.parse(cell, self._region)
        except phonenumbers.NumberParseException as error:
            raise _Wrong("this is not a telephone number", "Correct it, best with + and the country code.") from error
        if re.search(r"\d.*[^\W\d_]", cell) and not number.extension:  # before it may stand "Tel."
            raise _Wrong("there are letters in the number", "Write its digits.")
        if number.extension:
            raise _Wrong("a number with an extension cannot be called", "Give a number that rings directly.")
        if not phonenumbers.is_valid_number(number):
            raise _Wrong("there is no such telephone number", "Correct it, best with + and the country code.")
        country = phonenumbers.region_code_for_number(number)
        if country not in allowed:
            raise _Wrong(
                f"the number belongs to {country}, and this campaign calls {', '.join(allowed)}",
                f"Leave the row out, or add {country} to `countries:` in the campaign file.",
            )
        if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
            raise _Wrong("this is a premium-rate number", "Give the person's own number.")
        return number

    def _language(self, cell: str) -> str:
        spoken = self._definition.languages
        if not cell:
            return self._definition.language
        tag = cell.replace("_", "-").casefold()
        for language in spoken:
            if tag in (language.casefold(), language.partition("-")[0]):
                return language
        raise _Wrong(f'the campaign does not speak "{cell}"', f"Write one of {', '.join(spoken)}, or leave it empty.")

    def _field(self, declared: FieldDefinition, cell: str) -> str:
        if not cell:
            if declared.required:
                raise _Wrong("there is nothing in this cell", "Fill it in.")
            return ""
        try:
            return canonical(declared.type, cell, self._definition.language, declared.currency)
        except FieldError as error:
            raise _Wrong(str(error), error.hint) from error


def _not_seen(number: PhoneNumber, row: int, seen: _Seen) -> None:
    first = seen.first(int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]), row)
    if first != row:
        raise _Wrong(f"the same number stands in row {first} already", "Leave this row out, or put both into one.")


def _country_code(country: str) -> int:
    return phonenumbers.country_code_for_region(country)


def _zone(cell: str) -> str | None:
    if not cell:
        return None
    if cell not in _zones():
        raise _Wrong(f'"{cell}" is not a time zone', _nearest_zone(cell))
    return cell


def _nearest_zone(wrong: str) -> str:
    suggestion = did_you_mean(wrong, _zones())
    return suggestion if suggestion.startswith("Did you") else "Write it like America/New_York, or leave it empty."


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Zones of places: abbreviations such as EST know nothing of summer time."""
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
