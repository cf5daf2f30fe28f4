"""Where this user's things stand that are no store."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """Where rendered prompts are kept."""
    return user_cache_path("outbound") / "prompts"
