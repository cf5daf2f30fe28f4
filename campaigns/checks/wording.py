"""The texts as they are written: there in every language, sayable, and in the tone of the call.

Looks at what a marketer wrote, not at what fields bring: `{{ … }}` and `{% … %}` are left out, except where a text
leans on a field that a contact may lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from campaigns.checks.findings import Finding, Severity
from campaigns.checks.flow import reached_without
from campaigns.checks.sayable import unsayable
from campaigns.definition import CampaignDefinition, Matter
from campaigns.definition.compiling import intent_of
from campaigns.definition.consistency import texts_of
from campaigns.definition.problems import Path, dotted
from campaigns.definition.text import LocalText, Wording
from campaigns.phrases.vocabulary import vocabulary
from campaigns.rendering import names_in

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LONG_NUMBER = re.compile(r"\d{7,}")


def wording_findings(definition: CampaignDefinition) -> Iterator[Finding]:
    """What is wrong with the texts of a campaign file."""
    written = [*texts_of(definition), *((("phrases", name), text) for name, text in definition.phrases.items())]
    for language in definition.languages:
        yield from _unsayable("brand", definition.brand, language, ("brand",))
    for path, text in written:
        if text:
            yield from _untranslated(definition, path, text)
        for wording in text:
            where = dotted((*path, *wording.path))
            language = wording.language or definition.language
            spoken = _TEMPLATE.sub(" ", wording.text)
            yield from _unsayable(where, spoken, language, path)
            yield from _tone(definition, where, spoken, language)
            if path[0] != "answers":
                yield from _leaning(definition, path, where, wording, language)
    yield from _untranslated_phrases(definition)


def _untranslated(definition: CampaignDefinition, path: Path, text: LocalText) -> Iterator[Finding]:
    """A text that callees would hear in a language that is not theirs."""
    for language in definition.more_languages:
        for variant in definition.variants or ("",):
            wording = text.pick(language, definition.language, variant)
            if wording is None or _base(wording.language or definition.language) == _base(language):
                continue
            if any(char.isalpha() for char in _TEMPLATE.sub("", wording.text)):
                yield Finding(
                    Severity.ERROR,
                    dotted(path),
                    f"there is no wording in {language}.",
                    f"Write one per language: {{{definition.language}: …, {language}: …}}.",
                )
                break


def _untranslated_phrases(definition: CampaignDefinition) -> Iterator[Finding]:
    """Answers that a callee can give in one language only."""
    for name, step in definition.script.items():
        for value, choice in (step.ask or {}).items():
            if intent_of(value, choice) is not None:
                continue
            spoken = choice.phrases if isinstance(choice.phrases, dict) else {definition.language: choice.phrases}
            for language in definition.more_languages:
                if not any(_base(there) == _base(language) for there, phrases in spoken.items() if phrases):
                    yield Finding(
                        Severity.ERROR,
                        f"script.{name}.ask.{value}.phrases",
                        f"there is nothing to say in {language}.",
                        f"Write them per language: {{{definition.language}: […], {language}: […]}}.",
                    )


def _unsayable(where: str, text: str, language: str, path: Path) -> Iterator[Finding]:
    text = text.replace("{when}", "") if path[0] == "phrases" else text
    if shown := unsayable(text, language):
        message = f"the voice of {language} cannot say {shown}."
        yield Finding(Severity.ERROR, where, message, "Write it in words of that language, or take it away.")
    if "{" in text or "}" in text:
        yield Finding(
            Severity.ERROR, where, "there is a brace that would be read out.", "A field is written {{ name }}."
        )
    if "://" in text or "www." in text:
        fix = "Say where the link comes instead, or use a field of the type url."
        yield Finding(Severity.WARNING, where, "nobody can follow a web address that is read out.", fix)
    if _LONG_NUMBER.search(text):
        message = "a long number is hard to follow by ear."
        yield Finding(
            Severity.WARNING, where, message, "Put it into a field of the type code, or use {{ callback_number }}."
        )


def _tone(definition: CampaignDefinition, where: str, text: str, language: str) -> Iterator[Finding]:
    words = vocabulary(language)
    if definition.matter is Matter.DELIVERY:
        for word in _said(words.advertising, text):
            message = f'"{word}" is advertising, which has no place in a delivery notice.'
            yield Finding(Severity.WARNING, where, message, "Say only what belongs to the delivery.")
    for word in _said(words.pet_names, text):
        message = f'"{word}" is what many people do not like to be called.'
        yield Finding(Severity.WARNING, where, message, "Use the name, or nothing.")


def _leaning(
    definition: CampaignDefinition, path: Path, where: str, wording: Wording, language: str
) -> Iterator[Finding]:
    """A text that leaves a hole where an optional field is missing, and that those who lack it hear."""
    for name in sorted(names_in(wording.text, language)):
        declared = definition.fields.get(name)
        if declared is None or declared.required:
            continue
        if path[0] == "script" and path[1] not in reached_without(definition, name):
            continue
        if not re.search(rf"\bif\b[^%}}]*\b{name}\b|\b{name}\s*\|[^}}]*\bdefault\b", wording.text):
            yield Finding(
                Severity.WARNING,
                where,
                f'"{name}" may be missing, and the text has a hole then.',
                f'Write {{% if {name} %}}…{{% endif %}} around it, or {{{{ {name} | default("…") }}}}.',
            )


def _said(words: tuple[str, ...], text: str) -> Iterator[str]:
    """The words that stand in a text; whole ones where the language puts spaces between them."""
    folded = text.casefold()
    for word in words:
        bounded = word.isascii() and word[0].isalpha()
        if re.search(rf"\b{re.escape(word)}\b" if bounded else re.escape(word), folded):
            yield word


def _base(language: str) -> str:
    return language.partition("-")[0]
