"""How well spoken answers are understood, per engine and line condition.

    python -m benchmarks.recognition --corpus PATH [--part held-out] [--engines whisper] [--conditions ulaw8k] [--json]

A corpus is of one language (`--language`, en-US unless told otherwise). Every engine that has a model for it on this
machine is measured; the others are named with what they lack.

Every clip is heard as a step of a script would hear it: sound goes through the engine in 20 ms frames, words through
the model of meaning. Ratings and satisfaction are heard by a step that asks for a rating, yes and no by one that asks
yes or no. Whatever a callee may say anywhere (opt-out, transfer, off-topic speech ...) is heard by one of three kinds
of step (rating, yes or no, open), drawn by the clip's name, so that the step does not give the meaning away. Computing
is the process's CPU time between the last sample and the meaning.

Opt-outs are counted three times. Missed at first hearing: not taken for one. Of these, those that were not even asked
about: taken for something else, where an unclear one brings the re-prompt, which names key 9. Missed after the
re-prompt: not asked about, or missed once more when another voice says the same words; who presses 9 instead, and who
chooses plainer words the second time, is not counted as helped.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np

from audio.errors import AudioError
from audio.pcm import Sound
from audio.recognition import Engine, Recognizer, recognizer_for
from benchmarks.corpus import Clip, Condition, Part, crowd_of, read_corpus, under
from campaigns.intents import Intent
from outbound.intents import Understanding, understanding_for
from outbound.speech.labelled import RATING_STEP, YES_NO_STEP

_ENGINES = tuple(engine for engine in Engine if engine is not Engine.KEYS)
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
    opt_outs = [a for a in synthetic if a.clip.intent is Intent.OPT_OUT]
    human = [a for a in answers if a.clip.is_human]
    digits = [a for a in answers if a.clip.group == "human_fsdd"]
    words = [a for a in answers if a.clip.group == "human_gsc"]
    computing = [a.computing_seconds * 1000 for a in answers]
    return {
        "intent accuracy, synthetic voices": _right(a for a in synthetic if a.clip.intent is not Intent.OTHER),
        "opt-outs missed at first hearing": _wrong(opt_outs),
        "opt-outs missed and not asked about": _share(
            not a.is_right and a.intent is not Intent.OTHER for a in opt_outs
        ),
        "opt-outs missed after the re-prompt": _missed_after_all(opt_outs),
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


def _share(judged: Iterable[bool]) -> Share:
    found = list(judged)
    return Share(sum(found), len(found))


def _right(answers: Iterable[Answer]) -> Share:
    return _share(answer.is_right for answer in answers)


def _wrong(answers: Iterable[Answer]) -> Share:
    return _share(not answer.is_right for answer in answers)


def _missed_after_all(opt_outs: Sequence[Answer]) -> Share:
    """Opt-outs that were not asked about, or were missed once more when another voice said the same."""

    def understood(first: Answer) -> bool:
        again = (a for a in opt_outs if a.clip.text == first.clip.text and a.clip.name != first.clip.name)
        return first.is_right or (first.intent is Intent.OTHER and any(answer.is_right for answer in again))

    return _share(not understood(answer) for answer in opt_outs)


def _taken_for_opt_out(answers: Iterable[Answer]) -> Share:
    return _share(a.intent is Intent.OPT_OUT for a in answers if Intent.OPT_OUT not in a.clip.labels)


def measured(
    recognizer: Recognizer,
    understanding: Understanding,
    condition: Condition,
    clips: Sequence[Clip],
    crowd: Sequence[Clip],
    note: Callable[[str], None],
) -> tuple[list[Answer], dict[str, Share | float]]:
    """All clips through one engine under one condition."""
    answers, seconds = [], 0.0
    for number, clip in enumerate(clips):
        sound = under(clip, condition, crowd)
        seconds += sound.seconds
        answers.append(heard(clip, sound, recognizer, understanding))
        if number % 50 == 49:
            note(f"{condition}: {number + 1} of {len(clips)}")
    return answers, figures(answers, seconds)


def opened(engines: Sequence[str], language: str) -> tuple[dict[str, Recognizer], dict[str, str]]:
    """The engines that understand a language here, and of the others what they lack."""
    found: dict[str, Recognizer] = {}
    lacking: dict[str, str] = {}
    for engine in engines:
        try:
            recognizer = recognizer_for(language, engine)
        except AudioError as error:
            lacking[engine] = f"{error} ({error.hint})"
        else:
            if recognizer is not None:
                found[engine] = recognizer
    return found, lacking


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--language", default="en-US", help="what the clips are spoken in (BCP 47)")
    parser.add_argument(
        "--engines", nargs="+", default=list(_ENGINES), help="by name, or with a model: whisper:small.en"
    )
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
    engines, lacking = opened(asked.engines, asked.language)
    for engine, why in lacking.items():
        _note(f"{engine} is not measured: {why}")
    if not engines:
        raise SystemExit(f"error: no engine understands {asked.language} here")
    understanding = understanding_for(asked.language)
    results: dict[str, dict[str, dict[str, Share | float]]] = {}
    for engine, recognizer in engines.items():
        for condition in asked.conditions:
            answers, row = measured(recognizer, understanding, condition, clips, crowd_of(everything), _note)
            results.setdefault(engine, {})[condition.value] = row
            if asked.mistakes:
                _list_mistakes(engine, condition, answers)
    if asked.json:
        report = {"part": asked.part, "clips": len(clips), "not measured": lacking, "engines": results}
        print(json.dumps(report, default=asdict, indent=1))
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
