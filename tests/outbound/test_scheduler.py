"""What happens by the calendar, on a real scheduler and a real store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.events import EVENT_JOB_EXECUTED

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import open_store
from outbound.clock import SystemClock
from outbound.scheduler import RETAINED, Calendar, export, scheduled

NIGHT = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
NUMBER = "+12025550123"


def test_the_register_is_exported_when_its_hour_comes(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    store.add_entry(NewEntry(NUMBER, Reach(Scope.EVERYONE), Source.PERSON), NIGHT, "somebody")

    async def run() -> None:
        done = asyncio.Event()
        async with scheduled(store, SystemClock(), Calendar(export_folder=tmp_path / "out")) as scheduler:
            scheduler.add_listener(lambda _: done.set(), EVENT_JOB_EXECUTED)
            scheduler.modify_job("daily export", next_run_time=SystemClock().now())
            await asyncio.wait_for(done.wait(), 30)

    asyncio.run(run())
    (written,) = (tmp_path / "out").iterdir()
    assert NUMBER in written.read_text("utf-8-sig")
    store.close()


def test_a_day_has_one_file_and_it_is_the_newest(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    first = export(store, tmp_path / "out", NIGHT)
    store.add_entry(NewEntry(NUMBER, Reach(Scope.EVERYONE), Source.PERSON), NIGHT, "somebody")
    assert export(store, tmp_path / "out", NIGHT) == first
    assert first.name == "do-not-call-2026-03-03.csv"
    assert NUMBER in first.read_text("utf-8-sig")
    store.close()


def test_nothing_is_scheduled_that_nobody_asked_for(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))

    async def jobs(calendar: Calendar) -> set[str]:
        async with scheduled(store, SystemClock(), calendar) as scheduler:
            return {job.id for job in scheduler.get_jobs()}

    assert asyncio.run(jobs(Calendar())) == set()
    assert asyncio.run(jobs(Calendar(tmp_path, retention=RETAINED))) == {"daily export", "retention"}
    store.close()
