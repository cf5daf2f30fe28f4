"""A store with a short history, and a way to type a command."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from campaigns.outcomes import CallbackPromise, Complaint, Crisis, Disposition, Rating, Via
from campaigns.store import open_store
from outbound.cli import report, tasks
from tests.campaigns.reports.history import MINUTE, History
from tests.campaigns.samples import MONDAY_NOON, Definition

Command = Callable[..., Result]


@pytest.fixture
def db(tmp_path: Path) -> str:
    """Three calls in one campaign: rated, promised a person, in need of one; one call in another."""
    path = str(tmp_path / "store.db")
    store = open_store(path)
    history = History(store)
    first, second, third = history.campaign(Definition(), 3)
    history.call(first, Disposition.COMPLETED, Rating(4, Via.KEY, "4"), seconds=30)
    promise = CallbackPromise(MONDAY_NOON + 5 * MINUTE, True, "a person please")
    history.call(second, Disposition.CALLBACK, promise, seconds=20)
    history.call(third, Disposition.CRISIS, Crisis("…"), seconds=20)
    (other,) = history.campaign(Definition("points", matter="points"), 1)
    history.call(other, Disposition.COMPLETED, Complaint("[b]rude"), at=MONDAY_NOON + 60 * MINUTE, seconds=12)
    store.close()
    return path


@pytest.fixture
def outbound(db: str) -> Command:
    """Types `outbound …` on that store."""
    return partial(typed_on, db)


def typed_on(db: str, *words: str) -> Result:
    """`outbound WORDS --db DB`."""
    app = typer.Typer()
    app.command("report")(report.report)
    app.add_typer(tasks.app, name="tasks")
    return CliRunner().invoke(app, [*words, "--db", db])
