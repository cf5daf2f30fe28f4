"""Makes a report from the store's counts.

Decides which figure is a share of which, and with what it is compared.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.outcomes import Disposition, Stage
from campaigns.reports import queries, survey
from campaigns.reports.blotting import blotted
from campaigns.reports.model import (
    Callbacks,
    CampaignReport,
    Comparison,
    Durations,
    Ending,
    Funnel,
    Hour,
    Remark,
    Report,
    Satisfaction,
    Transfers,
    Variant,
)
from campaigns.reports.statistics import difference, mean, proportion, quantile
from campaigns.store import CampaignRecord, Store
from campaigns.store.results import Kind

GOOD = (4, 5)
"""The ratings that count as satisfied."""
Rows = Sequence[Any]


def report(
    store: Store,
    campaign_names: Sequence[str] | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    *,
    now: datetime,
) -> Report:
    """How campaigns did, from calls dialled in [since, before).

    Args:
        campaign_names: None is all of them.
        now: against which a callback is overdue.

    Raises:
        NoSuchCampaign: there is none of one of the names.
    """
    names = None if campaign_names is None else sorted(set(campaign_names))
    records = store.campaigns() if names is None else [store.campaign(name) for name in names]
    selection = queries.Selection([record.id for record in records], since, before)
    with store.reading() as connection:
        found = [
            _by_campaign(rows)
            for rows in (
                queries.contacts(connection, selection),
                queries.progress(connection, selection),
                queries.endings(connection, selection),
                queries.durations(connection, selection),
                queries.learned(connection, selection),
                queries.refusals(connection, selection),
                queries.remarks(connection, selection),
                queries.transfers(connection, selection),
                queries.callbacks(connection, selection, now),
            )
        ]
    return Report(
        now,
        since,
        before,
        tuple(_campaign(record, *(rows.get(record.id, []) for rows in found)) for record in records),
    )


def _by_campaign(rows: Rows) -> Mapping[int, Rows]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.campaign_id].append(row)
    return found


def _campaign(
    record: CampaignRecord,
    contacts: Rows,
    progress: Rows,
    endings: Rows,
    durations: Rows,
    learned: Rows,
    refusals: Rows,
    remarks: Rows,
    transfers: Rows,
    callbacks: Rows,
) -> CampaignReport:
    funnel = _funnel(contacts, progress)
    satisfaction = _satisfaction(learned)
    return CampaignReport(
        name=record.name,
        brand=record.brand,
        purpose=str(record.purpose),
        matter=record.matter,
        state=str(record.state),
        because=record.because,
        funnel=funnel,
        in_flight=sum(row.times for row in endings if row.disposition is None),
        endings=tuple(_endings(endings)),
        hours=tuple(_hours(endings)),
        attempts=dict(sorted(_counted((row.attempts, row.times) for row in progress if row.attempts).items())),
        durations=_durations(durations),
        satisfaction=satisfaction,
        remarks=tuple(_remarks(remarks)),
        opted_out=proportion(_said(refusals, Kind.OPT_OUT), funnel.reached),
        wrong_number=proportion(_said(refusals, Kind.WRONG_NUMBER), funnel.reached),
        complaints=_said(learned, Kind.COMPLAINT),
        crises=_said(learned, Kind.CRISIS),
        transfers=_transfers(transfers),
        callbacks=_callbacks(callbacks),
        variants=tuple(_variants(progress, learned, refusals)),
        comparisons=tuple(_comparisons(record.matter, funnel, satisfaction)),
    )


def _counted(pairs: Iterable[tuple[Any, int]]) -> Counter[Any]:
    counts: Counter[Any] = Counter()
    for key, count in pairs:
        counts[key] += count
    return counts


def _came(progress: Rows, stage: Stage) -> int:
    """How many contacts came as far as `stage`."""
    return sum(row.times for row in progress if row.stage >= stage)


def _attempted(progress: Rows) -> int:
    return sum(row.times for row in progress if row.attempts)


def _said(rows: Rows, kind: Kind) -> int:
    """How often, or by how many contacts, something of this kind was said."""
    return sum(row.times for row in rows if row.kind == kind)


def _funnel(contacts: Rows, progress: Rows) -> Funnel:
    return Funnel(
        contacts=sum(row.times for row in contacts),
        attempted=_attempted(progress),
        reached=_came(progress, Stage.REACHED),
        heard=_came(progress, Stage.HEARD),
        answered=_came(progress, Stage.ANSWERED),
        rated=_came(progress, Stage.RATED),
    )


def _endings(rows: Rows) -> Iterator[Ending]:
    counts = _counted((Disposition(row.disposition), row.times) for row in rows if row.disposition)
    for disposition, calls in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Ending(disposition, calls, calls / counts.total())


def _hours(rows: Rows) -> Iterator[Hour]:
    found: defaultdict[int, Counter[Disposition]] = defaultdict(Counter)
    for row in rows:
        if row.week_hour is not None and row.disposition not in (None, Disposition.ROUTE_DOWN):
            found[row.week_hour][Disposition(row.disposition)] += row.times
    for week_hour, counts in sorted(found.items()):
        reached = sum(calls for disposition, calls in counts.items() if disposition.reached)
        yield Hour(*divmod(week_hour, 24), counts.total(), reached, dict(counts))


def _durations(rows: Rows) -> Durations:
    counts = {row.seconds: row.times for row in rows}
    return Durations(sum(counts.values()), quantile(counts, 0.5), quantile(counts, 0.95))


def _satisfaction(learned: Rows) -> Satisfaction:
    counts = _ratings(learned)
    total = sum(counts.values())
    return Satisfaction(total, mean(counts), proportion(sum(counts[value] for value in GOOD), total), counts)


def _ratings(learned: Rows) -> Mapping[int, int]:
    counts = _counted((int(row.value), row.times) for row in learned if row.kind == Kind.RATING)
    return {value: counts[value] for value in range(1, 6)}


def _remarks(rows: Rows) -> Iterator[Remark]:
    for row in rows:
        yield Remark(int(row.rating), blotted(row.words, json.loads(row.fields)), row.saved_at)


def _transfers(rows: Rows) -> Transfers:
    asked = sum(row.asked for row in rows)
    reached = proportion(sum(row.reached for row in rows), asked)
    return Transfers(asked, reached, sum(row.promised for row in rows))


def _callbacks(rows: Rows) -> Callbacks:
    promised, kept, waiting = (sum(getattr(row, name) for row in rows) for name in ("promised", "kept", "open"))
    overdue = sum(row.overdue for row in rows)
    return Callbacks(promised, proportion(kept, promised), waiting, overdue, promised - kept - waiting)


def _variants(progress: Rows, learned: Rows, refusals: Rows) -> Iterator[Variant]:
    """By name; none for a campaign that has no more than one wording."""
    names = sorted({row.variant for row in progress if row.variant})
    first: Variant | None = None
    for name in names if len(names) > 1 else ():
        came, said, refused = ([row for row in rows if row.variant == name] for rows in (progress, learned, refusals))
        variant = _variant(name, came, said, refused, first)
        first = first or variant
        yield variant


def _variant(name: str, progress: Rows, learned: Rows, refusals: Rows, first: Variant | None) -> Variant:
    reached = _came(progress, Stage.REACHED)
    heard = proportion(_came(progress, Stage.HEARD), reached)
    opted_out = proportion(_said(refusals, Kind.OPT_OUT), reached)
    satisfaction = _satisfaction(learned)
    return Variant(
        name=name,
        attempted=_attempted(progress),
        reached=reached,
        heard=heard,
        satisfied=satisfaction.satisfied,
        mean_rating=satisfaction.mean,
        opted_out=opted_out,
        heard_more=difference(heard, first.heard) if first else None,
        satisfied_more=difference(satisfaction.satisfied, first.satisfied) if first else None,
        opted_out_more=difference(opted_out, first.opted_out) if first else None,
    )


def _comparisons(matter: str, funnel: Funnel, satisfaction: Satisfaction) -> Iterator[Comparison]:
    accepting = survey.ACCEPTING.get(matter)
    if accepting is not None:
        yield Comparison("heard the message, of those reached", proportion(funnel.heard, funnel.reached), accepting)
    yield Comparison("satisfied, of those who rated", satisfaction.satisfied, survey.SATISFIED)
