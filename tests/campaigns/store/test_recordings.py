"""The sound of calls: the store knows of every file, and lets go of it in time."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.outcomes import Disposition
from campaigns.store import AuditFilter, Retention, Store, StoreError
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Person
from tests.campaigns.store.house import dial, running


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sounds" / "1.wav"
    path.parent.mkdir()
    path.write_bytes(b"what was said")
    return path


@pytest.fixture
def recorded(store: Store, sound: Path) -> int:
    """A recorded call that has ended, by id."""
    running(store, Person())
    permit = dial(store)
    store.keep_recording(permit.call_id, sound)
    store.finish(permit.call_id, Disposition.COMPLETED, MONDAY_NOON)
    return permit.call_id


def test_a_call_says_where_its_sound_is(store: Store, recorded: int, sound: Path) -> None:
    assert store.call(recorded).recording == str(sound)
    assert store.held_about(NUMBER)["calls"][0]["recording"] == str(sound)


def test_who_is_erased_is_heard_nowhere_any_more(store: Store, recorded: int, sound: Path) -> None:
    assert store.erase(NUMBER, MONDAY_NOON, "bob").recordings == 1
    assert not sound.exists()
    assert store.call(recorded).recording == ""


def test_a_recording_that_another_computer_keeps_is_never_reported_as_erased(
    store: Store, recorded: int, sound: Path
) -> None:
    shutil.rmtree(sound.parent)
    with pytest.raises(StoreError, match="not on this computer"):
        store.erase(NUMBER, MONDAY_NOON, "bob")
    assert store.call(recorded).number == NUMBER
    assert store.purge(MONDAY_NOON + timedelta(days=31), Retention()).recordings == 0
    assert store.call(recorded).recording == str(sound)


def test_time_deletes_the_sound_before_anything_else(store: Store, recorded: int, sound: Path) -> None:
    only_sound = Retention(transcripts=None, numbers=None, recordings=timedelta(days=30))
    assert store.purge(MONDAY_NOON + timedelta(days=29), only_sound).recordings == 0
    assert sound.exists()
    purged = store.purge(MONDAY_NOON + timedelta(days=31), only_sound)
    assert (purged.recordings, purged.transcripts, purged.contacts) == (1, 0, 0)
    assert not sound.exists()
    assert store.call(recorded).number == NUMBER
    assert store.purge(MONDAY_NOON + timedelta(days=31), only_sound).recordings == 0
    assert [record.action for record in store.audit(AuditFilter(action="privacy"))] == ["privacy.purge"]


def test_a_sound_never_outlives_the_number(store: Store, recorded: int, sound: Path) -> None:
    store.purge(MONDAY_NOON + timedelta(days=401), Retention(recordings=None))
    assert not sound.exists()
