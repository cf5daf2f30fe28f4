"""Questions about many values at once.

Decides how they reach the database: as one value, so that the text of a statement does not depend on how many there
are. Statements of thousands of parameters cost more to make than to run, and drivers keep them in memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql

OneOf = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""Whether a column has one of some values."""


def among(connection: Connection, column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the column has one of these values."""
    dialect = connection.dialect.name
    return _one_of(dialect, sa.bindparam(None, as_one(dialect, values), _type_of(dialect)))(column)


def among_given(dialect: str, name: str) -> OneOf:
    """Whether a column has one of the values that are given under this name, as `as_one` makes them."""
    return _one_of(dialect, sa.bindparam(name, type_=_type_of(dialect)))


def as_one(dialect: str, values: Iterable[str]) -> list[str] | str:
    """Many values as the one that the database takes."""
    return list(values) if dialect == "postgresql" else json.dumps(list(values))


def _type_of(dialect: str) -> sa.types.TypeEngine[Any]:
    return postgresql.ARRAY(sa.Text) if dialect == "postgresql" else sa.Text()


def _one_of(dialect: str, values: sa.BindParameter[Any]) -> OneOf:
    if dialect == "postgresql":
        return lambda column: column == sa.func.any(values)
    each = sa.select(sa.func.json_each(values).table_valued("value").c.value)
    return lambda column: column.in_(each)
