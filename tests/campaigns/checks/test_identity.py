"""Who calls comes first, then the way out; the number to call back is said; a machine is told all of it."""

from __future__ import annotations

import pytest

from campaigns.checks import Severity, check
from campaigns.definition import parse
from tests.campaigns.checks.campaigns import GOOD, found

MARKETING = GOOD.replace("purpose: informational", "purpose: marketing")
VOICEMAIL = "voicemail: This is {{ brand }}. To stop these calls, call {{ callback_number }}.\n"


def test_a_good_marketing_campaign_has_nothing_to_mend() -> None:
    assert found(MARKETING + VOICEMAIL) == []


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("opening: Hello. This is {{ brand }}.", "error phrases.opening: Bluebird Books is not named in the first"),
        ("screener: Hello.", "error phrases.screener: a call screener is not told"),
        ("way_out: Say stop any time.", "error phrases.way_out: the way out does not name key 9"),
        ("way_out: Press nine any time.", "error phrases.way_out: the way out names no word to say"),
        ("goodbye: Goodbye.", "error phrases.goodbye: the number to call back is not said"),
        ("callback_confirmed: Fine.", "error phrases.callback_confirmed: the promised moment is not said"),
    ],
)
def test_a_phrase_that_lacks_what_must_be_said_is_found(phrase: str, told: str) -> None:
    assert any(line.startswith(told) for line in found(MARKETING + f"phrases:\n  {phrase}\n"))


def test_an_informational_call_names_the_key_that_ends_all_calls() -> None:
    own = "phrases: {goodbye: 'Our number is {{ callback_number }}. Goodbye.'}\n"
    assert found(GOOD + own) == ["warning phrases.goodbye: nobody is told in en-US that key 9 ends all calls."]


def test_a_way_out_that_comes_late_is_found_with_how_late() -> None:
    late = MARKETING.replace(
        "about: your order", "about: your order and very many other things that we would like to say"
    )
    assert any("the way out begins" in told for told in found(late))
    assert found(late, lambda language, text: len(text) / 100) == []


def test_the_way_out_is_measured_by_the_voice() -> None:
    told = found(MARKETING, lambda language, text: len(text) / 5)
    assert any(line.startswith("error about: the way out begins 3.6 s after the name") for line in told)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Hello. It's us.", "Bluebird Books is not named in the first sentence"),
        ("This is {{ brand }}.", "the number to call back is not said"),
        ("This is {{ brand }}. Call {{ callback_number }}.", "the message does not say how to end these calls"),
    ],
)
def test_a_message_on_a_machine_lacks_nothing(message: str, told: str) -> None:
    assert any(
        line.startswith("error voicemail:") and told in line for line in found(f'{MARKETING}voicemail: "{message}"\n')
    )


def test_a_marketing_message_on_an_american_machine_gives_a_toll_free_number() -> None:
    number = 'callback_number: "+18005550123"'
    assert any(
        "toll-free" in told for told in found((MARKETING + VOICEMAIL).replace(number, number.replace("800", "202")))
    )
    assert not any(
        "toll-free" in told for told in found((GOOD + VOICEMAIL).replace(number, number.replace("800", "202")))
    )


def test_numbers_of_an_example_are_told() -> None:
    real = GOOD.replace("+12025550124", "sip:desk@example.com").replace("+18005550123", "+442079460000")
    told = [f.where for f in check(parse(real)) if f.severity is Severity.INFO and "nobody has" in f.message]
    assert told == ["caller_id"]
    assert len([f for f in check(parse(GOOD)) if "nobody has" in f.message]) == 3
