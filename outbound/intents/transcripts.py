"""What engines make of the wordings: `python -m outbound.intents.transcripts LANG [--wordings N]`.

Decides how training meets recognition: a sample of the wordings is spoken by a voice, sent through the telephone (8
kHz, mu-law, a little noise) and heard by real engines. What they heard otherwise is in `data/<LANG>/recognised.txt`,
a line each: the wording, a tab, the words heard; models learn them beside the wording. Read the file over before it is
trained on: now and then an engine hears the opposite ("won't" for "want"), which is not to be learned.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
from rapidfuzz import fuzz

from audio.pcm import TELEPHONE_RATE, Sound, from_mulaw, to_mulaw
from audio.recognition import Recognizer, recognizer_for
from audio.recognition.base import Expected
from audio.synthesis import Voice, voice_for
from outbound.intents.language import DATA
from outbound.intents.wordings import Wording, wordings_of

SEED = 7
_PACES = (0.9, 1.0, 1.1, 1.25)
_ENGINES = {"en-US": (("whisper", "piper"),)}
"""Engine and voice for each language that has both. PocketSphinx hears free wording too badly to be learned from."""
_NOISE_DB = (-60.0, -38.0)
"""Levels of the line's noise, relative to full scale."""
_SILENCE_SECONDS = 0.3
_MOST_MISHEARD = 70.0
"""Percent alike. Words that are not, or that the engine went on repeating, mean something else, or nothing."""


def heard_otherwise(tag: str, count: int) -> Iterator[tuple[str, str]]:
    """Pairs of a wording and other words that an engine heard in its place."""
    chance = Random(SEED)
    sample = chance.sample(wordings_of(tag), count)
    engines = [(_recognizer(tag, engine), voice_for(tag, voice, repeatable=True)) for engine, voice in _ENGINES[tag]]
    expected = Expected(wordings=tuple(wording.spoken for wording in wordings_of(tag)))
    for wording in sample:
        for recognizer, voice in engines:
            words = _heard(wording, recognizer, voice, expected, chance)
            if words != wording.spoken and fuzz.ratio(words, wording.spoken) >= _MOST_MISHEARD:
                yield wording.spoken, words


def _recognizer(tag: str, engine: str) -> Recognizer:
    recognizer = recognizer_for(tag, engine)
    if recognizer is None:
        raise SystemExit(f"no engine understands {tag} here")
    return recognizer


def _heard(wording: Wording, recognizer: Recognizer, voice: Voice, expected: Expected, chance: Random) -> str:
    listening = recognizer.listen(expected, TELEPHONE_RATE)
    listening.feed(_telephoned(voice.speak(wording.spoken, pace=chance.choice(_PACES)), chance).samples)
    return listening.finish().text


def _telephoned(sound: Sound, chance: Random) -> Sound:
    samples = sound.at(TELEPHONE_RATE).samples.astype(np.float64)
    pause = np.zeros(int(_SILENCE_SECONDS * TELEPHONE_RATE))
    line = np.concatenate([pause, samples, pause])
    noise = np.random.default_rng(chance.randrange(2**31)).normal(0.0, 1.0, line.size)
    line += noise * 32_767 * 10 ** (chance.uniform(*_NOISE_DB) / 20)
    return Sound(from_mulaw(to_mulaw(np.clip(line, -32_768, 32_767).astype(np.int16))), TELEPHONE_RATE)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m outbound.intents.transcripts", description=__doc__)
    parser.add_argument("language", metavar="LANG", choices=sorted(_ENGINES))
    parser.add_argument("--wordings", type=int, default=1_500, help="how many are spoken (default: 1500)")
    wanted = parser.parse_args(arguments)
    with (DATA / wanted.language / "recognised.txt").open("w", encoding="utf-8") as file:
        for wording, words in heard_otherwise(wanted.language, wanted.wordings):
            print(wording, words, sep="\t", file=file, flush=True)


if __name__ == "__main__":
    main()
