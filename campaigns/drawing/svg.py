"""A chart as an SVG picture that every browser shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import pairwise

from campaigns.drawing.chart import Chart, Kind, Node
from campaigns.drawing.layout import Box, laid_out

_BOX_WIDTH = 250.0
_PADDING = 12.0
_LINE = 17.0
_FONT = 13.0
_GAP = (44.0, 64.0)
_MARGIN = 24.0
_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1d2733; }
.name { font-weight: 600; }
.label { font-size: 12px; text-anchor: middle; }
.box { fill: #f4f7fb; stroke: #8fa3ba; stroke-width: 1.2; }
.ask { fill: #eaf3ff; stroke: #4b86c9; }
.branch { fill: #fff7e0; stroke: #c9a227; }
.transfer { fill: #ecf8ee; stroke: #4f9d5d; }
.opening, .end { fill: #f1eef9; stroke: #8a76b8; }
.way { fill: none; stroke: #6b7c90; stroke-width: 1.4; marker-end: url(#arrow); }
.back { stroke-dasharray: 5 4; }
.behind { fill: #ffffff; }"""


def svg(chart: Chart, title: str) -> str:
    """The picture as an SVG document, with a line end."""
    lines = {node.name: list(_wrapped(node.text, _BOX_WIDTH - 2 * _PADDING)) for node in chart.nodes}
    sizes = {node.name: (_BOX_WIDTH, _height(node, lines[node.name])) for node in chart.nodes}
    most_lines = max(edge.label.count("\n") + 1 for edge in chart.edges)
    layout = laid_out(chart, sizes, (_GAP[0], _GAP[1] + _LINE * (most_lines - 1)))
    width, height = layout.width + 2 * _MARGIN + _GAP[0], layout.height + 2 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-_MARGIN:g} {-_MARGIN:g} {width:.0f} {height:.0f}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        f'<rect class="behind" x="{-_MARGIN:g}" y="{-_MARGIN:g}" width="100%" height="100%"/>',
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0,0 L8,4 L0,8 z" fill="#6b7c90"/></marker></defs>',
    ]
    ways = [
        *layout.ways,
        *((edge, _round(layout.boxes[edge.source])) for edge in chart.edges if edge.source == edge.target),
    ]
    for _, points in ways:
        back = " back" if points[0][1] > points[-1][1] else ""
        parts.append(f'<path class="way{back}" d="{_curve(points)}"/>')
    for node in chart.nodes:
        parts += _box(node, layout.boxes[node.name], lines[node.name])
    for edge, points in ways:
        if edge.label:
            parts += _label(edge.label, points)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _height(node: Node, lines: list[str]) -> float:
    return 2 * _PADDING + _LINE * (len(lines) + (node.kind is not Kind.OPENING))


def _box(node: Node, box: Box, lines: list[str]) -> Iterator[str]:
    left = box.x - box.width / 2
    round_ends = 18 if node.kind in (Kind.OPENING, Kind.END) else 5
    yield (
        f'<rect class="box {node.kind}" x="{left:.1f}" y="{box.y:.1f}" width="{box.width:g}" height="{box.height:g}" '
        f'rx="{round_ends}"/>'
    )
    named = [] if node.kind is Kind.OPENING else [(node.name, ' class="name"')]
    for number, (line, kind) in enumerate([*named, *((line, "") for line in lines)]):
        baseline = box.y + _PADDING + _LINE * number + _FONT
        yield f'<text x="{left + _PADDING:.1f}" y="{baseline:.1f}"{kind}>{escape(line)}</text>'


def _round(box: Box) -> tuple[tuple[float, float], ...]:
    """A way from a step to itself, beside its right edge."""
    right, upper, lower = box.x + box.width / 2, box.y + 0.3 * box.height, box.y + 0.7 * box.height
    return ((right, lower), (right + 0.8 * _GAP[0], (lower + upper) / 2), (right, upper))


def _curve(points: tuple[tuple[float, float], ...]) -> str:
    path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        path += f" C{x:.1f},{middle:.1f} {to_x:.1f},{middle:.1f} {to_x:.1f},{to_y:.1f}"
    return path


def _label(label: str, points: tuple[tuple[float, float], ...]) -> Iterator[str]:
    """At the middle of the way's first piece, on white."""
    (x, y), (to_x, to_y) = points[:2]
    middle_x, lines = (x + to_x) / 2, label.split("\n")
    top = (y + to_y) / 2 - _LINE * len(lines) / 2
    width = max(_width(line) for line in lines) * 12 / _FONT + 8
    yield (
        f'<rect class="behind" x="{middle_x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{_LINE * len(lines):g}" rx="3"/>'
    )
    for number, line in enumerate(lines):
        baseline = top + _LINE * number + 12.5
        yield f'<text class="label" x="{middle_x:.1f}" y="{baseline:.1f}">{escape(line)}</text>'


def _wrapped(text: str, width: float) -> Iterator[str]:
    """Lines that are no wider; between words, and between any two characters of Chinese, Japanese and Korean."""
    line = ""
    for piece in _pieces(text):
        if line and _width(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    if line:
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    piece = ""
    for char in text:
        piece += char
        if char == " " or _is_wide(char):
            yield piece
            piece = ""
    if piece:
        yield piece


def _width(text: str) -> float:
    """An estimate for a sans-serif font: a wide character is a square."""
    return sum(_FONT if _is_wide(char) else 0.54 * _FONT for char in text)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
