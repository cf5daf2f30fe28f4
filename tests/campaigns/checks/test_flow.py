"""Every step is reached and every path ends, or the check says which does not."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.checks import check
from campaigns.definition import DefinitionErrors, parse
from tests.campaigns.checks.campaigns import GOOD, STEPS, found


def test_a_good_campaign_has_nothing_to_mend() -> None:
    assert found(GOOD) == []


def test_a_step_that_nothing_leads_to_is_found() -> None:
    assert found(GOOD + "  lost: {say: Hi., end: true}\n") == ["error script.lost: no way leads to this step."]


def test_a_path_that_never_ends_is_found() -> None:
    steps = "  a: {say: Hi, ask: {yes: b, no: c}}\n  b: {say: Ho, ask: {yes: b}}\n  c: {end: true}\n"
    assert found(STEPS + steps) == ["error script.b: from here the call never comes to an end."]


def test_a_person_fetched_for_whoever_picks_up_is_found() -> None:
    steps = "  a: {say: Hi, next: b}\n  b: {say: One moment, transfer: desk}\n"
    assert found(STEPS + steps) == [
        "error script.b: a person is fetched before the callee has answered anything; it may be a machine that listens."
    ]


def test_nobody_to_transfer_to_is_found() -> None:
    without = GOOD.replace('transfer: {desk: "+12025550124"}\n', "")
    assert found(without) == [
        "warning transfer: nobody takes over when a callee asks for a person; a call back is promised instead."
    ]


Ways = Mapping[str, list[str]]
"""Where each step leads; a step that leads nowhere ends the call."""


@st.composite
def _ways(draw: st.DrawFn) -> Ways:
    names = [f"s{number}" for number in range(draw(st.integers(1, 7)))]
    return {name: draw(st.lists(st.sampled_from(names), max_size=3)) for name in names}


def _written(ways: Ways) -> str:
    lines = []
    for name, targets in ways.items():
        match targets:
            case []:
                lines.append(f"  {name}: {{end: true}}")
            case [target]:
                lines.append(f"  {name}: {{say: Hm., collect: rating, next: {target}}}")
            case _:
                ask = ", ".join(f"a{i}: {{next: {target}, phrases: [way {i}]}}" for i, target in enumerate(targets))
                lines.append(f"  {name}: {{say: Hm, ask: {{{ask}}}}}")
    return STEPS + "\n".join(lines) + "\n"


def _walks(ways: Ways, name: str, seen: frozenset[str] = frozenset()) -> tuple[frozenset[str], bool]:
    """Every step that some walk from here visits, and whether some walk comes to an end."""
    if name in seen:
        return frozenset(), False
    onward = [_walks(ways, target, seen | {name}) for target in ways[name]]
    return frozenset({name}).union(*(steps for steps, _ in onward)), not onward or any(ends for _, ends in onward)


@settings(max_examples=80)
@given(_ways())
def test_the_ways_of_any_script_are_judged_as_walking_them_would(ways: Ways) -> None:
    findings = check(parse(_written(ways)))
    reached, _ = _walks(ways, "s0")
    lost = {f.where.removeprefix("script.") for f in findings if f.message.startswith("no way leads")}
    endless = {f.where.removeprefix("script.") for f in findings if "never comes to an end" in f.message}
    assert lost == set(ways) - reached
    assert endless == {name for name in reached if not _walks(ways, name)[1]}


_pieces = st.sampled_from(
    [
        "Hello.",
        "🎉",
        "{{ name }}",
        "{{ until }}",
        "{% if until %}x{% endif %}",
        "{{ until | weekday }}",
        "안녕",
        "9",
        "{",
    ]
)


@settings(max_examples=80)
@given(_ways(), st.lists(_pieces, min_size=1, max_size=4))
def test_a_check_tells_and_never_breaks(ways: Ways, pieces: list[str]) -> None:
    text = " ".join(pieces)
    try:
        definition = parse(_written(ways).replace("Hm", f"'{text}'") + f"voicemail: '{text}'\n")
    except DefinitionErrors:
        return
    for finding in check(definition):
        assert finding.where
        assert finding.message.endswith(".")
        assert finding.blocks is (finding.severity == "error")
