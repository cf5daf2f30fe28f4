"""The calls that a store has seen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaigns.outcomes import Disposition
from campaigns.store import tables
from campaigns.store.database import Database, StoreError
from campaigns.store.tables import CallState, table
from campaigns.store.terms import Terms

call = table(tables.Call)
call_log = table(tables.CallLog)
campaign = table(tables.Campaign)
version = table(tables.CampaignVersion)


class NoSuchCall(StoreError):
    def __init__(self, call_id: int) -> None:
        super().__init__(f"There is no call {call_id}.")


class NoLog(StoreError):
    def __init__(self, call_id: int) -> None:
        super().__init__(
            f"Of call {call_id} no events are kept.",
            "A call that is under way or was cut off has none, and old ones are purged.",
        )


@dataclass(frozen=True, slots=True)
class CallLog:
    """What happened in a call, and the campaign as it stood then.

    Attributes:
        source: the campaign file's text in the version of the call.
        events: in order; the form is the robot's own.
    """

    source: str
    terms: Terms
    events: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it stands.

    Attributes:
        version: of the campaign's file.
        seconds: how long it was answered; None while it is under way.
        recording: the file that holds its sound; empty where none does.
    """

    id: int
    contact_id: int
    campaign: str
    version: int
    number: str = field(repr=False)
    attempt: int
    line: str
    state: CallState
    disposition: Disposition | None
    dialed_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    seconds: float | None
    detail: str
    recording: str


_CALL = (
    sa.select(
        call.c.id,
        call.c.contact_id,
        campaign.c.name.label("campaign"),
        version.c.version,
        call.c.number,
        call.c.attempt,
        call.c.line,
        call.c.state,
        call.c.disposition,
        call.c.dialed_at,
        call.c.answered_at,
        call.c.ended_at,
        call.c.seconds,
        call.c.detail,
        call.c.recording,
    )
    .join(campaign, campaign.c.id == call.c.campaign_id)
    .join(version, version.c.id == call.c.version_id)
)


class History(Database):
    """Questions about calls that were made."""

    def call(self, call_id: int) -> CallRecord:
        """Raises NoSuchCall."""
        with self.reading() as connection:
            row = connection.execute(_CALL.where(call.c.id == call_id)).one_or_none()
        if row is None:
            raise NoSuchCall(call_id)
        values = row._asdict()
        ended = Disposition(row.disposition) if row.disposition else None
        return CallRecord(**values | {"state": CallState(row.state), "disposition": ended})

    def call_log(self, call_id: int) -> CallLog:
        """Raises NoLog: nothing is kept of that call."""
        query = (
            sa.select(version.c.source, version.c.terms, call_log.c.events)
            .join(call, call.c.id == call_log.c.call_id)
            .join(version, version.c.id == call.c.version_id)
            .where(call.c.id == call_id)
        )
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NoLog(call_id)
        return CallLog(row.source, Terms.from_json(row.terms), tuple(json.loads(row.events)))

    def call_events(self, campaign_name: str) -> Iterator[tuple[Mapping[str, Any], ...]]:
        """The events of each call of a campaign that are kept, in the order of the calls."""
        query = (
            sa.select(call_log.c.events)
            .join(call, call.c.id == call_log.c.call_id)
            .join(campaign, campaign.c.id == call.c.campaign_id)
            .where(campaign.c.name == campaign_name)
            .order_by(call.c.id)
        )
        with self.reading() as connection:
            for events in connection.execute(query).scalars():
                yield tuple(json.loads(events))

    def lines_used(self) -> frozenset[str]:
        """The lines calls were placed on; a rehearsal's store must never be mistaken for a real one."""
        with self.reading() as connection:
            return frozenset(connection.execute(sa.select(call.c.line).distinct()).scalars())

    def spent_on(self, line: str, since: datetime) -> list[tuple[datetime, float]]:
        """When calls were dialled on a line since that moment, and for how many seconds each was answered so far."""
        query = sa.select(call.c.dialed_at, sa.func.coalesce(call.c.seconds, 0.0)).where(
            call.c.line == line, call.c.dialed_at > since
        )
        with self.reading() as connection:
            return [(dialed_at, float(seconds)) for dialed_at, seconds in connection.execute(query)]

    def last_moment(self) -> datetime | None:
        """When the last call was dialled or ended, whichever is later; None in a store without calls."""
        latest = sa.select(sa.func.max(call.c.dialed_at), sa.func.max(call.c.ended_at))
        with self.reading() as connection:
            moments = [moment for moment in connection.execute(latest).one() if moment is not None]
        return max(moments, default=None)
