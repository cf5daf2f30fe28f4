"""When a callee wants to be called back.

Decides what "tomorrow at three", "半小时后" or "다음 주 월요일 오전" mean on the callee's own clock. Whether a call
may be placed then is decided by the compliance rules, which move the moment before it is promised.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outbound.intents.times import chinese, english, korean
from outbound.intents.times.spoken import LONGEST_AHEAD, SpokenTime, resolve

__all__ = ["LONGEST_AHEAD", "when_meant"]


class _Rules(Protocol):
    """What the module of a language offers."""

    def understand(self, words: str) -> SpokenTime: ...


_LANGUAGES: dict[str, _Rules] = {"en": english, "zh": chinese, "ko": korean}


def when_meant(words: str, language: str, local_now: datetime) -> datetime | None:
    """The moment that the words name, aware, in the zone of `local_now`, after it and at most `LONGEST_AHEAD` away.

    None when no time is named ("later"), when it lies too far ahead, or for a language without rules. An hour without
    a half of the day is by day ("three" is 15:00); a time that has passed is the next day's. `words` are as a
    recogniser writes them: numbers in words or digits. Raises ValueError for a naive `local_now`.
    """
    _require_aware(local_now)
    rules = _LANGUAGES.get(language[:2])
    if rules is None:
        return None
    said = rules.understand(words)
    return resolve(said, local_now) if said.names_a_moment else None


def _require_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError("a callee's time needs its zone")
