"""That no forbidden call is placed, whatever two processes do in whatever order, and wherever they die.

    python -m benchmarks.interleavings [--steps 100000] [--attempts 1000000] [--postgresql] [--seed 7] [--json]

With --steps Hypothesis drives the state machine of the tests for so many steps: imports, opt-outs, claims, calls,
retries, callbacks, revocations, jumps of the clock over days on which it changes, and crashes between any two writes.
With --attempts dice drive a busy house until the gate was asked so often. Both hold every call against a plain account
of what was allowed; a forbidden call ends the run with what happened. At the end the ledger is verified.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.servers import empty, server
from campaigns.store import open_store
from tests.campaigns.store.chance import rush
from tests.campaigns.store.test_interleavings import Interleavings
from tests.campaigns.store.watched import House

Figures = dict[str, float]
_STEPS = 100
"""In one example of Hypothesis."""


@contextmanager
def house(url: str) -> Iterator[House]:
    """Two processes over one store."""
    stores = open_store(url, durable=False), open_store(url, durable=False)
    yield House(stores)
    for store in stores:
        store.close()


def machine(new: Callable[[], str], steps: int) -> Figures:
    """Hypothesis chooses."""
    done = [0, 0]

    class Counted(Interleavings):
        def teardown(self) -> None:
            done[0] += self.steps
            done[1] += self.house.permits
            super().teardown()

    def opened() -> AbstractContextManager[House]:
        return house(new())

    how = settings(
        max_examples=50,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    while done[0] < steps:
        run_state_machine_as_test(lambda: Counted(opened), settings=how)  # type: ignore[arg-type]
    return {"machine: steps": done[0], "machine: calls": done[1], "machine: forbidden": 0}


def busy(url: str, attempts: int, seed: int) -> Figures:
    """Dice choose."""
    dice = Random(seed)
    with house(url) as watched:
        while watched.attempts < attempts:
            rush(watched, dice)
        watched.nobody_is_forgotten()
        watched.nothing_was_changed()
        return {"dice: attempts": watched.attempts, "dice: calls": watched.permits, "dice: forbidden": 0}


def main() -> None:
    """Runs what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--attempts", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    began = time.perf_counter()
    figures: Figures = {}
    with TemporaryDirectory(ignore_cleanup_errors=True) as place, _stores(asked.postgresql, Path(place)) as new:
        if asked.steps:
            figures |= machine(new, asked.steps)
        if asked.attempts:
            figures |= busy(new(), asked.attempts, asked.seed)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
    else:
        for name, value in figures.items():
            print(f"{name:24} {value:12,}")


@contextmanager
def _stores(postgresql: bool, folder: Path) -> Iterator[Callable[[], str]]:
    """What makes empty stores."""
    if postgresql:
        with server(folder) as new:
            url = new()

            def emptied() -> str:
                empty(url)
                return url

            yield emptied
        return
    pattern = folder / "pattern"
    open_store(str(pattern)).close()

    def new_file() -> str:
        for old in folder.glob("store.db*"):
            old.unlink()
        return str(shutil.copy(pattern, folder / "store.db"))

    yield new_file


if __name__ == "__main__":
    main()
