"""Keys in the sound: how often speech is taken for one (talk-off), and which keys are found.

    python -m benchmarks.keys --corpus PATH [--json]

Talk-off is counted over every clip of a labelled corpus that somebody speaks in, by telephone: as it is, with babble,
and with lost frames; in false keys per hour of speech. Keys are all sixteen, by telephone, of 40 to 100 ms, at three
levels, with up to 6 dB of twist, on a quiet line and over talking voices.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from audio.pcm import TELEPHONE_RATE, Sound, joined, mixed, over_telephone, silence, to_int16
from audio.tones import COLUMNS, KEYS, ROWS, KeyDetector, tone
from benchmarks.corpus import Clip, Condition, babble_of, crowd_of, read_corpus, under

_CONDITIONS = (Condition.TELEPHONE, Condition.BABBLE, Condition.LOSS)
_SECONDS, _LEVELS_DBFS, _TWISTS_DB = (0.04, 0.06, 0.1), (-10.0, -20.0, -30.0), (-3.0, 0.0, 6.0)
_TALK_BELOW_DB = 12.0


@dataclass(frozen=True, slots=True)
class TalkOff:
    """Keys found where nobody pressed one."""

    condition: str
    speech_seconds: float
    false_keys: int
    per_hour: float


def talk_off(clips: Sequence[Clip], condition: Condition, crowd: Sequence[Clip]) -> TalkOff:
    seconds, keys = 0.0, 0
    for clip in clips:
        sound = under(clip, condition, crowd).at(TELEPHONE_RATE)
        seconds += sound.seconds
        keys += len(found_in(sound))
    return TalkOff(condition.value, round(seconds, 1), keys, round(keys / seconds * 3600, 2))


def found_in(sound: Sound) -> str:
    detector = KeyDetector(sound.rate)
    return "".join(press.key for frame in sound.frames() for press in detector.feed(frame))


def pressed(seconds: float, level_dbfs: float, twist_db: float) -> Sound:
    """All sixteen keys with as long a pause after each; `twist_db` is by how much the row is the stronger tone."""
    parts = []
    for row, column in itertools.product(range(4), range(4)):
        low = tone((ROWS[row],), seconds, level_dbfs - 3 + twist_db / 2)
        high = tone((COLUMNS[column],), seconds, level_dbfs - 3 - twist_db / 2)
        parts += [Sound(to_int16(low.samples.astype(np.float64) + high.samples), TELEPHONE_RATE), silence(seconds)]
    return joined(parts, TELEPHONE_RATE)


def found(talk: Sound) -> dict[str, str]:
    """How many of sixteen keys are found, over the levels and twists, in a quiet line and over talking voices."""
    right = {f"{seconds * 1000:.0f} ms": 0 for seconds in _SECONDS}
    right |= {f"{name}, {_TALK_BELOW_DB:.0f} dB over talk": 0 for name in tuple(right)}
    tried = len(_LEVELS_DBFS) * len(_TWISTS_DB) * 16
    for seconds, level, twist in itertools.product(_SECONDS, _LEVELS_DBFS, _TWISTS_DB):
        name, sound = f"{seconds * 1000:.0f} ms", pressed(seconds, level, twist)
        below = talk.part(0, sound.seconds)
        over = mixed(sound, below.louder(level - _TALK_BELOW_DB - below.level_dbfs))
        right[name] += _matches(found_in(over_telephone(sound)))
        right[f"{name}, {_TALK_BELOW_DB:.0f} dB over talk"] += _matches(found_in(over_telephone(over)))
    return {name: f"{count}/{tried}" for name, count in right.items()}


def _matches(keys: str) -> int:
    """How many of the sixteen came, in their order."""
    rest = iter(keys)
    return sum(key in rest for key in "".join(KEYS))


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--corpus", type=Path, required=True)
    wanted.add_argument("--json", action="store_true")
    arguments = wanted.parse_args()
    everything = read_corpus(arguments.corpus)
    crowd = crowd_of(everything)
    spoken = [clip for clip in everything if clip.words]
    offs = [talk_off(spoken, condition, crowd) for condition in _CONDITIONS]
    keys = found(babble_of(crowd, 20.0).at(TELEPHONE_RATE))
    if arguments.json:
        print(json.dumps({"talk_off": [asdict(off) for off in offs], "found": keys}, indent=1))
        return
    for off in offs:
        print(f"talk-off, {off.condition:10} {off.false_keys} in {off.speech_seconds:.0f} s: {off.per_hour} an hour")
    for name, share in keys.items():
        print(f"keys of {name:30} {share}")


if __name__ == "__main__":
    main()
