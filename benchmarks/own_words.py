"""How well answers in people's own words are understood: `python -m benchmarks.own_words [--spoken]`.

The answers in `own_words.tsv` were written by somebody who knew neither the wordings that the models learn from nor the
corpus: short and long, polite and rude, indirect, hesitating, in several Englishes. Each is put to the kind of step it
was written for: as perfectly recognised words, or (`--spoken`) said by Piper's voice on a telephone and heard by
Whisper, as in `short_answers.py`. Who writes wordings must not look at them, or they measure nothing any more;
`--wrong` is for whoever does not.

Columns: kind (the intent, or `hard_` and what it only sounds like), intent (each that is right, with | between them),
step (notice, yesno or rating), text.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from audio.recognition import recognizer_for
from audio.recognition.base import Transcript
from benchmarks.short_answers import said, understood
from campaigns.intents import Intent
from outbound.intents import Understanding, understanding_for
from outbound.speech.labelled import OPEN_STEP, RATING_STEP, YES_NO_STEP

ANSWERS = Path(__file__).with_name("own_words.tsv")
STEPS = {"notice": OPEN_STEP, "yesno": YES_NO_STEP, "rating": RATING_STEP}
Row = dict[str, str]
Share = tuple[int, int]
"""So many of so many."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers, and what it was acted on as."""

    kind: str
    right: frozenset[str]
    text: str
    heard: str
    taken_for: Intent

    @property
    def understood(self) -> bool:
        """Whoever is asked to wait is left alone, as by a question that is put again."""
        return self.taken_for in self.right or (Intent.OTHER in self.right and self.taken_for is Intent.WAIT)

    @property
    def asked_again(self) -> bool:
        return self.taken_for is Intent.OTHER and not self.understood


def answers(*, spoken: bool) -> list[Answer]:
    understanding = understanding_for("en-US")
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    taken = _heard(rows, understanding) if spoken else _read(rows, understanding)
    return [
        Answer(row["kind"], frozenset(row["intent"].split("|")), row["text"], heard, intent)
        for row, (heard, intent) in zip(rows, taken, strict=True)
    ]


def _read(rows: Iterable[Row], understanding: Understanding) -> Iterator[tuple[str, Intent]]:
    for row in rows:
        meaning = understanding.meaning(Transcript(row["text"], 1.0, "text"), STEPS[row["step"]])
        yield meaning.words, meaning.intent


def _heard(rows: Iterable[Row], understanding: Understanding) -> Iterator[tuple[str, Intent]]:
    recognizer = recognizer_for("en-US", "whisper")
    if recognizer is None:
        raise SystemExit("error: whisper understands no English here")
    words = [(row["text"], Intent(row["intent"].partition("|")[0]), STEPS[row["step"]]) for row in rows]
    for each in said(words, robotic_every=0):
        answer = understood(each, recognizer, understanding)
        yield answer.transcript.text, answer.intent


def figures(given: Iterable[Answer]) -> dict[str, Share]:
    """The figures that decide whether a call does what it is asked."""
    every = list(given)
    opt_outs = [one for one in every if one.kind == Intent.OPT_OUT]
    no_opt_outs = [one for one in every if Intent.OPT_OUT not in one.right]
    return {
        "understood": _share(one.understood for one in every),
        "asked again": _share(one.asked_again for one in every),
        "acted on wrongly": _share(not one.understood and not one.asked_again for one in every),
        "opt-outs missed": _share(not one.understood for one in opt_outs),
        "opt-outs missed and not asked about": _share(not one.understood and not one.asked_again for one in opt_outs),
        "false opt-outs": _share(one.taken_for is Intent.OPT_OUT for one in no_opt_outs),
        "false opt-outs of what sounds like one": _share(
            one.taken_for is Intent.OPT_OUT for one in no_opt_outs if one.kind == "hard_opt_out"
        ),
        "words of self-harm heard": _share(one.understood for one in every if one.kind == Intent.CRISIS),
        "false words of self-harm": _share(
            one.taken_for is Intent.CRISIS for one in every if Intent.CRISIS not in one.right
        ),
        "off-topic rejected": _share(one.understood for one in every if one.kind == Intent.OTHER),
    }


def by_kind(given: Iterable[Answer]) -> dict[str, Share]:
    found = defaultdict(list)
    for one in given:
        found[one.kind].append(one.understood)
    return {kind: _share(judged) for kind, judged in sorted(found.items())}


def _share(hits: Iterable[bool]) -> Share:
    found = list(hits)
    return sum(found), len(found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.own_words", description="Measure understanding.")
    parser.add_argument(
        "--spoken", action="store_true", help="by telephone, instead of as text (extras natural, whisper)"
    )
    parser.add_argument("--wrong", action="store_true", help="show the answers that were not understood")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    given = answers(spoken=asked.spoken)
    found = {"figures": figures(given), "by kind": by_kind(given)}
    if asked.json:
        json.dump(found, sys.stdout, indent=2)
        return
    for name, shares in found.items():
        print(f"{name}:")
        for what, (part, whole) in shares.items():
            print(f"  {what:40} {part:4} of {whole:4} {part / whole:7.1%}")
    for one in given if asked.wrong else ():
        if not one.understood:
            heard = f" (heard as: {one.heard})" if asked.spoken else ""
            print(f"{' or '.join(sorted(one.right))}, taken for {one.taken_for}: {one.text}{heard}")


if __name__ == "__main__":
    main()
