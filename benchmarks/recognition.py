"""How well spoken answers are understood, per engine and line condition.

    python -m benchmarks.recognition --corpus PATH [--part held-out] [--engines whisper] [--conditions ulaw8k] [--json]

Every clip is heard as a step of a script would hear it: sound goes through the engine in 20 ms frames, words through
the model of meaning. Ratings and satisfaction are heard by a step that asks for a rating, yes and no by one that asks
yes or no. Whatever a callee may say anywhere (opt-out, transfer, off-topic speech ...) is heard by one of three kinds
of step (rating, yes or no, open), drawn by the clip's name, so that the step does not give the meaning away. Computing
is the process's CPU time between the last sample and the meaning.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np

from audio.pcm import Sound
from audio.recognition import Recognizer, recognizer_for
from benchmarks.corpus import Clip, Condition, Part, crowd_of, read_corpus, under
from campaigns.intents import Intent
from outbound.intents import Understanding, understanding_for
from outbound.speech.labelled import RATING_STEP, YES_NO_STEP

_LANGUAGE = "en-US"
_ENGINES = ("whisper", "pocketsphinx")
_ASKS_AGAIN = frozenset({Intent.OTHER, Intent.WAIT})
"""Both leave the question open: the robot waits or asks again. The corpus knows no "wait"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One clip as it was understood."""

    clip: Clip
    words: str
    word_confidence: float
    intent: Intent
    confidence: float
    computing_seconds: float
    listening_seconds: float

    @property
    def is_right(self) -> bool:
        meant = set(self.clip.labels)
        return self.intent in meant or (Intent.OTHER in meant and self.intent in _ASKS_AGAIN)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    def __str__(self) -> str:
        return f"{100 * self.part / self.whole:.1f} % ({self.part}/{self.whole})" if self.whole else "-"


def heard(clip: Clip, sound: Sound, recognizer: Recognizer, understanding: Understanding) -> Answer:
    """One clip through engine and model of meaning."""
    asked = clip.asked
    began = time.process_time()
    listening = recognizer.listen(understanding.expected(asked), sound.rate)
    for frame in sound.frames():
        listening.feed(frame)
    ended = time.process_time()
    transcript = listening.finish()
    meaning = understanding.meaning(transcript, asked)
    done = time.process_time()
    return Answer(
        clip, transcript.text, transcript.confidence, meaning.intent, meaning.confidence, done - ended, done - began
    )


def figures(answers: Sequence[Answer], sound_seconds: float) -> dict[str, Share | float]:
    """The table's rows for the answers of one engine under one condition."""
    synthetic = [a for a in answers if a.clip.group == "tts"]
    human = [a for a in answers if a.clip.is_human]
    digits = [a for a in answers if a.clip.group == "human_fsdd"]
    words = [a for a in answers if a.clip.group == "human_gsc"]
    computing = [a.computing_seconds * 1000 for a in answers]
    return {
        "intent accuracy, synthetic voices": _right(a for a in synthetic if a.clip.intent is not Intent.OTHER),
        "missed opt-outs": _wrong(a for a in synthetic if a.clip.intent is Intent.OPT_OUT),
        "missed opt-outs, said again by another voice": _missed_twice(synthetic),
        "false opt-outs": _taken_for_opt_out(synthetic),
        "false opt-outs on hard negatives": _taken_for_opt_out(a for a in synthetic if a.clip.hard_negative),
        "hard negatives understood": _right(a for a in synthetic if a.clip.hard_negative),
        "crisis recall": _right(a for a in synthetic if a.clip.intent is Intent.CRISIS),
        "off-topic rejected": _right(a for a in synthetic if a.clip.intent is Intent.OTHER),
        "people: digits 1-5 (telephone recordings)": _right(digits),
        "people: digits 1-5 (single words)": _right(a for a in words if a.clip.intent in RATING_STEP),
        "people: yes, no, stop": _right(a for a in words if a.clip.intent in {*YES_NO_STEP, Intent.OPT_OUT}),
        "people: other single words rejected": _right(a for a in words if a.clip.intent is Intent.OTHER),
        "people: reading, talk next door, silence rejected": _right(
            a for a in human if a.clip.group in {"human_read", "background"}
        ),
        "people: false opt-outs": _taken_for_opt_out(human),
        "robotic voices": _right(a for a in answers if a.clip.group == "robotic"),
        "computing per answer, median ms": round(float(np.median(computing)), 1),
        "computing per answer, p95 ms": round(float(np.percentile(computing, 95)), 1),
        "computing per second of sound": round(sum(a.listening_seconds for a in answers) / sound_seconds, 3),
    }


def _right(answers: Iterator[Answer] | Sequence[Answer]) -> Share:
    judged = [answer.is_right for answer in answers]
    return Share(sum(judged), len(judged))


def _wrong(answers: Iterator[Answer]) -> Share:
    judged = [answer.is_right for answer in answers]
    return Share(len(judged) - sum(judged), len(judged))


def _missed_twice(answers: Sequence[Answer]) -> Share:
    """Of the wordings that more than one voice said, those that were missed each time."""
    by_wording: defaultdict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        if answer.clip.intent is Intent.OPT_OUT:
            by_wording[answer.clip.text].append(answer.is_right)
    again = [rights for rights in by_wording.values() if len(rights) > 1]
    return Share(sum(not any(rights) for rights in again), len(again))


def _taken_for_opt_out(answers: Iterator[Answer] | Sequence[Answer]) -> Share:
    judged = [answer.intent is Intent.OPT_OUT for answer in answers if Intent.OPT_OUT not in answer.clip.labels]
    return Share(sum(judged), len(judged))


def measured(
    engine: str, condition: Condition, clips: Sequence[Clip], crowd: Sequence[Clip], note: Callable[[str], None]
) -> tuple[list[Answer], dict[str, Share | float]]:
    """All clips through one engine under one condition."""
    recognizer = recognizer_for(_LANGUAGE, engine)
    if recognizer is None:
        raise SystemExit(f"error: {engine} understands no {_LANGUAGE} here")
    understanding = understanding_for(_LANGUAGE)
    answers, seconds = [], 0.0
    for number, clip in enumerate(clips):
        sound = under(clip, condition, crowd)
        seconds += sound.seconds
        answers.append(heard(clip, sound, recognizer, understanding))
        if number % 50 == 49:
            note(f"{engine}, {condition}: {number + 1} of {len(clips)}")
    return answers, figures(answers, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--engines", nargs="+", default=list(_ENGINES))
    parser.add_argument("--conditions", nargs="+", type=Condition, default=list(Condition))
    parser.add_argument("--part", choices=[*Part, "all"], default=Part.HELD_OUT)
    parser.add_argument("--limit", type=int, help="so many clips, drawn at random but always the same")
    parser.add_argument("--mistakes", action="store_true", help="list what was understood wrongly")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()

    everything = read_corpus(asked.corpus)
    clips = [clip for clip in everything if asked.part in {"all", clip.part}]
    if asked.limit is not None:
        clips = Random(1).sample(clips, min(asked.limit, len(clips)))
    results: dict[str, dict[str, dict[str, Share | float]]] = {}
    for engine in asked.engines:
        for condition in asked.conditions:
            answers, row = measured(engine, condition, clips, crowd_of(everything), _note)
            results.setdefault(engine, {})[condition.value] = row
            if asked.mistakes:
                _list_mistakes(engine, condition, answers)
    if asked.json:
        print(json.dumps({"part": asked.part, "clips": len(clips), "engines": results}, default=asdict, indent=1))
    else:
        _print_table(asked.part, len(clips), results)


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _list_mistakes(engine: str, condition: Condition, answers: Sequence[Answer]) -> None:
    for answer in answers:
        if not answer.is_right:
            meant = "|".join(answer.clip.labels)
            _note(
                f"{engine} {condition} {answer.clip.name}: {answer.clip.text!r} ({meant}) heard as {answer.words!r} "
                f"({answer.word_confidence:.2f}), {answer.intent} ({answer.confidence:.2f})"
            )


def _print_table(part: str, clips: int, results: dict[str, dict[str, dict[str, Share | float]]]) -> None:
    print(f"part: {part}, {clips} clips; steps as in the docstring of benchmarks/recognition.py")
    for engine, by_condition in results.items():
        print(f"\n{engine:<50}" + "".join(f"{condition:>19}" for condition in by_condition))
        for name in next(iter(by_condition.values())):
            print(f"{name:<50}" + "".join(f"{row[name]!s:>19}" for row in by_condition.values()))


if __name__ == "__main__":
    main()
