"""A campaign file says on which line it is wrong, and how to mend it."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.definition import CampaignDefinition, DefinitionErrors, example_fields, line_of, load, parse
from campaigns.errors import CampaignError
from campaigns.outcomes import Disposition
from campaigns.templates import template_text

SHORT = """\
campaign: hello
brand: Bluebird Books
about: your order
purpose: informational
language: en-US
caller_id: +12025550123
callback_number: +12025550123
countries: US
calling: {from: 9:00, to: 20:00}
script:
  hello: {say: Your order is on its way., end: true}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(DefinitionErrors) as raised:
        parse(text, "my.yaml")
    return [str(problem) for problem in raised.value.problems]


def with_line(line: str) -> str:
    return SHORT.replace("script:\n", f"{line}\nscript:\n")


def test_a_short_campaign_is_eleven_lines() -> None:
    definition = parse(SHORT)
    assert definition.name == "hello"
    assert definition.caller_id == "+12025550123"
    assert definition.calling.opens == time(9)
    assert definition.calling.days == frozenset(range(6))
    assert definition.start == "hello"


def test_values_stay_what_was_written_until_their_field_says_otherwise() -> None:
    definition = parse(SHORT.replace("brand: Bluebird Books", "brand: no").replace("20:00", "20:30"))
    assert definition.brand == "no"
    assert definition.calling.closes == time(20, 30)


def test_retries_are_given_by_disposition() -> None:
    definition = parse(with_line("retry: {busy: {after: 1h30m, times: 2}}"))
    assert definition.retry[Disposition.BUSY].after == timedelta(minutes=90)


def test_all_problems_are_told_at_once_with_their_lines() -> None:
    text = SHORT.replace("brand:", "brnd:").replace("20:00", "8pm").replace("purpose: informational", "purpose: sale")
    assert problems(text) == [
        "line 1, brand: this field is missing. Add a line `brand: …`.",
        'line 2, brnd: there is no field "brnd" here. Did you mean "brand"?',
        'line 4, purpose: "sale" is not known here. Known here: informational, marketing.',
        'line 9, calling.to: "8pm" is not a time of day. Write it like 09:00 or 20:30.',
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("retry: {bussy: {after: 1h}}", 'line 10, retry.bussy: "bussy" is not known here. Did you mean "busy"?'),
        ("retry: {busy: {after: soon}}", '"soon" is not a duration. Write it like 15m, 3h or 1d.'),
        ("retry: {busy: {after: 9999d}}", '"9999d" is longer than a year. Write it like 15m, 3h or 1d.'),
        ("pace: {per_hour: 1.0e-9}", "1.0e-9 is out of bounds: it must be at least 1."),
        ("fields: {name: nam}", 'fields.name.type: "nam" is not known here. Did you mean "name"?'),
        ("fields: {when: {type: date, example: soon}}", '"soon" is not a date. Write the date like 2026-03-14.'),
        ("transfer: {desk: 555}", "is not an international telephone number. Write it with + and country code"),
        ("more_languages: [english]", '"english" is not a language with its country.'),
        ("voicemail: Hello {{ nmae }}", 'line 10, voicemail: the text names "nmae", which is not a field.'),
        ("voicemail: '{{ brand.upper() }}'", "is not allowed in a text."),
        ("voicemail: {}", "line 10, voicemail: there is no text here."),
        ("answers: {yes: Yes.}", '"yes" is not a question with an answer.'),
        ("phrases: {openning: Hi}", 'Did you mean "opening"?'),
        ("voicemail: {b: Hello}", 'there is no variant "b".'),
        ("voice: {ko-KR: {pace: 0.9}}", '"ko-KR" is not a language of this campaign.'),
        ("voice: {pce: 0.9}", 'there is no field "pce" here. Did you mean "pace"?'),
        (
            "transfer: {desk: {address: +12025550123, from: 9:00}}",
            "hours need all three of `from`, `to` and `time_zone`",
        ),
    ],
)
def test_a_mistake_is_told_with_its_fix(line: str, told: str) -> None:
    assert any(told in problem for problem in problems(with_line(line))), problems(with_line(line))


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("a: {say: Hi, next: b}", 'line 11, script.a.next: there is no step "b".'),
        ("a: {say: Hi}", "a step has exactly one way on, it has none."),
        ("a: {say: Hi, end: true, next: a}", "a step has exactly one way on, it has end and next."),
        ("a: {say: Hi, next: b}\n  b: {say: Ho, next: a}", "these steps go round without an answer"),
        ("a: {say: Hi, ask: {yes: {next: b, key: 9}}}\n  b: {end: true}", "key 9 means opt_out in every call."),
        (
            "a: {say: Hi, ask: {yes: {next: b, key: 1}, no: {next: b, key: 1}}}\n  b: {end: true}",
            "key 1 means two things",
        ),
        ("a: {say: Hi, ask: {transfer: b}}\n  b: {end: true}", "is understood in every step already."),
        ("a: {say: Hi, ask: {blue: b}}\n  b: {end: true}", "nothing one can say leads here."),
        (
            "a: {say: Hi, ask: {x: {next: b, phrases: Go}, y: {next: b, phrases: go}}}\n  b: {end: true}",
            '"go" means two things in this step.',
        ),
        ("a: {say: Hi, transfer: desk}", 'there is no person to transfer to named "desk".'),
        ("a: {branch: {x > 1: b}}\n  b: {end: true}", "a branch needs a last way"),
        ("a: {branch: {x > 1: b, else: b}}\n  b: {end: true}", 'the condition names "x"'),
    ],
)
def test_a_script_whose_parts_do_not_fit_is_refused(steps: str, told: str) -> None:
    text = SHORT.partition("  hello:")[0] + f"  {steps}\n"
    assert any(told in problem for problem in problems(text)), problems(text)


@pytest.mark.parametrize(
    "text",
    ["", "x", "- x", "a: [", "a: &x 1\nb: *x", "a: 1\na: 2", "campaign: !!python/none x", "\x00", "a: " + "[" * 90],
)
def test_what_is_no_plain_yaml_is_told_with_a_line(text: str) -> None:
    assert problems(text)[0].startswith("line ")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(SHORT, "utf-8-sig")
    assert load(file).name == "hello"


_scalars = st.one_of(
    st.sampled_from(
        ["", "true", "yes", "busy", "{{ name }}", "{% if", "15m", "mon-fri", "09:00", "+12025550123", "en-US"]
    ),
    st.text(max_size=8),
)
_lines = st.tuples(st.integers(0, 60), st.sampled_from(["drop", "double", "indent", "value", "key", "cut"]), _scalars)


def _spoil(lines: list[str], where: int, how: str, text: str) -> list[str]:
    at = where % len(lines)
    line = lines[at]
    spoiled = {
        "drop": [],
        "double": [line, line],
        "indent": [f"  {line}"],
        "value": [f"{line.partition(':')[0]}: {text}"],
        "key": [f"{text}:{line.partition(':')[2]}"],
        "cut": [line[: len(line) // 2]],
    }[how]
    return [*lines[:at], *spoiled, *lines[at + 1 :]] or [text]


@settings(max_examples=200)
@given(st.sampled_from(["shipping", "renewal", "price-drop"]), st.lists(_lines, min_size=1, max_size=4))
def test_a_spoiled_campaign_gives_problems_and_never_a_traceback(name: str, spoils: list[tuple[int, str, str]]) -> None:
    lines = [line for line in template_text(name).splitlines() if line and not line.startswith("#")]
    for where, how, text in spoils:
        lines = _spoil(lines, where, how, text)
    try:
        definition = parse("\n".join(lines))
    except CampaignError:
        return
    assert isinstance(definition, CampaignDefinition)


@settings(max_examples=40)
@given(
    st.recursive(_scalars, lambda inner: st.lists(inner) | st.dictionaries(_scalars, inner), max_leaves=12), _scalars
)
def test_any_value_in_any_field_gives_problems_and_never_a_traceback(value: object, key: str) -> None:
    for field in CampaignDefinition.model_fields:
        text = SHORT + yaml.safe_dump({field: {key: value}}) + yaml.safe_dump({f"{field}_": value})
        with pytest.raises(CampaignError):
            parse(text)


def test_a_field_is_found_on_its_line() -> None:
    assert line_of(SHORT, "calling.from") == 9
    assert line_of(SHORT, "script.hello.reprompt") == 11
    assert line_of(SHORT, "voicemail") == 1


def test_an_example_contact_has_what_is_given_and_examples_for_the_rest() -> None:
    definition = parse(with_line("fields: {name: name, total: money, note: {required: false}}"))
    assert example_fields(definition, {"total": "$5"}) == {"name": "Dana", "total": "5 USD", "note": "note"}
    assert set(example_fields(definition, optional=False)) == {"name", "total"}
    assert set(example_fields(definition, {"note": ""})) == {"name", "total"}
    with pytest.raises(CampaignError, match='no field "nam"'):
        example_fields(definition, {"nam": "x"})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("about: your order", "\tabout: your order", "line 3: a tab stands where only spaces can."),
        ("about: your order", "   about: your order", "line 3: there is a colon where none can be."),
        (
            "  hello: {say",
            "  hello:\n    say: Hi\n   end: {say",
            "line 13: the indentation of this line fits no line above",
        ),
        (
            "calling: {from: 9:00, to: 20:00}",
            "calling: {from: 9:00, to: 20:00}}",
            "a brace is closed here that was not opened.",
        ),
        ("about: your order", "about: order: yours", "line 3: there is a colon where none can be."),
        ("about: your order", "about: *order", "line 3: anchors (&, *) are not used here. Write it out"),
        ("about: your order", "about: {{ brand }}, yours", "line 3: text that begins with {{ needs quotes around it."),
        ("about: your order", 'about: "your order', "line 3: a quotation mark is opened here and not closed."),
        (
            "about: your order\npurpose: informational",
            'about: "your order\npurpose: "informational"',
            "line 3: a quotation mark is opened here and not closed.",
        ),
        (
            "  hello: {say",
            "  hello:\n    say: Hi\n\u00a0\u00a0\u00a0\u00a0end: {say",
            'line 13: "\u00a0\u00a0\u00a0\u00a0end" begins or ends with a space, perhaps one of another kind',
        ),
        ("about: your order", "about: your \x07order", "line 3: there is a character that cannot be read (U+0007)."),
        ("  hello: {say", "---\n  hello: {say", "line 11: a second campaign begins here, after ---."),
        ("brand: Bluebird Books", "brand: [" * 40, "this is nested too deeply. No field"),
    ],
)
def test_what_is_no_yaml_is_explained_to_those_who_do_not_know_yaml(before: str, after: str, told: str) -> None:
    (problem,) = problems(SHORT.replace(before, after))
    assert told in problem


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("voicemail: [Hello, there]", "one text belongs here, not a list."),
        ("budget: {calls: 0}", "budget.calls: 0 is out of bounds: it must be at least 1."),
        ("budget: {minutes: 0}", "budget.minutes: 0 is out of bounds: it must be more than 0."),
        ("fields: {price: {type: money, currency: dollars}}", '"dollars" is not a currency.'),
        ("voicemail: '{{ brand | money }}'", 'there is no filter "money".'),
    ],
)
def test_what_a_field_cannot_hold_is_told_without_the_words_of_a_programmer(line: str, told: str) -> None:
    assert any(told in problem for problem in problems(with_line(line))), problems(with_line(line))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("countries: US", "countries: []", "line 8, countries: there is nothing in the list. Write at least one."),
        ("countries: US", "countries: [US, UK]", 'line 8, countries[2]: "UK" is not a country code.'),
        ("brand: Bluebird Books", 'brand: "{{ name }}"', "line 2, brand: the brand is said as it is written here"),
        ("script:", "variants: {a: 0, b: 0}\nscript:", "line 10, variants: every weight is 0"),
    ],
)
def test_what_nobody_could_be_called_with_is_refused(before: str, after: str, told: str) -> None:
    (problem,) = problems(SHORT.replace(before, after))
    assert told in problem


def test_a_name_is_refused_with_the_characters_that_it_may_have() -> None:
    (problem,) = problems(SHORT.replace("campaign: hello", "campaign: my campaign"))
    assert problem.startswith('line 1, campaign: "my campaign" is not a name. Use letters, digits, - and _,')


def test_a_condition_that_cannot_be_read_is_refused_with_one_that_can() -> None:
    told = problems(SHORT.replace("say: Your order is on its way., end: true", "branch: {a > : hello, else: hello}"))
    assert any("the condition cannot be read" in problem and "like: total > 100" in problem for problem in told)


def test_a_file_without_end_is_refused() -> None:
    with pytest.raises(DefinitionErrors, match="too long for a campaign"):
        load("/dev/zero")
