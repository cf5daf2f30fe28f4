"""Fills a campaign's texts with what is known of a contact, safely.

Decides what a template may do: name fields, pass them through the filters below, and choose with `if`. There are no
loops, calls, attributes or products, so a template always ends, stays small and reaches nothing but its fields; on top
of that it runs in Jinja's immutable sandbox. What comes out is plain text that a voice reads. Pure.

A field is spoken as its type asks: dates, times, amounts and codes need no filter. Filters: `spell` (one character at a
time), `ending(4)` (the last characters, spelled), `weekday`, `number`, `ordinal`, `phone`, `web`, `upper`, `lower`,
`title`, `default("…")`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaigns import spoken
from campaigns.errors import CampaignError
from campaigns.fields import Code, Money, Url, Value

LONGEST_TEXT = 2_000
"""Characters of one text; about two minutes of speech."""

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Test,
    nodes.Tuple,
    nodes.List,
)
_LIKE_THIS = 'Write it like: total > 100 or city == "Paris".'


class TemplateProblem(CampaignError):
    """A text's template cannot be used; the hint is the fix."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a branch, over a contact's fields and the answers so far.

    Attributes:
        expression: as the campaign file writes it, e.g. `total > 100 and at_home == "no"`.
        values: the contact's fields; an answer is known by the name of its step.
        numeric: the steps whose answers are numbers (ratings).
    """

    expression: str
    values: Mapping[str, Value] = field(compare=False, repr=False)
    numeric: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.expression

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Whether it is true; what was not answered, or cannot be compared, makes it false."""
        known: dict[str, Any] = {name: _comparable(value) for name, value in self.values.items()}
        for step, answer in answers.items():
            known[step] = _number(answer) if step in self.numeric else answer
        try:
            return bool(_expression(self.expression)(known))
        except (TemplateError, TypeError, ValueError, ArithmeticError):
            return False


def render(template: str, values: Mapping[str, Value], language: str) -> str:
    """The text for one contact.

    Raises:
        TemplateProblem: the template is not allowed, or names a field that is not in `values`.
    """
    if "{" not in template:
        return _as_it_stands(template)
    try:
        text = _template(template, language).render(values)
    except UndefinedError as error:
        raise TemplateProblem(f"a field is missing: {error.message}.", "Give the contact this field.") from error
    except TypeError as error:
        hint = "A field that may be missing is compared like this: {% if total and total > 100 %}…{% endif %}."
        raise TemplateProblem(f"the text compares what cannot be compared: {error}.", hint) from error
    except (TemplateError, ValueError, ArithmeticError) as error:
        raise TemplateProblem(f"the text cannot be made: {error}.", "Look at the filters it uses.") from error
    return _plain(text)


@lru_cache(maxsize=4096)
def names_in(template: str, language: str) -> frozenset[str]:
    """The fields that a template names.

    Raises:
        TemplateProblem: it is not allowed.
    """
    _template(template, language)
    return frozenset(meta.find_undeclared_variables(_environment(language).parse(template)))


def names_in_condition(expression: str) -> frozenset[str]:
    """The fields and steps that a branch's condition names.

    Raises:
        TemplateProblem: it is not allowed.
    """
    _expression(expression)
    return frozenset(meta.find_undeclared_variables(_environment("en").parse(f"{{{{ {expression} }}}}")))


@lru_cache(maxsize=4096)
def _as_it_stands(text: str) -> str:
    """A text that names nothing, which is most of what a script can say."""
    _refuse_what_is_too_long(text)
    return _plain(text)


@lru_cache(maxsize=4096)
def _template(text: str, language: str) -> Template:
    _refuse_what_is_too_long(text)
    environment = _environment(language)
    _refuse_what_is_not_allowed(text, environment)
    return environment.from_string(text)


@lru_cache(maxsize=1024)
def _expression(text: str) -> Callable[[Mapping[str, Any]], Any]:
    environment = _environment("en")
    if "{" in text or "}" in text:
        raise TemplateProblem("a condition is written without braces.", _LIKE_THIS)
    try:
        _refuse_what_is_not_allowed(f"{{{{ {text} }}}}", environment)
    except TemplateProblem as error:
        raise TemplateProblem(str(error).replace("the template", "the condition"), _LIKE_THIS) from error
    return environment.compile_expression(text, undefined_to_none=False)


def _refuse_what_is_too_long(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise TemplateProblem(f"the text is longer than {LONGEST_TEXT} characters.", "Say less.")


def _refuse_what_is_not_allowed(text: str, environment: ImmutableSandboxedEnvironment) -> None:
    try:
        tree = environment.parse(text)
    except (TemplateSyntaxError, RecursionError) as error:
        message = error.message if isinstance(error, TemplateSyntaxError) else "it is nested too deeply"
        raise TemplateProblem(
            f"the template cannot be read: {message}.", "A field is written {{ name }}, a filter {{ order | spell }}."
        ) from error
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__.lower()
            raise TemplateProblem(
                f'"{kind}" is not allowed in a text.', "Use fields, filters and {% if … %}…{% else %}…{% endif %}."
            )
        if isinstance(node, nodes.Name) and node.name == "self":
            raise TemplateProblem('"self" is not a field.', "Give the field another name.")
        if isinstance(node, nodes.Filter) and node.name not in environment.filters:
            known = ", ".join(sorted(environment.filters))
            raise TemplateProblem(f'there is no filter "{node.name}".', f"There are: {known}.")
        if isinstance(node, nodes.Test) and node.name not in environment.tests:
            raise TemplateProblem(f'there is no test "{node.name}".', "There is: is defined.")


@lru_cache(maxsize=64)
def _environment(language: str) -> ImmutableSandboxedEnvironment:
    def finalize(value: Any) -> str:
        return spoken.say(value, language)

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, finalize=finalize, autoescape=False)
    environment.globals.clear()
    defined = {name: environment.tests[name] for name in ("defined", "undefined")}
    environment.tests.clear()
    environment.tests.update(defined)
    environment.filters.clear()
    environment.filters.update(_filters(language))
    return environment


def _filters(language: str) -> dict[str, Callable[..., str]]:
    speech = spoken.speech_of(language)

    def text(value: Value) -> str:
        return spoken.say(value, language)

    def whole(value: Value) -> Decimal:
        number = _number(value.amount if isinstance(value, Money) else value)
        if not isinstance(number, Decimal):
            raise TemplateProblem(f'"{value}" is not a number.', "Give the field the type number.")
        return number

    def weekday(value: Value) -> str:
        if not isinstance(value, date):
            raise TemplateProblem(f'"{value}" is not a date.', "Give the field the type date.")
        return speech.weekday(value)

    return {
        "spell": lambda value: spoken.spelled(str(value)),
        "ending": lambda value, count=4: spoken.spelled(str(value)[-int(count) :]),
        "weekday": weekday,
        "number": lambda value: speech.number(whole(value)),
        "ordinal": lambda value: speech.ordinal(int(whole(value))),
        "phone": lambda value: spoken.telephone(str(value)),
        "web": lambda value: spoken.say(Url(value), language),
        "upper": lambda value: text(value).upper(),
        "lower": lambda value: text(value).lower(),
        "title": lambda value: text(value).title(),
        "default": lambda value, otherwise: text(value) if str(value) else str(otherwise),
    }


def _comparable(value: Value) -> Value:
    return value.amount if isinstance(value, Money) else str(value) if isinstance(value, Code | Url) else value


def _number(value: object) -> object:
    """The number that a text is, or the text itself."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


def _plain(text: str) -> str:
    """One line of text without control characters, and without a space before a full stop or a comma."""
    return _STRAY.sub("", " ".join(_UNSPEAKABLE.sub("", text).split()))


_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Control characters (Unicode's category Cc) that are no white space."""
_STRAY = re.compile(r" (?=[,.?，。？])|(?<=[^.]\.)\.(?!\.)")
"""A space before a mark, and the second of two full stops ("at 3 p.m.."): left over where a field was filled in."""
