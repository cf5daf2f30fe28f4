"""The newest sound of a stream, for what looks back now and then.

Decides that keeping it costs next to nothing: frames are kept as they come, and put together when they are looked at.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from audio.pcm import Samples


class Past:
    """The newest `size` samples; silence before the first ones."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept = size
        self._pieces: deque[Samples] = deque([np.zeros(size, dtype=np.int16)])

    def add(self, samples: Samples) -> None:
        self._pieces.append(samples)
        self._kept += len(samples)
        while self._kept - len(self._pieces[0]) >= self._size:
            self._kept -= len(self._pieces.popleft())

    def samples(self) -> Samples:
        return np.concatenate(self._pieces)[-self._size :]
