"""A contact list becomes contacts; what cannot be used is told with its reason and can be mended."""

from __future__ import annotations

import csv
import tracemalloc
from contextlib import suppress
from datetime import date, time
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from campaigns.audience import Audience, NewContact, Rejected, read_contacts, rejects_file
from campaigns.definition import CampaignDefinition, parse
from campaigns.errors import CampaignError
from campaigns.templates import template
from tests.campaigns.definition.test_loading import SHORT

HEADER = "phone,name,order,arrives,total,time zone"
DANA = "202-555-0147,Dana,BB-1,2026-03-14,38.50,America/New_York"


def shipping() -> CampaignDefinition:
    return template("shipping")


def read(
    tmp_path: Path, *lines: str, encoding: str = "utf-8", region: str | None = None
) -> tuple[list[NewContact], list[Rejected]]:
    file = tmp_path / "list.csv"
    file.write_text("\n".join(lines), encoding)
    return exhausted(read_contacts(file, shipping(), region))


def exhausted(audience: Audience) -> tuple[list[NewContact], list[Rejected]]:
    rows = list(audience.rows)
    return [row for row in rows if isinstance(row, NewContact)], [row for row in rows if isinstance(row, Rejected)]


def test_a_row_becomes_a_contact(tmp_path: Path) -> None:
    accepted, rejected = read(tmp_path, HEADER, DANA)
    assert not rejected
    assert accepted == [
        NewContact(
            number="+12025550147",
            timezone="America/New_York",
            language="en-US",
            fields={"name": "Dana", "order": "BB-1", "arrives": "2026-03-14", "total": "38.50 USD"},
            reference=None,
            country="US",
        )
    ]
    assert "5550147" not in repr(accepted)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_list_may_come_from_any_spreadsheet(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [line.replace(",", separator).replace("Dana", "Zoë") for line in (HEADER, DANA)]
    accepted, _ = read(tmp_path, *lines, encoding=encoding)
    assert accepted[0].fields["name"] == "Zoë"


def test_a_guessed_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"{HEADER}\n{DANA}\n".replace("Dana", "Zoë"), "cp1252")
    assert "is not UTF-8 and was read as cp1252" in read_contacts(file, shipping()).note


@pytest.mark.parametrize("heading", ["Phone Number", "MOBILE", "tel", "手机号", "휴대폰 번호"])
def test_the_columns_are_known_by_many_headings(tmp_path: Path, heading: str) -> None:
    accepted, _ = read(tmp_path, f"{heading},Customer Name,Order Number,ETA", "2025550147,Dana,BB-1,3/14/2026")
    assert accepted[0].number == "+12025550147"
    assert accepted[0].fields["arrives"] == "2026-03-14"


@pytest.mark.parametrize(
    ("before", "after", "field", "reason"),
    [
        ("202-555-0147", "", "phone", "the telephone number is missing"),
        ("202-555-0147", "call me", "phone", "this is not a telephone number"),
        ("202-555-0147", "202-55", "phone", "there is no such telephone number"),
        ("202-555-0147", "+49 30 901820", "phone", "the number belongs to DE, and this campaign calls US"),
        ("202-555-0147", "202-555-0147 x12", "phone", "a number with an extension cannot be called"),
        ("202-555-0147", "202-555-O0147", "phone", "there are letters in the number"),
        ("202-555-0147", "1-800-FLOWERS", "phone", "there are letters in the number"),
        ("202-555-0147", "+1 900 234 5678", "phone", "this is a premium-rate number"),
        ("202-555-0147", "2.025550147E+9", "phone", "the spreadsheet has shortened the number"),
        ("Dana", " ", "name", "there is nothing in this cell"),
        ("2026-03-14", "soon", "arrives", '"soon" is not a date'),
        ("2026-03-14", "2026-02-30", "arrives", '"2026-02-30" is no day of the calendar'),
        ("38.50", "38.50 XXQ", "total", '"XXQ" is not a currency'),
        ("38.50", "lots", "total", '"lots" is not an amount of money'),
        ("America/New_York", "New York", "time_zone", '"New York" is not a time zone'),
        ("America/New_York", "EST", "time_zone", '"EST" is not a time zone'),
        ("America/New_York", ",x", "row", "the row has more cells than there are headings"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_with_its_reason(
    tmp_path: Path, before: str, after: str, field: str, reason: str
) -> None:
    accepted, rejected = read(tmp_path, HEADER, DANA.replace(before, after))
    assert not accepted
    assert rejected[0].row == 2
    assert rejected[0].field == field
    assert reason in rejected[0].reason
    assert rejected[0].fix


def test_all_that_is_wrong_in_a_row_is_told_at_once(tmp_path: Path) -> None:
    _, rejected = read(tmp_path, HEADER, "12,,BB-1,soon,x,Mars")
    assert rejected[0].field == "phone, time_zone, name, arrives, total"


def test_a_number_that_stands_twice_is_called_once(tmp_path: Path) -> None:
    accepted, rejected = read(tmp_path, HEADER, DANA, DANA.replace("202-555-0147", "+1 (202) 555 0147"))
    assert len(accepted) == 1
    assert "the same number stands in row 2 already" in rejected[0].reason


def test_a_rejected_row_does_not_reserve_its_number(tmp_path: Path) -> None:
    accepted, _ = read(tmp_path, HEADER, DANA.replace("Dana", ""), DANA)
    assert len(accepted) == 1


def test_a_campaign_of_several_countries_wants_the_country_code(tmp_path: Path) -> None:
    definition = parse(SHORT.replace("countries: US", "countries: [US, KR]"))
    file = tmp_path / "list.csv"
    file.write_text("phone\n02-312-3456\n+82 2 312 3456\n202 555 0147\n")
    accepted, rejected = exhausted(read_contacts(file, definition))
    assert [contact.country for contact in accepted] == ["KR"]
    assert {row.reason for row in rejected} == {"phone: the number has no country code."}
    accepted, _ = exhausted(read_contacts(file, definition, "us"))
    assert [contact.country for contact in accepted] == ["KR", "US"]


def test_a_missing_column_is_told_with_the_one_that_is_meant(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="has no column for arrives") as raised:
        read(tmp_path, "phone,name,order,arive", "x,x,x,x")
    assert raised.value.hint == 'Is it "arive"? Rename that column to arrives.'


def test_a_file_without_rows_or_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="is empty"):
        read(tmp_path, "")
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\x00\x00")
    with pytest.raises(CampaignError, match="is not a text file"):
        read_contacts(tmp_path / "picture.csv", shipping())
    (tmp_path / "not.xlsx").write_bytes(b"nothing")
    with pytest.raises(CampaignError, match="is not an Excel workbook"):
        read_contacts(tmp_path / "not.xlsx", shipping())


def test_a_workbook_is_read_as_it_looks(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["phone", "name", "order", "arrives", "total"])
    sheet.append([2025550147, "Dana", 482, date(2026, 3, 14), 38.5])
    sheet["C2"].number_format = "000000"
    sheet.append([None] * 5)
    sheet.append([12025550148.0, "Eve", time(9, 30), "3/15/2026", None])
    workbook.save(tmp_path / "list.xlsx")
    accepted, rejected = exhausted(read_contacts(tmp_path / "list.xlsx", shipping()))
    assert not rejected
    assert [contact.number for contact in accepted] == ["+12025550147", "+12025550148"]
    assert accepted[0].fields == {"name": "Dana", "order": "000482", "arrives": "2026-03-14", "total": "38.5 USD"}


def test_a_formula_whose_value_was_not_saved_is_no_empty_cell(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["phone", "name", "order", "arrives"])
    workbook.active.append(['="+1202555" & "0147"', "=A1", "=A1", "=A1"])  # all empty, as openpyxl reads it
    workbook.save(tmp_path / "list.xlsx")
    with pytest.raises(CampaignError, match=r"Cell A2 of .*list\.xlsx holds a formula without its value") as raised:
        read_contacts(tmp_path / "list.xlsx", shipping())
    assert "save it" in raised.value.hint


def test_a_workbook_that_breaks_off_says_after_which_row(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["phone", "name", "order", "arrives"])
    for order in range(9):
        workbook.active.append([f"202555014{order}", "Dana", order, "2026-03-14"])
    workbook.save(tmp_path / "whole.xlsx")
    with ZipFile(tmp_path / "whole.xlsx") as whole, ZipFile(tmp_path / "list.xlsx", "w") as broken:
        for name in whole.namelist():
            part = whole.read(name)
            broken.writestr(name, part[: len(part) * 2 // 3] if name.endswith("sheet1.xml") else part)
    with pytest.raises(CampaignError, match=r"list\.xlsx is damaged: it cannot be read after row [2-9]"):
        exhausted(read_contacts(tmp_path / "list.xlsx", shipping()))


def test_no_damage_to_a_workbook_ends_in_anything_but_a_sentence(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["phone", "name", "order", "arrives"])
    workbook.active.append(["2025550147", "Dana", "482", "2026-03-14"])
    workbook.save(tmp_path / "whole.xlsx")
    whole = (tmp_path / "whole.xlsx").read_bytes()
    dice = Random(7)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(dice.choice([1, 3, 30])):
            damaged[dice.randrange(len(damaged))] ^= dice.randrange(1, 256)
        (tmp_path / "list.xlsx").write_bytes(damaged[: dice.choice([len(damaged), dice.randrange(len(damaged))])])
        with suppress(CampaignError):
            exhausted(read_contacts(tmp_path / "list.xlsx", shipping()))


def test_a_line_without_end_is_never_held_whole(tmp_path: Path) -> None:
    good = "2025550147,Dana,482,2026-03-14\n"
    with (tmp_path / "list.csv").open("w") as file:
        file.write("phone,name,order,arrives\n" + good)
        for piece in ("x", '"2025550148,'):
            file.write(piece)
            for _ in range(20):
                file.write("x" * 1_000_000)
            file.write("\n")
        file.write(good.replace("47", "49"))
    tracemalloc.start()
    accepted, rejected = exhausted(read_contacts(tmp_path / "list.csv", shipping()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [contact.number for contact in accepted] == ["+12025550147", "+12025550149"]
    assert [(row.row, row.reason) for row in rejected] == [
        (line, "The line is longer than 65,536 characters.") for line in (3, 4)
    ]
    assert most < 8_000_000


def test_headings_without_end_are_told_in_a_short_sentence(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match=r"The headings of .* cannot be read. The line is longer") as raised:
        read(tmp_path, "phone,name," + "x" * 100_000, "")
    assert len(str(raised.value)) < 300
    with pytest.raises(CampaignError, match="has no column for phone") as raised:
        read(tmp_path, ",".join(f"column {'y' * 50} {n}" for n in range(900)), "")
    assert len(str(raised.value)) < 1500


def test_mended_rejects_are_imported_again(tmp_path: Path) -> None:
    source, rejects = tmp_path / "list.csv", tmp_path / "rejects.csv"
    source.write_text(f"{HEADER}\n{DANA.replace('Dana', '')}\n".replace(",", ";"))
    audience = read_contacts(source, shipping())
    with rejects_file(rejects, audience, source) as bad:
        assert list(bad.pass_on(audience.rows)) == []
    assert bad.count == 1
    rejects.write_text(rejects.read_text("utf-8-sig").replace(",,BB-1", ",Dana,BB-1"), "utf-8-sig")
    accepted, rejected = exhausted(read_contacts(rejects, shipping()))
    assert (len(accepted), rejected) == (1, [])
    rejects.write_text(rejects.read_text("utf-8-sig").replace(",Dana,BB-1", ",,BB-1"), "utf-8-sig")
    audience = read_contacts(rejects, shipping())
    with rejects_file(tmp_path / "again.csv", audience, rejects) as bad:
        list(bad.pass_on(audience.rows))
    again = (tmp_path / "again.csv").read_text("utf-8-sig")
    assert again.count("rejected because") == 1


def test_stray_quotation_marks_cost_the_row_they_stand_in_and_no_other(tmp_path: Path) -> None:
    people = [DANA.replace("0147", f"014{n}") for n in range(1, 7)]
    people[1] = people[1].replace("Dana", '"Dana')
    people[3] = people[3].replace("Dana", 'Dana"')
    people[4] = people[4].replace("Dana", '"Dana\nLee"')
    accepted, rejected = read(tmp_path, HEADER, *people)
    assert [contact.number[-1] for contact in accepted] == list("13456")
    assert [(row.row, row.field, row.cells) for row in rejected] == [(3, "row", (people[1],))]
    assert accepted[3].fields["name"].split() == ["Dana", "Lee"]


def test_headings_with_a_stray_quotation_mark_are_told(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match=r"The headings of .* cannot be read"):
        read(tmp_path, f'"{HEADER}', DANA)


def test_the_rejects_never_take_the_place_of_the_list(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text(f"{HEADER}\n{DANA}\n")
    with pytest.raises(CampaignError, match="is the list itself"):
        rejects_file(source, read_contacts(source, shipping()), source)


def test_a_list_of_bad_rows_is_read_in_bounded_memory(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    bad_row = DANA.replace("202-555-0147", "call me " + "x" * 1000)
    source.write_text("\n".join([HEADER, *[bad_row] * 4000]))
    audience = read_contacts(source, shipping())
    tracemalloc.start()
    with rejects_file(tmp_path / "rejects.csv", audience, source) as bad:
        assert list(bad.pass_on(audience.rows)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert bad.count == 4000
    assert peak < 1_500_000 < source.stat().st_size


_cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=60)
@given(rows=st.lists(st.lists(_cells, min_size=5, max_size=5), min_size=1, max_size=5))
def test_rejects_hold_every_cell_as_it_was(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("rejects")
    header = ["phone", "name", "order", "arrives", "total"]
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    audience = read_contacts(folder / "list.csv", shipping())
    with rejects_file(folder / "rejects.csv", audience, folder / "list.csv") as bad:
        accepted = list(bad.pass_on(audience.rows))
        bad.write(Rejected(0, "", "", "", "", ("so that there is a file",)))
    with (folder / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        written = [row[:5] for row in csv.reader(file)][1:-1]
    there = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(accepted) + len(written) == len(there)
    assert all(row in there for row in written)
