"""The values of the rule packs, one by one: what stands here was held against the sources, or is marked `check`."""

from __future__ import annotations

import pytest

from campaigns.compliance.book import shipped
from campaigns.compliance.packs import (
    DAYS,
    CapRule,
    ConsentRule,
    DutyRule,
    ListRule,
    RecordingRule,
    RingRule,
    RulePack,
    WindowRule,
)
from campaigns.script import Purpose


def lines(pack: RulePack) -> set[str]:
    """What the laws' rules of a pack say, a line each; house rules are manners, and left out."""
    said = set()
    for rule in pack.rules:
        if rule.source.startswith("house rule"):
            continue
        match rule:
            case WindowRule():
                hours = (f"{_days(one.days)} {one.opens:%H:%M}-{one.closes:%H:%M}" for one in rule.hours)
                what = f"open {', '.join(hours)}"
            case CapRule():
                span = f"{rule.hours} h" if rule.hours else "all"
                what = f"{rule.calls} {rule.counts} in {span} per {rule.per}"
                what += " without consent" if rule.unless_consent else ""
            case ConsentRule():
                what = f"{' or '.join(sorted(rule.bases))} consent"
            case ListRule():
                what = f"list {rule.name}, {rule.oldest_days} days"
            case RingRule():
                what = f"rings {rule.seconds:.0f} s"
            case DutyRule():
                what = f"{rule.duty}" + (f" {rule.seconds:.0f} s" if rule.seconds else "")
            case RecordingRule():
                what = f"recording {rule.recording}"
        only = f" [{', '.join(sorted(rule.purposes))}]" if rule.purposes != frozenset(Purpose) else ""
        about = f" about {', '.join(sorted(rule.matters))}" if rule.matters else ""
        said.add(f"{what}{only}{about}{' (check)' if rule.check else ''}")
    return said


def _days(days: tuple[str, ...]) -> str:
    return "daily" if days == DAYS else f"{days[0]}-{days[-1]}"


@pytest.mark.parametrize(
    ("pack", "values"),
    [
        (
            "us",
            {
                "open daily 08:00-21:00",
                "written consent [marketing]",
                "list us-national, 31 days [marketing]",
                "3 attempts in 720 h per brand without consent [informational]",
                "1 messages in all per reference without consent [informational] about delivery (check)",
                "longest 60 s [informational] about delivery (check)",
                "7 attempts in 168 h per reference about debt",
                "rings 15 s (check)",
                "name_first",
                "callback_number",
                "opt_out [marketing]",
                "opt_out [informational]",
                "toll_free_voicemail [marketing]",
            },
        ),
        (
            "us-fl",
            {
                "open daily 08:00-20:00 (check)",
                "3 attempts in 24 h per matter (check)",
                "recording announced (check)",
            },
        ),
        ("us-ok", {"open daily 08:00-20:00 (check)", "3 attempts in 24 h per matter (check)"}),
        (
            "us-wa",
            {
                "open daily 08:00-20:00 (check)",
                "name_first (check)",
                "opt_out (check)",
                "recording announced (check)",
            },
        ),
        (
            "uk",
            {
                "express or written consent [marketing]",
                "1 broken in 72 h per number",
                "rings 15 s",
                "name_first",
                "callback_number (check)",
                "opt_out [marketing]",
                "recording announced (check)",
            },
        ),
        ("eu", {"express or written consent [marketing]", "opt_out [marketing]"}),
        (
            "ca",
            {
                "open mon-fri 09:00-21:30, sat-sun 10:00-18:00",
                "express or written consent [marketing] (check)",
                "list ca-national, 31 days [marketing]",
                "name_first (check)",
                "callback_number (check)",
                "opt_out [marketing] (check)",
                "recording announced (check)",
            },
        ),
        (
            "cn",
            {
                "open daily 09:00-20:00 (check)",
                "3 attempts in 24 h per number (check)",
                "express or written consent [marketing] (check)",
                "opt_out [marketing] (check)",
            },
        ),
        (
            "kr",
            {
                "open daily 08:00-21:00 [marketing] (check)",
                "express or written consent [marketing] (check)",
                "opt_out [marketing] (check)",
            },
        ),
        ("default", set()),
    ],
)
def test_a_pack_says_what_was_read(pack: str, values: set[str]) -> None:
    (found,) = (one for one in shipped().packs if one.name == pack)
    assert lines(found) == values
