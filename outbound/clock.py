"""The only place where the wall clock is read.

Decides what "now" is for everything that asks about the date: rules, retries, call rows. Elapsed time inside calls is
the event loop's, so that a simulation can run on a loop whose clock jumps.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class LoopClock:
    """Shows `start` (aware) at first and goes as fast as the event loop: virtual months pass in seconds."""

    def __init__(self, start: datetime, loop: asyncio.AbstractEventLoop) -> None:
        self._start = start.astimezone(UTC)
        self._loop = loop
        self._began = self._told_at = loop.time()
        self._told = self._start

    def now(self) -> datetime:
        at = self._loop.time()
        if at != self._told_at:  # on a clock that jumps, much is asked at one moment
            self._told_at, self._told = at, self._start + timedelta(seconds=at - self._began)
        return self._told
