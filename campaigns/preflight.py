"""Before a campaign starts: how many will be called when, how many will not, and why.

Decides what a person sees before saying yes, and which marketing campaigns may not start at all. Every open contact is
judged by the gate's own rules as they are now; nothing is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from campaigns.compliance.book import shipped
from campaigns.compliance.duties import Offer, Unmet, unmet
from campaigns.compliance.verdict import Rule
from campaigns.definition import CampaignDefinition, parse
from campaigns.script import Purpose
from campaigns.store import Store

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Skipped:
    """Contacts that will not be called as things stand, for one reason.

    Attributes:
        examples: ids of the first of them.
        text: one sentence, of the first of them.
    """

    rule: Rule
    source: str
    text: str
    count: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What will happen.

    Attributes:
        when: how many contacts may be called first in which hour (UTC).
        skipped: the others, most frequent reason first.
        unmet: duties of the rule packs that the campaign does not meet.
        unconfirmed: sources of the rules that judged these contacts and were not read there.
    """

    campaign: str
    contacts: int
    now: int
    when: Mapping[datetime, int]
    skipped: tuple[Skipped, ...]
    unmet: tuple[Unmet, ...]
    unconfirmed: tuple[str, ...]
    purpose: Purpose

    @property
    def later(self) -> int:
        """How many may be called, but not yet."""
        return sum(self.when.values()) - self.now

    @property
    def refused(self) -> bool:
        """A marketing campaign does not start without the duties its rule packs ask for."""
        return self.purpose is Purpose.MARKETING and bool(self.unmet)


def preflight(store: Store, campaign_name: str, now: datetime) -> Preflight:
    """Judges every open contact of a campaign.

    Raises:
        CampaignError: there is no such campaign, its text is no campaign file, or the rules cannot be read.
    """
    record = store.campaign(campaign_name)
    when: Counter[datetime] = Counter()
    skipped: dict[tuple[Rule, str], list[int]] = {}
    texts: dict[tuple[Rule, str], str] = {}
    unconfirmed: dict[str, None] = {}
    total = callable_now = 0
    for foreseen in store.foresee(campaign_name, now):
        total += 1
        unconfirmed.update(dict.fromkeys(foreseen.verdict.unconfirmed))
        moment = foreseen.verdict.next_allowed
        if moment is not None:
            when[moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)] += 1
            callable_now += foreseen.verdict.allowed
            continue
        reason = next((one for one in foreseen.verdict.reasons if one.until is None), foreseen.verdict.reasons[0])
        key = reason.rule, reason.source
        texts.setdefault(key, reason.text)
        skipped.setdefault(key, [0]).append(foreseen.contact_id)
        skipped[key][0] += 1
        del skipped[key][1 + _EXAMPLES :]
    reasons = [
        Skipped(rule, source, texts[rule, source], count, tuple(examples))
        for (rule, source), (count, *examples) in skipped.items()
    ]
    return Preflight(
        record.name,
        total,
        callable_now,
        dict(sorted(when.items())),
        tuple(sorted(reasons, key=lambda one: -one.count)),
        tuple(unmet_duties(parse(record.source, record.name))),
        tuple(unconfirmed),
        record.purpose,
    )


def unmet_duties(definition: CampaignDefinition) -> list[Unmet]:
    """What the rule packs of the places that a campaign calls ask of it, and it does not do.

    Raises:
        PackUnreadable: the rules cannot be read.
    """
    book = shipped()
    offer = Offer(
        definition.callback_number,
        bool(definition.voicemail),
        definition.calling.longest_seconds,
    )
    found = [
        one
        for country in definition.countries
        for one in unmet(
            book.governing(frozenset({country}), country, definition.purpose, definition.matter).duties, offer
        )
    ]
    return list(dict.fromkeys(found))
