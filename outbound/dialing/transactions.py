"""How a dialer runs the store's transactions: off the event loop, or here and now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class Transact(Protocol):
    """Runs one store transaction."""

    def __call__(self, function: Callable[[], T], /) -> Awaitable[T]: ...


async def in_a_thread(function: Callable[[], T]) -> T:
    """Runs a store transaction off the event loop: a slow disk must not make a caller's voice stutter."""
    return await asyncio.to_thread(function)


async def at_once(function: Callable[[], T]) -> T:
    """Runs it here and now: in a rehearsal, where nobody hears a pause, the order of writes is then repeatable."""
    return function()
