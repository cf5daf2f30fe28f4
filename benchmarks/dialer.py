"""How quickly the dialer's part goes: importing, finding who is due, claiming, and a month of calls on a jumping clock.

The queue stands in a SQLite file in a temporary folder, the month in a store like that which `outbound simulate` throws
away; or both in PostgreSQL by URL. `--durable` waits for the disk at each commit and lets others read meanwhile, as
`outbound run` does.

    python -m benchmarks.dialer --contacts 1000000 --month 100000 [--db postgresql://…] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from campaigns.store import SCRATCH, Store, open_store
from campaigns.templates import template, template_text
from outbound.simulation.forecast import Tally
from outbound.simulation.population import read_habits
from outbound.simulation.trial import Question, Trial

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON = START + timedelta(hours=5)
_BATCH = 20
Figures = dict[str, float]


def question(contacts: int, lines: int) -> Question:
    """The ready shipping campaign on the ready population."""
    return Question(template("shipping"), template_text("shipping"), contacts, None, lines, START, 30, 7, read_habits())


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def queue(store: Store, contacts: int, claims: int) -> Figures:
    """A long queue: filling it, looking at its head, taking from it."""
    wall, cpu = measured(Trial(store, question(contacts, 1)).fill)
    upcoming = [measured(store.upcoming)[0] for _ in range(200)]
    due = [measured(lambda: store.claim(NOON, 1))[0] for _ in range(200)]
    batches = max(1, claims // _BATCH)
    taken, taken_cpu = measured(lambda: [store.claim(NOON, _BATCH) for _ in range(batches)])
    return {
        "queue: contacts": contacts,
        "queue: import, seconds": wall,
        "queue: import, contacts each CPU second": contacts / cpu,
        "queue: upcoming, median ms": statistics.median(upcoming) * 1e3,
        "queue: next due claimed, median ms": statistics.median(due) * 1e3,
        "queue: next due claimed, p99 ms": sorted(due)[-3] * 1e3,
        f"queue: claims each second, {_BATCH} at a time": batches * _BATCH / taken,
        f"queue: claims each CPU second, {_BATCH} at a time": batches * _BATCH / taken_cpu,
    }


def month(store: Store, contacts: int, lines: int) -> Figures:
    """A campaign of 30 days, from the first call to the last."""
    trial, tally = Trial(store, question(contacts, lines)), Tally()
    trial.fill()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wall, cpu = measured(lambda: trial.run(tally.watch))
    return {
        "month: contacts": contacts,
        "month: lines": lines,
        "month: calls": tally.calls,
        "month: days": (tally.last - START) / timedelta(days=1) if tally.last else 0.0,
        "month: seconds": wall,
        "month: calls each second": tally.calls / wall,
        "month: calls each CPU second": tally.calls / cpu,
        "month: memory before, MB": before / 1024,
        "month: memory after, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=1_000_000, help="in the queue; 0: leave it out")
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--month", type=int, default=10_000, help="contacts called for a month; 0: leave it out")
    parser.add_argument("--lines", type=int, default=50)
    parser.add_argument("--durable", action="store_true", help="wait for the disk at each commit")
    parser.add_argument("--db", action="append", default=[], help="an empty PostgreSQL store for each of the two")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures: Figures = {"processors": os.cpu_count() or 1}
    parts: list[tuple[Callable[[Store], Figures], bool]] = []
    if asked.contacts:
        parts.append((lambda store: queue(store, asked.contacts, asked.claims), False))
    if asked.month:
        parts.append((lambda store: month(store, asked.month, asked.lines), not asked.durable))
    with tempfile.TemporaryDirectory(prefix="dialer-") as folder:
        for place, (part, scratch) in enumerate(parts):
            own = SCRATCH if scratch else f"{folder}/store{place}.db"
            url = asked.db[place] if place < len(asked.db) else own
            store = open_store(url, durable=asked.durable, shared=asked.durable)
            figures |= part(store)
            store.close()
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
    else:
        for name, value in figures.items():
            print(f"{name:48} {value:14,.3f}".rstrip("0").rstrip("."))


if __name__ == "__main__":
    main()
