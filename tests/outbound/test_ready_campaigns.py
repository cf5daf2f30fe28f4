"""The ready campaigns keep their times when a voice really says them."""

from __future__ import annotations

from functools import cache

import pytest

from audio.synthesis import Voice, voice_for
from campaigns.checks import Severity, check
from campaigns.templates import template, templates

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
