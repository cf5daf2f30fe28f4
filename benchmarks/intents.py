"""How well words are understood: `python -m benchmarks.intents --corpus PATH [--part held-out] [--json]`.

Decides the measurement of meaning alone: the texts of a labelled corpus as perfectly recognised words; as Whisper may
write them, with capitals and stops and little confidence; and with words lost, doubled and mistaken as a recogniser
does it; each in each kind of step. Prints totals, never a phrase, so
that the corpus stays unseen by those who write wordings. Recognition is measured in `recognition.py`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from rapidfuzz import fuzz, process

from audio.recognition.base import Transcript
from campaigns.intents import Intent
from outbound.intents import Understanding, understanding_for
from outbound.intents.wordings import wordings_of
from outbound.speech.labelled import OPEN_STEP, RATING_STEP, YES_NO_STEP, Clip, Part, read_corpus

STEPS: dict[str, frozenset[Intent]] = {"rating": RATING_STEP, "yes or no": YES_NO_STEP, "open": OPEN_STEP}
_ASKS_AGAIN = frozenset({Intent.OTHER, Intent.WAIT})
"""Both leave the question open: the robot waits or asks again. The corpus knows no "wait"."""
RENDERINGS = 5
"""Damaged copies of each text."""
LOST, MISTAKEN, DOUBLED = 0.06, 0.08, 0.02
"""Chances per word; together a word error rate of about one in six."""
ENGINE_SURE, ENGINE_UNSURE, ENGINE_DOUBTFUL = 1.0, 0.6, 0.3


def texts_of(corpus: Path, part: Part | None) -> list[Clip]:
    """One clip for each wording that a synthetic voice says."""
    said = (clip for clip in read_corpus(corpus, part) if clip.group == "tts")
    return list({clip.text: clip for clip in said}.values())


def perfect(text: str) -> str:
    """`text` as a recogniser without fault writes it."""
    return " ".join(re.sub(r"[^\w' -]+", " ", text.lower().replace("\u2019", "'")).split())


def damaged(text: str, vocabulary: Sequence[str], chance: Random) -> str:
    """`text` as a poor line and a hasty recogniser may give it."""
    heard: list[str] = []
    for word in text.split():
        dice = chance.random()
        if dice < LOST:
            continue
        if dice < LOST + MISTAKEN:
            alike = process.extract(word, vocabulary, scorer=fuzz.ratio, limit=6)
            heard.append(chance.choice([other for other, _, _ in alike if other != word]))
        elif dice < LOST + MISTAKEN + DOUBLED:
            heard += [word, word]
        else:
            heard.append(word)
    return " ".join(heard) or text


def score(understanding: Understanding, heard: Sequence[tuple[Clip, Transcript]], step: str) -> dict[str, float]:
    """The shares for one kind of step. What only another kind of step asks for is left out."""
    unasked = frozenset().union(*STEPS.values()) - STEPS[step]
    taken = [(c, understanding.meaning(t, STEPS[step]).intent) for c, t in heard if c.intent not in unasked]
    quiet = [(c, intent) for c, intent in taken if Intent.OPT_OUT not in c.labels]
    return {
        "intent_accuracy": _share(intent in c.labels for c, intent in taken if c.intent is not Intent.OTHER),
        "missed_opt_out": _share(intent is not Intent.OPT_OUT for c, intent in taken if c.intent is Intent.OPT_OUT),
        "false_opt_out": _share(intent is Intent.OPT_OUT for _, intent in quiet),
        "false_opt_out_hard": _share(intent is Intent.OPT_OUT for c, intent in quiet if c.hard_negative),
        "crisis_recall": _share(intent is Intent.CRISIS for c, intent in taken if c.intent is Intent.CRISIS),
        "other_rejected": _share(intent in _ASKS_AGAIN for c, intent in taken if c.intent is Intent.OTHER),
    }


def _share(hits: Iterable[bool]) -> float:
    found = list(hits)
    return sum(found) / len(found) if found else float("nan")


def measured(corpus: Path, part: Part | None, seed: int = 7) -> dict[str, dict[str, float]]:
    """Every figure, by "words / step"."""
    understanding = understanding_for("en-US")
    vocabulary = sorted({word for wording in wordings_of("en-US") for word in wording.spoken.split()})
    clips = texts_of(corpus, part)
    chance = Random(seed)
    clean = [(clip, Transcript(perfect(clip.text), ENGINE_SURE, "text")) for clip in clips]
    written = [(clip, Transcript(clip.text, ENGINE_DOUBTFUL, "text")) for clip in clips]
    noisy = [
        (clip, Transcript(damaged(perfect(clip.text), vocabulary, chance), ENGINE_UNSURE, "text"))
        for clip in clips
        for _ in range(RENDERINGS)
    ]
    return {
        f"{name} / {step}": score(understanding, heard, step)
        for name, heard in (("perfect", clean), ("written", written), ("damaged", noisy))
        for step in STEPS
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intents", description="Measure understanding of words.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder with labels.tsv")
    parser.add_argument("--part", type=Part, choices=list(Part), help="tune or held-out (default: both)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    figures = measured(arguments.corpus, arguments.part)
    if arguments.json:
        print(json.dumps(figures, indent=2))
        return
    columns = list(next(iter(figures.values())))
    print(f"{'words / step':<18}" + "".join(f"{column:>20}" for column in columns))
    for name, shares in figures.items():
        print(f"{name:<18}" + "".join(f"{shares[column]:>20.1%}" for column in columns))


if __name__ == "__main__":
    main()
