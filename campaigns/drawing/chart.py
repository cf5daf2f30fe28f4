"""What is drawn of a script: its steps, and the ways between them with what leads there.

Decides the words in the picture; where they stand is `layout.py`, how they look `mermaid.py` and `svg.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from campaigns.script import Case, Choice, Collecting, Script, Step

_LONGEST_TEXT = 150


class Kind(StrEnum):
    """What a step does, which gives its shape."""

    OPENING = "opening"
    SAY = "say"
    ASK = "ask"
    BRANCH = "branch"
    TRANSFER = "transfer"
    END = "end"


@dataclass(frozen=True, slots=True)
class Node:
    """A step. `text` is what is said, shortened; empty for a branch."""

    name: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a step to another; `label` is what leads there, empty where nothing is asked."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Nodes in the order of the script; at most one edge between two of them in one direction."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


OPENING = "(opening)"
"""The name of the node before the first step; no step has brackets in its name."""
_COLLECTED = {
    Collecting.RATING: "1-5",
    Collecting.DIGITS: "digits",
    Collecting.YES_NO: "yes · 1, no · 2",
    Collecting.TIME: "a time",
}


def chart_of(script: Script) -> Chart:
    """The chart of one contact's script."""
    nodes = [Node(OPENING, Kind.OPENING, _short(script.phrases.opening))]
    nodes += [Node(name, _kind(step), _short(step.say)) for name, step in script.steps.items()]
    labels: dict[tuple[str, str], list[str]] = {(OPENING, script.start): []}
    for name, step in script.steps.items():
        for target, label in _ways(step):
            labels.setdefault((name, target), []).append(label)
    edges = (Edge(source, target, "\n".join(filter(None, told))) for (source, target), told in labels.items())
    return Chart(tuple(nodes), tuple(edges))


def _kind(step: Step) -> Kind:
    if step.cases:
        return Kind.BRANCH
    if step.transfer is not None:
        return Kind.TRANSFER
    if step.end:
        return Kind.END
    return Kind.ASK if step.choices or step.collect is not None else Kind.SAY


def _ways(step: Step) -> Iterator[tuple[str, str]]:
    for choice in step.choices:
        yield choice.next, _answer(choice)
    for case in step.cases:
        yield case.next, _condition(case)
    if step.next is not None:
        yield step.next, _COLLECTED[step.collect] if step.collect is not None else ""


def _answer(choice: Choice) -> str:
    return f"{choice.value} · {choice.key}" if choice.key else choice.value


def _condition(case: Case) -> str:
    return "else" if case.test is None else str(case.test)


def _short(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    return text[: _LONGEST_TEXT - 1].rpartition(" ")[0].rstrip(" ,;:") + " …"
