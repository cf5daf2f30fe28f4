"""The plug for a recogniser: sound in, words out.

Decides what every engine offers: one `Listening` for one utterance, words with confidence, partial results
while the person speaks. What the words mean is decided elsewhere; which engine serves a language is chosen in
`audio.recognition`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from audio.pcm import Samples


@dataclass(frozen=True, slots=True)
class Expected:
    """What the current step can understand: a hint that narrows the engine, never a promise about the answer.

    Attributes:
        phrases: words and short phrases likely now, the likeliest first, lower case, in the language of the recogniser.
        closed: True when the answer is one of `phrases` (digits, yes/no): a grammar is right.
            False when people answer in sentences of their own: a language model is right.
        wordings: everything else that may be said: thousands, the same tuple for many steps. For engines that make a
            language model of them, or look for the one that sounds like what they heard.
    """

    phrases: tuple[str, ...] = ()
    closed: bool = False
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times in seconds from the utterance's first sample, confidence 0-1."""

    text: str
    start_seconds: float
    end_seconds: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an engine made of one utterance.

    Attributes:
        text: lower case words without punctuation; empty when nothing was understood.
        confidence: 0-1, how likely the words are the words spoken; engines calibrate it.
        final: False for a partial result while the person is still speaking.
        alternatives: other readings, best first, without `text`.
    """

    text: str
    confidence: float
    engine: str
    words: tuple[Word, ...] = ()
    final: bool = True
    alternatives: tuple[str, ...] = field(default=())


class Listening(Protocol):
    """One utterance being heard. Not shared between threads; calls do not overlap."""

    @property
    def only_keeps(self) -> bool:
        """`feed` keeps the sound for the end and takes no time; nothing is gained by calling it often."""

    def feed(self, samples: Samples) -> Transcript | None:
        """Take the next samples (int16, mono, at the rate given to `listen`); maybe a partial result."""

    def finish(self) -> Transcript:
        """No more sound: the final result. The listening is over and its decoder is free for another call."""

    def cancel(self) -> None:
        """Give the decoder back without a result. Harmless after `finish`."""


class Recognizer(Protocol):
    """An engine with a model for one language. Shared by all calls of a process and thread-safe."""

    @property
    def engine(self) -> str:
        """The engine's name, as in `outbound speech list`: vosk, whisper, pocketsphinx."""

    @property
    def language(self) -> str:
        """BCP 47 tag of what it understands."""

    def listen(self, expected: Expected, rate: int) -> Listening:
        """Begin an utterance whose samples come at `rate` Hz.

        Raises:
            AudioError: the engine cannot start.
        """
