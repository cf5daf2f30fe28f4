"""A campaign among dying processes, lost lines, late answers, set clocks, listings and imports: is anybody wronged?

Runs the real dialer, gate, dialogue and store on a jumping clock, and kills the process at random write boundaries. A
witness on the line keeps books of its own; what the store holds in the end is compared with them. Zeroes are expected.
Without a URL the store is SQLite's, of the kind that `outbound simulate` throws away afterwards.

    python -m benchmarks.faults --attempts 1000000 [--db postgresql://…] [--json]
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from campaigns.store import SCRATCH
from campaigns.templates import template, template_text
from outbound.simulation.faults import Faults
from outbound.simulation.ordeal import Survived, survive
from outbound.simulation.population import read_habits
from outbound.simulation.trial import Question
from outbound.simulation.witness import WRONGS

_CALLS_PER_CONTACT = 1.6
"""Of the ready shipping campaign and the ready population, about."""
_DEATHS = 200
"""Spread over the whole: about so many."""
_WRITES_PER_CALL = 3.5


def ordeal(attempts: int, lines: int, seed: int, deaths: int, url: str | None) -> Survived:
    """One campaign of about so many attempts, in which about so many processes die."""
    contacts = max(1, round(attempts / _CALLS_PER_CONTACT))
    boundaries = 2 * _WRITES_PER_CALL * attempts
    faults = Faults(
        writes_between_deaths=round(boundaries / deaths) if deaths else 0,
        listings=max(10, contacts // 100),
        imports=10,
        import_size=max(10, contacts // 200),
        clock_steps=20,
        seed=seed,
    )
    question = Question(
        template("shipping"),
        template_text("shipping"),
        contacts=contacts,
        contacts_file=None,
        lines=lines,
        start=datetime(2026, 3, 2, 12, tzinfo=UTC),
        days=365,
        seed=seed,
        habits=read_habits(),
    )
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        return survive(url or SCRATCH, question, faults, Path(folder))


def main() -> None:
    """Runs what was asked for; exits with 1 if anybody was wronged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--deaths", type=int, default=_DEATHS, help="processes that die, about")
    parser.add_argument("--db", help="an empty PostgreSQL store; a temporary SQLite file otherwise")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)  # what breaks on purpose is told in thousands of lines
    wall, cpu = time.perf_counter(), time.process_time()
    survived = ordeal(asked.attempts, asked.lines, asked.seed, asked.deaths, asked.db)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    figures = {
        "attempts": survived.attempts,
        "processes that died": survived.deaths,
        "numbers listed meanwhile": survived.listings,
        "lists imported meanwhile": survived.imports,
        "steps of the clock": survived.clock_steps,
        **{f"wrong: {name}": survived.wrongs.get(name, 0) for name in WRONGS},
        "campaign complete": "yes" if survived.complete else "no",
        "result (the same for the same seed)": survived.digest,
        "seconds": round(wall, 1),
        "attempts each second": round(survived.attempts / wall, 1),
        "attempts each CPU second": round(survived.attempts / cpu, 1),
        "memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    if asked.json:
        json.dump(figures | {"endings": survived.endings}, sys.stdout, indent=2)
    else:
        for name, value in figures.items():
            print(f"{name:40} {value:>18,}" if isinstance(value, int | float) else f"{name:40} {value:>18}")
    sys.exit(bool(survived.wrongs) or not survived.complete)


if __name__ == "__main__":
    main()
