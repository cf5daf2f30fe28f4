"""Is this a human? How often and how soon that is told, and where the beep is found.

    python -m benchmarks.screening --corpus PATH [--engine whisper] [--json]

PATH is a folder with `amd/labels.tsv` (columns file, label human or machine, beep_start, beep_end) and the
clips it names, which begin at the answer. `uncertain` counts as human, as it does in a call. With an engine words are
used as in a call: those of each turn when it is over. On clips that were in view when the limits of
`audio/screening.py` were chosen, the figures say that the method fits, not how it generalises.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from audio.pcm import Sound
from audio.recognition import Recognizer, recognizer_for
from audio.screening import Beep, Party, Verdict
from outbound.speech.screened import screened


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip: what it was, what it was taken for, and when that became known."""

    file: str
    is_machine: bool
    party: Party
    known_seconds: float | None
    ever_machine: bool
    beep_error_seconds: float | None
    false_beeps: int


@dataclass(frozen=True, slots=True)
class Score:
    """Over a part of the clips; seconds after the answer, errors of the beep's end in seconds."""

    clips: int
    accuracy: float
    humans_taken_for_machines: float
    human_known_p50_seconds: float
    human_known_p95_seconds: float
    machine_known_p50_seconds: float
    machine_known_p95_seconds: float
    beeps_found: float
    beep_error_p50_seconds: float
    beep_error_worst_seconds: float
    false_beeps: int


def clip_of(folder: Path, row: dict[str, str], recognizer: Recognizer | None) -> Clip:
    samples, rate = soundfile.read(folder / row["file"], dtype="int16")
    heard = screened(Sound(samples, rate), recognizer)
    verdicts = [one for one in heard.found if isinstance(one, Verdict)]
    beeps = [one for one in heard.found if isinstance(one, Beep)]
    party = heard.verdict.party
    known = None
    for verdict in reversed(verdicts):
        if verdict.party is not party:
            break
        known = verdict.at_seconds
    end = float(row["beep_end"]) if row["beep_end"] else None
    errors = [] if end is None else sorted((beep.end_seconds - end for beep in beeps), key=abs)
    return Clip(
        row["file"],
        row["label"] == "machine",
        party,
        None if party is Party.UNCERTAIN else known,
        any(verdict.party is Party.MACHINE for verdict in verdicts),
        errors[0] if errors else None,
        len(beeps) - bool(errors),
    )


def score(clips: list[Clip]) -> Score:
    machines = [clip for clip in clips if clip.is_machine]
    humans = [clip for clip in clips if not clip.is_machine]
    human_known, machine_known = (
        [clip.known_seconds for clip in part if clip.known_seconds is not None] for part in (humans, machines)
    )
    errors = [clip.beep_error_seconds for clip in machines if clip.beep_error_seconds is not None]
    return Score(
        clips=len(clips),
        accuracy=float(np.mean([(clip.party is Party.MACHINE) == clip.is_machine for clip in clips])),
        humans_taken_for_machines=float(np.mean([clip.ever_machine for clip in humans])),
        human_known_p50_seconds=float(np.percentile(human_known, 50)),
        human_known_p95_seconds=float(np.percentile(human_known, 95)),
        machine_known_p50_seconds=float(np.percentile(machine_known, 50)),
        machine_known_p95_seconds=float(np.percentile(machine_known, 95)),
        beeps_found=len(errors) / len(machines),
        beep_error_p50_seconds=float(np.median(np.abs(errors))),
        beep_error_worst_seconds=float(np.max(np.abs(errors))),
        false_beeps=sum(clip.false_beeps for clip in clips),
    )


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--corpus", type=Path, required=True)
    wanted.add_argument("--engine", help="use words as well, as this engine hears them")
    wanted.add_argument("--json", action="store_true")
    arguments = wanted.parse_args()
    with (arguments.corpus / "amd" / "labels.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    recognizer = None if arguments.engine is None else recognizer_for("en-US", arguments.engine)
    clips = [clip_of(arguments.corpus, row, recognizer) for row in rows]
    result = score(clips)
    if arguments.json:
        print(json.dumps({"score": asdict(result), "clips": [asdict(clip) for clip in clips]}, indent=2))
        return
    for name, value in asdict(result).items():
        print(f"{name:28} {value:.3f}" if isinstance(value, float) else f"{name:28} {value}")


if __name__ == "__main__":
    main()
