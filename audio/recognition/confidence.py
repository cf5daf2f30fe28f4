"""What an engine's score is worth: a curve from score to the probability that the words are right.

Decides the form of the curves (logistic) and where they are kept: measured ones come with the package, and a file of
the user's own, written by `outbound speech calibrate`, goes before them. How they are measured is left to the caller.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import platformdirs

from audio.errors import AudioError

_CARRIED = Path(__file__).with_name("confidence.json")
_STEEPEST = 30.0
_SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability = logistic(slope * score + shift)."""

    slope: float = 1.0
    shift: float = 0.0

    def probability(self, score: float) -> float:
        exponent = self.slope * score + self.shift
        return 1 / (1 + math.exp(-min(_STEEPEST, max(-_STEEPEST, exponent))))

    def refined(self, by: Curve) -> Curve:
        """This curve with another one, fitted on its log odds, after it."""
        return Curve(self.slope * by.slope, self.shift * by.slope + by.shift)


def log_odds(probability: float) -> float:
    """The score that `Curve()` turns into this probability."""
    bounded = min(1 - _SMALLEST, max(_SMALLEST, probability))
    return math.log(bounded / (1 - bounded))


Curves = Mapping[str, Curve]
"""By engine and kind of answer: "whisper closed", "whisper open"."""


def name_of(engine: str, *, closed: bool) -> str:
    """The name of the curve for short answers (`closed`) or sentences of an engine."""
    return f"{engine} {'closed' if closed else 'open'}"


def curve_for(engine: str, *, closed: bool) -> Curve:
    """The curve in force when this is called for the first time."""
    return _in_force().get(name_of(engine, closed=closed), Curve())


def users_file() -> Path:
    """Where `save` puts curves unless told otherwise."""
    return platformdirs.user_data_path("outbound") / "confidence.json"


def save(curves: Curves, file: Path) -> None:
    """Write curves; those of the file under other names stay."""
    merged = {**(load(file) if file.exists() else {}), **curves}
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {name: {key: round(value, 4) for key, value in asdict(merged[name]).items()} for name in sorted(merged)}
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def load(file: Path) -> dict[str, Curve]:
    """Read curves.

    Raises:
        AudioError: the file holds something else.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {name: Curve(float(curve["slope"]), float(curve["shift"])) for name, curve in content.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AudioError(f"{file} holds no confidence curves", "write it anew: outbound speech calibrate") from error


@cache
def _in_force() -> dict[str, Curve]:
    own = users_file()
    return {**load(_CARRIED), **(load(own) if own.exists() else {})}
