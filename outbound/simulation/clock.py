"""An event loop whose clock jumps: a minute of telephone takes as long as its computing.

Decides when time passes: whenever nothing is left to do, the clock goes straight to the next timer. While a thread is
at work (speech is rendered, an utterance decoded, a row written), the loop waits for it and the clock stands still,
so that the same seed gives the same call on a slow machine and on a quick one.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_OWN_PIPE = 1
"""What a loop listens to by itself: signals reach it over a pipe."""
_SELDOM = 64
"""To ask the system costs more than most of what a simulated call does between two timers."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An asyncio loop for simulations. Work given to `run_in_executor` is waited for in real time.

    Nothing else may wake the loop from outside while timers are pending: sockets are polled, not waited for.
    """

    def __init__(self) -> None:
        self._elapsed = 0.0
        self.at_work = 0
        """How many threads are at work whose results may change what happens next."""
        self._jumping = _JumpingSelector(self)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._elapsed

    def jump(self, seconds: float) -> None:
        self._elapsed += seconds

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        self.at_work += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._worked)
        return future

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self.at_work -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Waits in real time only for threads; otherwise it lets the clock jump by what it was asked to wait."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop
        self._unasked = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or self._loop.at_work:
            # With nothing in the future (None) only the outside world can go on.
            return super().select(None if timeout is None or timeout > 0 else 0)
        self._unasked += 1
        if self._unasked < _SELDOM and len(self.get_map()) <= _OWN_PIPE:
            ready = []  # where there is only the loop's own pipe, it is enough to ask now and then
        else:
            self._unasked = 0
            ready = super().select(0)
        if not ready and timeout > 0:
            self._loop.jump(timeout)
        return ready


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a loop whose clock jumps."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
