"""Every state with every event: what the table says happens, and nothing else can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

import pytest

from campaigns.intents import Intent
from outbound.dialogue import OutOfPlace, State
from outbound.dialogue.actions import HangUp, Save
from outbound.dialogue.events import (
    Answered,
    Corrected,
    Event,
    Heard,
    HungUp,
    Party,
    Pressed,
    Ringing,
    SaidAll,
    SaveFailed,
    Screened,
    Silence,
    TimerFired,
    TransferSettled,
    WentOn,
)
from outbound.dialogue.state import BEFORE_ANSWER
from outbound.dialogue.table import TABLE, Race, Transition
from outbound.lines.base import EndCause
from tests.outbound.calls import ALONE, NOON, Call, answered, asked, at_step

EVENTS: tuple[type[Event], ...] = get_args(Event)


def commenting() -> Call:
    call = asked("rate")
    call.say(Intent.RATING_1)
    return call


def after(call: Call, *events: Event) -> Call:
    call.take(*events)
    return call


def heard(intent: Intent) -> Heard:
    return Heard(intent, 0.9, intent.value)


def connecting(intent: Intent) -> Call:
    call = after(asked("leave"), heard(intent))
    call.hear_out()
    return call


WAYS: Mapping[State, Sequence[Callable[[], Call]]] = {
    State.DIALING: [Call],
    State.RINGING: [lambda: after(Call(), Ringing())],
    State.OPENING: [answered],
    State.TELLING: [lambda: at_step("message"), lambda: at_step("bye"), lambda: asked("bye")],
    State.ASKING: [
        lambda: at_step("leave"),
        *(lambda n=n: asked(n) for n in ("leave", "consent", "digits", "time", "rate")),
    ],
    State.ASIDE: [
        lambda: after(asked("leave"), heard(Intent.WHO_IS_THIS)),
        lambda: after(asked("rate"), heard(Intent.RATING_5)),
    ],
    State.WAITING: [lambda: after(asked("leave"), heard(Intent.WAIT))],
    State.SCHEDULING: [lambda: after(asked("leave"), heard(Intent.CALLBACK))],
    State.OFFERING: [
        lambda: after(asked("leave"), heard(Intent.COMPLAINT)),
        lambda: after(asked("leave"), heard(Intent.QUESTION_PRICE)),
    ],
    State.COMMENTING: [commenting],
    State.ANNOUNCING: [lambda: after(asked("leave"), heard(Intent.TRANSFER))],
    State.CONNECTING: [
        lambda: connecting(Intent.TRANSFER),
        lambda: after(connecting(Intent.TRANSFER), TransferSettled(reached=False)),
    ],
    State.CARING: [
        lambda: after(asked("leave"), heard(Intent.CRISIS)),
        lambda: after(asked("leave", ALONE), heard(Intent.CRISIS)),
    ],
    State.CONNECTING_URGENTLY: [
        lambda: connecting(Intent.CRISIS),
        lambda: after(connecting(Intent.CRISIS), TransferSettled(reached=False)),
    ],
    State.OPTING_OUT: [lambda: after(asked("leave"), heard(Intent.OPT_OUT))],
    State.CLOSING: [
        lambda: after(asked("leave"), heard(Intent.GOODBYE)),
        lambda: after(connecting(Intent.CRISIS), *2 * [TransferSettled(reached=False)]),
        lambda: after(connecting(Intent.TRANSFER), *2 * [TransferSettled(reached=False)]),
    ],
    State.AWAITING_BEEP: [lambda: after(answered(), Screened(Party.MACHINE))],
    State.LEAVING_MESSAGE: [lambda: after(answered(), Screened(Party.MACHINE, ready=True))],
    State.AT_SCREENER: [lambda: after(answered(), Screened(Party.SCREENER))],
    State.ENDED: [lambda: after(Call(), HungUp(EndCause.BUSY))],
}
_WORDS = (("two oh five", None), ("tomorrow", None), ("choose a time", "choose a time"), ("", None))
TIMERS = ("longest", "cap", "hold", "digits", "beep", "screener", "no such timer")


def samples(kind: type[Event], call: Call) -> list[Event]:
    """Every event of a kind that makes a difference."""
    if kind is Ringing:
        return [Ringing()]
    if kind is Answered:
        return [Answered(NOON)]
    if kind is Screened:
        return [Screened(party, ready) for party in Party for ready in (False, True)]
    if kind is SaidAll:
        return [SaidAll(call.says[-1].say_id if call.says else 0)]
    if kind is Heard:
        return [Heard(intent, 0.9, words, choice, interrupted) for intent in Intent
                for words, choice in _WORDS
                for interrupted in (False, True)]  # fmt: skip
    if kind is Corrected:
        return [Corrected(intent, 0.9, words, choice) for intent in Intent for words, choice in _WORDS]
    if kind is WentOn:
        return [WentOn("i know")]
    if kind is Pressed:
        return [Pressed(key) for key in "0123456789*#A"]
    if kind is Silence:
        return [Silence()]
    if kind is TimerFired:
        return [TimerFired(name) for name in TIMERS]
    if kind is TransferSettled:
        return [TransferSettled(reached) for reached in (False, True)]
    if kind is SaveFailed:
        return [SaveFailed()]
    return [HungUp(cause) for cause in EndCause]


def test_every_state_has_a_row_and_a_way_into_it() -> None:
    assert set(TABLE) == set(State) == set(WAYS)
    for state, ways in WAYS.items():
        for way in ways:
            assert way().dialogue.state is state


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", EVENTS)
def test_every_state_with_every_event_does_what_the_table_says(state: State, kind: type[Event]) -> None:
    cell = TABLE[state].get(kind)
    for way in WAYS[state]:
        for event in samples(kind, way()):
            call = way()
            if cell is None:
                with pytest.raises(OutOfPlace):
                    call.take(event)
                continue
            actions = call.take(event)
            if isinstance(cell, Race):
                assert actions == ()
                assert cell.reason
            else:
                assert call.dialogue.state in cell.leads_to
            assert call.dialogue.ended == (call.dialogue.state is State.ENDED)
            hang_ups = [place for place, action in enumerate(actions) if isinstance(action, HangUp)]
            assert bool(hang_ups) == (call.dialogue.ended and state is not State.ENDED)
            assert hang_ups in ([], [len(actions) - 1])


@pytest.mark.parametrize("state", [state for state in State if state not in BEFORE_ANSWER | {State.ENDED}])
def test_a_second_answer_or_ringing_is_out_of_place(state: State) -> None:
    for way in WAYS[state]:
        for event in (Ringing(), Answered(NOON)):
            with pytest.raises(OutOfPlace):
                way().take(event)


def test_every_state_that_the_table_leads_to_is_led_to() -> None:
    cells = [cell for row in TABLE.values() for cell in row.values() if isinstance(cell, Transition)]
    assert frozenset[State]().union(*(cell.leads_to for cell in cells)) == set(State) - {State.DIALING}


@pytest.mark.parametrize("state", [state for state in State if state is not State.ENDED])
def test_every_state_ends_when_the_far_end_hangs_up(state: State) -> None:
    for way in WAYS[state]:
        for cause in EndCause:
            call = way()
            assert isinstance(call.take(HungUp(cause))[-1], HangUp)
            assert call.dialogue.ended


@pytest.mark.parametrize("state", [state for state in State if state not in BEFORE_ANSWER])
def test_the_sound_of_a_replaced_sentence_changes_nothing(state: State) -> None:
    for way in WAYS[state]:
        call = way()
        assert call.take(SaidAll(-1)) == ()
        assert call.dialogue.state is state


def test_results_come_before_words_in_every_reaction() -> None:
    for state, ways in WAYS.items():
        for kind in TABLE[state]:
            for way in ways:
                for event in samples(kind, way()):
                    actions = way().take(event)
                    saves = [isinstance(action, Save) for action in actions]
                    assert saves == sorted(saves, reverse=True)
