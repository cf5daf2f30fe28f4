"""The plug for a voice: text in, sound out.

Decides what every speech engine offers. Which engine serves a language is chosen in `audio.synthesis`; how
numbers and dates are read out is in `reading`; how loud and with which pauses in `narration.py`; keeping what
was rendered is in `cache.py`. The last two are voices themselves: they wrap another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from audio.pcm import Sound


class Voice(Protocol):
    """A speaking voice of one language. Safe to use from several threads."""

    @property
    def engine(self) -> str:
        """The engine's name, as in `outbound speech list`: pyttsx3, piper."""

    @property
    def language(self) -> str:
        """BCP 47 tag: en-US, zh-CN, ko-KR."""

    @property
    def identity(self) -> str:
        """Everything that changes the sound of a text (engine, version, voice, settings): the cache's key."""

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        """Render `text`; `pace` 1.0 is the voice's own speed, 0.8 is slower. Blocks.

        Raises:
            AudioError: the engine failed or cannot say this text.
        """


@dataclass(frozen=True, slots=True)
class AvailableVoice:
    """One line of `outbound speech list`.

    Attributes:
        voice: the name to give as `voice`.
        installed: False when the engine's package is missing; `hint` then says how to get it.
    """

    engine: str
    language: str
    voice: str
    installed: bool
    hint: str = ""
