"""What happens by the calendar, on a real scheduler and a real store."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler

from audio.synthesis import PromptCache, voice_for
from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.store import CampaignState, open_store
from outbound.clock import SystemClock
from outbound.scheduler import (
    RETAINED,
    SOUND_ONLY,
    Calendar,
    close_campaigns,
    export,
    let_go,
    scheduled,
    warn_of_old_lists,
)
from tests.campaigns.samples import Calling, Definition, Person
from tests.campaigns.store.house import running

NIGHT = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
NUMBER = "+12025550123"


def wait_for(scheduler: BackgroundScheduler, job: str) -> threading.Event:
    """Is set when that job has run."""
    done = threading.Event()
    scheduler.add_listener(lambda event: done.set() if event.job_id == job else None, EVENT_JOB_EXECUTED)
    return done


def test_the_register_is_exported_when_its_hour_comes(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    store.add_entry(NewEntry(NUMBER, Reach(Scope.EVERYONE), Source.PERSON), NIGHT, "somebody")
    with scheduled(store, SystemClock(), Calendar(export_folder=tmp_path / "out")) as scheduler:
        done = wait_for(scheduler, "export")
        scheduler.modify_job("export", next_run_time=SystemClock().now())
        assert done.wait(30)
    (written,) = (tmp_path / "out").iterdir()
    assert NUMBER in written.read_text("utf-8-sig")
    store.close()


def test_what_was_missed_while_the_computer_was_off_runs_once(tmp_path: Path) -> None:
    calendar = Calendar(export_folder=tmp_path / "out")
    store = open_store(str(tmp_path / "store.db"))
    with scheduled(store, SystemClock(), calendar) as scheduler:
        scheduler.pause()
        scheduler.modify_job("export", next_run_time=SystemClock().now() - timedelta(days=9))
    store.close()
    again = open_store(str(tmp_path / "store.db"))
    with scheduled(again, SystemClock(), calendar) as scheduler:
        for _ in range(300):  # it may have run before anybody could listen
            if scheduler.get_job("export").next_run_time > SystemClock().now():
                break
            wait_for(scheduler, "export").wait(0.1)
    assert len(list((tmp_path / "out").iterdir())) == 1
    again.close()


def test_a_timetable_that_is_away_does_not_end_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.store.database._BUSY_SECONDS", 0.1)
    store = open_store(str(tmp_path / "store.db"))
    with scheduled(store, SystemClock(), Calendar(export_folder=tmp_path / "out")) as scheduler:
        scheduler.modify_job("export", next_run_time=SystemClock().now() + timedelta(seconds=0.5))
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert wait_for(scheduler, "export").wait(30)
        other.execute("ROLLBACK")
        other.close()
        done = wait_for(scheduler, "lists")
        scheduler.modify_job("lists", next_run_time=SystemClock().now())
        assert done.wait(30)
    store.close()


def test_a_campaign_is_stopped_when_its_last_day_is_over_everywhere(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    running(store, Person(), definition=Definition(calling=Calling(closes_on=date(2025, 6, 2))))
    assert close_campaigns(store, datetime(2025, 6, 3, 11, 59, tzinfo=UTC)) == []
    assert close_campaigns(store, datetime(2025, 6, 3, 12, 0, tzinfo=UTC)) == ["shipping"]
    record = store.campaign("shipping")
    assert (record.state, record.because) == (CampaignState.STOPPED, "Its last day was 2025-06-02.")
    store.close()


@pytest.mark.parametrize(("days", "said"), [(20, ""), (28, "is too old in 3 days"), (40, "is too old:")])
def test_an_old_list_is_told_before_it_stops_the_calls(tmp_path: Path, days: int, said: str) -> None:
    store = open_store(str(tmp_path / "store.db"))
    store.load_list("us-national", NIGHT.date() - timedelta(days=days), [NUMBER], NIGHT, "somebody", origin="list.txt")
    sentences = warn_of_old_lists(store, NIGHT)
    assert bool(sentences) == bool(said)
    assert said in " ".join(sentences)
    store.close()


def test_a_day_has_one_file_and_it_is_the_newest(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    first = export(store, tmp_path / "out", NIGHT)
    store.add_entry(NewEntry(NUMBER, Reach(Scope.EVERYONE), Source.PERSON), NIGHT, "somebody")
    assert export(store, tmp_path / "out", NIGHT) == first
    assert first.name == "do-not-call-2026-03-03.csv"
    assert NUMBER in first.read_text("utf-8-sig")
    store.close()


def test_rendered_speech_goes_with_the_recordings(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    sounds = PromptCache(tmp_path / "prompts")
    voice_for("en-US", cache=sounds).speak("Hello Ann.")
    now = datetime.now(UTC)
    for later, left in ((timedelta(days=29), 1), (timedelta(days=31), 0)):
        let_go(store, SOUND_ONLY, sounds, now + later)
        assert len(list((tmp_path / "prompts").iterdir())) == left
    store.close()


def test_nothing_is_scheduled_that_nobody_asked_for(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))

    def jobs(calendar: Calendar) -> set[str]:
        with scheduled(store, SystemClock(), calendar) as scheduler:
            return {job.id for job in scheduler.get_jobs()}

    always = {"campaigns", "lists"}
    assert jobs(Calendar(tmp_path, retention=RETAINED)) == always | {"export", "retention"}
    assert jobs(Calendar()) == always
    store.close()
