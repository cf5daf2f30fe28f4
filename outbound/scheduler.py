"""What a run does by the calendar, beside the calls: the daily export, and letting go of what need not be kept.

Decides when, not what: exporting and purging are the store's. Jobs run one at a time, a missed one runs once when the
computer is awake again, and one that fails is logged and does not end the calls. Rehearsals have no scheduler: their
clock jumps, and nothing they learn is to be exported.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from campaigns.dnc import ExportFormat
from campaigns.store import Store
from campaigns.store.privacy import Retention
from outbound.clock import Clock

log = logging.getLogger(__name__)

ACTOR = "scheduler"
RETAINED = Retention()
"""The store's own periods."""
SOUND_ONLY = Retention(transcripts=None, numbers=None)
"""The same for recordings, and nothing else: nobody has to ask for that."""
_GRACE_SECONDS = 6 * 3600
"""A job that was missed by this much, because the computer slept, still runs."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is to happen by the calendar; None is never.

    Attributes:
        export_folder: gets the do-not-call register each day, in a file named after the day (UTC).
        export_hour: 0-23, UTC.
        retention: what is let go of, each hour.
    """

    export_folder: Path | None = None
    export_hour: int = 3
    retention: Retention | None = None


@asynccontextmanager
async def scheduled(store: Store, clock: Clock, calendar: Calendar) -> AsyncIterator[AsyncIOScheduler]:
    """Runs the calendar's jobs on the running event loop until the block ends."""
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _GRACE_SECONDS}
    )
    folder, retention = calendar.export_folder, calendar.retention
    if folder is not None:
        job = _in_a_thread("the daily export", lambda: export(store, folder, clock.now()))
        scheduler.add_job(job, "cron", hour=calendar.export_hour, id="daily export")
    if retention is not None:
        job = _in_a_thread("retention", lambda: store.purge(clock.now(), retention, ACTOR))
        scheduler.add_job(job, "interval", hours=1, id="retention")
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=False)


def export(store: Store, folder: Path, now: datetime) -> Path:
    """Writes the register as it stands to `folder`; the file of a day is replaced when it is written again.

    Raises:
        CampaignError, OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"do-not-call-{now:%Y-%m-%d}.csv"
    part = path.with_suffix(".part")
    store.export_entries(part, ExportFormat.CSV, now, ACTOR)
    part.replace(path)
    return path


def _in_a_thread(name: str, work: Callable[[], object]) -> Callable[[], object]:
    async def job() -> None:
        try:
            await asyncio.to_thread(work)
        except Exception:  # whatever it was, calls in progress go on, and the next time it is tried again
            log.exception("%s failed", name)

    return job
