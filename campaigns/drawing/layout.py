"""Where the steps of a chart stand: in rows, each below all that lead to it, with few crossings.

A small form of the layered drawing of Sugiyama, Tagawa and Toda (1981): ways back are turned round, rows are
the longest ways from the start, a way that passes rows gets a bend in each, and rows are ordered by the middle of their
neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from campaigns.drawing.chart import Chart, Edge

_SWEEPS = 8
_BEND_WIDTH = 24.0

Links = Sequence[tuple[str, str]]
"""Neighbours in rows that follow one another, the upper first."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its middle top; all in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes by step, ways as points from the source's lower edge to the target's upper one, and the whole size."""

    boxes: Mapping[str, Box]
    ways: tuple[tuple[Edge, tuple[tuple[float, float], ...]], ...]
    width: float
    height: float


def laid_out(chart: Chart, sizes: Mapping[str, tuple[float, float]], gap: tuple[float, float]) -> Layout:
    """Places boxes of the given sizes (width, height) with gaps (across, down) between them."""
    down = _without_ways_back(chart)
    rows = _rows(chart, down)
    chains: dict[tuple[str, str], tuple[str, ...]] = {}
    order: list[list[str]] = [[] for _ in range(max(rows.values()) + 1)]
    for name, row in rows.items():
        order[row].append(name)
    for source, target in down:
        bends = tuple(f"{source}\n{target}\n{row}" for row in range(rows[source] + 1, rows[target]))
        for row, bend in enumerate(bends, start=rows[source] + 1):
            order[row].append(bend)
        chains[source, target] = (source, *bends, target)
    links = [link for chain in chains.values() for link in pairwise(chain)]
    _untangle(order, links)
    boxes = _placed(order, sizes, gap, links)
    ways = tuple((edge, _points(edge, chains, boxes)) for edge in chart.edges if edge.source != edge.target)
    return Layout(
        {node.name: boxes[node.name] for node in chart.nodes},
        ways,
        max(box.x + box.width / 2 for box in boxes.values()),
        max(box.y + box.height for box in boxes.values()),
    )


def _without_ways_back(chart: Chart) -> list[tuple[str, str]]:
    """Every pair of connected steps once, so that there is no circle: a way back is turned round."""
    onward: dict[str, list[str]] = {node.name: [] for node in chart.nodes}
    for edge in chart.edges:
        if edge.source != edge.target:
            onward[edge.source].append(edge.target)
    open_steps: set[str] = set()
    done: set[str] = set()
    pairs: dict[tuple[str, str], None] = {}

    def visit(name: str) -> None:
        open_steps.add(name)
        for target in onward[name]:
            pairs[(target, name) if target in open_steps else (name, target)] = None
            if target not in open_steps and target not in done:
                visit(target)
        open_steps.discard(name)
        done.add(name)

    for node in chart.nodes:
        if node.name not in done:
            visit(node.name)
    return list(pairs)


def _rows(chart: Chart, pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    rows = {node.name: 0 for node in chart.nodes}
    for _ in chart.nodes:
        for source, target in pairs:
            rows[target] = max(rows[target], rows[source] + 1)
    return rows


def _untangle(order: list[list[str]], links: Links) -> None:
    """Sorts each row by the middle of its neighbours in the row before it, downwards and upwards in turn."""
    above, below = _neighbours(links)
    best, fewest = [list(row) for row in order], _crossings(order, below)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in order if downwards else reversed(order):
            places = {name: place for other in order for place, name in enumerate(other)}
            neighbours = above if downwards else below
            middles = {name: _mean([places[other] for other in neighbours.get(name, ())], places[name]) for name in row}
            row.sort(key=middles.__getitem__)
        crossings = _crossings(order, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in order], crossings
    order[:] = best


def _crossings(order: Sequence[Sequence[str]], below: Mapping[str, Sequence[str]]) -> int:
    places = {name: place for row in order for place, name in enumerate(row)}
    count = 0
    for row in order:
        ends = [places[target] for name in row for target in sorted(below.get(name, ()), key=places.__getitem__)]
        count += sum(first > later for at, first in enumerate(ends) for later in ends[at + 1 :])
    return count


def _placed(
    order: Sequence[Sequence[str]], sizes: Mapping[str, tuple[float, float]], gap: tuple[float, float], links: Links
) -> dict[str, Box]:
    """Boxes row by row; each is drawn towards the middle of its neighbours, as far as its row has room."""
    above, below = _neighbours(links)
    bend = (_BEND_WIDTH, 0.0)
    middles: dict[str, float] = {}
    for row in order:
        _spread(row, [0.0] * len(row), sizes, gap[0], middles)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        neighbours = above if downwards else below
        for row in order if downwards else reversed(order):
            wanted = [_mean([middles[other] for other in neighbours.get(name, ())], middles[name]) for name in row]
            _spread(row, wanted, sizes, gap[0], middles)
    left = min(middles[name] - sizes.get(name, bend)[0] / 2 for name in middles)
    boxes: dict[str, Box] = {}
    top = 0.0
    for row in order:
        height = max(sizes.get(name, bend)[1] for name in row)
        for name in row:
            width, own = sizes.get(name, (_BEND_WIDTH, height))
            boxes[name] = Box(middles[name] - left, top, width, own)
        top += height + gap[1]
    return boxes


def _spread(
    row: Sequence[str],
    wanted: Sequence[float],
    sizes: Mapping[str, tuple[float, float]],
    gap: float,
    middles: dict[str, float],
) -> None:
    """The middles of a row: as wanted, but apart, and not moved to one side by that."""
    at = float("-inf")
    before = 0.0
    for name, middle in zip(row, wanted, strict=True):
        half = sizes.get(name, (_BEND_WIDTH, 0.0))[0] / 2
        at = max(middle, at + before + gap + half)
        before = half
        middles[name] = at
    shift = _mean([middle - middles[name] for name, middle in zip(row, wanted, strict=True)], 0.0)
    for name in row:
        middles[name] += shift


def _points(
    edge: Edge, chains: Mapping[tuple[str, str], tuple[str, ...]], boxes: Mapping[str, Box]
) -> tuple[tuple[float, float], ...]:
    """From the upper box through the bends to the lower one; for a way back the other way round."""
    back = (edge.source, edge.target) not in chains
    chain = chains[(edge.target, edge.source) if back else (edge.source, edge.target)]
    first, last = boxes[chain[0]], boxes[chain[-1]]
    points = [(first.x, first.y + first.height)]
    for name in chain[1:-1]:
        bend = boxes[name]
        points += [(bend.x, bend.y), (bend.x, bend.y + bend.height)]
    points.append((last.x, last.y))
    return tuple(reversed(points) if back else points)


def _neighbours(links: Links) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in links:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
