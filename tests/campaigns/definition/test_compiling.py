"""One contact's script: wordings picked, fields filled in, keys named."""

from __future__ import annotations

from datetime import datetime

import pytest

from campaigns.definition import parse
from campaigns.errors import CampaignError
from campaigns.intents import GLOBAL_KEYS, Intent
from campaigns.outcomes import Scope
from campaigns.script import Recording, Script
from campaigns.templates import template
from tests.campaigns.definition.test_loading import SHORT

FIELDS = {"name": "Dana", "order": "BB-48213", "arrives": "2026-03-14", "total": "38.50 USD"}


def shipping(**changes: str) -> Script:
    return template("shipping").script_for("en-US", {**FIELDS, **changes}, "order 1")


def test_fields_are_spoken_as_their_type_asks() -> None:
    script = shipping()
    assert "with you on Saturday, March 14." in script.steps["tell"].say
    assert script.answers[Intent.QUESTION_PRICE] == "The total is 38 dollars and 50 cents."
    assert script.answers[Intent.QUESTION_WHICH] == "It's the order that ends in 8 2 1 3."


def test_a_question_about_a_field_that_the_contact_lacks_has_no_answer() -> None:
    assert Intent.QUESTION_PRICE not in shipping(total="").answers


def test_the_brand_comes_first_and_the_way_out_right_after_it_where_the_purpose_is_marketing() -> None:
    assert "Bluebird Books" in shipping().phrases.opening
    fields = {"name": "Dana", "ends": "2026-03-31", "price": "29.00 USD"}
    renewal = template("renewal").script_for("en-US", fields, "1")
    assert renewal.phrases.opening.endswith(renewal.phrases.way_out)


def test_every_step_that_listens_names_its_keys() -> None:
    script = shipping()
    assert script.steps["tell"].reprompt == (
        "Sorry, I didn't get that. You can say yes or press 1, or say no or press 2."
    )
    assert all(step.reprompt for step in script.steps.values() if step.choices or step.collect)


def test_every_choice_has_a_key_of_its_own_that_is_no_global_one() -> None:
    for step in shipping().steps.values():
        keys = [choice.key for choice in step.choices]
        assert len(set(keys)) == len(keys)
        assert not {key for key in keys if key is None or key in GLOBAL_KEYS}


def test_the_last_step_says_goodbye() -> None:
    script = shipping()
    assert script.steps["bye"].say.endswith(script.phrases.goodbye)


def test_a_moment_promised_is_left_for_the_call_to_fill_in() -> None:
    assert "{when}" in shipping().phrases.callback_confirmed
    assert "{when}" in shipping().phrases.callback_by_person


def test_the_emergency_number_is_that_of_the_callees_country() -> None:
    definition = template("shipping")
    assert "9 8 8" in definition.script_for("en-US", FIELDS, "1", country="US").phrases.crisis_alone
    assert "1 0 9" in definition.script_for("en-US", FIELDS, "1", country="KR").phrases.crisis_alone
    assert "local emergency number" in definition.script_for("en-US", FIELDS, "1", country="XX").phrases.crisis_alone


def test_a_missing_field_is_an_error_that_names_it() -> None:
    with pytest.raises(CampaignError, match='"arrives" is missing'):
        shipping(arrives="")


VARIANTS = """\
more_languages: en-GB
variants: {short: 1, full: 3}
voicemail:
  short: Hi.
  full: {en-US: Hello there., en-GB: Good day.}
"""


def test_a_contact_always_hears_the_same_variant_and_each_gets_its_share() -> None:
    definition = parse(SHORT + VARIANTS)
    first = [definition.script_for("en-US", {}, str(key)).variant for key in range(400)]
    again = [definition.script_for("en-US", {}, str(key)).variant for key in range(400)]
    assert first == again
    assert 60 < first.count("short") < 140


def test_a_text_that_is_missing_in_the_contacts_language_is_taken_from_the_campaigns_own() -> None:
    definition = parse(SHORT + VARIANTS)
    heard = {definition.script_for("en-GB", {}, str(key)).voicemail for key in range(40)}
    assert heard == {"Hi.", "Good day."}


BRANCH = """\
fields: {total: {type: money, currency: USD}}
script:
  ask: {say: "How was it?", collect: rating, next: fork}
  fork: {branch: {total > 100 and ask == 5: a, ask < 3: b, else: c}}
  a: {end: true}
  b: {end: true}
  c: {end: true}
"""


@pytest.mark.parametrize(
    ("total", "answers", "way"),
    [
        ("120 USD", {"ask": "5"}, "a"),
        ("20 USD", {"ask": "5"}, "c"),
        ("20 USD", {"ask": "1"}, "b"),
        ("120 USD", {}, "c"),
    ],
)
def test_a_branch_looks_at_fields_and_answers(total: str, answers: dict[str, str], way: str) -> None:
    definition = parse(SHORT.partition("script:")[0] + BRANCH)
    cases = definition.script_for("en-US", {"total": total}, "1").steps["fork"].cases
    assert next(case.next for case in cases if case.test is None or case.test.holds(answers)) == way


DESK = """\
transfer:
  desk: {address: "+12025550124", days: mon-fri, from: "9:00", to: "17:00", time_zone: America/New_York}
  night: {address: "+12025550125", days: fri, from: "22:00", to: "6:00", time_zone: America/New_York}
  always: "+12025550126"
"""


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-03-13T13:00+00:00", ["desk", "always"]),  # Friday, 9 a.m. in New York
        ("2026-03-13T21:00+00:00", ["always"]),  # 5 p.m.
        ("2026-03-14T14:00+00:00", ["always"]),  # Saturday, 10 a.m.
        ("2026-03-14T03:00+00:00", ["night", "always"]),  # Friday, 11 p.m.
        ("2026-03-14T09:00+00:00", ["night", "always"]),  # Saturday, 5 a.m.
        ("2026-03-13T09:00+00:00", ["always"]),  # Friday, 5 a.m.: Thursday's night has no watch
    ],
)
def test_only_people_who_are_there_can_take_a_transfer(moment: str, there: list[str]) -> None:
    definition = parse(SHORT + DESK)
    assert [name for name, who in definition.transfer.items() if who.is_open(datetime.fromisoformat(moment))] == there
    assert list(definition.script_for("en-US", {}, "1").transfer_targets) == list(definition.transfer)


def test_voice_settings_are_given_for_all_languages_or_for_one() -> None:
    assert parse(SHORT + "voice: {pace: 0.9}\n").voice_for("en-US").pace == 0.9
    two = parse(SHORT + "more_languages: en-GB\nvoice: {en-GB: {engine: piper, name: alba}}\n")
    assert two.voice_for("en-GB").name == "alba"
    assert two.voice_for("en-US").name is None
    assert two.script_for("en-GB", {}, "1").voice.engine == "piper"


def test_the_scope_of_an_opt_out_is_the_campaigns() -> None:
    assert parse(SHORT + "opt_out_scope: everyone\n").script_for("en-US", {}, "1").opt_out_scope is Scope.EVERYONE


def test_what_a_reprompt_invites_to_say_is_understood() -> None:
    steps = "script:\n  a: {say: Hi, ask: {x: {next: b, label: the shop, phrases: [at the shop]}}}\n  b: {end: true}\n"
    step = parse(SHORT.partition("script:")[0] + steps).script_for("en-US", {}, "1").steps["a"]
    assert "say the shop or press 1" in step.reprompt
    assert step.choices[0].phrases == ("the shop", "at the shop")


@pytest.mark.parametrize("purpose", ["informational", "marketing"])
def test_a_recorded_call_says_so_in_its_first_words_where_it_must(purpose: str) -> None:
    wanted = parse(SHORT.replace("purpose: informational", f"purpose: {purpose}") + "record: true\n")
    announced = wanted.script_for("en-US", {}, "1", recording=Recording.ANNOUNCED)
    assert announced.recording is Recording.ANNOUNCED
    assert announced.phrases.opening.endswith("This call is recorded.")
    silently = wanted.script_for("en-US", {}, "1", recording=Recording.UNANNOUNCED)
    assert silently.recording is Recording.UNANNOUNCED
    assert "recorded" not in silently.phrases.opening


def test_nothing_is_recorded_that_the_campaign_does_not_want_or_the_law_forbids() -> None:
    unwanted = parse(SHORT).script_for("en-US", {}, "1", recording=Recording.UNANNOUNCED)
    forbidden = parse(SHORT + "record: true\n").script_for("en-US", {}, "1", recording=Recording.NEVER)
    for script in (unwanted, forbidden):
        assert script.recording is Recording.NEVER
        assert "recorded" not in script.phrases.opening
