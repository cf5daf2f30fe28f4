"""The robot's own words, come back from a loudspeaker."""

from __future__ import annotations

import pytest

from outbound.speech.repeated import repeats

SAID = "Good news, your order has been shipped. Will someone be there to take it? Say yes or no, or stop calling."


@pytest.mark.parametrize("heard", ["your order has been", "Someone be there.", "some one be their to take it"])
def test_what_the_robot_has_just_said_is_its_own(heard: str) -> None:
    assert repeats(heard, SAID)


@pytest.mark.parametrize("heard", ["yes", "no", "yes, I will be there", "who is this", "stop calling me please", ""])
def test_an_answer_is_the_callee_s(heard: str) -> None:
    assert not repeats(heard, SAID)


def test_words_that_stop_everything_must_be_more_than_two_to_be_the_robot_s() -> None:
    assert repeats("stop calling", SAID)
    assert not repeats("stop calling", SAID, least_words=3)


def test_nothing_is_repeated_before_anything_was_said() -> None:
    assert not repeats("hello there", "")
    assert not repeats("hello there", "Hi")


def test_words_that_are_not_written_apart_are_counted_by_their_signs() -> None:
    assert repeats("您的订单", "您好,您的订单已经发货。")
    assert not repeats("好", "您好,您的订单已经发货。")
