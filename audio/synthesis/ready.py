"""Sentences ready to be played: at the line's rate, in memory, once for all calls.

Decides how much of them is kept. Every call of a campaign says much the same, and reading, resampling and cutting it
anew would cost each call more than its twenty frames a second do. The cache on disk is `cache.py`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from audio.pcm import Sound
from audio.synthesis.base import Voice

_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""About 70 minutes of speech at 8 kHz."""


class ReadyVoice:
    """A voice that speaks at `rate` Hz and keeps what was said last; its sounds are shared and read-only."""

    def __init__(self, voice: Voice, rate: int, limit_bytes: int = _LIMIT_BYTES) -> None:
        self._voice, self._rate, self._limit = voice, rate, limit_bytes
        self.engine, self.language, self.identity = voice.engine, voice.language, voice.identity
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, float], Sound] = OrderedDict()
        self._size = 0

    def kept(self, text: str, pace: float) -> Sound | None:
        """The sound, if it was made before; takes no time."""
        key = (text, pace)
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        key = (text, pace)
        kept = self.kept(text, pace)
        if kept is not None:
            return kept
        sound = self._voice.speak(text, pace=pace).at(self._rate)
        sound.samples.flags.writeable = False
        with self._lock:
            if key not in self._kept:
                self._kept[key] = sound
                self._size += sound.samples.nbytes
            while self._size > self._limit and len(self._kept) > 1:
                self._size -= self._kept.popitem(last=False)[1].samples.nbytes
        return sound
