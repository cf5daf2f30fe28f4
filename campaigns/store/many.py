"""Questions about many values at once.

Decides how they reach the database: as one value, so that the text of a statement does not depend on how many there
are. Statements of thousands of parameters cost more to make than to run, and drivers keep them in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql


def among(connection: Connection, column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the column has one of these values."""
    kept = list(values)
    if connection.dialect.name == "postgresql":
        return column == sa.func.any(sa.bindparam(None, kept, postgresql.ARRAY(column.type)))
    each = sa.func.json_each(json.dumps(kept)).table_valued("value")
    return column.in_(sa.select(each.c.value))
