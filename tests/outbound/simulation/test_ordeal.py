"""A campaign among dying processes, lost lines, set clocks, listings and imports keeps every promise."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaigns.store import open_store
from campaigns.templates import template, template_text
from outbound.simulation.faults import Faults
from outbound.simulation.ordeal import Survived, survive
from outbound.simulation.population import read_habits
from outbound.simulation.trial import Question

CONTACTS = 1000
SMALL = Question(
    template("shipping"),
    template_text("shipping"),
    contacts=60,
    contacts_file=None,
    lines=8,
    start=datetime(2026, 3, 2, 12, tzinfo=UTC),
    days=60,
    seed=7,
    habits=read_habits(),
)
FEW = Faults(
    writes_between_deaths=150, listings=10, imports=2, import_size=20, clock_steps=4, lost=0.1, route_down=0.02
)


@pytest.fixture(autouse=True)
def _in_silence(caplog: pytest.LogCaptureFixture) -> None:
    """What breaks on purpose is told in thousands of lines."""
    caplog.set_level(logging.CRITICAL)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "ordeal.db")
    return str(request.getfixturevalue("postgresql_url"))


def _small(folder: Path, name: str, seed: int = 7, faults: Faults = FEW) -> Survived:
    (folder / name).mkdir()
    return survive(
        str(folder / name / "store.db"), replace(SMALL, seed=seed), replace(faults, seed=seed), folder / name
    )


def test_nobody_is_wronged_and_nobody_forgotten_whatever_breaks(url: str, tmp_path: Path) -> None:
    survived = survive(url, replace(SMALL, contacts=CONTACTS, lines=20), Faults(lost=0.05), tmp_path)
    assert survived.wrongs == {}
    assert survived.complete
    assert survived.attempts > CONTACTS
    assert survived.deaths >= 5
    assert (survived.listings, survived.imports, survived.clock_steps) == (50, 3, 6)
    assert {"opted_out", "interrupted", "failed", "route_down"} <= set(survived.endings)
    store = open_store(url)
    assert store.verify().findings == ()
    store.close()


@pytest.mark.parametrize("seed", range(4))
def test_other_seeds_break_it_elsewhere_and_wrong_nobody(seed: int, tmp_path: Path) -> None:
    survived = _small(tmp_path, "one", seed)
    assert survived.wrongs == {}
    assert survived.complete
    assert survived.deaths >= 1


def test_the_same_seed_gives_the_same_ordeal_with_the_same_result(tmp_path: Path) -> None:
    assert _small(tmp_path, "one") == _small(tmp_path, "again")


def test_another_seed_gives_another_result(tmp_path: Path) -> None:
    assert _small(tmp_path, "one").digest != _small(tmp_path, "other", seed=8).digest


def test_without_deaths_no_call_is_cut_off(tmp_path: Path) -> None:
    survived = _small(tmp_path, "one", faults=replace(FEW, writes_between_deaths=0))
    assert survived.deaths == 0
    assert "interrupted" not in survived.endings
