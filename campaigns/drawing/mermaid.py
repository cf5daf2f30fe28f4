"""A chart as Mermaid text, which many documents and wikis turn into a picture."""

from __future__ import annotations

from html import escape

from campaigns.drawing.chart import Chart, Kind

_SHAPES = {
    Kind.OPENING: ("([", "])"),
    Kind.SAY: ("[", "]"),
    Kind.ASK: ("[", "]"),
    Kind.BRANCH: ("{", "}"),
    Kind.TRANSFER: ("[[", "]]"),
    Kind.END: ("([", "])"),
}


def mermaid(chart: Chart) -> str:
    """The text, with a line end. Step names are prefixed: `end` alone would be a word of Mermaid's own."""
    numbers = {node.name: f"step{number}" for number, node in enumerate(chart.nodes)}
    lines = ["flowchart TD"]
    for node in chart.nodes:
        before, after = _SHAPES[node.kind]
        title = "" if node.kind is Kind.OPENING else f"<b>{node.name}</b>"
        text = "<br/>".join(filter(None, (title, _plain(node.text))))
        lines.append(f'    {numbers[node.name]}{before}"{text}"{after}')
    for edge in chart.edges:
        label = "<br/>".join(_plain(part) for part in edge.label.split("\n"))
        arrow = f'-- "{label}" -->' if label else "-->"
        lines.append(f"    {numbers[edge.source]} {arrow} {numbers[edge.target]}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that neither Mermaid nor HTML takes for something else."""
    return escape(text).replace("&#x27;", "'").replace("`", "'")
