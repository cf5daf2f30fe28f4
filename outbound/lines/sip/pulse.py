"""The 20 ms clock of a line: one timer moves the frames of all its calls.

Decides when a frame is due and how a late event loop catches up: elapsed time and the number of frames always
agree, because turns and silences are counted in samples. What a frame holds is each call's own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from audio.pcm import FRAME_SECONDS

_LATEST_SECONDS = 1.0
"""After a longer standstill (a suspended machine) the past is let go: the stack has dropped that sound, too."""
_log = logging.getLogger(__name__)


class Pulse:
    """Calls every member once for each 20 ms that pass. Runs while it has members."""

    def __init__(self) -> None:
        self._members: dict[Callable[[], None], Callable[[], None]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def __len__(self) -> int:
        return len(self._members)

    def add(self, tick: Callable[[], None], broken: Callable[[], None]) -> None:
        """Tick from now on; `broken` is told when the tick raises, and the tick leaves the clock."""
        self._members[tick] = broken
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + FRAME_SECONDS
            self._timer = loop.call_at(self._due, self._beat)

    def discard(self, tick: Callable[[], None]) -> None:
        self._members.pop(tick, None)

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._due > _LATEST_SECONDS:
            _log.warning("the event loop stood still for %.1f s", loop.time() - self._due)
            self._due = loop.time()
        beats = int((loop.time() - self._due) / FRAME_SECONDS) + 1
        self._due += beats * FRAME_SECONDS
        for _ in range(beats):
            for tick, broken in tuple(self._members.items()):
                try:
                    tick()
                except Exception:  # noqa: BLE001 - a call that breaks must not stop the clock of the others
                    _log.exception("a call broke and leaves the line")
                    self.discard(tick)
                    broken()
        self._timer = loop.call_at(self._due, self._beat) if self._members else None
