"""A preview is the call itself, with keys pressed at its questions."""

from __future__ import annotations

from datetime import UTC, datetime

from audio.synthesis import voice_for
from campaigns.checks import specimens
from campaigns.definition import parse
from campaigns.templates import template
from outbound.dialogue.actions import Say
from outbound.dialogue.events import Pressed
from outbound.preview import heard, previewed
from tests.campaigns.checks.campaigns import STEPS

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)


def course(text: str, *keys: str) -> list[str]:
    """What is said (its last word) and pressed."""
    pieces = previewed(next(specimens(parse(text))).script, keys, NOON)
    return [piece.text.split()[-1] if isinstance(piece, Say) else f"[{piece.key}]" for piece in pieces]


STORY = """\
  one: {say: "Is it one?", ask: {yes: two, no: bye}}
  two: {say: "And two?", collect: digits, digits: "3", next: three}
  three: {say: "And three?", collect: rating, next: bye}
  bye: {end: true}
"""


def test_the_first_answer_is_given_at_every_question() -> None:
    said = course(STEPS + STORY)
    assert said[:8] == ["order.", "one?", "[1]", "two?", "[1]", "[1]", "[1]", "three?"]
    assert said[8:] == ["[5]", "us.", "goodbye."]


def test_keys_are_pressed_as_they_are_given() -> None:
    assert course(STEPS + STORY, "2") == ["order.", "one?", "[2]", "goodbye."]
    assert "[2]" in course(STEPS + STORY, "1", "123", "2")
    assert course(STEPS + STORY, "9")[-2:] == ["[9]", "Goodbye."]


def test_a_call_that_only_goes_round_comes_to_an_end() -> None:
    steps = "  a: {say: Hi, ask: {yes: a, no: b}}\n  b: {end: true}\n"
    assert len(course(STEPS + steps)) <= 500


def test_a_transfer_is_reached() -> None:
    script = next(specimens(template("follow-up"))).script
    said = [piece.text for piece in previewed(script, ["2", "1"], NOON) if isinstance(piece, Say)]
    assert said[-1] == "Of course. One moment, I'm connecting you."


def test_the_sound_is_as_long_as_what_is_said_and_pressed() -> None:
    voice = voice_for("en-US")
    pieces = [Say(1, "Hello there."), Pressed("5"), Say(2, "")]
    sound = heard(pieces, voice)
    assert sound.seconds > voice.speak("Hello there.").seconds + 1.0
    assert sound.level_dbfs > -40
