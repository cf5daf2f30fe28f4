"""How long calls are, by a voice or by words per minute."""

from __future__ import annotations

import pytest

from campaigns.checks import Stopwatch, call_length, check, specimens
from campaigns.definition import parse
from tests.campaigns.checks.campaigns import GOOD, STEPS, found

DELIVERY = GOOD.replace("purpose:", "matter: delivery\npurpose:")
FORK = """\
  a: {say: Hi, ask: {yes: b, no: bye}, listen_seconds: 5}
  b: {say: Ho, ask: {yes: a, no: bye}, listen_seconds: 5}
  bye: {say: Bye., end: true}
"""


def one_second(language: str, text: str) -> float:
    return 1.0


def test_a_call_is_as_long_as_what_is_said_and_answered_on_its_ways() -> None:
    script = next(specimens(parse(STEPS + FORK))).script
    length = call_length(script, Stopwatch(one_second))
    opening = bye = say = 1.0
    answer, silence_and_once_more = 2.0, 5.0 + 1.0
    assert length.shortest == opening + say + answer + bye
    assert length.usual == opening + 2 * (say + answer) + bye
    assert length.longest == length.usual + 2 * silence_and_once_more


def test_a_slower_pace_takes_longer() -> None:
    script = next(specimens(parse(STEPS + FORK.replace("end: true", "end: true, pace: 0.5")))).script
    assert call_length(script, Stopwatch(one_second)).shortest == 6.0


def test_a_slower_voice_takes_longer() -> None:
    script = next(specimens(parse(STEPS.replace("fields:", "voice: {pace: 0.5}\nfields:") + FORK))).script
    assert call_length(script, Stopwatch(one_second)).shortest == 8.0


def test_a_call_that_would_be_cut_short_is_found() -> None:
    short = GOOD.replace("longest_seconds: 90", "longest_seconds: 20")
    assert any("would be cut short after 10 s" in told for told in found(short))


@pytest.mark.parametrize(("country", "severity"), [("US", "error"), ("CN", "warning")])
def test_a_delivery_notice_lasts_a_minute_at_most(country: str, severity: str) -> None:
    told = f"{severity} calling.longest_seconds: a delivery notice lasts at most 60 s."
    assert told in found(DELIVERY.replace("[US]", f"[{country}]"))
    assert found(DELIVERY.replace("longest_seconds: 90", "longest_seconds: 60")) == []


def test_a_long_delivery_message_on_a_machine_is_found() -> None:
    message = "voicemail: This is {{ brand }}. To stop these calls, call {{ callback_number }}.\n"
    told = found(DELIVERY + message, lambda language, text: 61.0 if "stop these calls, call" in text else 0.1)
    assert any("the message takes 61 s" in line for line in told)


def test_the_length_is_told() -> None:
    told = [f.message for f in check(parse(GOOD), speak_seconds=one_second) if f.where == "script"]
    assert told == ["a call takes 5 to 5 s with quick answers; with every question asked twice 12 s."]


def test_a_text_is_measured_once() -> None:
    asked: list[str] = []
    check(parse(GOOD), speak_seconds=lambda language, text: asked.append(text) or 1.0)
    assert len(asked) == len(set(asked))
