"""Every step of the ready campaigns understands the answers people would give there, and every phrase it names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from audio.recognition.base import Transcript
from campaigns.definition import example_fields
from campaigns.intents import Intent
from campaigns.script import Collecting, Step
from campaigns.templates import template, templates
from outbound.intents import Meaning, understanding_for
from outbound.intents.answers import RATINGS

ANSWERS = yaml.safe_load((Path(__file__).parent / "answers_in_ready_campaigns.yaml").read_text("utf-8"))
DOUBTS = (1.0, 0.5, 0.3)
"""Whisper is no surer than that of many a lone word it hears rightly."""


@cache
def _asking(language: str, name: str) -> dict[str, Step]:
    """The steps that listen."""
    definition = template(name, language)
    steps = definition.example_script(language, example_fields(definition)).steps
    return {name: step for name, step in steps.items() if step.choices or step.collect}


def _cases() -> Iterator[tuple[str, str, str, str, tuple[str, ...]]]:
    for language, places in ANSWERS.items():
        for place, meanings in places.items():
            names, step = place.split(" / ")
            for name in templates()[language] if names == "every campaign" else names.split():
                for asked in _asking(language, name) if step == "every step" else (step,):
                    for meaning, answers in meanings.items():
                        yield language, name, asked, meaning, tuple(answers)


def _meaning(language: str, step: Step, answer: str, confidence: float) -> Meaning:
    asked = frozenset(choice.intent for choice in step.choices if choice.intent)
    if step.collect is Collecting.RATING:
        asked = RATINGS | {Intent.SATISFIED, Intent.DISSATISFIED}
    phrases = tuple(phrase for choice in step.choices for phrase in choice.phrases)
    return understanding_for(language).meaning(Transcript(answer, confidence, "text"), asked, phrases)


def _taken_for(step: Step, meaning: Meaning) -> str:
    """As the dialogue takes it: the answer whose phrase was said, else the answer with that intent, else the intent."""
    by_phrase = (choice.value for choice in step.choices if meaning.choice in choice.phrases)
    by_intent = (choice.value for choice in step.choices if choice.intent is meaning.intent)
    return next(by_phrase, None) or next(by_intent, meaning.intent.value)


def _spelled_as_heard(answer: str) -> tuple[str, str]:
    """As written, and as an engine writes it that knows neither capitals nor stops."""
    return answer, "".join(sign for sign in answer.lower() if sign not in ".,?!。，？")


@pytest.mark.parametrize(("language", "name", "step", "meaning", "answers"), list(_cases()))
def test_what_people_would_answer_is_understood(
    language: str, name: str, step: str, meaning: str, answers: tuple[str, ...]
) -> None:
    asking = _asking(language, name)[step]
    wrong = {
        (text, confidence): taken
        for answer in answers
        for text in _spelled_as_heard(answer)
        for confidence in DOUBTS
        if (taken := _taken_for(asking, _meaning(language, asking, text, confidence))) != meaning
    }
    assert wrong == {}


@pytest.mark.parametrize(("language", "name"), [(lang, name) for lang, names in templates().items() for name in names])
def test_every_phrase_of_a_step_leads_to_its_answer(language: str, name: str) -> None:
    for step in _asking(language, name).values():
        for choice in step.choices:
            for phrase in choice.phrases:
                assert _taken_for(step, _meaning(language, step, phrase, 0.5)) == choice.value
