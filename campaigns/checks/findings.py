"""What a check found: how bad it is, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is; the worst first."""

    ERROR = "error"
    """Nobody may be called with this."""
    WARNING = "warning"
    """Lawful and working, but people will not like it, or somebody should look at it."""
    INFO = "info"
    """Good to know."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        where: the field of the campaign file, dotted, e.g. "script.tell.say".
        message: one sentence.
        fix: what to do, one sentence; empty where there is nothing to do.
    """

    severity: Severity
    where: str
    message: str
    fix: str = ""

    @property
    def blocks(self) -> bool:
        """The campaign cannot be started before this is mended."""
        return self.severity is Severity.ERROR
