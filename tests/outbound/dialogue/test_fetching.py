"""Fetching a person: whoever is free takes the call, and nobody waits in silence or for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from campaigns.intents import Intent
from campaigns.outcomes import CallbackPromise, Crisis, Disposition, OptOut, TransferResult
from outbound.dialogue import State
from outbound.dialogue.actions import HangUp, Save, Say, StartTimer, Transfer
from outbound.dialogue.events import Answered, HungUp, TimerFired, TransferSettled
from outbound.dialogue.fetching import CONNECTING_SECONDS, HOLD_SECONDS
from outbound.lines.base import EndCause
from tests.outbound.calls import ALONE, CALENDAR, NOON, PHRASES, SCRIPT, Call, asked, at_step

TO_SERVICE = Transfer(SCRIPT.transfer_targets["service"], SCRIPT.summary)
TO_DESK = Transfer(SCRIPT.transfer_targets["desk"], SCRIPT.summary)
BUSY = TransferSettled(reached=False, reason="486 Busy Here")
REACHED = TransferSettled(reached=True)
AGAIN = StartTimer("hold", HOLD_SECONDS)
STEPS = ("message", "leave", "consent", "time", "rate", "bye")


def connecting(intent: Intent = Intent.TRANSFER) -> Call:
    """A call in which the first person is being rung."""
    call = asked("leave")
    call.say(intent, "agent")
    call.hear_out()
    return call


def transfers(call: Call) -> list[Transfer]:
    return [action for action in call.actions if isinstance(action, Transfer)]


@pytest.mark.parametrize("step", STEPS)
def test_a_person_comes_for_one_word_or_one_key(step: str) -> None:
    said, pressed = at_step(step), at_step(step)
    said.say(Intent.TRANSFER)
    pressed.press("0")
    for call in (said, pressed):
        assert call.said[-1] == PHRASES.transferring
        assert call.hear_out()[-1] == TO_SERVICE
        call.take(REACHED)
        assert call.saved[-1] == TransferResult("service", True, "")
        assert call.disposition is Disposition.TRANSFERRED


def test_a_step_transfers_to_its_own_target_with_its_own_words() -> None:
    call = asked("desk")
    assert call.said[-1] == "I will put you through to the desk."
    assert call.actions[-1] == TO_DESK


def test_who_is_busy_is_followed_by_the_next_while_the_callee_is_told_so() -> None:
    call = connecting()
    save, say, again, transfer = call.take(BUSY)
    assert save == Save(TransferResult("service", False, "486 Busy Here"))
    assert isinstance(say, Say)
    assert say.text == PHRASES.still_connecting
    assert (again, transfer) == (AGAIN, TO_DESK)
    assert call.disposition is None, "no outcome but the last one counts"
    call.take(REACHED)
    assert call.saved[-1] == TransferResult("desk", True, "")
    assert call.disposition is Disposition.TRANSFERRED


def test_a_step_s_own_target_is_followed_by_the_others_in_their_order() -> None:
    three = {"service": "sip:a@desk.invalid", "desk": "sip:b@desk.invalid", "night": "sip:c@desk.invalid"}
    call = asked("desk", replace(SCRIPT, transfer_targets=three))
    call.take(BUSY, BUSY)
    assert [transfer.target for transfer in transfers(call)] == [three["desk"], three["service"], three["night"]]


def test_when_nobody_takes_it_a_call_is_promised_within_a_day_and_inside_the_window() -> None:
    call = connecting()
    call.take(BUSY, TransferSettled(reached=False, reason="nobody answered"))
    promised = NOON + timedelta(days=1)
    assert call.saved == [
        TransferResult("service", False, "486 Busy Here"),
        TransferResult("desk", False, "nobody answered"),
        CallbackPromise(promised, True, "agent"),
    ]
    assert call.said[-1] == f"{PHRASES.transfer_failed} A person will call you by Wednesday 12:00."
    assert call.hear_out() == (HangUp(Disposition.CALLBACK),)


def in_hours(**closes: float) -> Call:
    """A call answered after ten seconds, whose people are there until so many seconds after the answer."""

    def is_there(name: str, moment: datetime) -> bool:
        return moment < NOON + timedelta(seconds=closes[name])

    call = Call(replace(SCRIPT, start="leave"), replace(CALENDAR, is_there=is_there))
    call.seconds = 10.0
    call.take(Answered(NOON))
    call.hear_out(2)
    return call


def test_who_goes_home_while_the_call_is_held_is_not_asked() -> None:
    call = in_hours(service=30.0, desk=600.0)
    call.seconds = 10.0 + 30.0
    call.press("0")
    call.hear_out()
    assert transfers(call) == [TO_DESK]


def test_who_goes_home_while_somebody_else_is_asked_is_not_asked_next() -> None:
    call = in_hours(service=600.0, desk=30.0)
    call.press("0")
    call.hear_out()
    call.seconds = 10.0 + 30.0
    call.take(BUSY)
    assert transfers(call) == [TO_SERVICE]
    assert isinstance(call.saved[-1], CallbackPromise)


def test_when_all_have_gone_home_a_person_s_call_is_promised_at_once() -> None:
    call = in_hours(service=5.0, desk=5.0)
    call.seconds = 10.0 + 5.0
    call.press("0")
    assert [type(result) for result in call.saved] == [CallbackPromise]


def test_without_a_desk_a_person_s_call_is_promised_at_once() -> None:
    call = asked("leave", ALONE)
    call.press("0")
    assert call.saved == [CallbackPromise(NOON + timedelta(days=1), True, "0")]


@pytest.mark.parametrize("intent", [Intent.TRANSFER, Intent.CRISIS])
def test_who_waits_hears_something_every_few_seconds(intent: Intent) -> None:
    call = connecting(intent)
    for _ in range(3):
        say, again = call.take(TimerFired("hold"))
        assert isinstance(say, Say)
        assert say.text == PHRASES.still_connecting
        assert again == AGAIN
        assert call.take(TimerFired("hold")) == (AGAIN,), "not while it is being said"
        call.hear_out()


@pytest.mark.parametrize("intent", [Intent.TRANSFER, Intent.CRISIS])
def test_a_key_that_stops_the_waiting_sentence_does_not_leave_the_call_in_silence(intent: Intent) -> None:
    call = connecting(intent)
    call.take(TimerFired("hold"))
    call.press("5")
    assert isinstance(call.take(TimerFired("hold"))[0], Say)


def test_the_minute_in_which_people_are_asked_begins_once() -> None:
    call = connecting()
    call.take(BUSY)
    caps = [action for action in call.actions if isinstance(action, StartTimer) and action.name == "cap"]
    assert caps[-1].seconds == CONNECTING_SECONDS
    assert sum(cap.seconds == CONNECTING_SECONDS for cap in caps) == 1


def test_when_the_minute_is_over_nobody_else_is_asked() -> None:
    call = connecting()
    call.take(TimerFired("cap"))
    assert [type(result) for result in call.saved] == [TransferResult, CallbackPromise]
    assert transfers(call) == [TO_SERVICE]
    assert call.dialogue.state is State.CLOSING


def test_a_late_person_still_gets_the_call() -> None:
    call = connecting()
    call.take(TimerFired("cap"), REACHED)
    assert call.disposition is Disposition.TRANSFERRED


def test_a_late_refusal_asks_nobody_else() -> None:
    call = connecting()
    assert call.take(TimerFired("cap"), BUSY) == ()


def test_a_callee_who_hangs_up_while_the_second_is_rung_was_not_connected() -> None:
    call = connecting()
    call.take(BUSY, HungUp(EndCause.FAR_END))
    assert call.saved[-1] == TransferResult("desk", False, "far_end")
    assert call.disposition is Disposition.COMPLETED


def test_an_opt_out_while_the_second_is_rung_ends_the_search() -> None:
    call = connecting()
    call.take(BUSY)
    call.press("9")
    assert isinstance(call.saved[-1], OptOut)
    assert call.take(BUSY) == ()
    assert call.hear_out() == (HangUp(Disposition.OPTED_OUT),)


def test_in_a_crisis_the_next_one_is_asked_just_as_urgently() -> None:
    call = connecting(Intent.CRISIS)
    assert call.take(BUSY)[-1] == replace(TO_DESK, urgent=True)
    call.take(REACHED)
    assert call.disposition is Disposition.CRISIS


def test_a_crisis_during_a_transfer_needs_no_second_one() -> None:
    call = connecting()
    call.say(Intent.CRISIS)
    assert call.take(TimerFired("hold")) == (AGAIN,), "the caring sentence is heard out"
    call.take(REACHED)
    assert transfers(call) == [TO_SERVICE]
    assert call.disposition is Disposition.CRISIS


@pytest.mark.parametrize("alone", [True, False])
def test_alone_with_a_crisis_the_emergency_number_is_said(alone: bool) -> None:
    call = asked("leave", ALONE if alone else SCRIPT)
    call.say(Intent.CRISIS)
    call.hear_out()
    if not alone:
        call.take(BUSY, BUSY)
    assert call.said[-1] == PHRASES.crisis_alone
    assert call.hear_out() == (HangUp(Disposition.CRISIS),)
    assert isinstance(call.saved[0], Crisis)
