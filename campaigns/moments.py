"""A day or a moment as a person writes it."""

from __future__ import annotations

from datetime import UTC, datetime

_YEARS = range(1970, 2200)
"""What is outside was not meant, and would not fit into every calendar."""


def written(text: str) -> datetime:
    """The moment; UTC where no zone is given.

    Raises:
        ValueError: it is none, or of no year that could be meant.
    """
    found = datetime.fromisoformat(text)
    if found.year not in _YEARS:
        raise ValueError
    return found if found.tzinfo else found.replace(tzinfo=UTC)
