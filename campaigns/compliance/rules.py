"""The rules applied: may this call be made now?

Decides a `Verdict` from facts alone: the strictest of every governing pack and of the campaign holds, whatever
cannot be known means no. Reading the facts and writing the call is `store/gate.py`. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.compliance.book import RuleBook
from campaigns.compliance.facts import CallFacts, PastCall
from campaigns.compliance.packs import CapRule, ConsentRule, Counts, ListRule, Per
from campaigns.compliance.verdict import Reason, Rule, Verdict
from campaigns.compliance.windows import Window, next_open, zones_of
from campaigns.outcomes import Disposition


def may_call(facts: CallFacts, book: RuleBook, now: datetime, already: Sequence[Reason] = ()) -> Verdict:
    """Every reason against the call, and the next moment without one.

    Args:
        already: reasons found before (the campaign, the contact); they count towards the verdict.

    Raises:
        NotImplementedError: a rule asks for the holidays of a country that no calendar is known for.
    """
    governing = book.governing(facts.places, facts.country, facts.purpose, facts.matter)
    windows = facts.windows + governing.windows
    zones = zones_of(facts.number, facts.zone)
    reasons = [*already, *_listed(facts)]
    if not governing.packs:
        reasons.append(Reason(Rule.UNREADABLE, "rule packs", "No rule pack covers this call."))
    reasons += _consent(facts, governing.consents)
    reasons += _national(facts, governing.lists, now)
    reasons += _caps(facts, governing.caps, now)
    if not zones:
        reasons.append(Reason(Rule.ZONE, "contact", "The time zone of this number is not known."))
    reasons += _windows(windows, zones, now)
    if not reasons:
        return Verdict(next_allowed=now, unconfirmed=governing.unconfirmed)
    return Verdict(tuple(reasons), _next_allowed(reasons, windows, zones, now), governing.unconfirmed)


def _next_allowed(
    reasons: Iterable[Reason], windows: tuple[Window, ...], zones: tuple[ZoneInfo, ...], now: datetime
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


def _national(facts: CallFacts, rules: Iterable[ListRule], now: datetime) -> Iterator[Reason]:
    for rule in rules:
        if facts.consents & rule.unless_consent:
            continue
        copy = facts.national.get(rule.name)
        if copy is None:
            yield Reason(Rule.LIST_AGE, rule.citation, f"There is no copy of the list {rule.name}.")
        elif now.date() - copy.as_of > timedelta(days=rule.oldest_days):
            text = f"The copy of the list {rule.name} is of {copy.as_of} and older than {rule.oldest_days} days."
            yield Reason(Rule.LIST_AGE, rule.citation, text)
        elif copy.listed:
            text = f"The number stands in the list {rule.name} of {copy.as_of}."
            yield Reason(Rule.NATIONAL_LIST, rule.citation, text)


def _consent(facts: CallFacts, rules: Iterable[ConsentRule]) -> Iterator[Reason]:
    for rule in rules:
        if not facts.consents & rule.bases:
            needed = " or ".join(sorted(rule.bases))
            yield Reason(Rule.CONSENT, rule.citation, f"There is no {needed} consent to {facts.purpose} calls.")


def _caps(facts: CallFacts, rules: Iterable[CapRule], now: datetime) -> Iterator[Reason]:
    if not facts.history:
        return
    for rule in rules:
        if rule.unless_consent and facts.consents:
            continue
        since = now - rule.span if rule.span else None
        counted = sorted(
            call.dialed_at
            for call in facts.history
            if (since is None or call.dialed_at > since) and _counts(call, rule.counts) and _same(call, facts, rule.per)
        )
        if len(counted) < rule.calls:
            continue
        # free again once so many have rolled out that one more fits
        until = counted[len(counted) - rule.calls] + rule.span if rule.span else None
        often = f"{rule.calls} in {rule.hours} hours" if rule.hours else f"{rule.calls} in all"
        yield Reason(Rule.CAP, rule.citation, f"The cap of {often} per {rule.per} is reached.", until)


def _counts(call: PastCall, counts: Counts) -> bool:
    match counts:
        case Counts.ATTEMPTS:
            return call.disposition is not Disposition.ROUTE_DOWN  # then no phone rang
        case Counts.MESSAGES:
            return call.disposition is None or call.disposition in _TOOK_MESSAGE
        case Counts.BROKEN:
            return call.disposition in _BROKEN


def _same(call: PastCall, facts: CallFacts, per: Per) -> bool:
    match per:
        case Per.NUMBER:
            return True
        case Per.BRAND:
            return call.brand == facts.brand
        case Per.MATTER:
            return (call.brand, call.matter) == (facts.brand, facts.matter)
        case Per.REFERENCE:
            same = facts.reference != "" and (call.brand, call.reference) == (facts.brand, facts.reference)
            return same or call.contact_id == facts.contact_id


_BROKEN = frozenset({Disposition.FAILED, Disposition.INTERRUPTED})
_TOOK_MESSAGE = (frozenset(one for one in Disposition if one.reached) - {Disposition.CALLBACK}) | {
    Disposition.VOICEMAIL,
    Disposition.SCREENED,
    Disposition.INTERRUPTED,
}


@lru_cache(maxsize=1024)
def _windows(windows: tuple[Window, ...], zones: tuple[ZoneInfo, ...], now: datetime) -> tuple[Reason, ...]:
    """The same for everybody in a place at a moment: kept, for whoever asks about thousands."""
    return tuple(_shut(windows, zones, now))


def _shut(windows: Iterable[Window], zones: Iterable[ZoneInfo], now: datetime) -> Iterator[Reason]:
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
