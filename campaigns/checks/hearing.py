"""What callees may say: nothing of it means two things in one step, neither in writing nor by sound."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.checks.findings import Finding, Severity
from campaigns.checks.sounds import sound_of
from campaigns.checks.specimens import Specimen
from campaigns.intents import GLOBAL_INTENTS, Intent
from campaigns.phrases.vocabulary import vocabulary
from campaigns.script import Step


def hearing_findings(specimen: Specimen) -> Iterator[Finding]:
    """Phrases of a script that could be taken for something else."""
    for step in specimen.script.steps.values():
        yield from _among_themselves(specimen, step)
        yield from _for_every_call(specimen, step)


def _among_themselves(specimen: Specimen, step: Step) -> Iterator[Finding]:
    """Two answers of one step."""
    known = vocabulary(specimen.language).understood
    heard: dict[str, tuple[str, str]] = {}
    for choice in step.choices:
        words = (*choice.phrases, *known.get(choice.intent, ())) if choice.intent else choice.phrases
        for phrase in words:
            value, other = heard.setdefault(sound_of(phrase, specimen.language), (choice.value, phrase))
            if value != choice.value:
                same = phrase.casefold() == other.casefold()
                what = f'"{phrase}" means' if same else f'"{phrase}" sounds like "{other}" and means'
                yield Finding(
                    Severity.ERROR,
                    f"script.{step.name}.ask.{choice.value}.phrases",
                    f"{what} two things {specimen.told}: {value} and {choice.value}.",
                    "Word one of them so that no ear can mix them up.",
                )


def _for_every_call(specimen: Specimen, step: Step) -> Iterator[Finding]:
    """An answer of a step, and what every step understands."""
    everywhere = {
        sound_of(word, specimen.language): intent
        for intent, words in vocabulary(specimen.language).understood.items()
        if intent in GLOBAL_INTENTS
        for word in words
    }
    for choice in step.choices:
        for phrase in choice.phrases:
            intent = everywhere.get(sound_of(phrase, specimen.language))
            if intent is None:
                continue
            wins = intent is Intent.OPT_OUT
            yield Finding(
                Severity.ERROR if wins else Severity.WARNING,
                f"script.{step.name}.ask.{choice.value}.phrases",
                f'"{phrase}" means {intent} in every call {specimen.told}'
                + (", and wins over this answer." if wins else "; here it is taken as this answer."),
                "Choose another wording.",
            )
