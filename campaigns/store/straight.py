"""A question that PostgreSQL is asked without its driver's cursor.

Decides how the question that must be the quickest of every call reaches the server: as libpq's own prepared statement,
values and answer in binary. A cursor's own work would take longer than the server's. The caller waits in libpq, out of
the interpreter's lock but deaf to Ctrl-C: only for questions that wait for no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.expression import Executable

from campaigns.store.database import PREPARED_HERE
from campaigns.store.prepared import Prepared

_NUMBERS = count()
_NUMBERED = asyncpg.dialect()  # type: ignore[no-untyped-call]
"""Writes values into a statement as the server counts them: $1, $2."""


class Straight(Prepared):
    """One query, for both kinds of database. Its values are texts, and whole numbers of 64 bits."""

    def __init__(self, statement: Executable) -> None:
        super().__init__(statement)
        compiled = statement.compile(dialect=_NUMBERED)  # type: ignore[attr-defined]
        self._numbered = str(compiled)
        self._order: tuple[str, ...] = tuple(compiled.positiontup)

    def rows(self, connection: Connection, **values: object) -> list[Any]:
        """What it finds. The first statement of a transaction goes the driver's way, which begins it."""
        if connection.dialect.name != "postgresql":
            return super().rows(connection, **values)
        kept = connection.info
        ways = kept.get(PREPARED_HERE)
        if ways is None:
            ways = kept[PREPARED_HERE] = {}
        way = ways.get(self)
        if way is None:
            way = ways[self] = _Way(connection.connection.driver_connection, self._numbered)
        if not way.in_transaction():
            return super().rows(connection, **values)
        assert self._row is not None
        return way.rows([values[name] for name in self._order], self._row)


class _Way:
    """Of one question on one connection, until a transaction is rolled back: then the driver lets the server forget
    what was prepared."""

    def __init__(self, driver: Any, text: str) -> None:
        from psycopg import adapt, errors, pq  # of the extra `postgres`

        self._server = driver.pgconn
        self._encoding: str = driver.info.encoding
        self._text = text.encode(self._encoding)
        self._name = b""
        self._answer = adapt.Transformer(driver)
        self._open = pq.TransactionStatus.INTRANS
        self._prepared, self._found = pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK
        self._failed = errors.error_from_result
        self._lost = errors.OperationalError

    def in_transaction(self) -> bool:
        return bool(self._server.transaction_status == self._open)

    def rows(self, values: list[object], row: Callable[..., Any]) -> list[Any]:
        first = not self._name
        if first:
            name = b"straight_%d" % next(_NUMBERS)  # never one that a connection has seen
            self._check(self._server.prepare(name, self._text), self._prepared)
            self._name = name
        given = [
            value.to_bytes(8, "big", signed=True) if isinstance(value, int) else str(value).encode(self._encoding)
            for value in values
        ]
        found = self._server.exec_prepared(self._name, given, [1] * len(given), 1)
        self._check(found, self._found)
        self._answer.set_pgresult(found, set_loaders=first)
        return self._answer.load_rows(0, found.ntuples, row)

    def _check(self, answer: Any, wanted: int) -> None:
        """Raises the driver's own error, as its cursor would."""
        if answer.status == wanted:
            return
        if self._server.status != 0:
            raise self._lost(answer.get_error_message(self._encoding))
        raise self._failed(answer, self._encoding)
