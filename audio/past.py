"""The newest sound of a stream, for what looks back now and then.

Decides that keeping it costs next to nothing: frames are kept as they come, and put together when they are looked at.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from audio.pcm import Samples

_MORE_PIECES = 50
"""That come before anything is let go of."""


class Past:
    """The newest `size` samples; silence before the first ones."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pieces: deque[Samples] = deque([np.zeros(size, dtype=np.int16)])
        self._most = _MORE_PIECES

    def add(self, samples: Samples) -> None:
        self._pieces.append(samples)
        if len(self._pieces) > self._most:
            self._let_go()

    def samples(self) -> Samples:
        self._let_go()
        return np.concatenate(self._pieces)[-self._size :]

    def _let_go(self) -> None:
        """Of what is older than it need be."""
        kept = sum(map(len, self._pieces))
        while kept - len(self._pieces[0]) >= self._size:
            kept -= len(self._pieces.popleft())
        self._most = len(self._pieces) + _MORE_PIECES
