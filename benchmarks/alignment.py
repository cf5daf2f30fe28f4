"""Where the words of a recording begin.

Decides by forced alignment: the words are known, and PocketSphinx finds where each must lie. What a microphone recorded
before them (a room, a breath, a click) is no speech, however loud. It is never taken to be later than the first sound
within 20 dB of the loudest, so that no word is cut into; where a word has no pronunciation or does not fit, the words
begin with the sound.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pocketsphinx

from audio.pcm import WIDEBAND_RATE, Sound, joined, silence

_SILENCE_SECONDS = 0.2
_FRAME_SECONDS = 0.01
_SURELY_SPEECH_DB = 20.0
_WIDE_BEAMS = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80}


def words_begin(speech: Sound, text: str) -> float:
    """Seconds from the first sample of `speech`, which begins with a sound, to the first word of `text`."""
    words = re.findall(r"[a-z']+", text.lower())
    aligner = _aligner()
    if not words or any(aligner.lookup_word(word) is None for word in words):
        return 0.0
    around = silence(_SILENCE_SECONDS, speech.rate)
    sound = joined([around, speech, around], speech.rate).at(WIDEBAND_RATE)
    aligner.set_align_text(" ".join(words))
    aligner.start_utt()
    aligner.process_raw(sound.samples.tobytes(), full_utt=True)
    aligner.end_utt()
    first = next((one for one in aligner.seg() or () if one.word[0] not in "<[("), None)
    if first is None:
        return 0.0
    begins = first.start_frame * _FRAME_SECONDS - _SILENCE_SECONDS
    return max(0.0, min(float(begins), _surely_speech(speech)))


def _surely_speech(speech: Sound) -> float:
    levels = np.array([Sound(frame, speech.rate).level_dbfs for frame in speech.frames(_FRAME_SECONDS)])
    return float(np.argmax(levels >= levels.max() - _SURELY_SPEECH_DB)) * _FRAME_SECONDS


@cache
def _aligner() -> Any:
    return pocketsphinx.Decoder(lm=None, loglevel="FATAL", **_WIDE_BEAMS)
