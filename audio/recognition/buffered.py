"""Listening for engines that decode an utterance as a whole.

Decides how sound is kept until the end and when a partial result is worth its cost. A whole utterance is decoded
better than a stream (its level is known from the start) and a decoder is held only while it computes, so a few
decoders serve many calls. Decoding itself is the engine's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audio.errors import AudioError
from audio.pcm import Samples, Sound
from audio.recognition.base import Transcript

Decode = Callable[[Sound], Transcript]
"""An utterance at the line's rate in, its transcript out. Blocks."""

_PARTIAL_EVERY_SECONDS = 0.3


class BufferedListening:
    """One utterance kept in memory (16 kB a second on the telephone) and decoded at the end.

    With `partial`, a decoder quick enough to be asked again and again, what was heard so far is decoded each time
    that 0.3 s of new sound has come; a partial result is returned only when its text changed.
    """

    def __init__(self, decode: Decode, rate: int, *, partial: Decode | None = None) -> None:
        self._decode = decode
        self._partial = partial
        self._rate = rate
        self._chunks: list[Samples] = []
        self._new_samples = 0
        self._partial_text = ""
        self._over = False

    @property
    def only_keeps(self) -> bool:
        return self._partial is None

    def feed(self, samples: Samples) -> Transcript | None:
        if self._over:
            raise AudioError("this listening is over", "begin a new one with listen()")
        self._chunks.append(np.array(samples, dtype=np.int16))
        self._new_samples += len(samples)
        if self._partial is None or self._new_samples < _PARTIAL_EVERY_SECONDS * self._rate:
            return None
        self._new_samples = 0
        heard = self._partial(self._utterance())
        if heard.text == self._partial_text:
            return None
        self._partial_text = heard.text
        return Transcript(heard.text, heard.confidence, heard.engine, heard.words, final=False)

    def finish(self) -> Transcript:
        if self._over:
            raise AudioError("this listening is over", "begin a new one with listen()")
        utterance = self._utterance()
        self.cancel()
        return self._decode(utterance)

    def cancel(self) -> None:
        self._over = True
        self._chunks = []

    def _utterance(self) -> Sound:
        heard = np.concatenate(self._chunks) if self._chunks else np.zeros(0, dtype=np.int16)
        return Sound(heard, self._rate)
