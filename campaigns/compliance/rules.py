"""The rules applied: may this call be made now?

Decides a `Verdict` from facts alone: the strictest of every governing pack and of the campaign holds, whatever
cannot be known means no. Reading the facts and writing the call is `store/gate.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from campaigns.compliance.facts import CallFacts, PastCall
from campaigns.compliance.packs import CapRule, ConsentRule, Per, RulePack, WindowRule, governing
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.compliance.windows import Window, next_open, zones_of
from campaigns.outcomes import Disposition


def may_call(facts: CallFacts, packs: tuple[RulePack, ...], now: datetime, already: Sequence[Reason] = ()) -> Verdict:
    """Every reason against the call, and the next moment without one.

    Args:
        already: reasons found before (the campaign, the contact); they count towards the verdict.
    """
    rules = [
        rule
        for pack in governing(packs, facts.number, facts.country)
        for rule in pack.rules
        if facts.purpose in rule.purposes
    ]
    windows = facts.windows + tuple(rule.window for rule in rules if isinstance(rule, WindowRule))
    zones = zones_of(facts.number, facts.zone)
    reasons = [*already, *_listed(facts)]
    if not rules:
        reasons.append(Reason(Rule.UNREADABLE, "rule packs", "No rule pack covers this call."))
    reasons += _consent(facts, (rule for rule in rules if isinstance(rule, ConsentRule)))
    reasons += _caps(facts, (rule for rule in rules if isinstance(rule, CapRule)), now)
    if not zones:
        reasons.append(Reason(Rule.ZONE, "contact", "The time zone of this number is not known."))
    reasons += _windows(windows, zones, now)
    if not reasons:
        return Verdict(next_allowed=now)
    return Verdict(tuple(reasons), _next_allowed(reasons, windows, zones, now))


def _next_allowed(
    reasons: Iterable[Reason], windows: Sequence[Window], zones: Sequence[ZoneInfo], now: datetime
) -> datetime | None:
    moment = now
    for reason in reasons:
        if reason.until is None:
            return None
        moment = max(moment, reason.until)
    return next_open(windows, zones, moment)


def _listed(facts: CallFacts) -> Iterator[Reason]:
    for listing in facts.listings:
        yield Reason(
            Rule.LISTED,
            f"do-not-call register ({listing.source}, {listing.added_at:%Y-%m-%d})",
            f"The number must not be called: scope {listing.scope}.",
            listing.expires_at,
        )


def _consent(facts: CallFacts, rules: Iterable[ConsentRule]) -> Iterator[Reason]:
    for rule in rules:
        if not facts.consents & rule.bases:
            needed = " or ".join(sorted(rule.bases))
            yield Reason(Rule.CONSENT, rule.source, f"There is no {needed} consent to {facts.purpose} calls.")


def _caps(facts: CallFacts, rules: Iterable[CapRule], now: datetime) -> Iterator[Reason]:
    for rule in rules:
        if rule.matters is not None and facts.matter not in rule.matters:
            continue
        if rule.unless_consent and facts.consents:
            continue
        since = now - rule.span if rule.span else None
        counted = sorted(
            call.dialed_at
            for call in facts.history
            if _counts(call, facts, rule) and (since is None or call.dialed_at > since)
        )
        if len(counted) < rule.calls:
            continue
        # free again once so many have rolled out that one more fits
        until = counted[len(counted) - rule.calls] + rule.span if rule.span else None
        often = f"{rule.calls} in {rule.hours} hours" if rule.hours else f"{rule.calls} in all"
        yield Reason(Rule.CAP, rule.source, f"The cap of {often} per {rule.per} is reached.", until)


def _counts(call: PastCall, facts: CallFacts, rule: CapRule) -> bool:
    if call.disposition is Disposition.ROUTE_DOWN:
        return False  # the phone never rang
    if rule.reached_only and not (call.disposition is None or call.disposition in _TOOK_MESSAGE):
        return False
    if rule.per is Per.NUMBER:
        return True
    if call.brand != facts.brand:
        return False
    if rule.per is Per.MATTER:
        return call.matter == facts.matter
    if rule.per is Per.REFERENCE:
        return call.reference == facts.reference
    return True


_TOOK_MESSAGE = frozenset(one for one in Disposition if one.reached) | {
    Disposition.VOICEMAIL,
    Disposition.SCREENED,
    Disposition.INTERRUPTED,
}


def _windows(windows: Iterable[Window], zones: Sequence[ZoneInfo], now: datetime) -> Iterator[Reason]:
    for window in windows:
        for zone in zones:
            if window.covers(zone, now):
                continue
            local = now.astimezone(zone)
            holiday = window.holiday(local)
            opens = window.opens_after(zone, now)
            if holiday is not None:
                text = f"It is a day without calls there: {holiday}."
                yield Reason(Rule.HOLIDAY, window.source, text, opens)
            else:
                yield Reason(Rule.WINDOW, window.source, f"It is {local:%H:%M} there, outside calling hours.", opens)
            break
