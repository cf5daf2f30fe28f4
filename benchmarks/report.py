"""How long a report takes over a large history.

Makes a store with two campaigns, their contacts, about 1.7 calls for each and what people said, in bulk and seeded,
then times `campaigns.reports.report`. Without a URL the store is a SQLite file in a temporary folder.

    python -m benchmarks.report --contacts 1000000 [--db postgresql://…]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from campaigns.definition import parse
from campaigns.outcomes import Disposition, Stage
from campaigns.reports import report
from campaigns.store import Store, open_store, tables
from campaigns.templates import template_text

START = datetime(2025, 6, 2, 14, 0, tzinfo=UTC)
"""10:00 in New York."""
_ENDINGS = {
    Disposition.COMPLETED: 40,
    Disposition.NO_ANSWER: 30,
    Disposition.VOICEMAIL: 12,
    Disposition.BUSY: 6,
    Disposition.HUNG_UP: 6,
    Disposition.OPTED_OUT: 2,
    Disposition.TRANSFERRED: 2,
    Disposition.CALLBACK: 2,
}
_BATCH = 20_000


def _fill(connection: Connection, campaign_id: int, version_id: int, first: int, count: int, chance: Random) -> None:
    rows: dict[type[tables.Base], list[dict[str, Any]]] = {}
    for number in range(first, first + count):
        for kind, row in _history(campaign_id, version_id, number, chance):
            rows.setdefault(kind, []).append(row)
        if len(rows[tables.Contact]) >= _BATCH or number == first + count - 1:
            for kind, batch in rows.items():
                connection.execute(sa.insert(tables.table(kind)), batch)
            rows.clear()


def _history(
    campaign_id: int, version_id: int, contact_id: int, chance: Random
) -> Iterator[tuple[type[tables.Base], dict[str, Any]]]:
    """One contact: up to three calls, each fresh until a person was reached."""
    number = f"+1212{contact_id:07d}"
    ends = chance.choices(list(_ENDINGS), list(_ENDINGS.values()), k=3)
    made = next((place for place, end in enumerate(ends) if end.reached), 2) + 1
    yield (
        tables.Contact,
        {
            "id": contact_id,
            "campaign_id": campaign_id,
            "number": number,
            "reference": "",
            "country": "US",
            "language": "en-US",
            "timezone": "America/New_York",
            "fields": json.dumps({"name": "Dana", "order": str(contact_id), "ends": "2026-03-31", "price": "29.00"}),
            "state": "closed",
            "attempts": made,
            "due_at": START,
            "next_at": START,
            "added_at": START,
        },
    )
    for attempt, end in enumerate(ends[:made], 1):
        call_id = contact_id * 3 + attempt
        learned = list(_learned(end, chance))
        moment = START + timedelta(days=chance.randrange(30), minutes=chance.randrange(-60, 9 * 60))
        yield (
            tables.Call,
            {
                "id": call_id,
                "contact_id": contact_id,
                "campaign_id": campaign_id,
                "version_id": version_id,
                "number": number,
                "brand": "Lumen",
                "purpose": "informational",
                "matter": "delivery",
                "reference": "",
                "attempt": attempt,
                "line": "simulated",
                "owner": "benchmark",
                "state": "ended",
                "disposition": end,
                "dialed_at": moment,
                "ended_at": moment,
                "seconds": chance.uniform(5, 90) if end.reached else 0.0,
                "detail": "",
                "variant": chance.choice("ab"),
                "week_hour": moment.weekday() * 24 + moment.hour - 4,
                "stage": _stage(end, learned),
            },
        )
        for kind, value in learned:
            yield (
                tables.CallResult,
                {
                    "call_id": call_id,
                    "kind": kind,
                    "about": "tell" if kind == "answer" else "rating" if kind == "comment" else "",
                    "value": value,
                    "words": "it was rather long" if kind == "comment" else "",
                    "via": "voice",
                    "saved_at": moment,
                },
            )


def _stage(end: Disposition, learned: list[tuple[str, str]]) -> Stage:
    if any(kind == "rating" for kind, _ in learned):
        return Stage.RATED
    if end is Disposition.COMPLETED:
        return Stage.ANSWERED
    return Stage.REACHED if end.reached else Stage.NOBODY


def _learned(end: Disposition, chance: Random) -> Iterator[tuple[str, str]]:
    if end is Disposition.COMPLETED:
        yield "answer", chance.choice(["yes", "no"])
        if chance.random() < 0.6:
            rating = chance.choice("1233445555")
            yield "rating", rating
            if rating in "12":
                yield "comment", ""
    elif end is Disposition.OPTED_OUT:
        yield "opt_out", "brand"
    elif end is Disposition.TRANSFERRED:
        yield "transfer", "reached"
    elif end is Disposition.CALLBACK:
        yield "callback", chance.choice(["robot", "person"])


def _made(store: Store, contacts: int) -> None:
    chance = Random(7)
    for place, template in enumerate(("shipping", "renewal")):
        text = template_text(template, "en-US")
        record = store.save_campaign(parse(text, template), text, START)
        half = contacts // 2
        with store.writing() as connection:
            _fill(connection, record.id, record.version_id, 1 + place * half, half, chance)
    with store.engine.connect() as connection:
        connection.execute(sa.text("ANALYZE"))


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--contacts", type=int, default=1_000_000)
    wanted.add_argument("--db", help="an empty store; a temporary SQLite file by default")
    arguments = wanted.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(arguments.db or str(Path(folder) / "store.db"), durable=False)
        began = time.perf_counter()
        _made(store, arguments.contacts)
        print(f"made {arguments.contacts} contacts in {time.perf_counter() - began:.1f} s")
        for _ in range(2):
            began, worked = time.perf_counter(), time.process_time()
            found = report(store, now=START + timedelta(days=40))
            took, computing = time.perf_counter() - began, time.process_time() - worked
            print(f"report in {took:.2f} s, {computing:.2f} s of it computing here")
        calls = sum(ending.calls for campaign in found.campaigns for ending in campaign.endings)
        print(f"of {calls} calls, {sum(campaign.satisfaction.ratings for campaign in found.campaigns)} ratings")
        store.close()


if __name__ == "__main__":
    main()
