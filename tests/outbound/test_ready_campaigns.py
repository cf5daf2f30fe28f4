"""The ready campaigns as they are: they keep their times when a voice says them, and every kind of call goes well."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from audio.recognition import recognizer_for
from audio.synthesis import Voice, voice_for
from campaigns.checks import Severity, check
from campaigns.definition import example_fields
from campaigns.intents import Intent
from campaigns.outcomes import CallbackPromise, Comment, Crisis, Disposition, OptOut, Rating, TransferResult, Via
from campaigns.script import Purpose
from campaigns.templates import template, templates
from outbound.dialogue.actions import Action, Say, Transfer
from outbound.dialogue.events import Event, Heard
from outbound.rehearsal import Held, Setting, hold, moment_for
from outbound.simulation.callee import Callee, Presses, Says, ready_callees
from tests.outbound.spoken import speak_with

ALL = [(language, name) for language, names in templates().items() for name in names]


@cache
def _voice(language: str) -> Voice:
    return voice_for(language)


@cache
def _speak_seconds(language: str, text: str) -> float:
    return _voice(language).speak(text).seconds


def test_there_are_six_in_three_languages() -> None:
    six = ("discount", "follow-up", "points", "price-drop", "renewal", "shipping")
    assert templates() == {"en-US": six, "ko-KR": six, "zh-CN": six}


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_ready_campaign_has_nothing_to_mend_when_it_is_spoken(language: str, name: str) -> None:
    findings = check(template(name, language), speak_seconds=_speak_seconds)
    assert [finding for finding in findings if finding.severity is not Severity.INFO] == []


NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
ENDS = {
    "willing": Disposition.COMPLETED,
    "agreeable by key": Disposition.COMPLETED,
    "refuses": Disposition.OPTED_OUT,
    "refuses by key": Disposition.OPTED_OUT,
    "refuses at once": Disposition.OPTED_OUT,
    "wants a person": Disposition.TRANSFERRED,
    "wants a person, nobody there": Disposition.CALLBACK,
    "later": Disposition.CALLBACK,
    "later, no time": Disposition.CALLBACK,
    "wrong number": Disposition.WRONG_NUMBER,
    "asks who calls": Disposition.COMPLETED,
    "asks again": Disposition.COMPLETED,
    "unhappy": Disposition.COMPLETED,
    "silent": Disposition.NO_RESPONSE,
    "voicemail": Disposition.VOICEMAIL,
    "screener": Disposition.SCREENED,
}
IN_DANGER = {"en-US": "I want to kill myself", "zh-CN": "我不想活了", "ko-KR": "죽고 싶어요"}
HELP = {"en-US": ("9 8 8", "9 1 1"), "zh-CN": ("1 2 3 5 6", "1 2 0"), "ko-KR": ("1 0 9", "1 1 9")}
TIMES = {
    "en-US": {"tomorrow at three": (1, 15), "in an hour": (0, None), "tonight after six": (0, 18)},
    "zh-CN": {"明天下午三点再打": (1, 15), "一个小时以后再打": (0, None), "今晚六点以后再打": (0, 18)},
    "ko-KR": {
        "내일 세 시에 전화해 주세요": (1, 15),
        "한 시간 후에 전화 주세요": (0, None),
        "오늘 저녁 여섯 시 이후에 전화 주세요": (0, 18),
    },
}

CALLBACKS = [(language, words, *at) for language, said in TIMES.items() for words, at in said.items()]


def held(language: str, name: str, callee: Callee, seen: list[Event | Action] | None = None) -> Held:
    """A call of a ready campaign by text."""
    definition = template(name, language)
    setting = Setting(language, next(iter(definition.variants), ""), {}, moment_for(definition, NOON))
    return hold(definition, setting, callee, seen=lambda what, _: None if seen is None else seen.append(what))


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_ready_campaign_goes_well_with_every_kind_of_callee(language: str, name: str) -> None:
    people = ready_callees(language)
    calls = {callee: held(language, name, people[callee]) for callee in ENDS}
    assert {callee: call.outcome.disposition for callee, call in calls.items()} == ENDS
    assert [each.value for each in calls["willing"].results if isinstance(each, Rating)] == [5]
    assert {type(each) for each in calls["refuses"].results} == {OptOut}
    assert any(isinstance(each, Comment) for each in calls["unhappy"].results)
    assert not calls["voicemail"].results
    assert not calls["silent"].results
    (transfer, promise) = calls["wants a person, nobody there"].results
    assert isinstance(transfer, TransferResult)
    assert isinstance(promise, CallbackPromise)
    assert promise.by_person


@pytest.mark.parametrize(("language", "name"), ALL)
def test_words_of_self_harm_bring_care_and_help_of_the_callee_s_country_and_nothing_else(
    language: str, name: str
) -> None:
    seen: list[Event | Action] = []
    call = held(language, name, Callee("in danger", does=(Says(IN_DANGER[language]),), transfer_reached=False), seen)
    assert call.outcome.disposition is Disposition.CRISIS
    assert [type(each) for each in call.results] == [Crisis, TransferResult]
    (began,) = (place for place, what in enumerate(seen) if isinstance(what, Heard) and what.intent is Intent.CRISIS)
    after = [what.text for what in seen[began:] if isinstance(what, Say)]
    definition = template(name, language)
    phrases = definition.example_script(language, example_fields(definition)).phrases
    assert after == [phrases.crisis, phrases.crisis_alone]
    assert all(number in phrases.crisis_alone for number in HELP[language])
    assert not any(definition.brand in text for text in after)
    assert all(what.urgent for what in seen if isinstance(what, Transfer))


@pytest.mark.parametrize(("language", "words", "day", "hour"), CALLBACKS)
def test_a_callback_in_words_is_understood_lies_in_the_window_and_is_read_back(
    language: str, words: str, day: int, hour: int | None
) -> None:
    definition = template("shipping", language)
    seen: list[Event | Action] = []
    call = held(language, "shipping", Callee("later", does=(Says(words),)), seen)
    (promise,) = call.results
    assert isinstance(promise, CallbackPromise)
    assert promise.at is not None
    now = moment_for(definition, NOON)
    assert (promise.at.date() - now.date()).days == day
    assert promise.at.hour == (now.hour + 1 if hour is None else hour)
    assert definition.calling.opens <= promise.at.time() <= definition.calling.closes
    script = definition.example_script(language, example_fields(definition))
    said = [what.text for what in seen if isinstance(what, Say)]
    before, _, after = script.phrases.callback_confirmed.partition("{when}")
    assert said[-1].startswith(before)
    assert said[-1].endswith(after.lstrip("."))
    assert len(said[-1]) > len(before + after)


@pytest.mark.parametrize(("language", "name"), ALL)
def test_an_opt_out_is_confirmed_but_in_marketing_calls_to_the_united_states(language: str, name: str) -> None:
    seen: list[Event | Action] = []
    held(language, name, ready_callees(language)["refuses by key"], seen)
    definition = template(name, language)
    at_once = language == "en-US" and definition.purpose is Purpose.MARKETING
    said = [what.text for what in seen if isinstance(what, Say)]
    confirmation = definition.example_script(language, example_fields(definition)).phrases.opt_out_confirmed
    assert (confirmation == "") is at_once
    assert at_once or said[-1] == confirmation


@pytest.mark.parametrize("name", ["shipping", "renewal"])
def test_a_ready_campaign_is_heard_and_understood_in_english(name: str) -> None:
    definition = template(name, "en-US")
    script = definition.example_script("en-US", example_fields(definition))
    willing, refuses = (speak_with(ready_callees()[callee], script) for callee in ("willing", "refuses"))
    assert willing.outcome.disposition is Disposition.COMPLETED
    assert [each.value for each in willing.saved if isinstance(each, Rating)] == [5]
    assert refuses.outcome.disposition is Disposition.OPTED_OUT
    assert [each.via for each in refuses.saved if isinstance(each, OptOut)] == [Via.VOICE]


@pytest.mark.parametrize("name", ["follow-up", "points"])
def test_a_ready_campaign_is_heard_and_understood_in_korean(name: str) -> None:
    definition = template(name, "ko-KR")
    script = definition.example_script("ko-KR", example_fields(definition))
    recognizer = recognizer_for("ko-KR")
    assert recognizer is not None
    assert recognizer.engine == "vosk"
    call = speak_with(Callee("rates", greeting="여보세요", does=(Presses("1"), Says("오"))), script, recognizer)
    assert call.outcome.disposition is Disposition.COMPLETED
    assert [(each.value, each.via) for each in call.saved if isinstance(each, Rating)] == [(5, Via.VOICE)]


def test_a_ready_campaign_is_answered_by_keys_in_chinese_where_no_model_is_present() -> None:
    definition = template("discount", "zh-CN")
    script = definition.example_script("zh-CN", example_fields(definition))
    call = speak_with(Callee("keys", greeting="喂", does=(Presses("1"), Presses("4"))), script, None)
    assert call.outcome.disposition is Disposition.COMPLETED
    assert [(each.value, each.via) for each in call.saved if isinstance(each, Rating)] == [(4, Via.KEY)]
