"""The one table: what happens in each state, and where it may lead.

A row is a state, a cell an event. A cell holds a `Transition` (a reaction, and every state it may end in) or a `Race`
(an event that can arrive late and means nothing any more, with the reason). A pair that is not here cannot happen on
a line that keeps its promises: the machine raises `OutOfPlace`.

One call runs down the states in groups:

    DIALING  RINGING ─▶ OPENING ─▶ listening ─▶ ending ─▶ ENDED
                           │           │
                           ▼           ▼
                        machines    fetching a person (ANNOUNCING, CONNECTING)

`HungUp` ends every state, and says what the call was until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outbound.dialogue import answers, endings, fetching, parting, pickup, steps
from outbound.dialogue.actions import Action
from outbound.dialogue.course import Course
from outbound.dialogue.events import (
    Answered,
    Corrected,
    Event,
    Heard,
    HungUp,
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
from outbound.dialogue.state import LISTENING, State

Reaction = Callable[[Course, Any], tuple[Action, ...]]


@dataclass(frozen=True, slots=True)
class Transition:
    """What is done about an event, and the states it may lead to."""

    react: Reaction
    leads_to: frozenset[State]


@dataclass(frozen=True, slots=True)
class Race:
    """An event that was under way when the state changed: nothing is done about it."""

    reason: str


Cell = Transition | Race

S = State


def to(react: Reaction, *states: State | Iterable[State]) -> Transition:
    leads_to = (state if not isinstance(state, State) else {state} for state in states)
    return Transition(react, frozenset[State]().union(*leads_to))


_OPT_OUT = {S.OPTING_OUT, S.ENDED}
_CRISIS = {S.CARING}
_PERSON = {S.ANNOUNCING, S.CLOSING}
"""CLOSING where no target is known: a call by a person is promised."""
_STEPS = {S.TELLING, S.ASKING, *_PERSON}
"""Whatever step of a script comes next."""
_AT_ANY_TIME = {*_OPT_OUT, *_CRISIS, *_STEPS, *LISTENING}

_KEPT = Race("the answer has been taken; more of it is for the record")
_ACTED_ON = Race("the answer has been acted upon and cannot be taken back")
_TOO_LATE = Race("the words were said before the state changed")
_NOT_LISTENING = Race("the silence was counted before we began to say this")
_KNOWN_LATE = Race("who picked up no longer changes what is done")
_REPLACED = Race("the sound ended as it was being replaced")
_STALE_TIMER = Race("the timer was set for something that is over")
_POLITE_ALREADY = Race("the call is ending politely already; the journal holds the result")
_LATE_KEY = Race("the call is over; the key changes nothing")
_LATE_PERSON = Race("the transfer settled when it was no longer wanted")

_CORRECTED = to(answers.corrected, _AT_ANY_TIME)

_GONE: Mapping[type[Event], Cell] = {HungUp: to(endings.gone, S.ENDED)}


def _listening(said_all: Transition | Race, silence: Transition | Race) -> dict[type[Event], Cell]:
    """What all listening states share."""
    return {
        Screened: to(pickup.screened, LISTENING, S.AWAITING_BEEP, S.LEAVING_MESSAGE, S.AT_SCREENER, S.ENDED),
        SaidAll: said_all,
        Heard: to(answers.heard, _AT_ANY_TIME),
        Corrected: _CORRECTED,
        WentOn: _KEPT,
        Pressed: to(answers.pressed, _AT_ANY_TIME),
        Silence: silence,
        TimerFired: to(answers.timer, LISTENING, S.CLOSING, S.ENDED, *_STEPS, S.OPTING_OUT),
        SaveFailed: to(endings.unsaved, S.CLOSING),
        **_GONE,
    }


def _machine(said_all: Transition | Race) -> dict[type[Event], Cell]:
    """A machine or a screener: what it says has no meaning."""
    return {
        Screened: to(pickup.screened_again, S.OPENING, S.AWAITING_BEEP, S.LEAVING_MESSAGE, S.AT_SCREENER, S.ENDED),
        SaidAll: said_all,
        Heard: Race("a machine means nothing by its words"),
        Corrected: _ACTED_ON,
        WentOn: _KEPT,
        Pressed: to(pickup.pressed_at_machine, S.OPENING, _OPT_OUT),
        Silence: _NOT_LISTENING,
        TimerFired: to(pickup.machine_waited_for, S.AWAITING_BEEP, S.LEAVING_MESSAGE, S.AT_SCREENER, S.ENDED),
        **_GONE,
    }


def _parting(cells: Mapping[type[Event], Cell]) -> dict[type[Event], Cell]:
    """What the states at the end of a call share."""
    return {
        Screened: _KNOWN_LATE,
        Corrected: _ACTED_ON,
        WentOn: _KEPT,
        Silence: _NOT_LISTENING,
        TransferSettled: _LATE_PERSON,
        SaveFailed: _POLITE_ALREADY,
        **_GONE,
        **cells,
    }


TABLE: Mapping[State, Mapping[type[Event], Cell]] = {
    S.DIALING: {
        Ringing: to(pickup.rang, S.RINGING),
        Answered: to(pickup.answered, S.OPENING),
        **_GONE,
    },
    S.RINGING: {
        Ringing: to(pickup.rang, S.RINGING),
        Answered: to(pickup.answered, S.OPENING),
        **_GONE,
    },
    S.OPENING: {
        Screened: to(pickup.screened, S.OPENING, S.AWAITING_BEEP, S.LEAVING_MESSAGE, S.AT_SCREENER, S.ENDED),
        SaidAll: to(pickup.opened, _AT_ANY_TIME),
        Heard: to(pickup.heard_in_opening, S.OPENING, _OPT_OUT, _CRISIS),
        Corrected: _ACTED_ON,
        WentOn: _KEPT,
        Pressed: to(pickup.pressed_in_opening, S.OPENING, _OPT_OUT, _PERSON),
        Silence: _NOT_LISTENING,
        TimerFired: to(parting.time_is_up, S.OPENING, S.ENDED),
        **_GONE,
    },
    S.TELLING: _listening(to(steps.told, _STEPS), to(steps.nothing_more, S.TELLING, S.ENDED)),
    S.ASKING: _listening(to(steps.asked, S.ASKING), to(answers.quiet, _STEPS, S.OPTING_OUT, S.ENDED)),
    S.ASIDE: _listening(to(steps.said_aside, _STEPS, LISTENING), _NOT_LISTENING),
    S.WAITING: _listening(to(steps.asked, S.WAITING), to(answers.waited, _STEPS, LISTENING)),
    S.SCHEDULING: _listening(to(steps.asked, S.SCHEDULING), to(steps.silence, S.CLOSING)),
    S.OFFERING: _listening(to(steps.asked, S.OFFERING), to(steps.silence, _STEPS)),
    S.COMMENTING: _listening(to(steps.asked, S.COMMENTING), to(steps.silence, _STEPS)),
    S.ANNOUNCING: _parting(
        {
            Screened: to(pickup.screened, S.ANNOUNCING, S.AWAITING_BEEP, S.LEAVING_MESSAGE, S.AT_SCREENER, S.ENDED),
            SaidAll: to(fetching.announced, S.CONNECTING),
            Heard: to(parting.heard_while_fetching, S.ANNOUNCING, _OPT_OUT, _CRISIS),
            Corrected: _CORRECTED,
            Pressed: to(parting.pressed_while_announcing, S.CONNECTING, _OPT_OUT),
            TimerFired: to(parting.time_is_up_announcing, S.ANNOUNCING, S.CONNECTING),
        }
    ),
    S.CONNECTING: _parting(
        {
            SaidAll: to(fetching.said, S.CONNECTING),
            Heard: to(parting.heard_while_fetching, S.CONNECTING, S.CONNECTING_URGENTLY, _OPT_OUT),
            Pressed: to(parting.pressed_while_connecting, S.CONNECTING, _OPT_OUT),
            TimerFired: to(fetching.timer, S.CONNECTING, S.CLOSING),
            TransferSettled: to(fetching.settled, S.CONNECTING, S.ENDED, S.CLOSING),
        }
    ),
    S.CARING: _parting(
        {
            SaidAll: to(fetching.cared, S.CONNECTING_URGENTLY, S.CLOSING),
            Heard: to(parting.heard_while_caring, S.CARING),
            Pressed: to(parting.pressed_while_caring, S.CONNECTING_URGENTLY, S.CLOSING),
            TimerFired: to(parting.time_is_up_caring, S.CARING, S.CONNECTING_URGENTLY, S.CLOSING),
        }
    ),
    S.CONNECTING_URGENTLY: _parting(
        {
            SaidAll: to(fetching.said, S.CONNECTING_URGENTLY),
            Heard: to(parting.heard_while_caring, S.CONNECTING_URGENTLY),
            Pressed: to(parting.pressed_while_connecting_urgently, S.CONNECTING_URGENTLY),
            TimerFired: to(fetching.timer, S.CONNECTING_URGENTLY, S.CLOSING),
            TransferSettled: to(fetching.settled, S.CONNECTING_URGENTLY, S.ENDED, S.CLOSING),
        }
    ),
    S.OPTING_OUT: _parting(
        {
            SaidAll: to(endings.last_words_said, S.ENDED),
            Heard: to(parting.heard_while_opting_out, S.OPTING_OUT, S.ENDED, _CRISIS),
            Pressed: to(parting.pressed_while_opting_out, S.ENDED),
            TimerFired: to(parting.time_is_up, S.OPTING_OUT, S.ENDED),
        }
    ),
    S.CLOSING: _parting(
        {
            SaidAll: to(endings.last_words_said, S.ENDED),
            Heard: to(parting.heard_while_closing, S.CLOSING, S.ANNOUNCING, _OPT_OUT, _CRISIS),
            Corrected: _CORRECTED,
            Pressed: to(parting.pressed_while_closing, S.CLOSING, S.ANNOUNCING, _OPT_OUT),
            TimerFired: to(parting.time_is_up, S.CLOSING, S.ENDED),
            TransferSettled: to(parting.settled_late, S.CLOSING, S.ENDED),
        }
    ),
    S.AWAITING_BEEP: _machine(Race("we fell silent for the machine")),
    S.LEAVING_MESSAGE: _machine(to(pickup.message_left, S.ENDED)),
    S.AT_SCREENER: _machine(Race("who and why is said; the screener decides")),
    S.ENDED: {
        Screened: _KNOWN_LATE,
        SaidAll: _REPLACED,
        Heard: _TOO_LATE,
        Corrected: _ACTED_ON,
        WentOn: _KEPT,
        Pressed: _LATE_KEY,
        Silence: _NOT_LISTENING,
        TimerFired: _STALE_TIMER,
        TransferSettled: _LATE_PERSON,
        HungUp: Race("the far end hung up as we did"),
        SaveFailed: _POLITE_ALREADY,
    },
}
