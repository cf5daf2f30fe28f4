"""Where this user's things stand that are no store."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path, user_data_path


def cache_folder() -> Path:
    """Where rendered prompts are kept."""
    return user_cache_path("outbound") / "prompts"


def thresholds_folder() -> Path:
    """Where the user's own thresholds of understanding are, one file for each language that has any."""
    return user_data_path("outbound") / "thresholds"
