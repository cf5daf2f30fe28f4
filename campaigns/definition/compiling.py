"""Makes the script of one contact from a campaign: picks the wordings, fills in the fields, names the keys.

Decides the variant a contact hears, the keys of choices that have none, and the texts that every call needs: opening,
way out, re-prompts, goodbye. What the dialogue does with a script is `outbound/dialogue`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import TYPE_CHECKING

from campaigns import spoken
from campaigns.definition.text import LocalText
from campaigns.errors import CampaignError
from campaigns.fields import FieldError, Value, value
from campaigns.intents import GLOBAL_KEYS, Intent
from campaigns.phrases import SAID, help_line, standard_phrases
from campaigns.rendering import Condition, TemplateProblem, names_in, render
from campaigns.script import Case, Choice, Collecting, Phrases, Purpose, Recording, Script, Step, VoiceSettings

if TYPE_CHECKING:
    from campaigns.definition.model import CampaignDefinition, ChoiceDefinition, StepDefinition

_KEYS = tuple(key for key in "12345678" if key not in GLOBAL_KEYS)
_DEFAULT_LABELS = {Intent.YES: "label_yes", Intent.NO: "label_no"}
_ANSWER_WORDS = {Collecting.RATING: "rating_keys", Collecting.DIGITS: "digits_keys", Collecting.TIME: "time_words"}

_NO_CONFIRMATION = frozenset({"US"})
"""Where a marketing call ends at once on an opt-out, without another word (47 CFR 64.1200(b)(3))."""


def compile_script(
    definition: CampaignDefinition,
    language: str,
    fields: Mapping[str, str],
    variant: str,
    country: str,
    recording: Recording = Recording.NEVER,
) -> Script:
    """See `CampaignDefinition.script_for`."""
    compiler = _Compiler(definition, language, fields, variant)
    return compiler.script(country, recording if definition.record else Recording.NEVER)


def keys_of(step: StepDefinition) -> dict[str, str]:
    """The key of each choice of an ask: its own, or the first that is free."""
    choices = step.ask or {}
    taken = {choice.key for choice in choices.values()}
    free = iter(key for key in _KEYS if key not in taken)
    return {name: choice.key or next(free, "") for name, choice in choices.items()}


def intent_of(name: str, choice: ChoiceDefinition) -> Intent | None:
    """The intent that a choice means: the one it names, or the one of its own name."""
    if choice.intent is not None:
        return choice.intent
    return Intent(name) if name in frozenset(Intent) else None


def phrases_of(choice: ChoiceDefinition, language: str, main_language: str) -> tuple[str, ...]:
    """A choice's own wordings in a language."""
    if isinstance(choice.phrases, tuple):
        return choice.phrases
    return choice.phrases.get(language, choice.phrases.get(main_language, ()))


class _Compiler:
    """One contact's texts."""

    def __init__(self, definition: CampaignDefinition, language: str, fields: Mapping[str, str], variant: str) -> None:
        self._definition = definition
        self._language = language if language in definition.languages else definition.language
        self._variant = variant
        self._fields = dict(_field_values(definition, fields))
        self._values: dict[str, Value] = {**self._fields, "brand": definition.brand}
        self._values["callback_number"] = spoken.telephone(definition.callback_number)
        self._values["about"] = self._text(definition.about)

    def script(self, country: str, recording: Recording) -> Script:
        definition = self._definition
        phrases = {name: self._phrase(name) for name in SAID if name not in ("opening", "crisis_alone")}
        marketing = definition.purpose is Purpose.MARKETING
        if marketing and country in _NO_CONFIRMATION:
            phrases |= {"opt_out_confirmed": "", "opt_out_matter_confirmed": ""}
        opening = [self._phrase("opening")]
        if marketing:
            opening.append(phrases["way_out"])
        if recording is Recording.ANNOUNCED:
            opening.append(self._phrase("recorded"))
        voice = definition.voice_for(self._language)
        return Script(
            language=self._language,
            brand=definition.brand,
            purpose=definition.purpose,
            start=definition.start,
            steps={name: self._step(name, step, phrases["goodbye"]) for name, step in definition.script.items()},
            phrases=Phrases(
                opening=" ".join(opening),
                crisis_alone=self._crisis_alone(country),
                **phrases,
            ),
            answers=dict(self._answers()),
            voicemail=self._text(definition.voicemail),
            screener=self._phrase("screener"),
            transfer_targets={name: target.address for name, target in definition.transfer.items()},
            summary=self._phrase("summary"),
            longest_seconds=float(definition.calling.longest_seconds),
            variant=self._variant,
            opt_out_scope=definition.opt_out_scope,
            voice=VoiceSettings(voice.engine, voice.name, voice.pace),
            recording=recording,
        )

    def _text(self, text: LocalText, extra: Mapping[str, Value] | None = None) -> str:
        """The contact's wording, rendered in the language it is written in; empty where there is none."""
        wording = text.pick(self._language, self._definition.language, self._variant)
        if wording is None:
            return ""
        language = wording.language or self._definition.language
        try:
            return render(wording.text, {**self._values, **(extra or {})}, language)
        except TemplateProblem as error:
            beginning = shorten(wording.text, 60, placeholder="…")
            raise TemplateProblem(f'{error} It is in "{beginning}".', error.hint) from error

    def _phrase(self, name: str, **extra: Value) -> str:
        context = {"name": "", "purpose": self._definition.purpose.value, **self._values, **extra}
        own = self._definition.phrases.get(name)
        if own is not None:
            return self._text(own, context)
        return render(standard_phrases(self._language)[name], context, self._language)

    def _crisis_alone(self, country: str) -> str:
        line = help_line(country)
        numbers = {"emergency": line.emergency, "listening": line.listening} if line else {}
        said: dict[str, Value] = {
            name: " ".join(numbers[name]) if numbers.get(name) else "" for name in ("emergency", "listening")
        }
        return self._phrase("crisis_alone", crisis_line=self._phrase("crisis_line", **said))

    def _answers(self) -> Iterator[tuple[Intent, str]]:
        """The answers that can be given: one that names a field this contact does not have is left out."""
        for intent, text in self._definition.answers.items():
            wording = text.pick(self._language, self._definition.language, self._variant)
            if wording is None:
                continue
            language = wording.language or self._definition.language
            if all(self._values.get(name) != "" for name in names_in(wording.text, language)):
                yield intent, self._text(text)

    def _step(self, name: str, step: StepDefinition, goodbye: str) -> Step:
        say = self._text(step.say)
        return Step(
            name=name,
            say=f"{say} {goodbye}".strip() if step.end else say,
            choices=tuple(self._choices(step)),
            collect=step.collect,
            cases=tuple(self._cases(step)),
            transfer=step.transfer,
            next=step.next,
            end=step.end,
            reprompt=self._text(step.reprompt) or self._reprompt(step),
            listen_seconds=step.listen_seconds,
            digits=step.digits,
            interruptible=step.interruptible,
            pace=step.pace or 1.0,
        )

    def _choices(self, step: StepDefinition) -> Iterator[Choice]:
        keys = keys_of(step)
        for name, choice in (step.ask or {}).items():
            label = self._text(choice.label)
            phrases = phrases_of(choice, self._language, self._definition.language)
            yield Choice(
                value=name,
                next=choice.next,
                intent=intent_of(name, choice),
                # What a re-prompt invites the callee to say is understood.
                phrases=(*((label,) if label and label not in phrases else ()), *phrases),
                key=keys[name] or None,
            )

    def _cases(self, step: StepDefinition) -> Iterator[Case]:
        ratings = frozenset(
            name for name, other in self._definition.script.items() if other.collect is Collecting.RATING
        )
        for expression, target in (step.branch or {}).items():
            test = None if expression == "else" else Condition(expression, self._fields, ratings)
            yield Case(test, target)

    def _reprompt(self, step: StepDefinition) -> str:
        """An apology, and what one can answer, each with its key; empty for a step that does not listen."""
        answers = self._answers_to(step)
        return f"{self._phrase('sorry')} {answers}" if answers else ""

    def _answers_to(self, step: StepDefinition) -> str:
        if step.collect is Collecting.YES_NO:
            labels = [(self._phrase("label_yes"), "1"), (self._phrase("label_no"), "2")]
        elif step.collect is not None:
            return self._phrase(_ANSWER_WORDS[step.collect])
        else:
            keys = keys_of(step)
            labels = [(self._label(name, choice), keys[name]) for name, choice in (step.ask or {}).items()]
        if not labels:
            return ""
        parts = [
            self._phrase("choice_next" if position else "choice_first", label=label, key=self._key_name(key))
            for position, (label, key) in enumerate(labels)
        ]
        return self._phrase("choices", options="".join(parts))

    def _key_name(self, key: str) -> str:
        return self._phrase("hash_key") if key == "#" else key

    def _label(self, name: str, choice: ChoiceDefinition) -> str:
        intent = intent_of(name, choice)
        if own := self._text(choice.label):
            return own
        if intent in _DEFAULT_LABELS:
            return self._phrase(_DEFAULT_LABELS[intent])
        phrases = phrases_of(choice, self._language, self._definition.language)
        return phrases[0] if phrases else name.replace("_", " ")


def _field_values(definition: CampaignDefinition, fields: Mapping[str, str]) -> Iterator[tuple[str, Value]]:
    """The declared fields with their values; an optional one that is missing is empty text."""
    for name, declared in definition.fields.items():
        stored = fields.get(name, "").strip()
        if not stored and declared.required:
            raise CampaignError(
                f'the field "{name}" is missing for this contact.', f"Give the contact list a column {name}."
            )
        try:
            yield name, value(declared.type, stored) if stored else ""
        except FieldError as error:
            raise CampaignError(f'the field "{name}": {error}.', error.hint) from error
