"""The rules that are never broken, over random scripts and random callees."""

from __future__ import annotations

from random import Random

from hypothesis import assume, given, settings

from campaigns.intents import Intent
from campaigns.outcomes import (
    CallbackPromise,
    Complaint,
    Crisis,
    Disposition,
    OptOut,
    Rating,
    Scope,
    TransferResult,
    WrongNumber,
)
from campaigns.script import LAST_WORDS_SECONDS, Collecting, Script
from outbound.call import replay
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import HangUp, Listen, Save, Say, StartTimer, Transfer
from outbound.dialogue.events import Event, Heard, HungUp, Pressed, SaidAll, SaveFailed, Silence
from outbound.dialogue.fetching import CONNECTING_SECONDS
from outbound.dialogue.records import event_from
from outbound.dialogue.state import LISTENING, State
from outbound.dialogue.table import TABLE, Transition
from outbound.simulation.callee import Answerer
from tests.outbound.calls import CALENDAR
from tests.outbound.rehearsals import Rehearsal, calls, random_call

MANY = settings(max_examples=300)

_NOT_A_PERSON = {State.AWAITING_BEEP, State.LEAVING_MESSAGE, State.AT_SCREENER, State.ENDED}


def results(call: Rehearsal, kind: type) -> list[int]:
    """Where results of a kind were saved."""
    return [
        place for place, what in enumerate(call.happened) if isinstance(what, Save) and isinstance(what.result, kind)
    ]


def fetches_unasked(script: Script) -> bool:
    """Whether a person is fetched before anything is asked."""
    ahead, been = [script.start], set[str]()
    while ahead:
        step = script.steps[ahead.pop()]
        if step.transfer is not None:
            return True
        if step.name not in been and not step.choices and step.collect is None:
            been.add(step.name)
            ahead += [name for name in (step.next, *(case.next for case in step.cases)) if name is not None]
    return False


@MANY
@given(calls())
def test_every_call_ends_with_one_hang_up_as_its_last_action(call: Rehearsal) -> None:
    hang_ups = [place for place, what in enumerate(call.happened) if isinstance(what, HangUp)]
    assert hang_ups == [len(call.happened) - 1]
    assert call.happened[-1] == HangUp(call.outcome.disposition)


@MANY
@given(calls())
def test_an_opt_out_is_saved_once_and_only_its_confirmation_follows(call: Rehearsal) -> None:
    places = results(call, OptOut)
    assert len(places) <= 1
    if not places or results(call, Crisis):
        return
    assert call.outcome.disposition is Disposition.OPTED_OUT
    rest = [what for what in call.happened[places[0] + 1 :] if isinstance(what, (Say, Save, Transfer, StartTimer))]
    (opt_out,) = (result for result in call.saved if isinstance(result, OptOut))
    phrases = call.script.phrases
    only_this = opt_out.scope is Scope.CAMPAIGN
    confirmation = phrases.opt_out_matter_confirmed if only_this else phrases.opt_out_confirmed
    assert [what.text if isinstance(what, Say) else what for what in rest] in ([], [confirmation])


@MANY
@given(calls())
def test_an_opt_out_that_a_person_says_or_keys_is_always_saved(call: Rehearsal) -> None:
    collects_digits = {step.name for step in call.script.steps.values() if step.collect is Collecting.DIGITS}
    state, step = State.DIALING, ""
    for entry in call.outcome.log:
        event = event_from(entry["event"])
        said = isinstance(event, Heard) and event.intent is Intent.OPT_OUT
        if (said or (event == Pressed("9") and step not in collects_digits)) and state not in _NOT_A_PERSON:
            assert len(results(call, OptOut)) == 1
        state, step = State(entry["state"]), entry["step"]


@MANY
@given(calls())
def test_a_crisis_is_written_down_first_and_nothing_but_care_follows(call: Rehearsal) -> None:
    places = results(call, Crisis)
    if not places:
        return
    assert call.outcome.disposition is Disposition.CRISIS
    said = {what.text for what in call.happened[places[0] :] if isinstance(what, Say)}
    phrases = call.script.phrases
    assert said <= {phrases.crisis, phrases.still_connecting, phrases.crisis_alone}
    assert all(transfer.urgent for transfer in call.happened[places[0] :] if isinstance(transfer, Transfer))


@MANY
@given(calls())
def test_a_rating_is_only_saved_where_it_was_asked_and_never_after_what_forbids_it(call: Rehearsal) -> None:
    asking = {step.say for step in call.script.steps.values() if step.collect is Collecting.RATING}
    asked = [place for place, what in enumerate(call.happened) if isinstance(what, Say) and what.text in asking]
    for place in results(call, Rating):
        assert any(earlier < place for earlier in asked)
    for kind in (OptOut, Crisis, WrongNumber, Complaint, CallbackPromise, TransferResult):
        for place in results(call, kind):
            assert not any(later > place for later in asked)


@MANY
@given(calls())
def test_a_call_never_exceeds_its_cap(call: Rehearsal) -> None:
    fetching = sum(isinstance(what, Transfer) for what in call.happened)
    allowed = call.script.longest_seconds + fetching * (CONNECTING_SECONDS + 2 * LAST_WORDS_SECONDS)
    if not call.script.transfer_targets:
        allowed += 4 * LAST_WORDS_SECONDS
    assert call.outcome.seconds <= allowed + 0.01


@MANY
@given(calls())
def test_a_machine_leaves_no_result_and_no_answered_disposition(call: Rehearsal) -> None:
    # A script that fetches a person before anybody has spoken does so before a machine can be told from a human.
    assume(not fetches_unasked(call.script))
    # So does one that has come to its end within two and a half seconds; a campaign's checks refuse both.
    assume(call.outcome.seconds == 0.0 or call.outcome.seconds > 2.5)
    if call.callee.answers is not Answerer.PERSON and call.callee.answers is not Answerer.SCREENER:
        assert not call.saved
        assert not call.outcome.disposition.reached


@MANY
@given(calls())
def test_who_calls_is_said_before_anything_else(call: Rehearsal) -> None:
    if call.callee.answers is Answerer.PERSON and call.said:
        assert call.said[0] == call.script.phrases.opening


@MANY
@given(calls())
def test_every_sentence_is_listened_to(call: Rehearsal) -> None:
    says = [place for place, what in enumerate(call.happened) if isinstance(what, Say)]
    if says:
        assert any(isinstance(what, Listen) for what in call.happened[says[0] : says[0] + 2])


@MANY
@given(calls())
def test_the_log_of_a_call_replays_exactly(call: Rehearsal) -> None:
    assert replay(call.outcome.log, Dialogue(call.script, CALENDAR)) == ()


def test_random_calls_come_everywhere_and_opt_out_wherever_somebody_listens() -> None:
    been: set[tuple[State, type[Event]]] = set()
    opted_out: set[State] = set()
    for seed in range(2000):
        state = State.DIALING
        for entry in random_call(Random(seed)).outcome.log:
            event = event_from(entry["event"])
            been.add((state, type(event)))
            if event == Pressed("9") or (isinstance(event, Heard) and event.intent is Intent.OPT_OUT):
                opted_out.add(state)
            state = State(entry["state"])
    callees = (Heard, Pressed, Silence, SaidAll, HungUp)
    may_be = {(state, kind) for state in LISTENING for kind in callees if isinstance(TABLE[state][kind], Transition)}
    assert may_be - been == set()
    assert opted_out >= LISTENING | {State.OPENING, State.ANNOUNCING, State.CONNECTING, State.CLOSING}
    assert been & {(state, SaveFailed) for state in LISTENING}
