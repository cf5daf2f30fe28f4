"""A script becomes a picture in which nothing is missing and nothing covers anything."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.checks import specimens
from campaigns.definition import parse
from campaigns.drawing import Chart, Edge, Kind, Node, chart_of, mermaid, svg
from campaigns.drawing.layout import laid_out
from campaigns.templates import template, templates
from tests.campaigns.checks.campaigns import STEPS

BRANCHING = """\
  how: {say: 'Say "one" & <two>', collect: rating, next: fork}
  fork: {branch: {how > 3: good, else: bad}}
  good: {say: Good., end: true}
  bad: {say: Sorry., ask: {yes: desk, no: how, again: {next: bad, phrases: [hm]}}}
  desk: {say: One moment., transfer: desk}
"""


def drawn(text: str) -> Chart:
    return chart_of(next(specimens(parse(text))).script)


def test_steps_and_ways_are_named() -> None:
    chart = drawn(STEPS + BRANCHING)
    assert [(node.name, node.kind) for node in chart.nodes] == [
        ("(opening)", Kind.OPENING),
        ("how", Kind.ASK),
        ("fork", Kind.BRANCH),
        ("good", Kind.END),
        ("bad", Kind.ASK),
        ("desk", Kind.TRANSFER),
    ]
    assert [(edge.source, edge.target, edge.label) for edge in chart.edges] == [
        ("(opening)", "how", ""),
        ("how", "fork", "1-5"),
        ("fork", "good", "how > 3"),
        ("fork", "bad", "else"),
        ("bad", "desk", "yes · 1"),
        ("bad", "how", "no · 2"),
        ("bad", "bad", "again · 3"),
    ]


def test_answers_that_lead_to_the_same_step_share_a_way() -> None:
    chart = drawn(STEPS + "  a: {say: Hi, ask: {yes: b, no: b}}\n  b: {end: true}\n")
    assert chart.edges[-1] == Edge("a", "b", "yes · 1\nno · 2")


def test_mermaid_text_has_nothing_that_mermaid_would_misread() -> None:
    text = mermaid(drawn(STEPS + BRANCHING))
    assert text.startswith("flowchart TD\n")
    assert 'step1["<b>how</b><br/>Say &quot;one&quot; &amp; &lt;two&gt;"]' in text
    assert 'step2 -- "how &gt; 3" --> step3' in text


@pytest.mark.parametrize(("language", "name"), [(lang, name) for lang, names in templates().items() for name in names])
def test_a_picture_shows_every_step_and_way(language: str, name: str) -> None:
    chart = chart_of(next(specimens(template(name, language))).script)
    picture = ElementTree.fromstring(svg(chart, name))
    shapes = [element.get("class", "") for element in picture.iter()]
    assert sum(kind.startswith("box") for kind in shapes) == len(chart.nodes)
    assert sum(kind.startswith("way") for kind in shapes) == len(chart.edges)


def test_a_way_from_a_step_to_itself_is_shown() -> None:
    assert svg(drawn(STEPS + BRANCHING), "hello").count('class="way') == 7


@st.composite
def _charts(draw: st.DrawFn) -> Chart:
    names = [f"s{number}" for number in range(draw(st.integers(1, 9)))]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), unique=True, max_size=16))
    return Chart(tuple(Node(name, Kind.SAY, "Hi") for name in names), tuple(Edge(*pair) for pair in pairs))


@settings(max_examples=100)
@given(_charts())
def test_no_step_of_any_chart_covers_another(chart: Chart) -> None:
    sizes = {node.name: (100.0, 20.0 + 10 * number) for number, node in enumerate(chart.nodes)}
    layout = laid_out(chart, sizes, (30.0, 40.0))
    for one, other in combinations(layout.boxes.values(), 2):
        apart = abs(one.x - other.x) >= (one.width + other.width) / 2 + 30.0 - 1e-6
        above = one.y + one.height + 40.0 <= other.y + 1e-6 or other.y + other.height + 40.0 <= one.y + 1e-6
        assert apart or above
    assert len(layout.ways) == sum(edge.source != edge.target for edge in chart.edges)
    assert min(box.x - box.width / 2 for box in layout.boxes.values()) >= -1e-6
