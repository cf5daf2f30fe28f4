"""Conducting a call: what is learned is durable, and every end is an honest one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audio.errors import AudioError
from campaigns.outcomes import Answer, Disposition, OptOut, Rating, Result, Via
from outbound.call import CallCancelled, CallOutcome, Conversation, conduct, replay
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action, HangUp, Save, Say
from outbound.dialogue.events import Event, HungUp
from outbound.journal import Journal, Kept
from outbound.lines.base import EndCause
from outbound.simulation.callee import Answerer, Callee, Presses, Says, StaysSilent
from outbound.simulation.clock import run_virtually
from outbound.simulation.text import TextConversation
from tests.outbound.calls import CALENDAR, NOON, PHRASES, SCRIPT
from tests.outbound.rehearsals import RING_SECONDS, literally, rehearse

WILLING = Callee("willing", does=(Says("yes"), Says("rating_5")))
REFUSING = Callee("refusing", does=(Says("opt_out"),))


def text_conversation(callee: Callee) -> TextConversation:
    return TextConversation(callee, literally, language="en-US", ring_seconds=RING_SECONDS, local_now=lambda: NOON)


class Desk:
    """A store that can be away, and what it was given."""

    def __init__(self, away: Callable[[Result], bool] = lambda _: False) -> None:
        self.saved: list[Result] = []
        self.away = away

    async def save(self, result: Result) -> None:
        await asyncio.sleep(0.05)
        if self.away(result):
            raise ConnectionError("the store is away")
        self.saved.append(result)


def hold(callee: Callee, desk: Desk, journal: Journal, watched: list[Event | Action] | None = None) -> CallOutcome:
    shown: list[Event | Action] = [] if watched is None else watched

    async def call() -> CallOutcome:
        conversation = text_conversation(callee)
        return await conduct(Dialogue(SCRIPT, CALENDAR), conversation, desk.save, journal.keeping(7), shown.append)

    return run_virtually(call())


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.jsonl")


def test_a_call_comes_to_its_end_with_everything_saved(journal: Journal) -> None:
    desk = Desk()
    outcome = hold(WILLING, desk, journal)
    assert outcome.disposition is Disposition.COMPLETED
    assert desk.saved == [Answer("leave", "yes", Via.VOICE, "yes"), Rating(5, Via.VOICE, "rating_5")]
    assert outcome.unsaved == ()
    assert journal.pending() == ()


@pytest.mark.parametrize(
    ("answerer", "disposition"),
    [
        (Answerer.BUSY, Disposition.BUSY),
        (Answerer.NO_ANSWER, Disposition.NO_ANSWER),
        (Answerer.REJECTED, Disposition.REJECTED),
        (Answerer.UNREACHABLE, Disposition.UNREACHABLE),
        (Answerer.ROUTE_DOWN, Disposition.ROUTE_DOWN),
        (Answerer.VOICEMAIL, Disposition.VOICEMAIL),
        (Answerer.SCREENER, Disposition.SCREENED),
        (Answerer.PERSON, Disposition.NO_RESPONSE),
    ],
)
def test_every_answerer_gives_its_disposition(journal: Journal, answerer: Answerer, disposition: Disposition) -> None:
    assert hold(Callee("x", answerer), Desk(), journal).disposition is disposition


def test_an_unanswered_call_lasts_no_seconds_and_an_answered_one_counts_from_the_answer(journal: Journal) -> None:
    assert hold(Callee("x", Answerer.BUSY), Desk(), journal).seconds == 0.0
    long_ringing = hold(replace(REFUSING, rings=20.0), Desk(), journal)
    short_ringing = hold(replace(REFUSING, rings=1.0), Desk(), journal)
    assert long_ringing.seconds == pytest.approx(short_ringing.seconds)


def test_nothing_is_said_before_the_result_is_saved(journal: Journal) -> None:
    desk, watched = Desk(), list[Event | Action]()
    heard_at_saying: list[int] = []

    def watch(what: Event | Action) -> None:
        watched.append(what)
        if isinstance(what, Say) and what.text == PHRASES.opt_out_confirmed:
            heard_at_saying.append(len(desk.saved))

    async def call() -> CallOutcome:
        conversation = text_conversation(REFUSING)
        return await conduct(Dialogue(SCRIPT, CALENDAR), conversation, desk.save, journal.keeping(7), watch)

    assert run_virtually(call()).disposition is Disposition.OPTED_OUT
    assert heard_at_saying == [1]


def test_an_opt_out_that_the_store_does_not_take_is_journaled_and_confirmed(journal: Journal) -> None:
    watched: list[Event | Action] = []
    outcome = hold(REFUSING, Desk(lambda _: True), journal, watched)
    assert journal.pending() == (Kept(7, OptOut(Via.VOICE, "opt_out")),)
    assert outcome.disposition is Disposition.OPTED_OUT
    assert PHRASES.opt_out_confirmed in [action.text for action in watched if isinstance(action, Say)]


def test_an_answer_that_the_store_does_not_take_ends_the_call_politely(journal: Journal) -> None:
    watched: list[Event | Action] = []
    outcome = hold(WILLING, Desk(lambda _: True), journal, watched)
    assert journal.pending() == (Kept(7, Answer("leave", "yes", Via.VOICE, "yes")),)
    assert [action.text for action in watched if isinstance(action, Say)][-1] == PHRASES.goodbye
    assert outcome.disposition is Disposition.COMPLETED


def test_a_result_that_even_the_disk_does_not_take_stays_with_the_outcome(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = hold(REFUSING, Desk(lambda _: True), Journal(tmp_path / "file" / "journal.jsonl"))
    assert outcome.unsaved == (OptOut(Via.VOICE, "opt_out"),)
    assert outcome.disposition is Disposition.OPTED_OUT


def cancelled_after(seconds: float, callee: Callee, desk: Desk, journal: Journal) -> CallOutcome:
    async def call() -> CallOutcome:
        conversation = text_conversation(callee)
        with pytest.raises(CallCancelled) as cut:
            await conduct(Dialogue(SCRIPT, CALENDAR), conversation, desk.save, journal.keeping(7))
        return cut.value.outcome

    async def cancelled() -> CallOutcome:
        task = asyncio.create_task(call())
        asyncio.get_running_loop().call_later(seconds, task.cancel)
        return await task

    return run_virtually(cancelled())


def test_a_cancelled_call_that_nobody_answered_may_be_tried_again(journal: Journal) -> None:
    outcome = cancelled_after(2.0, WILLING, Desk(), journal)
    assert outcome.disposition is Disposition.FAILED
    assert not outcome.disposition.closes


def test_a_conversation_that_was_broken_off_is_not_repeated(journal: Journal) -> None:
    outcome = cancelled_after(5.0, WILLING, Desk(), journal)
    assert outcome.disposition is Disposition.INTERRUPTED


def test_an_opt_out_is_saved_to_the_end_although_the_call_is_cancelled(journal: Journal) -> None:
    desk = Desk()
    whole = hold(REFUSING, Desk(), journal)
    said = next(entry["at"] for entry in whole.log if entry["event"]["kind"] == "heard")
    outcome = cancelled_after(said + 0.02, REFUSING, desk, journal)
    assert desk.saved == [OptOut(Via.VOICE, "opt_out")]
    assert outcome.disposition is Disposition.OPTED_OUT


class Broken:
    """A conversation whose sound fails."""

    def __init__(self) -> None:
        self.closed = False
        self.performed: list[Action] = []

    async def next_event(self) -> Event:
        raise AudioError("the voice broke")

    def perform(self, action: Action) -> None:
        self.performed.append(action)

    async def close(self) -> None:
        self.closed = True


def test_a_call_whose_sound_breaks_has_failed_and_is_hung_up(journal: Journal) -> None:
    conversation: Conversation = Broken()
    outcome = run_virtually(conduct(Dialogue(SCRIPT), conversation, Desk().save, journal.keeping(7)))
    assert isinstance(conversation, Broken)
    assert outcome.disposition is Disposition.FAILED
    assert conversation.performed == [HangUp(Disposition.FAILED)]
    assert conversation.closed


def test_the_log_is_plain_json_without_the_number_of_the_desk(journal: Journal) -> None:
    call = rehearse(SCRIPT, Callee("x", does=(Presses("0"),)))
    text = json.dumps(call.outcome.log)
    assert "transfer" in text
    assert SCRIPT.transfer_targets["service"] not in text
    assert json.loads(text) == list(call.outcome.log)


def test_a_replay_of_another_script_says_where_it_differs() -> None:
    call = rehearse(SCRIPT, Callee("x", does=(StaysSilent(),)))
    changed = replace(SCRIPT, phrases=replace(PHRASES, giving_up="Bye."))
    (difference,) = replay(call.outcome.log, Dialogue(changed, CALENDAR))
    assert PHRASES.giving_up in str(difference.recorded)
    assert "Bye." in str(difference.replayed)


def test_the_far_end_hanging_up_is_the_last_event(journal: Journal) -> None:
    watched: list[Event | Action] = []
    hold(Callee("x", Answerer.BUSY), Desk(), journal, watched)
    assert watched[-2:] == [HungUp(EndCause.BUSY), HangUp(Disposition.BUSY)]
    assert not any(isinstance(what, Save) for what in watched)


class RouteDown:
    """A line that takes no calls, and says for how long."""

    async def next_event(self) -> Event:
        return HungUp(EndCause.ROUTE_DOWN, 90.0, "503 Service Unavailable")

    def perform(self, action: Action) -> None:
        pass

    async def close(self) -> None:
        pass


def test_a_route_that_is_down_says_in_the_outcome_how_long_it_wants_to_be_left_alone(journal: Journal) -> None:
    outcome = run_virtually(conduct(Dialogue(SCRIPT), RouteDown(), Desk().save, journal.keeping(7)))
    assert outcome.disposition is Disposition.ROUTE_DOWN
    assert (outcome.detail, outcome.wait_seconds) == ("503 Service Unavailable", 90.0)
