"""Which store a command works on, and which campaign is meant.

One register for one user: the store's default place is the user's, not the folder's, so that somebody who said "stop
calling me" yesterday is not called today because a command was typed in another folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_data_path

from campaigns.definition import load
from campaigns.store import Store, open_store


def store_url(db: str | None) -> str:
    """The store that `--db` or OUTBOUND_DB names, else the user's own."""
    return db or str(user_data_path("outbound") / "outbound.db")


@contextmanager
def opened(db: str | None) -> Iterator[Store]:
    """The store, closed again afterwards. Raises StoreError when it cannot be opened."""
    store = open_store(store_url(db))
    try:
        yield store
    finally:
        store.close()


def campaign_name(campaign: str) -> str:
    """The name of a campaign that was given by name or by file."""
    path = Path(campaign)
    return load(path).name if path.suffix in (".yaml", ".yml") else campaign
