"""What a look at one thing found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        works: False when something that was asked for is broken.
        needed: whether the main job cannot do without it.
    """

    what: str
    works: bool
    needed: bool
    found: str
    hint: str = ""
