"""Statements whose text is made once.

Decides how the few statements of every call reach the driver: without the work that SQLAlchemy does for each
execution, which costs more than the statement itself. What they say is written in Core like everything else; moments
and closed sets are converted as `tables.py` has them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import Executable, ReturnsRows

from campaigns.store.tables import UtcDateTime, read_moment

_SQLITE = sqlite.dialect(paramstyle="named")
_CURSOR = "cursor of prepared statements"
_AS_THEY_ARE = frozenset({str, int, float, bool, bytes, type(None)})
"""What both drivers take as it is."""


class Prepared:
    """One statement, for both kinds of database. Values are given by name; rows have their columns' names.

    `IN` takes no list here: its text would depend on how long that is.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._texts: dict[str, tuple[str, dict[str, Any]]] = {}
        self._row: Callable[..., Any] | None = None
        self._moments: tuple[int, ...] = ()
        if isinstance(statement, ReturnsRows):
            columns = statement.exported_columns
            self._row = _row_of(tuple(columns.keys()))
            self._moments = tuple(at for at, column in enumerate(columns) if isinstance(column.type, UtcDateTime))

    def rows(self, connection: Connection, **values: object) -> list[Any]:
        """What a query, or a change with RETURNING, finds."""
        found = self._execute(connection, values).fetchall()
        if not found:
            return found  # type: ignore[no-any-return]
        assert self._row is not None
        if not self._moments:
            return [*map(self._row, found)]
        return [self._row(self._read(row)) for row in found]

    def one(self, connection: Connection, **values: object) -> Any:
        """The only row, or None."""
        found = self._execute(connection, values).fetchall()
        if not found:
            return None
        assert self._row is not None
        return self._row(self._read(found[0]) if self._moments else found[0])

    def change(self, connection: Connection, **values: object) -> int:
        """How many rows a change without RETURNING touched."""
        return int(self._execute(connection, values).rowcount)

    def text(self, connection: Connection) -> str:
        """What the database is asked."""
        return (self._texts.get(connection.dialect.name) or self._compile(connection))[0]

    def _execute(self, connection: Connection, values: dict[str, object]) -> Any:
        name = connection.dialect.name
        text, given = self._texts.get(name) or self._compile(connection)
        for key, value in values.items():
            if type(value) not in _AS_THEY_ARE:
                values[key] = _stored(value, name)
        cursor = _cursor(connection)
        cursor.execute(text, given | values if given else values)
        return cursor

    def _compile(self, connection: Connection) -> tuple[str, dict[str, Any]]:
        dialect = _SQLITE if connection.dialect.name == "sqlite" else connection.dialect
        compiled = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        given = {key: str(value) if isinstance(value, StrEnum) else value for key, value in compiled.params.items()}
        self._texts[dialect.name] = made = str(compiled), given
        return made

    def _read(self, row: tuple[Any, ...]) -> list[Any]:
        cells = list(row)
        for at in self._moments:
            cells[at] = _moment(cells[at])
        return cells


def _cursor(connection: Connection) -> Any:
    """One for all statements of a connection, which are read whole: to make one costs PostgreSQL's driver more than to
    ask."""
    kept = connection.info
    cursor = kept.get(_CURSOR)
    if cursor is None:
        cursor = kept[_CURSOR] = connection.connection.cursor()
    return cursor


def _row_of(names: tuple[str, ...]) -> Callable[..., Any]:
    made: Any = namedtuple("Row", names)  # type: ignore[misc]
    make: Callable[..., Any] = made._make
    return make


def _stored(value: object, dialect: str) -> object:
    if isinstance(value, datetime):
        return _text(value) if dialect == "sqlite" else _utc(value)
    return value._value_ if isinstance(value, StrEnum) else value  # its property takes ten times as long


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("the store takes aware moments only")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(maxsize=256)
def _text(value: datetime) -> str:
    """As SQLAlchemy writes it, so that both compare as text; one moment stands in many statements of a call."""
    return _utc(value).isoformat(" ", "microseconds")[:26]


def _moment(value: str | datetime | None) -> datetime | None:
    if value is None:
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) else read_moment(value)
