"""What hearing costs: short answers of our own, spoken by synthetic voices and understood as on the telephone.

    python -m benchmarks.short_answers [--engine whisper] [--limit 400] [--mistakes] [--json]

Needs no corpus. Wordings of at most four words are drawn from `outbound/intents/data`, half of them opt-outs and half
everything else (hard negatives and other answers). The model of meaning was trained on them, and what it does not
understand as typed words is left out: so what is missed here was misheard, which is what an engine is to be improved
by. How people who use words of their own are understood is measured by `recognition.py`, on a corpus.

Voices are synthetic: Piper's at three speeds, as it is, deeper and higher (resampled), and eSpeak NG's, which are
robotic and count apart. Between mouth and ear lie 300-3400 Hz, noise 15 to 20 dB below, and mu-law. Ratings and
yes or no are heard by a step that asks for them, everything else by one of three kinds of step.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

import numpy as np
import soxr

from audio.pcm import Sound, over_telephone, to_int16
from audio.recognition import Recognizer, Transcript, recognizer_for
from audio.synthesis import Voice, voice_for
from benchmarks.corpus import telephone_band
from campaigns.intents import Intent
from outbound.intents import Understanding, understanding_for
from outbound.intents.wordings import wordings_of
from outbound.speech.labelled import OPEN_STEP, RATING_STEP, YES_NO_STEP

_LANGUAGE = "en-US"
_MOST_WORDS = 4
_STEPS = (RATING_STEP, YES_NO_STEP, OPEN_STEP)
_ROBOTIC = ("en-us", "en-us+f2", "en-us+m3", "en", "en+f4")
_PACES = (0.9, 1.0, 1.15)
_PITCHES = (0.92, 1.0, 1.09)
_ROBOTIC_EVERY = 4
"""One voice in so many is eSpeak NG's."""
_NOISE_DB = (15.0, 20.0)
_BEFORE_SECONDS, _AFTER_SECONDS = 0.6, 0.2
"""As much as is heard of a call around an answer."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One answer on the telephone.

    Attributes:
        robotic: formant synthesis.
    """

    text: str
    intent: Intent
    asked: frozenset[Intent]
    voice: str
    robotic: bool
    sound: Sound


@dataclass(frozen=True, slots=True)
class Answer:
    """How it was understood."""

    spoken: Spoken
    transcript: Transcript
    intent: Intent
    computing_seconds: float


def drawn(count: int, understanding: Understanding, seed: int = 1) -> list[tuple[str, Intent, frozenset[Intent]]]:
    """Words, meaning and step of so many answers, half of them opt-outs."""
    chance = Random(seed)
    short = [w for w in wordings_of(_LANGUAGE) if len(w.text.split()) <= _MOST_WORDS]
    chance.shuffle(short)
    wanted: dict[bool, list[tuple[str, Intent, frozenset[Intent]]]] = {True: [], False: []}
    for number, wording in enumerate(short):
        asked = _step(wording.intent, number)
        typed = understanding.meaning(Transcript(wording.spoken, 1.0, "typed"), asked)
        found = wanted[wording.intent is Intent.OPT_OUT]
        if typed.intent is wording.intent and len(found) < count // 2:
            found.append((wording.spoken, wording.intent, asked))
    return wanted[True] + wanted[False]


def _step(intent: Intent, number: int) -> frozenset[Intent]:
    return next((step for step in _STEPS[:2] if intent in step), _STEPS[number % len(_STEPS)])


def said(
    words: Sequence[tuple[str, Intent, frozenset[Intent]]], seed: int = 1, robotic_every: int = _ROBOTIC_EVERY
) -> Iterator[Spoken]:
    """The answers as they come over the line, the same at every run. 0: no robotic voice."""
    for number, (text, intent, asked) in enumerate(words):
        chance = Random(f"{seed} {number}")
        robotic = robotic_every > 0 and number % robotic_every == 0
        pace = chance.choice(_PACES)
        if robotic:
            name = chance.choice(_ROBOTIC)
            voice = _robot(name).speak(text, pace=pace)
        else:
            pitch = chance.choice(_PITCHES)
            name = f"joe at {pace} and {pitch}"
            plain = _person().speak(text, pace=pace / pitch)
            # Played faster, a voice is higher, and its mouth smaller.
            voice = Sound(to_int16(soxr.resample(plain.samples.astype(np.float64), pitch, 1.0)), plain.rate)
        yield Spoken(text, intent, asked, name, robotic, _telephoned(voice, chance))


def _telephoned(voice: Sound, chance: Random) -> Sound:
    speech = telephone_band(voice.samples / 32_768, voice.rate)
    line = np.concatenate([np.zeros(round(seconds * voice.rate)) for seconds in (_BEFORE_SECONDS, _AFTER_SECONDS)])
    line = np.insert(line, round(_BEFORE_SECONDS * voice.rate), speech)
    level = np.sqrt(np.mean(np.square(speech))) * 10 ** (-chance.uniform(*_NOISE_DB) / 20)
    noise = np.random.default_rng(chance.getrandbits(32)).normal(0.0, level, len(line))
    narrow = Sound(to_int16((line + noise) * 32_767), voice.rate)
    return over_telephone(narrow)


@cache
def _person() -> Voice:
    return voice_for(_LANGUAGE, "piper", repeatable=True)


@cache
def _robot(name: str) -> Voice:
    return voice_for(_LANGUAGE, "pyttsx3", name)


def understood(spoken: Spoken, recognizer: Recognizer, understanding: Understanding) -> Answer:
    """One answer through engine and model of meaning, as in a call."""
    listening = recognizer.listen(understanding.expected(spoken.asked), spoken.sound.rate)
    listening.feed(spoken.sound.samples)
    began = time.process_time()
    transcript = listening.finish()
    meaning = understanding.meaning(transcript, spoken.asked)
    return Answer(spoken, transcript, meaning.intent, time.process_time() - began)


def figures(answers: Sequence[Answer]) -> dict[str, str]:
    """The table: natural and robotic voices apart."""
    rows: dict[str, str] = {}
    for kind in (False, True):
        part = [answer for answer in answers if answer.spoken.robotic is kind]
        opt_outs = [answer for answer in part if answer.spoken.intent is Intent.OPT_OUT]
        others = [answer for answer in part if answer.spoken.intent is not Intent.OPT_OUT]
        name = "robotic" if kind else "natural"
        rows |= {
            f"{name}: opt-outs missed": _count(answer.intent is not Intent.OPT_OUT for answer in opt_outs),
            f"{name}: of these, taken for something else": _count(
                answer.intent not in {Intent.OPT_OUT, Intent.OTHER} for answer in opt_outs
            ),
            f"{name}: false opt-outs": _count(answer.intent is Intent.OPT_OUT for answer in others),
            f"{name}: other answers right": _count(answer.intent is answer.spoken.intent for answer in others),
        }
    computing = [1000 * answer.computing_seconds for answer in answers]
    rows["computing for an answer, median and p95"] = "{:.0f} and {:.0f} ms".format(*np.percentile(computing, (50, 95)))
    return rows


def _count(judged: Iterator[bool]) -> str:
    found = list(judged)
    return f"{sum(found)} of {len(found)}"


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--engine", default="whisper")
    wanted.add_argument("--limit", type=int, default=400)
    wanted.add_argument("--mistakes", action="store_true", help="list what was understood otherwise")
    wanted.add_argument("--json", action="store_true")
    arguments = wanted.parse_args()
    recognizer = recognizer_for(_LANGUAGE, arguments.engine)
    if recognizer is None:
        raise SystemExit(f"error: {arguments.engine} understands no English here")
    understanding = understanding_for(_LANGUAGE)
    words = drawn(arguments.limit, understanding)
    answers = [understood(spoken, recognizer, understanding) for spoken in said(words)]
    rows = figures(answers)
    if arguments.mistakes:
        for answer in answers:
            if answer.intent is not answer.spoken.intent:
                spoken, heard = answer.spoken, answer.transcript
                others = " | ".join(heard.alternatives)
                print(
                    f"{spoken.text!r} ({spoken.intent}, {spoken.voice}) heard as {heard.text!r} | {others} "
                    f"({heard.confidence:.2f}), {answer.intent}",
                    file=sys.stderr,
                )
    if arguments.json:
        print(json.dumps(rows, indent=1))
        return
    for name, value in rows.items():
        print(f"{name:50} {value}")


if __name__ == "__main__":
    main()
