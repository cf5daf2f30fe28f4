"""What a trial says about a campaign: how long, how many reached, which hours, how busy the lines.

Decides which figures a marketer gets. What was reached and said is counted by the same report as after real calls;
only time and lines, which a report does not know, are counted here as the calls happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from campaigns.reports import report
from campaigns.reports.model import CampaignReport
from campaigns.store import ContactState, Store
from campaigns.store.tables import Call, Contact, table
from outbound.dialing.news import CampaignPaused, Finished, Happened, News, Placed, Refused

_QUARTER = timedelta(minutes=15)
MILESTONES = (50, 90, 99)
"""Per cent of the reached contacts: when so many of them had been reached."""

contact = table(Contact)
call = table(Call)


@dataclass(frozen=True, slots=True)
class Forecast:
    """One campaign, one population, so many lines.

    Attributes:
        days: from the start to the last call's end; to the last day where time was up first.
        complete: nobody waits any more.
        paused: why the campaign stopped by itself (its alarm, its budget); empty if it did not.
        settled: contacts that are closed.
        waiting: contacts that still had an attempt to come when time was up, by what they wait for: a rule, or `due`.
        calls: attempts that were dialled.
        milestones: per cent of the reached contacts to the moment at which so many had been.
        talk_minutes: from the answers to the ends, machines included.
        line_minutes: ringing and talking.
        line_use: the share of all lines in use, over those quarters of an hour in which calls were placed.
        most_at_once: the most calls in progress at any moment.
        closed_by: why contacts are closed, to how many.
        refused: what the gate said no to, to how often; each of them was asked again later or closed.
        report: what came out of the calls, as `outbound report` counts it.
    """

    lines: int
    began: datetime
    ended: datetime
    days: float
    complete: bool
    paused: str
    contacts: int
    settled: int
    waiting: Mapping[str, int]
    calls: int
    milestones: Mapping[int, datetime]
    talk_minutes: float
    line_minutes: float
    line_use: float
    most_at_once: int
    closed_by: Mapping[str, int]
    refused: Mapping[str, int]
    report: CampaignReport


@dataclass(slots=True)
class Tally:
    """Counts time and lines as a dialer tells its news."""

    calls: int = 0
    most_at_once: int = 0
    talk_seconds: float = 0.0
    line_seconds: float = 0.0
    last: datetime | None = None
    paused: str = ""
    refused: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    """So far, by how calls ended: for a progress bar."""
    _placed: dict[int, datetime] = field(default_factory=dict)
    _busy_quarters: set[int] = field(default_factory=set)

    def watch(self, news: News) -> None:
        """Take note."""
        match news:
            case Happened():  # most of all news
                pass
            case Placed():
                self.calls += 1
                self._placed[news.call_id] = news.at
                self.most_at_once = max(self.most_at_once, len(self._placed))
                self._busy_quarters.add(int(news.at.timestamp() // _QUARTER.total_seconds()))
                self.last = news.at
            case Finished():
                placed = self._placed.pop(news.call_id, None)
                self.line_seconds += (news.at - placed).total_seconds() if placed else 0.0
                self.talk_seconds += news.seconds
                self.endings[news.disposition.value] += 1
                self.settled += news.disposition.closes
                self.last = news.at
            case CampaignPaused():
                self.paused = news.because
            case Refused():
                self.refused.update({reason.rule.value for reason in news.verdict.reasons})

    def line_use(self, lines: int) -> float:
        """The share of the lines' time in which they were in use while there was something to do: 0-1."""
        seconds = len(self._busy_quarters) * _QUARTER.total_seconds() * lines
        return self.line_seconds / seconds if seconds else 0.0


def forecast(store: Store, campaign: str, tally: Tally, *, lines: int, start: datetime) -> Forecast:
    """What the trial came to, from what its store holds and what was counted meanwhile."""
    end = tally.last or start
    made = report(store, [campaign], now=end).campaigns[0]
    with store.reading() as connection:
        states = connection.execute(
            sa.select(contact.c.state, contact.c.closed_by, contact.c.held_by, sa.func.count()).group_by(
                contact.c.state, contact.c.closed_by, contact.c.held_by
            )
        ).all()
        reached = connection.execute(
            sa.select(sa.func.min(call.c.ended_at)).where(call.c.stage > 0).group_by(call.c.contact_id)
        ).scalars()
        moments = sorted(moment for moment in reached if moment is not None)
    closed: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for state, closed_by, held_by, count in states:
        if state == ContactState.CLOSED:
            closed[str(closed_by)] += count
        else:
            waiting[str(held_by or "due")] += count
    settled = closed.total()
    contacts = settled + waiting.total()
    return Forecast(
        lines=lines,
        began=start,
        ended=end,
        days=(end - start) / timedelta(days=1),
        complete=not waiting,
        paused=tally.paused,
        contacts=contacts,
        settled=settled,
        waiting=dict(waiting.most_common()),
        calls=tally.calls,
        milestones={share: moments[max(0, -(-len(moments) * share // 100) - 1)] for share in MILESTONES if moments},
        talk_minutes=tally.talk_seconds / 60,
        line_minutes=tally.line_seconds / 60,
        line_use=tally.line_use(lines),
        most_at_once=tally.most_at_once,
        closed_by=dict(closed.most_common()),
        refused=dict(tally.refused.most_common()),
        report=made,
    )
