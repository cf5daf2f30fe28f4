"""A labelled folder of answers: clips with their words and their meaning, kept in two parts.

Decides what such a folder looks like, which of its clips may be tuned on and which are held out, and in which step of
a script a clip is heard. It holds `labels.tsv`, with the columns file, intent and text, and if need be accept (further
intents that count as right, `|` between), hard_negative (1), set, voice and phrase. The parts are cut by hashes, so
that they stay the same for ever: people by their voice, everything else by its phrase.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zlib import crc32

from campaigns.intents import Intent
from outbound.errors import OutboundError

_OTHER_NAMES = {"callback_later": Intent.CALLBACK, "stop": Intent.OPT_OUT}
"""Labels that are named otherwise here. A bare "stop" said to a calling robot is an opt-out."""
_RATINGS = frozenset(intent for intent in Intent if intent.rating)
RATING_STEP = _RATINGS | {Intent.SATISFIED, Intent.DISSATISFIED}
YES_NO_STEP = frozenset({Intent.YES, Intent.NO})
OPEN_STEP: frozenset[Intent] = frozenset()
_STEPS = (RATING_STEP, YES_NO_STEP, OPEN_STEP)


class Part(StrEnum):
    """The half of a corpus a clip belongs to."""

    TUNE = "tune"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True)
class Clip:
    """One answer.

    Attributes:
        group: what kind of clip it is, as the corpus names it (tts, robotic, human_fsdd, background ...).
        labels: every intent that counts as right; the first one is what was meant.
        hard_negative: sounds like, or holds words of, another intent.
        bare_stop: the single word "stop": an opt-out that is counted apart.
    """

    path: Path
    name: str
    group: str
    text: str
    voice: str
    labels: tuple[Intent, ...]
    hard_negative: bool
    bare_stop: bool
    part: Part

    @property
    def intent(self) -> Intent:
        return self.labels[0]

    @property
    def is_human(self) -> bool:
        return self.group.startswith("human") or self.group == "background"

    @property
    def words(self) -> str:
        """What was said; nothing for a noise, which is described in brackets."""
        return "" if self.text.startswith("[") else self.text

    @property
    def asked(self) -> frozenset[Intent]:
        """What the step that hears this clip asks for.

        Ratings and satisfaction are heard where a rating is asked, yes and no where yes or no is. Whatever a callee
        may say anywhere is heard by a step drawn by the clip's name, so that the step does not give the meaning away.
        """
        for step in (RATING_STEP, YES_NO_STEP):
            if self.intent in step:
                return step
        return _STEPS[crc32(self.name.encode()) % len(_STEPS)]


def read_corpus(folder: Path, part: Part | None = None) -> list[Clip]:
    """The clips of a labelled folder, of one part or all, in the order of `labels.tsv`.

    Raises:
        OutboundError: there is no such file, it lacks a column, or it names an intent that there is not.
    """
    labels = folder / "labels.tsv"
    try:
        with labels.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        clips = [_clip(folder, row) for row in rows]
    except OSError as error:
        raise OutboundError(f"cannot read {labels}: {error.strerror}", "give a folder with labels.tsv in it") from error
    except KeyError as error:
        raise OutboundError(f"{labels}: there is no column {error}", "it needs file, intent and text") from error
    except ValueError as error:
        raise OutboundError(f"{labels}: {error}", f"use one of: {', '.join(Intent)}") from error
    return [clip for clip in clips if part in {None, clip.part}]


def seed_of(key: str) -> int:
    """A number that a text stands for at every run."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big")


def _clip(folder: Path, row: dict[str, str]) -> Clip:
    names = [row["intent"], *filter(None, (row.get("accept") or "").split("|"))]
    labels = tuple(dict.fromkeys(_OTHER_NAMES.get(name) or Intent(name) for name in names))
    return Clip(
        path=folder / row["file"],
        name=row["file"],
        group=row.get("set") or "",
        text=row["text"],
        voice=row.get("voice") or "",
        labels=labels,
        hard_negative=row.get("hard_negative") == "1",
        bare_stop=row["intent"] == "stop",
        part=Part.TUNE if seed_of(_speaker_or_phrase(row)) % 2 else Part.HELD_OUT,
    )


def _speaker_or_phrase(row: dict[str, str]) -> str:
    """What must not be in both parts: a person's voice, a synthetic clip's wording."""
    if (row.get("set") or "").startswith("human"):
        return f"voice {row['voice']}"
    return row.get("phrase") or row["file"]
