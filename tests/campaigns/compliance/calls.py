"""Facts of an intended call, in few words."""

from __future__ import annotations

from datetime import UTC, datetime, time

from campaigns.compliance.book import shipped
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.rules import may_call
from campaigns.compliance.verdict import Verdict
from campaigns.compliance.windows import Hours, Window
from campaigns.script import Purpose

ALWAYS = Window("campaign shipping", (Hours(time(0), time(0)),))


def facts(
    number: str = "+12125550123",
    country: str = "US",
    zone: str | None = None,
    *,
    state: str = "",
    purpose: Purpose = Purpose.INFORMATIONAL,
    matter: str = "other",
    window: Window = ALWAYS,
    **more: object,
) -> CallFacts:
    return CallFacts(
        number=number,
        country=country,
        places=shipped().places(number, country, state),
        zone=zone,
        brand="Lumen",
        purpose=purpose,
        matter=matter,
        reference="",
        contact_id=1,
        windows=(window,),
        **more,  # type: ignore[arg-type]
    )


def at(text: str) -> datetime:
    """A moment in UTC, like "2025-03-09 12:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def judge(call: CallFacts, moment: str) -> Verdict:
    return may_call(call, shipped(), at(moment))


def sources(verdict: Verdict) -> list[tuple[str, str]]:
    """Which rule says no, and who made it."""
    return [(reason.rule.value, reason.source) for reason in verdict.reasons]
