"""Who picked up, told from a recording as a call tells it.

Decides that words are those of each turn when it is over. What sound and words say about who it is stands in
`audio/screening.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audio.activity import VoiceActivity
from audio.pcm import FRAME_SECONDS, Samples, Sound
from audio.recognition import Expected, Recognizer
from audio.screening import Beep, Screening, Verdict
from audio.turns import SpeechStarted, TurnEnded, Turns
from outbound.speech.ears import LEAD_SECONDS


@dataclass(frozen=True, slots=True)
class Screened:
    """Everything that became known, in order, and what was known at the end."""

    found: tuple[Verdict | Beep, ...]
    verdict: Verdict


def screened(sound: Sound, recognizer: Recognizer | None) -> Screened:
    """Screen a recording that begins at the answer; without a recogniser by its sound alone."""
    activity, turns, screening = VoiceActivity(sound.rate), Turns(), Screening(sound.rate)
    heard: list[Samples] = []
    found: list[Verdict | Beep] = []
    for frame in sound.frames():
        windows = activity.feed(frame)
        heard.append(frame)
        found += screening.feed(frame, windows)
        for event in turns.feed(windows):
            match event:
                case TurnEnded() if recognizer is not None:
                    found += screening.heard(_words(heard, sound.rate, recognizer))
                    heard = []
                case SpeechStarted():
                    heard = heard[-round(LEAD_SECONDS / FRAME_SECONDS) :]
    return Screened(tuple(found), screening.verdict)


def _words(frames: list[Samples], rate: int, recognizer: Recognizer) -> str:
    listening = recognizer.listen(Expected(), rate)
    listening.feed(np.concatenate(frames))
    return listening.finish().text
