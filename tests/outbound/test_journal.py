"""The journal: what the store did not take is read back exactly, also after a power failure."""

from __future__ import annotations

import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Comment,
    Complaint,
    Crisis,
    OptOut,
    Rating,
    Result,
    Scope,
    TransferResult,
    Via,
    WrongNumber,
)
from outbound.journal import Journal, Kept

RESULTS: tuple[Result, ...] = (
    OptOut(Via.KEY, "9", Scope.EVERYONE),
    Rating(4, Via.VOICE, "four"),
    Comment("it came late\nand wet", "rating"),
    Comment("on lines\u2028of\x85their own", "rating"),
    Answer("leave", "yes", Via.VOICE, "ja, gern"),
    CallbackPromise(datetime(2026, 3, 11, 15, 0, tzinfo=UTC), by_person=True, words="tomorrow"),
    CallbackPromise(None, by_person=False, words="나중에"),
    WrongNumber(Via.VOICE, "wrong number"),
    Complaint("unhöflich"),
    Crisis("words"),
    TransferResult("service", reached=False, reason="486 Busy Here"),
)


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_a_result_is_read_back_as_it_was(tmp_path: Path, result: Result) -> None:
    Journal(tmp_path / "deep" / "journal.jsonl").keep(3, result)
    assert Journal(tmp_path / "deep" / "journal.jsonl").pending() == (Kept(3, result),)


def test_a_line_cut_off_by_a_power_failure_hides_nothing_before_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    for number, result in enumerate(RESULTS):
        journal.keep(number, result)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert journal.pending() == tuple(Kept(number, result) for number, result in enumerate(RESULTS[:-1]))


def test_a_cleared_journal_is_empty_and_so_is_a_new_one(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    assert journal.pending() == ()
    journal.keep(1, RESULTS[0])
    journal.clear()
    assert journal.pending() == ()


def test_a_disk_that_is_full_in_the_middle_of_a_line_spoils_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.keep(1, RESULTS[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 9, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            journal.keep(2, RESULTS[1])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.keep(3, RESULTS[2])
    assert journal.pending() == (Kept(1, RESULTS[0]), Kept(3, RESULTS[2]))


def test_what_was_put_aside_before_is_not_written_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    for call_id in (1, 2):
        journal.keep(call_id, OptOut(Via.KEY, "9"))
        journal.clear(aside=True)
    assert not journal.pending()
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["journal.aside", "journal.aside1"]
