"""A cascade: the quick engine answers when it is sure, the careful one takes the rest.

Decides who hears an utterance. Closed answers (digits, yes and no) go to the quick engine's grammar first; sentences go
to the careful engine alone.
"""

from __future__ import annotations

from dataclasses import replace

from audio.pcm import Sound
from audio.recognition.base import Expected, Listening, Recognizer, Transcript
from audio.recognition.buffered import BufferedListening

SURE = 0.8
"""The quick engine's confidence from which its answer stands."""

QUICK_PHRASES = 16
"""The largest grammar the quick engine is asked about: with its wide beams a hundred phrases take it seconds."""


class CascadeRecognizer:
    """Two recognisers of one language as one."""

    engine = "cascade"

    def __init__(self, quick: Recognizer, careful: Recognizer, *, sure: float = SURE) -> None:
        self._quick = quick
        self._careful = careful
        self._sure = sure

    @property
    def language(self) -> str:
        return self._careful.language

    def listen(self, expected: Expected, rate: int) -> Listening:
        if not expected.closed or len(expected.phrases) > QUICK_PHRASES:
            return self._careful.listen(expected, rate)
        return BufferedListening(
            lambda sound: self._heard(sound, expected),
            rate,
            partial=lambda sound: _whole(self._quick, sound, expected),
        )

    def _heard(self, sound: Sound, expected: Expected) -> Transcript:
        quick = _whole(self._quick, sound, expected)
        if quick.text and quick.confidence >= self._sure:
            return quick
        careful = _whole(self._careful, sound, expected)
        if quick.text and quick.text != careful.text:
            return replace(careful, alternatives=(quick.text, *careful.alternatives))
        return careful


def _whole(recognizer: Recognizer, sound: Sound, expected: Expected) -> Transcript:
    listening = recognizer.listen(expected, sound.rate)
    listening.feed(sound.samples)
    return listening.finish()
