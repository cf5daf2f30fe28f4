"""Texts are filled in safely, and values are said as a person would say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.fields import Code, Money, Url, Value
from campaigns.rendering import Condition, TemplateProblem, render
from campaigns.spoken import moment, telephone

VALUES: dict[str, Value] = {
    "day": date(2026, 3, 14),
    "at": time(15, 30),
    "price": Money(Decimal("12.50"), "USD"),
    "code": Code("AB-12345"),
    "shop": Url("https://shop.example.com/"),
    "count": Decimal("1200"),
    "name": "Dana",
    "nothing": "",
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("On {{ day }}.", "On Saturday, March 14."),
        ("{{ day | weekday }}", "Saturday"),
        ("At {{ at }}.", "At 3:30 p.m."),
        ("{{ price }}", "12 dollars and 50 cents"),
        ("{{ code }}", "A B 1 2, 3 4 5"),
        ("{{ code | ending(3) }}", "3 4 5"),
        ("{{ shop }}", "shop dot example dot com"),
        ("{{ count }}", "1,200"),
        ("the {{ 3 | ordinal }}", "the third"),
        ("{{ '+12025550123' | phone }}", "2 0 2, 5 5 5, 0 1 2 3"),
        ("{{ nothing | default('friend') }}", "friend"),
        ("{% if price > 10 %}{% endif %}Hello   {{ name }} ,\n you.", "Hello Dana, you."),
    ],
)
def test_values_are_spoken_by_their_type(template: str, text: str) -> None:
    values = {**VALUES, "price": Decimal(12)} if "price >" in template else VALUES
    assert render(template, values, "en-US") == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-CN", "3月14号星期六下午3点半12块5"),
        ("ko-KR", "3월 14일 토요일오후 세 시 반12500원"),
        ("de-DE", "Samstag, 14. März15:3012,50 Euro"),
    ],
)
def test_every_language_has_its_own_forms(language: str, text: str) -> None:
    money = {"zh-CN": Money(Decimal("12.5"), "CNY"), "ko-KR": Money(Decimal(12500), "KRW")}
    values = {**VALUES, "price": money.get(language, Money(Decimal("12.5"), "EUR"))}
    assert render("{{ day }}{{ at }}{{ price }}", values, language) == text


def test_a_promised_moment_is_seen_from_now() -> None:
    now = datetime(2026, 3, 14, 10, tzinfo=UTC)
    assert moment(datetime(2026, 3, 15, 15, tzinfo=UTC), now, "en-US") == "tomorrow at 3 p.m."
    assert moment(datetime(2026, 3, 20, 12, tzinfo=UTC), now, "en-US") == "Friday, March 20 at noon"
    assert moment(datetime(2026, 3, 15, 14, tzinfo=UTC), now, "zh-CN") == "明天下午两点"
    assert moment(datetime(2026, 3, 15, 14, tzinfo=UTC), now, "ko-KR") == "내일 오후 두 시"


def test_a_number_is_said_digit_by_digit() -> None:
    assert telephone("+8223123456") == "0 2, 3 1 2, 3 4 5 6"


@pytest.mark.parametrize(
    "template",
    [
        "{{ name.__class__ }}",
        "{{ name['upper'] }}",
        "{{ name.upper() }}",
        "{{ name | attr('x') }}",
        "{{ 'a' * 100000000 }}",
        "{{ 2 ** 100000 }}",
        "{% for x in name %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% set x = 1 %}",
        "{% include 'secrets' %}",
        "{% extends 'x' %}",
        "{{ self }}",
        "{{ range(9) }}",
        "{{ missing }}",
        "{{ code | ending('x') }}",
        "{{ name | ordinal }}",
        "{{ name | weekday }}",
        "{{ name > 3 }}",
        "{{",
        "x" * 3000,
        "{{" + "(" * 900 + "1" + ")" * 900 + "}}",
    ],
)
def test_a_template_reaches_nothing_but_its_fields(template: str) -> None:
    with pytest.raises(TemplateProblem):
        render(template, VALUES, "en-US")


_PIECES = """{{ }} {% %} {# #} if else endif for in name price is defined not default ending self lipsum __class__
. | ( ) [ ] ' * ** 9 ~ - , :"""
_pieces = st.sampled_from(_PIECES.split())


@settings(max_examples=400)
@given(st.lists(_pieces, max_size=25).map(" ".join) | st.text(max_size=30))
def test_any_template_gives_text_or_a_problem(template: str) -> None:
    try:
        text = render(template, VALUES, "en-US")
    except TemplateProblem:
        return
    assert len(text) < 10_000
    assert "\n" not in text


def test_a_field_is_never_read_as_a_template() -> None:
    assert render("{{ name }}", {"name": "{{ code }}"}, "en-US") == "{{ code }}"


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("price > 10", True),
        ("price > 10 and home == 'no'", True),
        ("rated >= 4", True),
        ("rated == 5", False),
        ("nobody == 'x'", False),
        ("nobody is defined", False),
        ("name > 3", False),
        ("not (day is defined)", False),
    ],
)
def test_a_condition_holds_or_not_and_never_raises(expression: str, holds: bool) -> None:
    condition = Condition(expression, VALUES, frozenset({"rated"}))
    assert condition.holds({"home": "no", "rated": "4"}) is holds


@pytest.mark.parametrize(("price", "text"), [("12.00", "cheap"), ("100", "just right"), ("120.50", "dear")])
def test_an_amount_is_compared_with_a_number_in_texts_as_in_branches(price: str, text: str) -> None:
    template = "{% if price > 100 %}dear{% elif price >= 100 and price <= 100 %}just right{% else %}cheap{% endif %}"
    assert render(template, {"price": Money(Decimal(price), "USD")}, "en-US") == text


def test_amounts_of_two_currencies_are_not_compared() -> None:
    values = {"price": Money(Decimal(12), "USD"), "old": Money(Decimal(12), "EUR")}
    with pytest.raises(TemplateProblem, match="compares what cannot be compared"):
        render("{% if price < old %}x{% endif %}", values, "en-US")
