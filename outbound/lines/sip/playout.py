"""What arrives unevenly, given out evenly: the playout buffer of one leg.

Decides how much is kept in hand, when a frame counts as lost, and how a delay that nobody needs any more goes away. The
stack's own jitter buffer is off: it drops what it could not decode in time, and it decodes nothing while it lets go of
another call, which takes it up to 25 ms. Here late sound is late, not lost, and what was in hand covers for it.
"""

from __future__ import annotations

import numpy as np

from audio.pcm import FRAME_SECONDS, Samples

_QUIET = 328
"""Peak of a frame that nobody misses, about -40 dBFS."""
_WATCHED_FRAMES = round(5.0 / FRAME_SECONDS)
"""More in hand than wanted for so long is more than the network needs."""


class Playout:
    """Frames in the order in which they came. What was late once stays in hand, and so the delay grows as the network
    needs it; it shrinks a frame at a time, where the callee is quiet.

    Args:
        size: samples of a frame.
        delay_ms: lowest and highest: in hand before the first frame is given out, and where sound is dropped.
    """

    def __init__(self, size: int, delay_ms: tuple[int, int]) -> None:
        self._size = size
        lowest, highest = (round(each / 1000 / FRAME_SECONDS) for each in delay_ms)
        self._least = max(1, lowest)
        self._most = max(self._least + 1, highest)
        self._in_hand: Samples = np.zeros(0, dtype=np.int16)
        self._flowing = False
        self._watched = 0
        self._always = self._most
        """Frames that were in hand whenever one was asked for, lately."""
        self._spare = 0

    @property
    def most(self) -> int:
        """Frames that can be in hand."""
        return self._most

    def add(self, samples: Samples) -> None:
        """What has arrived."""
        self._in_hand = np.concatenate((self._in_hand, samples)) if len(self._in_hand) else samples

    def frame(self) -> Samples | None:
        """The next frame. None: it has not arrived, and until there is enough in hand again, none is given out."""
        frames = len(self._in_hand) // self._size
        if frames > self._most:
            self._in_hand = self._in_hand[-self._least * self._size :]
            frames = self._least
        if frames < (1 if self._flowing else self._least):
            self._flowing = False
            self._watch_anew()
            return None
        self._flowing = True
        self._watch(frames)
        if self._spare and int(self._in_hand[: self._size].max()) < _QUIET:
            self._spare -= 1
            self._take()
        return self._take()

    def _take(self) -> Samples:
        frame, self._in_hand = self._in_hand[: self._size], self._in_hand[self._size :]
        return frame

    def _watch(self, frames: int) -> None:
        self._always = min(self._always, frames)
        self._watched += 1
        if self._watched >= _WATCHED_FRAMES:
            spare = self._always - self._least
            self._watch_anew()
            self._spare = max(0, spare)

    def _watch_anew(self) -> None:
        self._watched, self._always, self._spare = 0, self._most, 0
