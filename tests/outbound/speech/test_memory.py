"""A call that is over leaves nothing behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from outbound.simulation.callee import Callee, Presses
from outbound.speech import SpokenConversation
from tests.outbound.spoken import speak_with


@pytest.fixture
def without_the_collector_of_cycles() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_the_collector_of_cycles")
def test_the_sounds_and_detectors_of_a_call_go_with_it() -> None:
    speak_with(Callee("quick", does=(Presses("9"),)))
    assert not [one for one in gc.get_objects() if isinstance(one, SpokenConversation)]
