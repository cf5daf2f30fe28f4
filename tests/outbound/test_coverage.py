"""What calls have reached of a script: also where a branch leaves no trace of its own."""

from __future__ import annotations

from dataclasses import replace

from campaigns.intents import Intent
from campaigns.script import Case, Choice, Collecting, Script, Step
from outbound.call import Entry
from outbound.coverage import Coverage, coverage_of
from outbound.dialogue.events import Answered, Heard, Party, Screened
from outbound.dialogue.records import record
from outbound.simulation.callee import Callee, Doing, Presses, Says
from tests.outbound.calls import NOON, SCRIPT, Call, Was
from tests.outbound.rehearsals import rehearse

ASK = Step(
    "ask",
    "Is it all right?",
    choices=(Choice("yes", "sort", Intent.YES, key="1"), Choice("no", "sort", Intent.NO, key="2")),
)
STEPS = (
    ASK,
    Step("sort", cases=(Case(Was("ask", "yes"), "rating"), Case(None, "bye"))),
    Step("rating", "How was it?", collect=Collecting.RATING, next="bye"),
    Step("bye", "Goodbye.", end=True),
)
SMALL = replace(SCRIPT, start="ask", steps={step.name: step for step in STEPS})


def _covered(*callees: tuple[Doing, ...], script: Script = SMALL) -> Coverage:
    return coverage_of(script, [rehearse(script, Callee("x", does=does)).outcome.log for does in callees])


def _ways(covered: Coverage) -> dict[str, int]:
    return {f"{way.source} {way.target}": calls for way, calls in covered.ways.items()}


def test_without_calls_nothing_is_reached() -> None:
    covered = _covered()
    assert (covered.calls, set(covered.steps.values()), set(covered.ways.values())) == (0, {0}, {0})
    assert set(covered.intents.values()) == {0}


def test_a_branch_counts_where_it_lies_on_the_only_way() -> None:
    covered = _covered((Says("yes"), Says("rating_4")), (Says("no"),))
    assert covered.steps == {"ask": 2, "sort": 2, "rating": 1, "bye": 2}
    assert _ways(covered) == {"(opening) ask": 2, "ask sort": 2, "sort rating": 1, "sort bye": 1, "rating bye": 1}


def test_a_key_means_what_its_answer_does() -> None:
    covered = _covered((Presses("1"), Presses("5")), (Presses("9"),))
    assert {intent for intent, calls in covered.intents.items() if calls} == {
        Intent.YES,
        Intent.RATING_5,
        Intent.OPT_OUT,
    }


def test_of_several_ways_none_is_taken_for_granted() -> None:
    asked = replace(ASK, choices=(replace(ASK.choices[0], next="bye"), ASK.choices[1]))
    forked = replace(SMALL, steps={**SMALL.steps, "ask": asked})
    covered = _covered((Says("no"),), script=forked)
    assert (covered.steps["bye"], covered.steps["sort"]) == (1, 0)


def test_steps_that_the_script_no_longer_has_are_not_counted() -> None:
    log = rehearse(SMALL, Callee("x", does=(Says("yes"), Says("rating_2")))).outcome.log
    shorter = replace(SMALL, steps={name: step for name, step in SMALL.steps.items() if name in ("ask", "bye")})
    shorter = replace(shorter, steps={**shorter.steps, "ask": Step("ask", "Hello.", next="bye")})
    assert set(coverage_of(shorter, [log]).steps) == {"ask", "bye"}


def test_what_a_machine_says_is_nobody_s_meaning() -> None:
    call = Call(SMALL)
    log: list[Entry] = []
    for event in (
        Answered(NOON),
        Screened(Party.MACHINE, ready=False),
        Heard(Intent.CRISIS, 0.3, "you have reached my voicemail"),
    ):
        actions = [record(action) for action in call.take(event)]
        state, step = str(call.dialogue.state), call.dialogue.step or ""
        log.append({"at": 0.0, "event": record(event), "actions": actions, "state": state, "step": step})
    assert log[-1]["state"] == "awaiting_beep"
    assert set(coverage_of(SMALL, [log]).intents.values()) == {0}
