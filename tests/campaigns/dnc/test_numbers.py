"""Telephone numbers as lists write them."""

from __future__ import annotations

import pytest

from campaigns.dnc import NotANumber, e164


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+12125550123", None),
        (" +1 (212) 555-0123 ", None),
        ("tel:+12125550123", None),
        ("2125550123", "US"),
        ("12125550123", "US"),
        ("212-555-0123", "US"),
        ("0012125550123", "GB"),
        ("Tel. +1 212 555 0123", None),
        ("+１２１２５５５０１２３", None),
    ],
)
def test_a_number_is_understood_however_it_is_written(text: str, region: str | None) -> None:
    assert e164(text, region) == "+12125550123"


@pytest.mark.parametrize("text", ["2125550123", "0212 555 0123"])
def test_a_number_without_a_country_is_none(text: str) -> None:
    with pytest.raises(NotANumber, match="no country"):
        e164(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "+1",
        "+1212555",
        "+999123456789",
        "+12125550123 ext. 4",
        "+1212555012345",
        "+1212555O0123",
        "1-800-FLOWERS",
    ],
)
def test_what_is_no_number_is_said(text: str) -> None:
    with pytest.raises(NotANumber) as raised:
        e164(text, "US")
    assert raised.value.hint
