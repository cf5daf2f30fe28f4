"""Whether a campaign is fit to be heard, found before anybody is called.

Decides what a script must be like beyond fitting together (which `definition/consistency.py` ensures when it is read):
every step reached, every path ended, nothing that means two things, who it is and the way out first, short enough, and
every text sayable in every language. Nothing here dials, speaks or asks the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from campaigns.checks.findings import Finding, Severity
from campaigns.checks.flow import flow_findings
from campaigns.checks.hearing import hearing_findings
from campaigns.checks.identity import identity_findings, placeholder_findings
from campaigns.checks.specimens import Specimen, specimens
from campaigns.checks.timing import CallLength, SpeakSeconds, Stopwatch, call_length, timing_findings
from campaigns.checks.wording import wording_findings
from campaigns.definition import CampaignDefinition
from campaigns.errors import CampaignError

__all__ = ["CallLength", "Finding", "Severity", "SpeakSeconds", "Stopwatch", "call_length", "check", "specimens"]


def check(definition: CampaignDefinition, *, speak_seconds: SpeakSeconds | None = None) -> list[Finding]:
    """Everything that was found, the worst first.

    Args:
        speak_seconds: how long the voice of a language takes for a text; by words per minute without it.
    """
    found = dict.fromkeys(_findings(definition, Stopwatch(speak_seconds)))
    return sorted(_for_all_variants(found, definition), key=lambda finding: (finding.severity.rank, finding.where))


def _for_all_variants(found: Iterable[Finding], definition: CampaignDefinition) -> Iterator[Finding]:
    """What is found in every variant is told once."""
    alike: dict[Finding, list[Finding]] = {}
    for finding in found:
        message = finding.message
        for variant in definition.variants:
            message = message.replace(f", variant {variant}", "")
        alike.setdefault(replace(finding, message=message), []).append(finding)
    for once, all_of_them in alike.items():
        yield from [once] if len(all_of_them) == len(definition.variants) else all_of_them


def _findings(definition: CampaignDefinition, stopwatch: Stopwatch) -> Iterator[Finding]:
    yield from flow_findings(definition)
    yield from wording_findings(definition)
    yield from placeholder_findings(definition)
    whole: list[Specimen] = []
    for optional in (True, False):
        try:
            whole = [*whole, *specimens(definition, optional=optional)]
        except CampaignError as error:
            who = "the example contact" if optional else "a contact that has only the required fields"
            yield Finding(Severity.ERROR, "script", f"a call to {who} cannot be made ready: {error}", error.hint)
    for specimen in whole:
        yield from hearing_findings(specimen)
        yield from identity_findings(definition, specimen, stopwatch)
    yield from timing_findings(definition, whole, stopwatch)
