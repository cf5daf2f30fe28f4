"""How often a long run looks for what it may forget.

Decides that what the program is made of is not looked through again and again: a run makes thousands of objects a
second, nearly all of which go by themselves, and each search through the hundreds of thousands that stay holds up
everybody who is on the phone.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_THRESHOLDS = 20_000, 20, 20
"""Python's own are 700, 10, 10. What a search can find of a call are a few small cycles of tasks and timers."""


@contextmanager
def seldom_searched() -> Iterator[None]:
    """While the block lasts, only what is made in it is searched, and seldom."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
