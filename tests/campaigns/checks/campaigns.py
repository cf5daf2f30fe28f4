"""Campaigns to check: a good one, and the same with something else in it."""

from __future__ import annotations

from campaigns.checks import Finding, Severity, SpeakSeconds, check
from campaigns.definition import parse

GOOD = """\
campaign: hello
brand: Bluebird Books
about: your order
purpose: informational
language: en-US
caller_id: "+12025550123"
callback_number: "+18005550123"
countries: [US]
transfer: {desk: "+12025550124"}
calling: {from: "9:00", to: "20:00", longest_seconds: 90}
fields:
  name: name
  until: {type: date, required: false}
answers: {question_when: Today., question_price: Nothing., question_which: The book.}
script:
  tell:
    say: Your book is here. Shall we keep it?
    ask: {yes: bye, no: bye}
  bye: {say: All right., end: true}
"""

STEPS = GOOD.partition("script:")[0] + "script:\n"


def found(text: str, speak_seconds: SpeakSeconds | None = None) -> list[str]:
    """What a check tells, as "severity where: message", without what is only good to know."""
    return [told(finding) for finding in check(parse(text), speak_seconds=speak_seconds) if not _info(finding)]


def told(finding: Finding) -> str:
    return f"{finding.severity} {finding.where}: {finding.message}"


def _info(finding: Finding) -> bool:
    return finding.severity is Severity.INFO
