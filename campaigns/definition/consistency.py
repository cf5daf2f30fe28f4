"""Whether the parts of a campaign file fit together.

Decides what makes a script unusable: a way to nowhere, two meanings of one key, a text that names an unknown field, a
circle that never listens. What makes it unpleasant or unlawful to hear is left to `campaigns/checks.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from campaigns.definition.compiling import intent_of, keys_of
from campaigns.definition.model import CampaignDefinition, ChoiceDefinition, StepDefinition
from campaigns.definition.problems import Path, did_you_mean
from campaigns.definition.text import LocalText
from campaigns.errors import CampaignError
from campaigns.fields import FieldError, FieldType, canonical
from campaigns.intents import GLOBAL_INTENTS, GLOBAL_KEYS, Intent
from campaigns.phrases import MADE, SAID, standard_phrases
from campaigns.rendering import TemplateProblem, names_in, names_in_condition

Found = tuple[Path, str, str]
"""Where, what is wrong, how to mend it."""

BUILT_IN = ("brand", "about", "callback_number")
"""What every text may name besides the campaign's fields."""
_IN_PHRASES = ("name", "purpose", "options", "label", "key", "listening", "emergency", "crisis_line")
QUESTIONS = (Intent.QUESTION_WHEN, Intent.QUESTION_PRICE, Intent.QUESTION_WHICH)
"""What a callee may ask, if the campaign knows an answer."""
MOST_CHOICES = 8
"""Keys that a question can give out: 1 to 8."""


def inconsistencies(definition: CampaignDefinition) -> Iterator[Found]:
    """All of them."""
    if not definition.script:
        yield ("script",), "there is no step.", "Write at least one, such as `hello: {say: …, end: true}`."
        return
    yield from _languages(definition)
    yield from _fields(definition)
    if "{" in definition.brand:
        yield ("brand",), "the brand is said as it is written here, without fields.", "Write its name."
    if definition.variants and not any(definition.variants.values()):
        yield ("variants",), "every weight is 0, so that nobody would hear any of them.", "Give one of them more."
    for name, step in definition.script.items():
        yield from _ways_on(definition, name, step)
        yield from _choices(name, step)
        yield from _conditions(definition, name, step)
    yield from _circles(definition)
    yield from _texts(definition)
    for intent in definition.answers:
        if intent not in QUESTIONS:
            known = ", ".join(QUESTIONS)
            yield ("answers", intent), f'"{intent}" is not a question with an answer.', f"There are {known}."
    for phrase in definition.phrases:
        if phrase not in SAID + MADE:
            yield ("phrases", phrase), f'there is no phrase "{phrase}".', did_you_mean(phrase, SAID + MADE)


def ways_on(step: StepDefinition) -> Iterator[tuple[Path, str]]:
    """Every step that may follow, and where the file says so."""
    if step.next is not None:
        yield ("next",), step.next
    for name, choice in (step.ask or {}).items():
        yield ("ask", name, "next"), choice.next
    for condition, target in (step.branch or {}).items():
        yield ("branch", condition), target


def texts_of(definition: CampaignDefinition) -> Iterator[tuple[Path, LocalText]]:
    """Every text that a campaign file writes, and where; the overridden phrases not among them."""
    yield ("about",), definition.about
    for name, step in definition.script.items():
        yield ("script", name, "say"), step.say
        yield ("script", name, "reprompt"), step.reprompt
        for choice_name, choice in (step.ask or {}).items():
            yield ("script", name, "ask", choice_name, "label"), choice.label
    for intent, text in definition.answers.items():
        yield ("answers", intent), text
    yield ("voicemail",), definition.voicemail


def _languages(definition: CampaignDefinition) -> Iterator[Found]:
    for language in definition.languages:
        try:
            standard_phrases(language)
        except CampaignError as error:
            if not set(SAID + MADE) <= set(definition.phrases):
                yield ("language",), str(error), error.hint
    for language in definition.voice:
        if language and language not in definition.languages:
            fix = did_you_mean(language, definition.languages)
            yield ("voice", language), f'"{language}" is not a language of this campaign.', fix
    for variant in definition.variants:
        if variant in definition.languages:
            yield ("variants", variant), "a variant cannot have the name of a language.", "Call it a or b."


def _fields(definition: CampaignDefinition) -> Iterator[Found]:
    for name, declared in definition.fields.items():
        where = ("fields", name)
        if name in (*BUILT_IN, "purpose"):
            yield where, f'"{name}" is known already and cannot be a field.', "Give the field another name."
        if name in definition.script:
            yield where, f'"{name}" is a step as well as a field.', "Give one of them another name."
        if declared.example is not None:
            try:
                canonical(declared.type, declared.example, definition.language, declared.currency)
            except FieldError as error:
                yield (*where, "example"), f"{error}.", error.hint
        if declared.currency is not None and declared.type is not FieldType.MONEY:
            yield (*where, "currency"), "only money has a currency.", "Set `type: money`, or take the line away."


def _ways_on(definition: CampaignDefinition, name: str, step: StepDefinition) -> Iterator[Found]:
    where = ("script", name)
    for path, target in ways_on(step):
        if target not in definition.script:
            yield (*where, *path), f'there is no step "{target}".', did_you_mean(target, definition.script)
    chosen = [
        way
        for way, there in (
            ("ask", step.ask is not None),
            ("branch", step.branch is not None),
            ("transfer", step.transfer is not None),
            ("end", step.end),
            ("next", step.next is not None),
        )
        if there
    ]
    if len(chosen) != 1:
        what = f"it has {' and '.join(chosen)}" if chosen else "it has none"
        yield where, f"a step has exactly one way on, {what}.", "Choose one of ask, branch, transfer, end and next."
    if step.collect is not None and step.next is None:
        yield where, "a step that collects an answer needs the step that follows.", "Add `next: …`."
    if step.branch is not None and step.say:
        yield (*where, "say"), "a branch says nothing itself.", "Say it in the steps it leads to, or in the one before."
    if step.branch is None and not step.say and not step.end and step.transfer is None:
        yield where, "there is nothing to say.", "Add `say: …`."
    if step.transfer is not None and step.transfer not in definition.transfer:
        fix = did_you_mean(step.transfer, definition.transfer) or "Add it under `transfer:` at the top."
        yield (*where, "transfer"), f'there is no person to transfer to named "{step.transfer}".', fix


def _choices(name: str, step: StepDefinition) -> Iterator[Found]:
    if step.ask is None:
        return
    where = ("script", name, "ask")
    if not step.ask:
        yield where, "the question has no answers.", "Add at least one, such as `yes: next_step`."
    if len(step.ask) > MOST_CHOICES:
        yield where, "nobody keeps that many choices in mind.", "Offer three or four."
    keys = keys_of(step)
    doubled_keys = {key for key, count in Counter(keys.values()).items() if key and count > 1}
    phrases = Counter(phrase.casefold() for choice in step.ask.values() for phrase in set(_all_phrases(choice)))
    intents = Counter(intent_of(value, choice) for value, choice in step.ask.items())
    for value, choice in step.ask.items():
        here = (*where, value)
        intent = intent_of(value, choice)
        if keys[value] in GLOBAL_KEYS:
            meaning = GLOBAL_KEYS[keys[value]].value
            yield (*here, "key"), f"key {keys[value]} means {meaning} in every call.", "Choose one of 1-8 or #."
        if keys[value] in doubled_keys:
            yield (*here, "key"), f"key {keys[value]} means two things in this step.", "Give each answer its own key."
        if intent in GLOBAL_INTENTS:
            yield here, f'"{intent}" is understood in every step already.', "Take this answer away."
        if intent is Intent.OTHER:
            yield here, '"other" is what was not understood, and no answer.', "Take this answer away."
        if intent is not None and intents[intent] > 1:
            yield here, f'"{intent}" leads two ways in this step.', "Leave it to one answer."
        if intent is None and not _all_phrases(choice):
            yield here, "nothing one can say leads here.", "Add `phrases: [...]` with what people would say."
        for phrase in dict.fromkeys(_all_phrases(choice)):
            if phrases[phrase.casefold()] > 1:
                yield (*here, "phrases"), f'"{phrase}" means two things in this step.', "Leave it to one answer."


def _all_phrases(choice: ChoiceDefinition) -> tuple[str, ...]:
    if isinstance(choice.phrases, tuple):
        return choice.phrases
    return tuple(phrase for phrases in choice.phrases.values() for phrase in phrases)


def _conditions(definition: CampaignDefinition, name: str, step: StepDefinition) -> Iterator[Found]:
    if step.branch is None:
        return
    where = ("script", name, "branch")
    known = {*definition.fields, *(other for other, there in definition.script.items() if gets_an_answer(there))}
    conditions = list(step.branch)
    if not conditions or conditions[-1] != "else":
        yield where, "a branch needs a last way for when nothing else is true.", "End it with `else: …`."
    for condition in conditions:
        if condition == "else":
            continue
        try:
            unknown = names_in_condition(condition) - known
        except TemplateProblem as error:
            yield (*where, condition), str(error), error.hint
            continue
        for wrong in sorted(unknown):
            message = f'the condition names "{wrong}", which is neither a field nor a step that gets an answer.'
            yield (*where, condition), message, did_you_mean(wrong, known)


def gets_an_answer(step: StepDefinition) -> bool:
    """Whether the callee is asked something."""
    return step.ask is not None or step.collect is not None


def _circles(definition: CampaignDefinition) -> Iterator[Found]:
    """Steps that follow one another round and round without the callee having a say."""
    deaf = {name: step for name, step in definition.script.items() if not gets_an_answer(step)}
    follows = {name: {target for _, target in ways_on(step) if target in deaf} for name, step in deaf.items()}
    try:
        TopologicalSorter(follows).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        yield (
            ("script", circle[0]),
            f"these steps go round without an answer from the callee: {', '.join(circle)}.",
            "Let one of them end, or ask something.",
        )


def _texts(definition: CampaignDefinition) -> Iterator[Found]:
    fields = {*definition.fields, *BUILT_IN}
    for path, text in texts_of(definition):
        yield from _text(definition, path, text, fields - ({"about"} if path == ("about",) else set()))
    for name, phrase in definition.phrases.items():
        yield from _text(definition, ("phrases", name), phrase, {*fields, *_IN_PHRASES})


def _text(definition: CampaignDefinition, path: Path, text: LocalText, known: set[str]) -> Iterator[Found]:
    for wording in text:
        here = (*path, *wording.path)
        if wording.language and wording.language not in definition.languages:
            yield here, f'"{wording.language}" is not a language of this campaign.', "Add it to `more_languages:`."
        if wording.variant and wording.variant not in definition.variants:
            fix = did_you_mean(wording.variant, definition.variants) or "Add it to `variants:`, such as `a: 50`."
            yield here, f'there is no variant "{wording.variant}".', fix
        try:
            unknown = names_in(wording.text, wording.language or definition.language) - known
        except TemplateProblem as error:
            yield here, str(error), error.hint
            continue
        for wrong in sorted(unknown):
            yield here, f'the text names "{wrong}", which is not a field.', did_you_mean(wrong, sorted(known))
    main = definition.language
    missing = [variant for variant in definition.variants if not text.pick(main, main, variant)]
    if text and missing:
        yield path, f"variant {missing[0]} has no wording here.", "Write one for every variant, or one for all."
