"""The dialer keeps to pace, budget and alarm, rests a route that fails, and is steered while it works."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa

from campaigns.definition import parse
from campaigns.outcomes import Disposition
from campaigns.pacing import Pace
from campaigns.store import CampaignState, ContactState, Permit, Store, open_store
from outbound.clock import Clock, LoopClock
from outbound.dialer import LOOK_SECONDS, Dialer
from outbound.dialing.books import Books
from outbound.dialing.calling import Calling
from outbound.dialing.news import (
    CampaignPaused,
    ClockStepped,
    Finished,
    Happened,
    News,
    Placed,
    Refused,
    RouteIsBack,
    RouteRests,
)
from outbound.dialing.transactions import at_once
from outbound.dialogue.actions import Say
from outbound.dialogue.events import HungUp
from outbound.journal import Journal
from outbound.lines.base import EndCause
from outbound.routes import TextRoute
from outbound.simulation.callee import Callee, Says
from outbound.simulation.clock import run_virtually
from tests.outbound.dialing.house import AWAY, DOWN, LISTENS, NOON, REFUSES, Troubled, add, dial

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
T = TypeVar("T")


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def of(kind: type[News], told: list[News]) -> list[News]:
    return [news for news in told if isinstance(news, kind)]


def dialled(store: Store) -> list[datetime]:
    with store.reading() as connection:
        return [
            datetime.fromisoformat(at)
            for at in connection.execute(sa.text("SELECT dialed_at FROM call ORDER BY id")).scalars()
        ]


def most_at_a_time(told: list[News]) -> int:
    most = busy = 0
    for news in told:
        busy += isinstance(news, Placed) - isinstance(news, Finished)
        most = max(most, busy)
    return most


def test_everybody_is_called_on_all_channels(store: Store, tmp_path: Path) -> None:
    add(store, people=12)
    told = dial(store, tmp_path)
    assert Counter(news.disposition for news in told if isinstance(news, Finished)) == {Disposition.COMPLETED: 12}
    assert most_at_a_time(told) == 5
    assert store.campaign("parcels").state is CampaignState.DONE


def test_an_hourly_pace_from_the_file_is_kept(store: Store, tmp_path: Path) -> None:
    add(store, people=8, more="pace: {per_hour: 60}")
    dial(store, tmp_path)
    moments = dialled(store)
    assert len(moments) == 8
    assert all(after - before >= MINUTE for before, after in itertools.pairwise(moments))
    assert moments[-1] - moments[0] < 8 * MINUTE


async def as_by_a_thread(function: Callable[[], T]) -> T:
    """Takes a moment, as a store's transaction does in a run."""
    await asyncio.sleep(0.002)
    return function()


def test_a_pace_is_reached_though_the_gate_takes_its_moment(store: Store, tmp_path: Path) -> None:
    add(store, people=60, more="pace: {per_second: 20}")
    dial(store, tmp_path, channels=60, transact=as_by_a_thread, look_seconds=LOOK_SECONDS)
    moments = dialled(store)
    assert all(after - before >= SECOND / 20 for before, after in itertools.pairwise(moments))
    assert moments[-1] - moments[0] < 4 * SECOND, "twice a second is how often the dialer looks by itself"


def test_calls_at_a_time_are_bounded_for_each_campaign(store: Store, tmp_path: Path) -> None:
    add(store, people=8, more="pace: {in_flight: 2}")
    add(store, "others", people=8, first=100)
    told = dial(store, tmp_path)
    mine = [news for news in told if isinstance(news, Placed | Finished) and news.campaign == "parcels"]
    assert most_at_a_time(list(mine)) == 2
    assert most_at_a_time(told) == 5


def test_a_pace_that_is_changed_elsewhere_holds_within_a_second(store: Store, tmp_path: Path) -> None:
    add(store, people=20, more="pace: {per_hour: 60}")

    async def meanwhile(clock: Clock, _: Dialer) -> None:
        await asyncio.sleep(150)
        store.set_pace("parcels", Pace(per_second=2), clock.now())

    dial(store, tmp_path, meanwhile=meanwhile, channels=20)
    moments = dialled(store)
    assert sum(moment < moments[0] + timedelta(seconds=150) for moment in moments) == 3
    # the dialer on a jumping clock looks when the next call is due; one in real time twice a second
    assert moments[-1] < moments[0] + timedelta(seconds=150 + 60 + 10)


def test_a_budget_of_calls_is_kept_to_the_call_and_pauses_with_its_reason(store: Store, tmp_path: Path) -> None:
    add(store, people=20, more="budget: {calls: 7}")
    told = dial(store, tmp_path)
    (paused,) = of(CampaignPaused, told)
    assert len(of(Placed, told)) == 7
    record = store.campaign("parcels")
    assert (record.state, record.because) == (CampaignState.PAUSED, "Its budget of 7 calls is used up.")
    assert isinstance(paused, CampaignPaused)
    assert paused.because == record.because
    store.set_state("parcels", CampaignState.RUNNING, NOON + timedelta(hours=1))
    assert store.campaign("parcels").because == ""


def test_a_budget_counts_what_earlier_runs_have_spent(store: Store, tmp_path: Path) -> None:
    add(store, people=20, more="budget: {calls: 7}")
    dial(store, tmp_path)
    store.set_state("parcels", CampaignState.RUNNING, NOON)
    assert of(Placed, dial(store, tmp_path)) == []


def test_minutes_are_a_budget_too(store: Store, tmp_path: Path) -> None:
    add(store, people=40, more="budget: {minutes: 1}")
    told = dial(store, tmp_path, channels=1)
    seconds = sum(news.seconds for news in told if isinstance(news, Finished))
    assert 60 <= seconds < 75
    assert store.campaign("parcels").because == "Its budget of 1 minutes is used up."


def test_too_many_opt_outs_pause_the_campaign(store: Store, tmp_path: Path) -> None:
    add(store, people=40, more="alarm: {opt_outs: 20, conversations: 10}")
    told = dial(store, tmp_path, callee=REFUSES)
    assert 10 <= len(of(Placed, told)) <= 15
    assert "asked never to be called again" in store.campaign("parcels").because
    assert store.campaign("parcels").state is CampaignState.PAUSED


def test_an_alarm_that_a_person_has_heard_counts_anew(store: Store, tmp_path: Path) -> None:
    add(store, people=40, more="alarm: {opt_outs: 20, conversations: 10}")
    first = len(of(Placed, dial(store, tmp_path, callee=REFUSES)))
    store.set_state("parcels", CampaignState.RUNNING, NOON + timedelta(hours=1))

    async def meanwhile(_clock: Clock, _dialer: Dialer) -> None:
        """The clock begins at noon again: what was said before counts as before the resumption."""

    store.set_state("parcels", CampaignState.RUNNING, max(dialled(store)).replace(tzinfo=NOON.tzinfo) + SECOND)
    second = len(of(Placed, dial(store, tmp_path, callee=LISTENS, meanwhile=meanwhile)))
    assert first + second == 40


def test_what_the_route_asks_for_reaches_plan_and_breaker(store: Store, tmp_path: Path) -> None:
    add(store, people=1)
    asks = HungUp(EndCause.ROUTE_DOWN, 600.0)
    told = dial(store, tmp_path, lambda clock: Troubled([asks], clock, 5))
    (rests,) = of(RouteRests, told)
    assert isinstance(rests, RouteRests)
    assert rests.until - rests.at == 10 * MINUTE
    first, second = dialled(store)
    assert second - first >= 10 * MINUTE
    assert [type(news) for news in told if isinstance(news, RouteIsBack)] == [RouteIsBack]
    (contact,) = store.contacts("parcels")
    assert (contact.attempts, contact.state) == (1, ContactState.CLOSED)


@pytest.mark.parametrize("asked", [1e30, float("inf"), -5.0])
def test_whatever_the_route_asks_for_it_is_tried_again_within_a_day(store: Store, tmp_path: Path, asked: float) -> None:
    add(store, people=1, more="")
    told = dial(store, tmp_path, lambda clock: Troubled([HungUp(EndCause.ROUTE_DOWN, asked)], clock, 5))
    first, second = of(Placed, told)
    assert isinstance(first, Placed)
    assert isinstance(second, Placed)
    assert timedelta(seconds=30) <= second.at - first.at <= timedelta(days=1, minutes=1)


def test_a_route_that_fails_gets_one_call_at_a_time_until_it_is_back(store: Store, tmp_path: Path) -> None:
    add(store, people=30)
    told = dial(store, tmp_path, lambda clock: Troubled([DOWN] * 8, clock, 5))
    rests = [news for news in told if isinstance(news, RouteRests)]
    assert len(rests) >= 3
    between = [news for news in told if isinstance(news, Placed) and rests[0].until <= news.at < rests[-1].until]
    assert len(between) == len(rests) - 1
    assert Counter(one.attempts for one in store.contacts("parcels")) == {1: 30}


def test_a_promise_survives_a_route_that_is_down(store: Store, tmp_path: Path) -> None:
    """The only attempt is used up; that somebody asked to be called later is no reason less for it."""
    add(store, attempts=1)
    later = Callee("later", does=(Says("Call me back tomorrow at three."),), thinks=0.5)
    ends = [None, DOWN]
    told = dial(store, tmp_path, lambda clock: Troubled(ends, clock, 5, callees=[later, LISTENS]))
    assert [news.disposition for news in told if isinstance(news, Finished)] == [
        Disposition.CALLBACK,
        Disposition.ROUTE_DOWN,
        Disposition.COMPLETED,
    ]
    assert dialled(store)[-1] >= datetime(2026, 3, 4, 20, 0)  # noqa: DTZ001  three in the afternoon in New York


def test_who_asks_to_be_called_back_for_ever_is_handed_to_a_person(store: Store, tmp_path: Path) -> None:
    add(store)
    later = Callee("later", does=(Says("Call me back tomorrow at three."),), thinks=0.5)
    text = store.campaign("parcels").source.replace("max_attempts: 3", "max_attempts: 3, max_callbacks: 1")
    store.save_campaign(parse(text), text, NOON)
    told = dial(store, tmp_path, callee=later)
    assert [news.disposition for news in told if isinstance(news, Finished)] == [Disposition.CALLBACK] * 2
    (contact,) = store.contacts("parcels")
    assert contact.state is ContactState.CLOSED
    (task,) = store.open_tasks()
    assert (task.kind, task.contact_id) == ("callback", contact.id)


def test_pausing_ends_new_calls_and_lets_those_in_flight_finish(store: Store, tmp_path: Path) -> None:
    add(store, people=40)

    async def meanwhile(clock: Clock, _: Dialer) -> None:
        await asyncio.sleep(30)
        store.set_state("parcels", CampaignState.PAUSED, clock.now())

    told = dial(store, tmp_path, meanwhile=meanwhile, channels=2)
    placed, finished = of(Placed, told), of(Finished, told)
    assert 2 <= len(placed) < 40
    assert {
        type(news) for news in told if isinstance(news, Finished) and news.disposition is not Disposition.COMPLETED
    } == set()
    assert len(finished) == len(placed)
    assert all(moment <= (NOON + timedelta(seconds=31)).replace(tzinfo=None) for moment in dialled(store))


def test_a_worker_with_the_id_of_a_call_alone_can_hold_it(store: Store, tmp_path: Path) -> None:
    add(store, people=1)
    store.lease("asker", NOON)
    (claim,) = store.claim(NOON, 1)
    permit = store.authorise(claim.contact_id, NOON, line="text", owner="asker")
    assert isinstance(permit, Permit)
    assert store.permit(permit.call_id) == permit

    class Still:
        def now(self) -> datetime:
            return NOON

    async def work() -> None:
        journal = Journal(tmp_path / "journal.jsonl")
        books = Books(store, journal, Still(), at_once)
        route = TextRoute(lambda _: LISTENS, Still(), 1)
        worker = Calling(store, route, Still(), journal, books, watch=lambda _: None, transact=at_once)
        await worker.call(permit.call_id)

    run_virtually(work())
    assert store.call(permit.call_id).disposition is Disposition.COMPLETED


class Stepping:
    """A clock that somebody puts forward and back."""

    def __init__(self, begins: datetime) -> None:
        self._begins, self._loop, self.off = begins, asyncio.get_running_loop(), timedelta()

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=self._loop.time()) + self.off


def stepping(store: Store, folder: Path, begins: datetime, steps: list[tuple[float, timedelta]]) -> list[News]:
    """What a dialer tells whose clock is off by so much from a second on; drained at the last."""
    told: list[News] = []

    async def main() -> None:
        clock = Stepping(begins)
        route = TextRoute(lambda _: replace(LISTENS, rings=20.0), clock, 1)
        journal = Journal(folder / "journal")
        dialer = Dialer(
            store, route, clock, journal, owner="test", watch=told.append, transact=at_once, longest_wait_seconds=20.0
        )
        running, at = asyncio.ensure_future(dialer.run()), 0.0
        for second, off in steps:
            await asyncio.sleep(second - at)
            clock.off, at = off, second
        dialer.drain()
        await running

    run_virtually(main())
    return told


@pytest.mark.parametrize("hours", [9, -9])
def test_a_clock_that_is_put_out_of_the_window_stops_the_calls_until_it_is_put_back(
    store: Store, tmp_path: Path, hours: int
) -> None:
    add(store, people=30)
    told = stepping(store, tmp_path, NOON, [(45.0, timedelta(hours=hours)), (645.0, timedelta()), (700.0, timedelta())])
    assert [round(news.seconds / 3600) for news in told if isinstance(news, ClockStepped)] == [hours, -hours]
    assert all(9 <= (news.at - timedelta(hours=5)).hour < 20 for news in told if isinstance(news, Placed))
    steps = [place for place, news in enumerate(told) if isinstance(news, ClockStepped)]
    assert not of(Placed, told[steps[0] : steps[1]])


def test_a_clock_that_is_put_back_into_the_window_is_not_believed_for_an_hour(store: Store, tmp_path: Path) -> None:
    """At nine in the evening it shows five in the afternoon, all of a sudden."""
    add(store, people=3)
    told = stepping(
        store, tmp_path, NOON + timedelta(hours=9), [(45.0, timedelta(hours=-4)), (3600.0, timedelta(hours=-4))]
    )
    assert len(of(ClockStepped, told)) == 1
    assert of(Placed, told) == []


def test_a_clock_that_is_put_forward_brings_no_retry_forward(store: Store, tmp_path: Path) -> None:
    add(store, people=1)
    store.lease("earlier", NOON)
    (claim,) = store.claim(NOON, 1)
    permit = store.authorise(claim.contact_id, NOON, line="text", owner="earlier")
    assert isinstance(permit, Permit)
    store.finish(permit.call_id, Disposition.BUSY, NOON)
    store.release_lease("earlier")
    step = timedelta(minutes=14)
    told = stepping(store, tmp_path, NOON, [(45.0, step), (600.0, step), (3000.0, step)])
    (placed,) = [news for news in told if isinstance(news, Placed)]
    assert placed.at - step >= NOON + timedelta(minutes=15)
    assert of(Refused, told)


def test_who_is_away_is_called_in_another_part_of_the_day(store: Store, tmp_path: Path) -> None:
    add(store, people=1)
    dial(store, tmp_path, callee=AWAY)
    hours = [(moment - timedelta(hours=5)).hour for moment in dialled(store)]
    assert len(hours) == 3
    assert {hour < 12 for hour in hours} == {True, False}
    assert hours[0] == 12
    assert hours[1] >= 17
    assert 9 <= hours[2] < 12


def test_an_edited_campaign_is_a_new_version_from_the_next_call_on_and_calls_say_which_one(
    store: Store, tmp_path: Path
) -> None:
    add(store, people=4)

    async def edit(clock: Clock, _: Dialer) -> None:
        await asyncio.sleep(30)
        text = store.campaign("parcels").source.replace("is on its way", "arrives tomorrow")
        store.save_campaign(parse(text, "parcels"), text, clock.now())

    told = dial(store, tmp_path, channels=1, meanwhile=edit)
    placed = [news for news in told if isinstance(news, Placed)]
    assert [news.version for news in placed] == sorted(news.version for news in placed)
    assert {news.version for news in placed} == {1, 2}
    said = [news.what.text for news in told if isinstance(news, Happened) and isinstance(news.what, Say)]
    messages = [text for text in said if text.startswith("Your parcel")]
    assert "is on its way" in messages[0]
    assert "arrives tomorrow" in messages[-1]
    assert {store.call(news.call_id).version for news in placed} == {1, 2}


def test_whoever_watches_and_breaks_breaks_no_call(store: Store, tmp_path: Path) -> None:
    add(store, people=3)

    def breaks(_: News) -> None:
        raise RuntimeError

    async def main() -> None:
        clock = LoopClock(NOON, asyncio.get_running_loop())
        route = TextRoute(lambda _: LISTENS, clock, 2)
        journal = Journal(tmp_path / "journal.jsonl")
        await Dialer(
            store, route, clock, journal, owner="x", watch=breaks, transact=at_once, longest_wait_seconds=None
        ).run()

    run_virtually(main())
    assert {one.closed_by for one in store.contacts("parcels")} == {"completed"}


def test_a_run_gives_its_right_to_dial_back_so_that_the_next_one_need_not_wait(store: Store, tmp_path: Path) -> None:
    add(store, people=1)
    dial(store, tmp_path)
    store.lease("another", NOON)  # raises where somebody has it


def test_a_single_call_gives_the_right_to_dial_back_too(store: Store, tmp_path: Path) -> None:
    add(store, people=2)
    first, second = (one.id for one in store.contacts("parcels"))

    async def main() -> None:
        clock = LoopClock(NOON, asyncio.get_running_loop())
        route = TextRoute(lambda _: LISTENS, clock, 1)
        for owner, contact_id in (("one", first), ("another", second)):
            journal = Journal(tmp_path / f"{owner}.jsonl")
            await Dialer(store, route, clock, journal, owner=owner, transact=at_once).call_once(contact_id)

    run_virtually(main())
    assert len(dialled(store)) == 2
