"""Random scripts and random callees, and calls between them by text on a clock that jumps.

A script or callee is made from one seed: Hypothesis draws and reports the seed, and drawing stays quick enough for
thousands of calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from campaigns.intents import GLOBAL_INTENTS, Intent
from campaigns.outcomes import Result, Scope
from campaigns.script import Case, Choice, Collecting, Script, Step
from outbound.call import CallOutcome, conduct
from outbound.dialogue import Calendar, Dialogue
from outbound.dialogue.actions import Action, Listen, Say
from outbound.dialogue.events import Event, Heard
from outbound.simulation.callee import Answerer, Callee, Doing, HangsUp, Noise, Presses, Says, StaysSilent
from outbound.simulation.clock import run_virtually
from outbound.simulation.text import TextConversation
from tests.outbound.calls import CALENDAR, NOON, SCRIPT, Was

RING_SECONDS = 25.0
_OWN_INTENTS = sorted(set(Intent) - GLOBAL_INTENTS - {Intent.OTHER})


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What happened in a call, in order; results stand where they were saved."""

    script: Script
    callee: Callee
    outcome: CallOutcome
    happened: tuple[Event | Action, ...]
    saved: tuple[Result, ...]

    @property
    def said(self) -> list[str]:
        return [action.text for action in self.happened if isinstance(action, Say) and action.text]


def rehearse(
    script: Script, callee: Callee, calendar: Calendar = CALENDAR, away: Callable[[], bool] = lambda: False
) -> Rehearsal:
    """Hold one call. The callee's words are the names of intents ("opt_out"), or anything else for OTHER.

    `away` tells for each result whether the store takes it; what it does not take goes to the journal.
    """
    happened: list[Event | Action] = []
    saved: list[Result] = []

    async def save(result: Result) -> None:
        if away():
            raise OSError("the store is away")
        saved.append(result)

    async def call() -> CallOutcome:
        conversation = TextConversation(
            callee, literally, language=script.language, ring_seconds=RING_SECONDS, local_now=lambda: NOON
        )
        talk = conduct(Dialogue(script, calendar), conversation, save, saved.append, happened.append)
        return await asyncio.wait_for(talk, 3600)

    return Rehearsal(script, callee, run_virtually(call()), tuple(happened), tuple(saved))


def literally(words: str, listen: Listen) -> Heard:
    if words in listen.phrases:
        return Heard(Intent.OTHER, 1.0, words, choice=words)
    return Heard(Intent(words) if words in set(Intent) else Intent.OTHER, 1.0, words)


_WITHOUT_CONFIRMATION = replace(SCRIPT.phrases, opt_out_confirmed="", opt_out_matter_confirmed="")


def random_script(chance: Random) -> Script:
    """Steps of every kind, leading anywhere, in circles too."""
    names = [f"step{number}" for number in range(chance.randint(1, 6))]
    return replace(
        SCRIPT,
        start=names[0],
        steps={name: _step(name, names, chance) for name in names},
        longest_seconds=chance.choice((30.0, 60.0, 120.0)),
        transfer_targets=chance.choice((SCRIPT.transfer_targets, {})),
        voicemail=chance.choice((SCRIPT.voicemail, "")),
        phrases=chance.choice((SCRIPT.phrases, _WITHOUT_CONFIRMATION)),
        opt_out_scope=chance.choice(list(Scope)),
    )


def _step(name: str, names: list[str], chance: Random) -> Step:
    text = chance.choice((f"This is {name}.", f"Would you tell me about {name}? It is a matter of some length."))
    step = Step(name, text, interruptible=chance.random() < 0.5, listen_seconds=chance.choice((2.0, 6.0)))
    onward = chance.choice(names)
    match chance.choice(("tell", "choose", "collect", "collect", "branch", "transfer", "end")):
        case "tell":
            return replace(step, next=chance.choice((onward, None)))
        case "choose":
            return replace(step, choices=tuple(_choice(name, names, chance) for _ in range(chance.randint(1, 3))))
        case "collect":
            return replace(step, collect=chance.choice((*Collecting, Collecting.RATING)), next=onward)
        case "branch":
            cases = [Case(Was(names[0], "a"), chance.choice(names)) for _ in range(chance.randint(0, 2))]
            return Step(name, cases=(*cases, Case(None, onward)))
        case "transfer":
            return replace(step, transfer=chance.choice(("service", "desk", "nowhere")))
    return replace(step, end=True)


def _choice(name: str, names: list[str], chance: Random) -> Choice:
    phrases = chance.choice(((), (f"phrase of {name}",)))
    key = chance.choice((None, "1", "2", "3"))
    return Choice(chance.choice("abc"), chance.choice(names), chance.choice(_OWN_INTENTS), phrases, key)


def random_callee(chance: Random) -> Callee:
    """Mostly people, who say, press and leave undone anything, and interrupt."""
    answers = Answerer.PERSON if chance.random() < 0.85 else chance.choice(list(Answerer))
    return Callee(
        "anyone",
        answers,
        rings=chance.uniform(0.0, RING_SECONDS + 2.0),
        greeting=chance.choice(("", "hello?", "this is the house of a large family, who is speaking?")),
        does=(*(_doing(chance) for _ in range(chance.choice((0, 1, 2, 3, 6)))), *_wish(chance)),
        thinks=chance.choice((0.3, 0.7, 2.0, 8.0)),
        transfer_reached=chance.random() < 0.5,
        transfer_seconds=chance.choice((0.5, 10.0, 60.0)),
    )


def _wish(chance: Random) -> Iterator[Doing]:
    """What matters most, often right after something that the robot answers with words of its own."""
    words = ("callback", "complaint", "question_price", "wait", "who_is_this", "transfer", "rating_1", "dissatisfied")
    yield from chance.choice(([], [Says(chance.choice(words))]))
    after = chance.choice((None, 0.2, chance.uniform(0.1, 8.0)))
    wishes = (Says("opt_out", after), Presses("9", after), Says("crisis", after), HangsUp(after))
    yield chance.choice((_doing(chance), *wishes))
    yield from chance.choice(([], [chance.choice(wishes)]))


def _doing(chance: Random) -> Doing:
    after = chance.uniform(0.1, 8.0) if chance.random() < 0.3 else None
    match chance.choice(("say", "say", "say", "say", "press", "press", "silent", "noise", "hang_up")):
        case "say":
            return Says(chance.choice(_WORDS), after)
        case "press":
            return Presses("".join(chance.choices("0123456789*#", k=chance.choice((1, 1, 1, 3)))), after)
        case "silent":
            return StaysSilent()
        case "noise":
            return Noise(1.0, after)
    return HangsUp(after)


_WORDS = (
    *(intent.value for intent in Intent),
    *(f"phrase of step{number}" for number in range(6)),
    "one two three",
    "tomorrow",
    "what a day",
)


@st.composite
def calls(draw: st.DrawFn) -> Rehearsal:
    """The call that came of a random script and a random callee."""
    return random_call(Random(draw(st.integers(0, 2**32))))


def random_call(chance: Random) -> Rehearsal:
    """One of them; in some the store is away now and then."""
    script, callee, outage = random_script(chance), random_callee(chance), chance.choice((0.0, 0.0, 0.0, 0.5))
    return rehearse(script, callee, away=lambda: chance.random() < outage)
