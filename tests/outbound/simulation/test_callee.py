"""Callee files: what they may say, and what is said about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from outbound.errors import OutboundError
from outbound.simulation.callee import (
    GREETINGS,
    Answerer,
    Callee,
    HangsUp,
    Noise,
    Presses,
    Says,
    StaysSilent,
    callee_from,
    details_of,
    parse,
    read_callees,
    ready_callees,
)

EVERYTHING = """
dana:
  rings: 2.5
  greeting: Dana speaking.
  thinks: 1.2
  does:
    - say: yes please
    - {say: stop, after: 2}
    - press: "12#"
    - {press: 9, after: 1.5}
    - silent
    - {noise: 0.5}
    - {noise: 1, after: 3}
    - hang_up
    - {hang_up: {after: 4}}
  transfer: nobody
  transfer_seconds: 9
machine: {answers: voicemail}
nobody: {answers: no_answer}
plain:
"""


def test_everything_a_callee_can_do_is_read() -> None:
    dana, machine, nobody, plain = parse(EVERYTHING, "here")
    assert dana == Callee(
        "dana",
        rings=2.5,
        greeting="Dana speaking.",
        thinks=1.2,
        does=(
            Says("yes please"),
            Says("stop", 2.0),
            Presses("12#"),
            Presses("9", 1.5),
            StaysSilent(),
            Noise(0.5),
            Noise(1.0, 3.0),
            HangsUp(),
            HangsUp(4.0),
        ),
        transfer_reached=False,
        transfer_seconds=9.0,
    )
    assert machine.greeting == GREETINGS[Answerer.VOICEMAIL]
    assert nobody.answers is Answerer.NO_ANSWER
    assert plain == Callee("plain")
    assert dana.words == ("Dana speaking.", "yes please", "stop")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dana: {answers: robot}", "dana"),
        ("dana: {does: [dance]}", "dance"),
        ("dana: {does: [{press: x}]}", "press"),
        ("dana: {colour: red}", "colour"),
        ("dana: {rings: soon}", "soon"),
        ("- dana", "names of callees"),
        ("dana: [", "YAML"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_callee(text: str, said: str) -> None:
    with pytest.raises(OutboundError, match="here: ") as raised:
        parse(text, "here")
    assert said in str(raised.value)
    assert raised.value.hint


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(OutboundError, match="cannot read"):
        read_callees(tmp_path / "none.yaml")


def test_the_callees_that_come_with_the_product_cover_every_kind_of_answer() -> None:
    callees = ready_callees()
    assert {callee.answers for callee in callees.values()} == set(Answerer)
    assert all(name == callee.name for name, callee in callees.items())


def test_what_is_written_of_a_callee_is_read_back() -> None:
    for callee in (*parse(EVERYTHING, "here"), *ready_callees().values()):
        assert callee_from(callee.name, details_of(callee), "here") == callee
