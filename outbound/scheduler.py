"""What a run does by the calendar, beside the calls: exports, warnings about old lists, closing campaigns, retention.

Decides when, not what: exporting, closing and purging are the store's. The timetable stands in the store, so that what
was missed while the computer was off runs once when the next run begins. Jobs run one at a time, in a thread of their
own; one that fails is logged and does not end the calls. When contacts are due, and on which days and hours a campaign
calls, is no job but the gate's word, which also holds while nobody runs. Rehearsals have no scheduler: their clock
jumps, and nothing they learn is to be exported.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from audio.synthesis import PromptCache
from campaigns.compliance.book import shipped
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
TIMETABLE = "timetable"
WARN_DAYS = 5
"""So long before a national list is too old, somebody is told."""
_MISSED_BY_SECONDS = 366 * 86_400
"""Whatever was missed runs once, however long the computer was off."""
_LOOK_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is to happen by the calendar; None is never.

    Attributes:
        export_folder: gets the do-not-call register each day, in a file named after the day (UTC).
        export_hour: 0-23, UTC.
        retention: what is let go of, each hour.
        sounds: rendered speech, which may say names: let go of like recordings, from its last use on.
    """

    export_folder: Path | None = None
    export_hour: int = 3
    retention: Retention | None = None
    sounds: PromptCache | None = None


_work: dict[str, Callable[[], object]] = {}
"""What the jobs of the run in this process do, by name: the store keeps names, because it cannot keep functions."""


@contextmanager
def scheduled(store: Store, clock: Clock, calendar: Calendar) -> Iterator[BackgroundScheduler]:
    """Runs the calendar's jobs until the block ends."""
    folder, retention = calendar.export_folder, calendar.retention
    wanted: dict[str, tuple[Callable[[], object], BaseTrigger]] = {
        "campaigns": (lambda: close_campaigns(store, clock.now()), IntervalTrigger(minutes=10, timezone=UTC)),
        "lists": (lambda: warn_of_old_lists(store, clock.now()), CronTrigger(hour=6, timezone=UTC)),
    }
    if folder is not None:
        at_night = CronTrigger(hour=calendar.export_hour, timezone=UTC)
        wanted["export"] = lambda: export(store, folder, clock.now()), at_night
    if retention is not None:
        hourly = IntervalTrigger(hours=1, timezone=UTC)
        wanted["retention"] = lambda: let_go(store, retention, calendar.sounds, clock.now()), hourly
    scheduler = BackgroundScheduler(
        jobstores={"default": _Timetable(store, clock)},
        executors={"default": ThreadPoolExecutor(1)},
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _MISSED_BY_SECONDS},
    )
    _work.clear()
    _work.update({name: work for name, (work, _) in wanted.items()})
    scheduler.start(paused=True)
    try:
        _agree(scheduler, {name: trigger for name, (_, trigger) in wanted.items()})
        scheduler.resume()
        yield scheduler
    finally:
        scheduler.shutdown(wait=True)
        _work.clear()


def do(name: str) -> None:
    """What the timetable calls; nothing where the run in this process has no such job."""
    work = _work.get(name)
    if work is None:
        return
    try:
        work()
    except Exception:  # whatever it was, calls in progress go on, and the next time it is tried again
        log.exception("%s failed", name)


def let_go(store: Store, retention: Retention, sounds: PromptCache | None, now: datetime) -> None:
    """Erases what is older than it may be kept.

    Raises:
        CampaignError, AudioError: it cannot be erased.
    """
    store.purge(now, retention, ACTOR)
    if sounds is not None and retention.recordings is not None:
        sounds.forget(now - retention.recordings)


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


def close_campaigns(store: Store, now: datetime) -> list[str]:
    """Stops the campaigns whose last day is over."""
    closed = store.close_campaigns(now, actor=ACTOR)
    for name in closed:
        log.warning("the campaign %s is over: its last day has passed", name)
    return closed


def warn_of_old_lists(store: Store, now: datetime) -> list[str]:
    """Says which national lists are too old to call by, or will be soon; one sentence for each."""
    oldest = shipped().list_ages()
    said = []
    for copy in store.lists():
        days = oldest.get(copy.name, _MISSED_BY_SECONDS) - (now.date() - copy.as_of).days
        if days < 0:
            said.append(f"The list {copy.name} is too old: whoever it could name is not called. Import a new copy.")
        elif days <= WARN_DAYS:
            said.append(f"The list {copy.name} is too old in {days} days. Import a new copy.")
    for sentence in said:
        log.warning("%s", sentence)
    return said


def _agree(scheduler: BackgroundScheduler, wanted: Mapping[str, BaseTrigger]) -> None:
    """Makes the timetable that of this run; what is in it and stays keeps its next time, also one that was missed."""
    kept = {job.id: str(job.trigger) for job in scheduler.get_jobs()}
    for name in kept.keys() - wanted.keys():
        scheduler.remove_job(name)
    for name, trigger in wanted.items():
        if kept.get(name) != str(trigger):
            scheduler.add_job(do, trigger, args=[name], id=name, name=name, replace_existing=True)


class _Timetable(SQLAlchemyJobStore):  # type: ignore[misc]  # APScheduler has no types
    """The timetable in the store. A store that is away for a moment does not end the scheduler."""

    def __init__(self, store: Store, clock: Clock) -> None:
        super().__init__(engine=store.engine, tablename=TIMETABLE)
        self._clock = clock
        self._closed = False

    def get_due_jobs(self, now: datetime) -> list[Any]:
        """None once the run ends: a job that could not be done any more must stay due."""
        return [] if self._closed else list(super().get_due_jobs(now))

    def update_job(self, job: Any) -> None:
        try:
            super().update_job(job)
        except SQLAlchemyError as error:
            log.warning("the timetable cannot be written now (%s); a job may run twice", type(error).__name__)

    def get_next_run_time(self) -> datetime | None:
        try:
            found: datetime | None = super().get_next_run_time()
        except SQLAlchemyError:
            return self._clock.now() + _LOOK_AGAIN
        return found

    def shutdown(self) -> None:
        """The connections are the store's."""
        self._closed = True
