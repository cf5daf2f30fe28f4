"""The ways through a script: every step is reached, and every path comes to an end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from campaigns.checks.findings import Finding, Severity
from campaigns.definition import CampaignDefinition, StepDefinition, example_fields
from campaigns.definition.consistency import QUESTIONS, gets_an_answer, ways_on
from campaigns.errors import CampaignError
from campaigns.rendering import names_in_condition
from campaigns.script import Step


def flow_findings(definition: CampaignDefinition) -> Iterator[Finding]:
    """What is wrong with the ways, and whom they lack."""
    steps = definition.script
    ways = {name: {target for _, target in ways_on(step)} for name, step in steps.items()}
    reached = _from({definition.start}, ways)
    for name in steps:
        if name not in reached:
            yield Finding(
                Severity.ERROR,
                f"script.{name}",
                "no way leads to this step.",
                "Lead to it from another step, or take it away.",
            )
    backwards: dict[str, set[str]] = {name: set() for name in steps}
    for name, targets in ways.items():
        for target in targets:
            backwards[target].add(name)
    ending = _from({name for name, step in steps.items() if _ends(step)}, backwards)
    for name in steps:
        if name in reached and name not in ending:
            yield Finding(
                Severity.ERROR,
                f"script.{name}",
                "from here the call never comes to an end.",
                "Let one of the answers lead to a step with `end: true`.",
            )
    silent = {name: set() if gets_an_answer(step) else ways[name] for name, step in steps.items()}
    for name in sorted(_from({definition.start}, silent)):
        if steps[name].transfer is not None:
            yield Finding(
                Severity.ERROR,
                f"script.{name}",
                "a person is fetched before the callee has answered anything; it may be a machine that listens.",
                "Ask first whether a person is wanted.",
            )
    if not definition.transfer:
        yield Finding(
            Severity.WARNING,
            "transfer",
            "nobody takes over when a callee asks for a person; a call back is promised instead.",
            'Add `transfer: {service: "+…"}` with the number of your service desk.',
        )
    unanswered = [question.value for question in QUESTIONS if question not in definition.answers]
    if unanswered:
        yield Finding(
            Severity.INFO,
            "answers",
            f"a callee who asks {', '.join(unanswered)} is offered a person.",
            "Add the answers that your fields know.",
        )


def reached_without(definition: CampaignDefinition, field: str) -> frozenset[str]:
    """The steps that a contact who lacks a field can come to: branches that look at fields alone are decided."""
    fields = {name: text for name, text in example_fields(definition).items() if name != field}
    try:
        steps = definition.example_script(definition.language, fields).steps
    except CampaignError:
        return frozenset(definition.script)  # told as a finding of its own
    ways = {name: set(_open_ways(definition, steps[name])) for name in definition.script}
    return frozenset(_from({definition.start}, ways))


def _open_ways(definition: CampaignDefinition, step: Step) -> Iterator[str]:
    if not step.cases:
        yield from (target for _, target in ways_on(definition.script[step.name]))
    for case in step.cases:
        decided = case.test is None or names_in_condition(str(case.test)) <= set(definition.fields)
        taken = case.test is None or case.test.holds({})
        if taken or not decided:
            yield case.next
        if taken and decided:
            return


def _from(starts: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    """Everything that can be reached from some steps, with them."""
    reached: set[str] = set()
    ahead = list(starts)
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead.extend(ways[name])
    return reached


def _ends(step: StepDefinition) -> bool:
    return step.end or step.transfer is not None
