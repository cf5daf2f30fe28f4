"""`outbound doctor sip`: is the telephone connected, and does a call on it do what calls must?

Decides only the order of the looks. A call to one's own telephone is a call like any other: it goes through the gate
and is kept in the store, in a campaign of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import phonenumbers

from audio.synthesis import voice_for
from campaigns.definition import parse
from campaigns.dnc.numbers import e164
from campaigns.outcomes import Disposition
from campaigns.store import Refusal, Store
from outbound import wiring
from outbound.cli import trial
from outbound.cli.checks import Check
from outbound.cli.stores import opened
from outbound.clock import SystemClock
from outbound.errors import OutboundError
from outbound.lines.base import DialOrder, Line
from outbound.lines.sip import SipSettings
from outbound.lines.sip.checkup import Finding, checkup, far

_CAMPAIGN = """
campaign: line-check
brand: Line check
about: your telephone line
purpose: informational
matter: other
language: en-US
caller_id: "{caller_id}"
callback_number: "{caller_id}"
countries: [{country}]
calling: {{days: mon-sun, from: "08:00", to: "21:00"}}
script:
  tell: {{say: This is a check of the telephone line., next: bye}}
  bye: {{end: true}}
"""


def look(trunk: Path | None, to: str | None, db: str | None) -> Iterator[Check]:
    """The settings, the trunk or registrar, and with `to` one call."""
    try:
        settings = SipSettings.load(trunk)
        secret = bool(settings.password())
    except OutboundError as error:
        yield Check("settings", False, True, str(error), error.hint)
        return
    known = "with a password" if secret else "without a password"
    yield Check("settings", True, True, f"{settings.server} over {settings.transport}, {known}")
    with opened(db) as store:
        yield from asyncio.run(_connected(store, settings, to))


async def _connected(store: Store, settings: SipSettings, to: str | None) -> list[Check]:
    line = wiring.sip_line(store, settings, SystemClock())
    what = "registration" if settings.register_account else "SIP stack"
    try:
        await line.open()
    except OutboundError as error:
        return [Check(what, False, True, str(error), error.hint)]
    try:
        found = "accepted" if settings.register_account else "up; a trunk shows in a call: --to NUMBER"
        checks = [Check(what, True, True, found)]
        if to is not None:
            checks += await _call(store, line, settings, to)
        if settings.register_account or to is not None:
            one = far(*line.round_trips)
            checks.append(Check(one.what, one.works, False, one.found, one.hint))
        return checks
    finally:
        await line.close()


async def _call(store: Store, line: Line, settings: SipSettings, to: str) -> list[Check]:
    clock, owner = SystemClock(), wiring.owner()
    country = phonenumbers.region_code_for_number(phonenumbers.parse(e164(to)))
    source = _CAMPAIGN.format(caller_id=settings.caller_id or e164(to), country=country)
    wanted = trial.Wanted(parse(source, "line-check"), source, {}, "en-US")
    with trial.test_call(store, wanted, to) as contact_id:
        store.lease(owner, clock.now())
        answer = store.authorise(contact_id, clock.now(), line=line.name, owner=owner, allow=settings.allow)
        if isinstance(answer, Refusal):
            store.release_lease(owner)
            return [Check("call", False, True, reason.text, reason.source) for reason in answer.verdict.reasons]
        findings: list[Finding] = []
        try:
            order = DialOrder(answer.call_id, answer.number, settings.caller_id, answer.ring_seconds)
            findings = await checkup(await line.dial(order), voice_for("en-US"))
        finally:
            talked = bool(findings) and findings[0].works
            ended = Disposition.COMPLETED if talked else Disposition.FAILED
            store.finish(answer.call_id, ended, clock.now(), detail="a check of the line")
            store.release_lease(owner)
    return [Check(one.what, one.works, True, one.found, one.hint) for one in findings]
