"""How quick register, lists and gate are.

    python -m benchmarks.register [--numbers 10000000] [--contacts 1000000] [--calls 20000] [--postgresql] [--json]
    python -m benchmarks.register --bad-megabytes 1000 [--postgresql] [--json]

A list of so many numbers is read from a file of the form that the United States registry has, in no order; single
numbers are then asked for. Contacts are added and every one of them judged, as preflight does. Calls go through claim,
gate, answer, one rating and the end. That no forbidden call is placed is counted by `benchmarks.interleavings`.

With --bad-megabytes only a bad list of that size is made, imported, killed on the way and begun again (`bad_list.py`);
memory is then that of the importing process.

Seconds are of the wall clock with, in brackets, those of this process's CPU.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks import bad_list
from benchmarks.servers import server
from campaigns.dnc import ListFormat, RejectedLine
from campaigns.dnc.bulk import read_numbers
from campaigns.outcomes import Disposition, Rating, Via
from campaigns.store import CampaignState, Permit, Store, open_store
from tests.campaigns.samples import MONDAY_NOON, Definition, Person

OWNER = "benchmark"
Figures = dict[str, float]


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def national_list(store: Store, folder: Path, count: int) -> Figures:
    """Reading in a list, and asking it."""
    chance = np.random.default_rng(7)
    areas = 200 + chance.permutation(800)[:400]
    numbers = chance.choice(areas, count) * 10**7 + chance.integers(2_000_000, 10_000_000, count)
    path = folder / "registry.txt"
    with path.open("w") as file:
        for start in range(0, count, 1_000_000):
            file.writelines(f"{n // 10**7},{n % 10**7:07}\n" for n in numbers[start : start + 1_000_000].tolist())
    rejected: list[RejectedLine] = []
    lines = read_numbers(path, ListFormat.US, rejected.append)
    before = _size(store, folder)
    wall, cpu = measured(
        lambda: store.load_list("us-national", MONDAY_NOON.date(), lines, MONDAY_NOON, OWNER, origin=path.name)
    )
    (copy,) = store.lists()
    path.unlink()
    asked = [f"+1{n}" for n in chance.choice(numbers, 5000).tolist()]
    took = []
    with store.reading() as connection:
        for number in asked:
            began = time.perf_counter()
            found = store.national_listings(connection, [number], ["us-national"])
            took.append(time.perf_counter() - began)
            if not found[number]["us-national"].listed:
                raise AssertionError("a listed number was not found")
    return {
        "list: numbers": copy.numbers,
        "list: import seconds": wall,
        "list: import CPU seconds": cpu,
        "list: MB on disk": (_size(store, folder) - before) / 1e6,
        "list: lookup median µs": statistics.median(took) * 1e6,
        "list: lookup 99th percentile µs": statistics.quantiles(took, n=100)[98] * 1e6,
    }


def contacts(store: Store, count: int) -> Figures:
    """Adding contacts, judging all of them, and finding who is next."""
    store.save_campaign(Definition(), "benchmark", MONDAY_NOON)
    zones = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
    people = (Person(f"+1212{n:07}", zones[n % 4]) for n in range(count))
    added, added_cpu = measured(lambda: store.add_contacts("shipping", people, MONDAY_NOON))
    judged, judged_cpu = measured(lambda: sum(1 for _ in store.foresee("shipping", MONDAY_NOON)))
    store.set_state("shipping", CampaignState.RUNNING, MONDAY_NOON)
    store.claim(MONDAY_NOON, 1)
    next_due = [measured(lambda: store.claim(MONDAY_NOON, 1))[0] for _ in range(50)]
    upcoming = [measured(store.upcoming)[0] for _ in range(50)]
    return {
        "contacts": count,
        "contacts: import seconds": added,
        "contacts: import CPU seconds": added_cpu,
        "contacts: judged in seconds": judged,
        "contacts: judged in CPU seconds": judged_cpu,
        "contacts: next due, median ms": statistics.median(next_due) * 1e3,
        "contacts: upcoming, median ms": statistics.median(upcoming) * 1e3,
    }


def calls(store: Store, count: int) -> Figures:
    """The store's part of a call: contact, gate, answer, rating, end."""
    store.lease(OWNER, MONDAY_NOON, seconds=10**6)

    def work() -> None:
        done = 0
        while done < count:
            for claim in store.claim(MONDAY_NOON, 50):
                store.contact(claim.contact_id)
                permit = store.authorise(claim.contact_id, MONDAY_NOON, line="simulated", owner=OWNER)
                done += 1
                if isinstance(permit, Permit):
                    store.answered(permit.call_id, MONDAY_NOON)
                    store.save(permit.call_id, Rating(5, Via.KEY, "5"), MONDAY_NOON)
                    ended = MONDAY_NOON + timedelta(seconds=20)
                    store.finish(permit.call_id, Disposition.COMPLETED, ended, seconds=20, events=[{"said": "5"}])

    wall, cpu = measured(work)
    return {"calls": count, "calls: each second": count / wall, "calls: each CPU second": count / cpu}


def _size(store: Store, folder: Path) -> float:
    if store.postgresql:
        with store.reading() as connection:
            return float(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    with store.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    return float(sum(file.stat().st_size for file in folder.glob("*.db*")))


@contextmanager
def _url(postgresql: bool, folder: Path) -> Iterator[str]:
    """An empty store."""
    if not postgresql:
        yield str(folder / "one.db")
        return
    with server(folder / "postgresql") as new:
        yield new()


def _good(url: str, folder: Path, asked: argparse.Namespace) -> Figures:
    """Lists, contacts and calls as they should be."""
    figures: Figures = {}
    store = open_store(url, durable=False)
    if asked.numbers:
        figures |= national_list(store, folder, asked.numbers)
    if asked.contacts:
        figures |= contacts(store, asked.contacts)
        figures |= calls(store, min(asked.calls, asked.contacts // 2))
    store.close()
    return figures | {"memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, default=10_000_000)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--bad-megabytes", type=int, help="a bad list of this size instead of all else")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory(ignore_cleanup_errors=True) as place, _url(asked.postgresql, Path(place)) as url:
        if asked.bad_megabytes:
            figures = bad_list.measured(url, Path(place), asked.bad_megabytes)
        else:
            figures = _good(url, Path(place), asked)
    if asked.json:
        json.dump(figures, sys.stdout, indent=2, ensure_ascii=False)
    else:
        for name, value in figures.items():
            print(f"{name:34} {value:14,.3f}".rstrip("0").rstrip("."))


if __name__ == "__main__":
    main()
