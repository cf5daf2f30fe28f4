"""The store goes away and comes back: nobody is called meanwhile, nothing said is lost, nobody is called twice."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaigns.outcomes import OptOut, Via
from campaigns.store import ContactState, Store, StoreUnavailable, open_store
from campaigns.store.database import open_engine
from campaigns.store.versions import Version
from outbound.clock import LoopClock
from outbound.dialer import Dialer
from outbound.dialing.news import Finished, Happened, News, Placed, StoreIsAway, StoreIsBack
from outbound.dialing.transactions import at_once
from outbound.dialogue.actions import Save
from outbound.dialogue.events import SaveFailed
from outbound.journal import Journal
from outbound.routes import TextRoute
from outbound.simulation.callee import Callee, Presses
from outbound.simulation.clock import run_virtually
from tests.outbound.dialing.house import NOON, add

QUICK = Callee("quick", rings=0.01, greeting="", thinks=0.01, does=(Presses("9", after=0.3),))
"""Says "never again" soon: these calls are held in real time."""
PEOPLE = 8


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr("campaigns.store.database._BUSY_SECONDS", 0.1)
    opened = open_store(str(tmp_path / "store.db"))
    add(opened, people=PEOPLE, more="alarm: {opt_outs: 100}")
    yield opened
    opened.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another program holds the file."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def full(path: Path) -> Iterator[None]:
    """No file of this process may become longer than the store's is: as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    longest = max(path.with_name(path.name + end).stat().st_size for end in ("", "-wal"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (longest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def run_through(
    store: Store,
    folder: Path,
    trouble: Callable[[Path], object],
    when: type[object],
    until: type[object] = StoreIsAway,
) -> list[News]:
    """A run during which the trouble begins when something of one kind happens, and lasts until another does."""
    told: list[News] = []

    async def main() -> None:
        clock = LoopClock(NOON, asyncio.get_running_loop())
        begins, noticed = asyncio.Event(), asyncio.Event()

        def watch(news: News) -> None:
            told.append(news)
            if isinstance(news, when) or (isinstance(news, Happened) and isinstance(news.what, when)):
                begins.set()
            if isinstance(news, until) or (isinstance(news, Happened) and isinstance(news.what, until)):
                noticed.set()

        route = TextRoute(lambda _: QUICK, clock, 2)
        dialer = Dialer(store, route, clock, Journal(folder / "journal"), owner="test", watch=watch)
        running = asyncio.ensure_future(dialer.run())
        await begins.wait()
        with trouble(folder / "store.db"):  # type: ignore[attr-defined]
            await asyncio.wait_for(noticed.wait(), 30)
        await asyncio.wait_for(running, 60)

    asyncio.run(main())
    return told


@pytest.mark.parametrize("trouble", [locked, full])
@pytest.mark.parametrize("when", [Placed, Save])
def test_a_run_survives_a_store_that_is_away(
    store: Store, tmp_path: Path, trouble: Callable[[Path], object], when: type[object]
) -> None:
    told = run_through(store, tmp_path, trouble, when)
    kinds = [type(news) for news in told]
    away, back = kinds.index(StoreIsAway), kinds.index(StoreIsBack)
    assert away < back
    assert not [news for news in told[away:back] if isinstance(news, Placed)]
    _everybody_was_called_once(store)
    # whatever the callees said is in the register, however often the store was away
    assert {entry.number for entry in store.entries()} == {one.number for one in store.contacts("parcels")}
    assert not (tmp_path / "journal").exists()


def test_a_call_in_progress_is_ended_politely_when_the_store_goes_away(store: Store, tmp_path: Path) -> None:
    told = run_through(store, tmp_path, locked, Placed, SaveFailed)
    failed = [news.call_id for news in told if isinstance(news, Happened) and isinstance(news.what, SaveFailed)]
    finished = {news.call_id: news.disposition.value for news in told if isinstance(news, Finished)}
    assert failed
    assert {finished[call_id] for call_id in failed} == {"opted_out"}


def test_a_call_whose_edited_campaign_cannot_be_read_is_closed_as_not_dialled_by_the_same_run(tmp_path: Path) -> None:
    """The store goes away between the gate's yes and the campaign's new text: no row is left behind."""

    class Forgetful(Store):
        edited = False
        failures = 2

        def version(self, version_id: int) -> Version:
            if not self.edited:  # somebody edits the campaign while the first call is made ready
                self.edited = True
                add(self, people=0, more="alarm: {opt_outs: 100}\npriority: 7")
            elif version_id > 1 and self.failures:
                self.failures -= 1
                raise StoreUnavailable("away")
            return super().version(version_id)

    store = Forgetful(open_engine(str(tmp_path / "store.db")))
    add(store, people=2, more="alarm: {opt_outs: 100}")
    told: list[News] = []

    async def main() -> None:
        clock = LoopClock(NOON, asyncio.get_running_loop())
        route = TextRoute(lambda _: QUICK, clock, 2)
        journal = Journal(tmp_path / "journal")
        await Dialer(store, route, clock, journal, owner="test", watch=told.append, transact=at_once).run()

    run_virtually(main())
    _everybody_was_called_once(store)
    ended = {news.call_id: news.disposition.value for news in told if isinstance(news, Finished)}
    assert {news.call_id for news in told if isinstance(news, Placed)} == set(ended)
    assert Counter(ended.values()) == {"route_down": 2, "opted_out": 2}
    assert [contact.attempts for contact in store.contacts("parcels")] == [1, 1]
    store.close()


def _everybody_was_called_once(store: Store) -> None:
    with store.reading() as connection:
        calls = connection.execute(sa.text("SELECT contact_id, disposition FROM call")).all()
    assert Counter(call.contact_id for call in calls if call.disposition != "route_down") == {
        contact.id: 1 for contact in store.contacts("parcels")
    }
    assert all(contact.state is ContactState.CLOSED for contact in store.contacts("parcels"))


def test_what_a_journal_holds_for_another_store_keeps_nobody_from_being_called(store: Store, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.keep(4711, OptOut(Via.KEY, "9"))

    async def main() -> None:
        clock = LoopClock(NOON, asyncio.get_running_loop())
        route = TextRoute(lambda _: QUICK, clock, 2)
        await Dialer(store, route, clock, journal, owner="x", transact=at_once, longest_wait_seconds=None).run()

    run_virtually(main())
    assert {one.state for one in store.contacts("parcels")} == {ContactState.CLOSED}
    assert not journal.waiting
    assert "4711" in (tmp_path / "journal.aside").read_text()
