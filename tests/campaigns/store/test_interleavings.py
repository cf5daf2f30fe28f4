"""Whatever two processes do, in whatever order, and wherever they die: no call that must not be."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.outcomes import Disposition, Scope
from campaigns.store import open_store
from tests.campaigns.store.chance import act
from tests.campaigns.store.watched import CAMPAIGNS, ENDINGS, FEW, House, Process

campaigns = st.sampled_from(sorted(CAMPAIGNS))
numbers = st.sampled_from(FEW)
brands = st.sampled_from(["Lumen", "Other"])
which = st.integers(0, 1)
cuts = st.sampled_from([None] * 12 + list(range(7)))


class Interleavings(RuleBasedStateMachine):
    """Hypothesis chooses the order, and makes a failure as short as it can be."""

    def __init__(self, opened: Callable[[], AbstractContextManager[House]]) -> None:
        super().__init__()
        self.steps = 0
        self.open = ExitStack()
        self.house = self.open.enter_context(opened())

    def teardown(self) -> None:
        self.house.nothing_was_changed()
        self.open.close()

    @initialize(brand=brands)
    def somebody_waits(self, brand: str) -> None:
        for number in FEW:
            self.house.import_contacts("shipping", (number, ""))
            self.house.import_contacts("sale", (number, ""))
            self.house.consent(number, brand)

    def process(self, at: int) -> Process:
        return self.house.processes[at]

    @rule(campaign=campaigns, number=numbers, reference=st.sampled_from(["", "A", "B"]))
    def import_contact(self, campaign: str, number: str, reference: str) -> None:
        self.house.import_contacts(campaign, (number, reference))

    @rule(number=numbers, scope=st.sampled_from(Scope), campaign=campaigns)
    def list_number(self, number: str, scope: Scope, campaign: str) -> None:
        self.house.list_number(number, scope, campaign)

    @precondition(lambda self: any(self.house.entries.values()))
    @rule(at=st.integers(0, 9))
    def revoke(self, at: int) -> None:
        self.house.revoke(at)

    @rule(number=numbers, brand=brands)
    def consent(self, number: str, brand: str) -> None:
        self.house.consent(number, brand)

    @rule(number=numbers, brand=brands)
    def withdraw(self, number: str, brand: str) -> None:
        self.house.withdraw(number, brand)

    @rule(minutes=st.sampled_from([1, 15, 30, 60, 240, 720, 1440, 10080]))
    def wait(self, minutes: int) -> None:
        self.house.wait(timedelta(minutes=minutes))

    @rule()
    def wait_for_morning(self) -> None:
        """To ten in New York, whatever the clocks do there."""
        self.house.wait(timedelta(hours=(14 - self.house.now.hour) % 24 + 1))

    @rule(at=which, most=st.integers(1, 3))
    def claim(self, at: int, most: int) -> None:
        self.house.claim(self.process(at), most)

    @rule(at=which, cut=cuts)
    def ask_the_gate(self, at: int, cut: int | None) -> None:
        self.authorise(at, cut)

    def authorise(self, at: int, cut: int | None) -> None:
        if not self.process(at).claims:
            self.house.claim(self.process(at), 2)
        self.house.authorise(self.process(at), cut)

    @rule(at=which, ending=st.sampled_from(ENDINGS))
    def place_calls(self, at: int, ending: Disposition) -> None:
        """Without this most orders would end before anybody is called."""
        for _ in range(2):
            self.authorise(at, None)
        self.house.finish(self.process(at), ending)

    @rule(at=which, cut=cuts)
    def opt_out(self, at: int, cut: int | None) -> None:
        self.house.opt_out(self.process(at), cut)

    @rule(at=which, ending=st.sampled_from(ENDINGS), cut=cuts)
    def finish(self, at: int, ending: Disposition, cut: int | None) -> None:
        self.house.finish(self.process(at), ending, cut)

    @rule(at=which)
    def die(self, at: int) -> None:
        self.house.die(self.process(at))

    @invariant()
    def nobody_is_forgotten(self) -> None:
        self.steps += 1
        self.house.nobody_is_forgotten()


@contextmanager
def in_a_file() -> Iterator[House]:
    """A house with a store of its own."""
    with TemporaryDirectory() as folder:
        url = str(Path(folder) / "store.db")
        stores = open_store(url, durable=False), open_store(url, durable=False)
        yield House(stores)
        for store in stores:
            store.close()


def test_no_order_of_events_that_hypothesis_finds_places_a_forbidden_call() -> None:
    run_state_machine_as_test(
        lambda: Interleavings(in_a_file),  # type: ignore[arg-type]  # it calls whatever makes a machine
        settings=settings(max_examples=15, stateful_step_count=40, suppress_health_check=list(HealthCheck)),
    )


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    stores = open_store(store_url, durable=False), open_store(store_url, durable=False)
    yield House(stores)
    for store in stores:
        store.close()


def test_no_order_of_events_that_chance_finds_places_a_forbidden_call(house: House) -> None:
    dice = random.Random(7)
    for _ in range(600):
        act(house, dice)
    house.nobody_is_forgotten()
    house.nothing_was_changed()
    assert house.permits > 20
