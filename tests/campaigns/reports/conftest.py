"""A report is tested on both stores."""

from __future__ import annotations

from tests.campaigns.store.conftest import store, store_url

__all__ = ["store", "store_url"]
