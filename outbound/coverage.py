"""What of a script calls have reached: its steps, the ways between them, and what callees meant.

Decides what counts as reached, from the logs of calls. A branch says nothing and leaves no trace of its own: it counts
where it lies on the only way from one step to the next. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from campaigns.drawing import Chart, Kind, chart_of
from campaigns.drawing.chart import OPENING
from campaigns.intents import GLOBAL_INTENTS, GLOBAL_KEYS, Intent
from campaigns.script import Collecting, Script, Step
from outbound.call import Entry
from outbound.dialogue.events import Corrected, Heard, Pressed
from outbound.dialogue.records import event_from
from outbound.dialogue.state import MACHINES

_COLLECTED = {
    Collecting.RATING: frozenset(intent for intent in Intent if intent.rating is not None),
    Collecting.YES_NO: frozenset({Intent.YES, Intent.NO}),
}


@dataclass(frozen=True, slots=True)
class Way:
    """From a step to another. `label` is what leads there, empty where nothing is asked."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """In how many calls each was reached; 0: nobody has tried.

    Attributes:
        calls: whose logs were read.
        steps: by name, in the order of the script.
        ways: from one step to another; a step's way to itself is left out, because it looks like staying.
        intents: what callees may mean in this script, by voice or by the key that means the same.
    """

    calls: int
    steps: Mapping[str, int]
    ways: Mapping[Way, int]
    intents: Mapping[Intent, int]


def coverage_of(script: Script, logs: Iterable[Sequence[Entry]]) -> Coverage:
    """What those calls have reached. Steps that the script no longer has are not counted."""
    chart = chart_of(script)
    ways = {(edge.source, edge.target): edge.label for edge in chart.edges if edge.source != edge.target}
    steps: Counter[str] = Counter()
    walked: Counter[tuple[str, str]] = Counter()
    meant: Counter[Intent] = Counter()
    calls = 0
    for log in logs:
        calls += 1
        path = _path(log, chart)
        steps.update({name for pair in path for name in pair if name != OPENING})
        walked.update(path)
        meant.update(set(_meant(log, script)))
    return Coverage(
        calls,
        {name: steps[name] for name in script.steps},
        {Way(*pair, label): walked[pair] for pair, label in ways.items()},
        {intent: meant[intent] for intent in Intent if intent in _meanings(script)},
    )


def _path(log: Sequence[Entry], chart: Chart) -> set[tuple[str, str]]:
    """The ways that a call took. Where several lead from one step to the next seen, none is taken for granted."""
    visited = [entry["step"] or OPENING for entry in log]
    taken: set[tuple[str, str]] = set()
    for here, there in pairwise(visited):
        if here != there:
            found = list(_through_branches(chart, here, there))
            # The steps were reached in any case; a way that the drawing does not have shows in no list.
            taken |= set(pairwise(found[0])) if len(found) == 1 else {(here, there)}
    return taken


def _through_branches(chart: Chart, here: str, there: str) -> Iterator[tuple[str, ...]]:
    """The ways from a step to another that pass nothing but branches."""
    branches = {node.name for node in chart.nodes if node.kind is Kind.BRANCH}
    open_ways: list[tuple[str, ...]] = [(here,)]
    while open_ways:
        way = open_ways.pop()
        for edge in chart.edges:
            if edge.source == way[-1] and edge.target not in way:
                if edge.target == there:
                    yield (*way, there)
                elif edge.target in branches:
                    open_ways.append((*way, edge.target))


def _meant(log: Sequence[Entry], script: Script) -> Iterator[Intent]:
    """What a callee meant, event by event; a key means what its answer does. Machines mean nothing."""
    step: Step | None = None
    by_machine = False
    for entry in log:
        match event_from(entry["event"]):
            case Heard(intent=intent) | Corrected(intent=intent) if not by_machine:
                yield intent
            case Pressed(key):
                meaning = GLOBAL_KEYS.get(key) or _by_key(step, key)
                if meaning is not None:
                    yield meaning
        step, by_machine = script.steps.get(entry["step"]), entry["state"] in MACHINES


def _by_key(step: Step | None, key: str) -> Intent | None:
    if step is None:
        return None
    if step.collect is Collecting.RATING and key in "12345":
        return Intent(f"rating_{key}")
    if step.collect is Collecting.YES_NO:
        return {"1": Intent.YES, "2": Intent.NO}.get(key)
    return next((choice.intent for choice in step.choices if choice.key == key), None)


def _meanings(script: Script) -> frozenset[Intent]:
    own = {choice.intent for step in script.steps.values() for choice in step.choices if choice.intent is not None}
    collected = (_COLLECTED.get(step.collect, frozenset()) for step in script.steps.values() if step.collect)
    return GLOBAL_INTENTS | own | frozenset().union(*collected)
