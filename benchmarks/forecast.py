"""How near a forecast comes: the same people called on the jumping clock, and once more in real time.

A small campaign that can end within minutes: who was busy is tried again after seconds, nobody else is, and nobody is
called back on another day. In real time the dialer runs as in `outbound run`: it waits for the disk, its transactions
are off the event loop, and nothing is known before it happens. Takes minutes by its nature, and hardly any computing.

    python -m benchmarks.forecast --contacts 24 --lines 6 [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from campaigns.definition import parse
from campaigns.intents import Intent
from campaigns.store import open_store
from campaigns.templates import template_text
from outbound import wiring
from outbound.clock import LoopClock
from outbound.dialer import Dialer
from outbound.journal import Journal
from outbound.routes import TextRoute
from outbound.simulation.forecast import Tally
from outbound.simulation.population import Habits, read_habits
from outbound.simulation.population.habits import Mood
from outbound.simulation.trial import Question, Trial

START = datetime(2026, 3, 3, 19, 0, tzinfo=UTC)
"""A Tuesday, in the hours of every zone of the country."""
QUICK = (
    ("busy: {after: 15m, times: 2}", "busy: {after: 5s, times: 2}"),
    ("no_answer: {after: 3h, times: 2}", "no_answer: {after: 10s, times: 0}"),
)
ALLOWED = 0.10


def _question(contacts: int, lines: int) -> Question:
    text = template_text("shipping")
    for slow, quick in QUICK:
        assert slow in text
        text = text.replace(slow, quick)
    return Question(parse(text, "quick"), text, contacts, None, lines, START, 1, 7, _people_of_today())


def _people_of_today() -> Habits:
    """The ready population with more of them on the phone, and nobody who wants to be called on another day."""
    habits = read_habits()
    turns = {
        mood: {doing: share for doing, share in table.items() if doing != Intent.CALLBACK}
        for mood, table in (("welcome", habits.turns.welcome), ("unwelcome", habits.turns.unwelcome))
    }
    telephone = habits.telephone.model_copy(update={"busy": 0.2})
    moods = Mood.model_validate(turns)
    return habits.model_copy(update={"turns": moods, "desk_answers": 1.0, "telephone": telephone})


def foreseen(question: Question) -> Tally:
    """On the clock that jumps."""
    tally = Tally()
    store = open_store(":memory:")
    trial = Trial(store, question)
    trial.fill()
    trial.run(tally.watch)
    store.close()
    return tally


def lived(question: Question, folder: Path) -> Tally:
    """In real time, durably."""
    tally = Tally()
    store = open_store(str(folder / "real.db"))
    trial = Trial(store, question)
    trial.fill()

    async def main() -> None:
        clock = LoopClock(START, asyncio.get_running_loop())
        route = TextRoute(trial.people(clock), clock, question.lines)
        journal = Journal(folder / "journal.jsonl")
        dialer = Dialer(store, route, clock, journal, owner=wiring.owner(), watch=tally.watch)
        await dialer.run()

    asyncio.run(main())
    store.close()
    return tally


def main() -> None:
    """Runs both; exits with 1 if the forecast is further off than promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=24)
    parser.add_argument("--lines", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    question = _question(asked.contacts, asked.lines)
    began = time.perf_counter()
    expected = foreseen(question)
    took = time.perf_counter() - began
    with tempfile.TemporaryDirectory(prefix="forecast-") as folder:
        real = lived(question, Path(folder))
    seconds = [(tally.last - START).total_seconds() if tally.last else 0.0 for tally in (expected, real)]
    off = abs(seconds[0] - seconds[1]) / seconds[1]
    figures = {
        "contacts": asked.contacts,
        "lines": asked.lines,
        "calls foreseen": expected.calls,
        "calls in real time": real.calls,
        "endings agree": "yes" if expected.endings == real.endings else "no",
        "seconds foreseen": round(seconds[0], 1),
        "seconds in real time": round(seconds[1], 1),
        "off by": round(off, 4),
        "seconds to foresee it": round(took, 2),
    }
    if asked.json:
        json.dump(figures, sys.stdout, indent=2)
    else:
        for name, value in figures.items():
            print(f"{name:24} {value:>12}")
    sys.exit(off > ALLOWED)


if __name__ == "__main__":
    main()
