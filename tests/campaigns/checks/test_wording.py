"""The texts are there in every language, can be said, and keep the tone."""

from __future__ import annotations

import pytest

from tests.campaigns.checks.campaigns import GOOD, STEPS, found

KOREAN = GOOD.replace("language: en-US", "language: en-US\nmore_languages: ko-KR")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hurray 🎉", 'error script.a.say: the voice of en-US cannot say "🎉".'),
        ("Hello 안녕", 'error script.a.say: the voice of en-US cannot say "녕" "안".'),
        ("Hello {name}", "error script.a.say: there is a brace that would be read out."),
        ("Look at www.example.com", "warning script.a.say: nobody can follow a web address that is read out."),
        ("Call 2025550123", "warning script.a.say: a long number is hard to follow by ear."),
        ("Until {{ until }}", 'warning script.a.say: "until" may be missing, and the text has a hole then.'),
        ("Hello honey", 'warning script.a.say: "honey" is what many people do not like to be called.'),
    ],
)
def test_what_cannot_be_said_well_is_found(text: str, told: str) -> None:
    assert found(STEPS + f'  a: {{say: "{text}", end: true}}\n') == [told]


@pytest.mark.parametrize(
    "text", ['Zoë\'s café – 5 %, \\"really\\"?', "{% if until %}Until {{ until }}{% endif %} ok", "{{ name }}"]
)
def test_what_can_be_said_is_left_alone(text: str) -> None:
    assert found(STEPS + f'  a: {{say: "{text}", end: true}}\n') == []


def test_a_text_that_cannot_be_made_without_an_optional_field_is_found() -> None:
    told = found(STEPS + '  a: {say: "{% if name %}On {{ until | weekday }}{% endif %}", end: true}\n')
    assert any("a call to a contact that has only the required fields cannot be made ready" in line for line in told)
    assert any('It is in "{% if name %}On {{ until | weekday }}' in line for line in told)


def test_a_text_that_only_those_hear_who_have_a_field_has_no_hole() -> None:
    sorting = (
        '  a: {branch: {"until": b, else: c}}\n  b: {say: "Until {{ until }}", end: true}\n  c: {say: Hi, end: true}\n'
    )
    assert found(STEPS + sorting) == []
    falling_through = sorting.replace("else: c", "else: b").replace("  c: {say: Hi, end: true}\n", "")
    assert any("the text has a hole then" in line for line in found(STEPS + falling_through))


def test_a_brand_that_the_voice_cannot_say_is_found() -> None:
    assert found(GOOD.replace("brand: Bluebird Books", "brand: Bluebird 🐦")) == [
        'error brand: the voice of en-US cannot say "🐦".'
    ]


def test_what_is_wrong_in_every_variant_is_told_once() -> None:
    both = GOOD.replace("script:", "variants: {short: 1, full: 1}\nvoicemail: Your book is here.\nscript:")
    told = [line for line in found(both) if line.startswith("error voicemail")]
    assert told == [
        "error voicemail: Bluebird Books is not named in the first sentence in en-US.",
        "error voicemail: the number to call back is not said in en-US.",
    ]


def test_advertising_in_a_delivery_notice_is_found() -> None:
    steps = "  a: {say: There is a special offer., end: true}\n"
    delivery = STEPS.replace("purpose:", "matter: delivery\npurpose:").replace(
        "longest_seconds: 90", "longest_seconds: 60"
    )
    assert found(delivery + steps) == [
        'warning script.a.say: "special offer" is advertising, which has no place in a delivery notice.'
    ]
    assert found(STEPS + steps) == []


def test_what_is_not_translated_is_found() -> None:
    told = found(KOREAN)
    assert "error script.tell.say: there is no wording in ko-KR." in told
    assert "error answers.question_when: there is no wording in ko-KR." in told


def test_a_neighbouring_language_may_share_the_words() -> None:
    assert found(KOREAN.replace("ko-KR", "en-GB")) == []


def test_an_answer_without_words_in_a_language_is_found() -> None:
    ask = "  a: {say: Hi, ask: {x: {next: b, phrases: {en-US: [blue]}}}}\n  b: {end: true}\n"
    told = found(KOREAN.partition("script:")[0] + "script:\n" + ask)
    assert "error script.a.ask.x.phrases: there is nothing to say in ko-KR." in told
