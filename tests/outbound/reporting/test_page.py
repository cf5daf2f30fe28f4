"""The page is well-formed, needs nothing from elsewhere, and lets nothing through that was not escaped."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.reports import Report
from campaigns.reports.model import Remark
from outbound.reporting import page
from tests.outbound.reporting.reports import HOSTILE, full

_VOID = {"meta", "br"}


class _Reader(HTMLParser):
    """Holds every element to its end tag, and collects what was said and which elements and addresses there are."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href", "action"}]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def report() -> Report:
    return full()


def test_it_is_well_formed_and_needs_nothing_from_elsewhere(report: Report) -> None:
    text = page.rendered(report)
    reader = read(text)
    assert not reader.seen & {"script", "link", "img", "iframe", "object"}
    assert all(address.startswith("#campaign-") for address in reader.addresses)
    assert "url(" not in text
    assert "@import" not in text


def test_what_a_campaign_or_a_callee_says_is_text(report: Report) -> None:
    reader = read(page.rendered(report))
    assert f"shipping{HOSTILE}" in reader.text
    assert f"{HOSTILE} · delivery" in reader.text
    assert reader.text.count(HOSTILE) >= 7


@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=40))
@settings(max_examples=25)
def test_no_words_can_break_out(report: Report, words: str) -> None:
    said = Remark(1, words, datetime(2025, 6, 2, tzinfo=UTC))
    reader = read(page.rendered(replace(report, campaigns=(replace(report.campaigns[-1], remarks=(said,)),))))
    assert words in reader.text
    assert "script" not in reader.seen


def test_it_says_everything_that_was_counted(report: Report) -> None:
    text = read(page.rendered(report)).text
    for said in (
        "How far contacts came",
        "voicemail",
        "When, on the callees’ clocks",
        "mean 3.67",
        "What low ratings came with",
        "4 overdue",
        "Variants",
        "2020 e-commerce service survey",
        "1 call: a person must follow up",
    ):
        assert said in text


def test_a_single_rating_is_one_rating(report: Report) -> None:
    campaign = next(one for one in report.campaigns if one.satisfaction.ratings)
    once = replace(campaign, satisfaction=replace(campaign.satisfaction, ratings=1))
    text = " ".join(read(page.rendered(replace(report, campaigns=(once,)))).text.split())
    assert "1 rating, mean" in text


def test_no_numbers_of_people_are_on_it(report: Report) -> None:
    assert re.search(r"\+1212|Alice", page.rendered(report)) is None


def test_a_report_of_nothing_is_a_page_too() -> None:
    read(page.rendered(Report(datetime(2025, 6, 2, tzinfo=UTC), None, None, ())))
