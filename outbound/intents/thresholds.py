"""The numbers that decide when a likelihood is enough to act on, and the file that holds them.

Decides the form of a thresholds file and where it is looked for. The file that a language ships with stands beside its
weights (`weights/<LANG>.json`, written by `train.py`); a file of the same form in a folder of the user's own comes
first: that is what calibrating on one's own recordings writes. The form, all shares from 0 to 1:

    {"format": 1,
     "language": "en-US",
     "fitted_on": "what the numbers come from, for people to read",
     "least_trust": 0.7,      weight of a meaning whose words the engine does not vouch for at all
     "sure_confidence": 0.5,  engine confidence from which a meaning has its full weight; between, along a line
     "accept": {"opt_out": 0.4, "yes": 0.55, ...}}   one threshold for each intent but `other`

How the numbers are found is `calibration.py`; how they are used, `decisions.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaigns.intents import Intent
from outbound.errors import OutboundError

SHIPPED = Path(__file__).parent / "weights"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Attributes:
    accept: the least likelihood at which an intent is acted on, for every intent but OTHER.
    least_trust: the weight of what the words seem to mean when the engine's confidence in them is 0.
    sure_confidence: the engine's confidence from which that weight is 1; above 0.
    fitted_on: where the numbers come from, in words.
    """

    accept: Mapping[Intent, float]
    least_trust: float
    sure_confidence: float
    fitted_on: str = ""

    def trust(self, confidence: float) -> float:
        """The weight (0-1) of what the words seem to mean, for an engine's confidence in the words.

        Engines are seldom sure of a lone "yes" even when they are right: doubt lowers the weight, it never removes it.
        """
        share = min(1.0, max(0.0, confidence) / self.sure_confidence)
        return self.least_trust + (1.0 - self.least_trust) * share

    def save(self, tag: str, folder: Path) -> Path:
        """Write the numbers of a language into a folder, which is made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{tag}.json"
        content = {
            "format": FORMAT,
            "language": tag,
            "fitted_on": self.fitted_on,
            "least_trust": self.least_trust,
            "sure_confidence": self.sure_confidence,
            "accept": {intent.value: threshold for intent, threshold in self.accept.items()},
        }
        file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return file


def thresholds_for(tag: str, own: Path | None = None) -> Thresholds:
    """The thresholds of a language: from the folder `own` if it holds a file for it, else those shipped.

    Raises:
        OutboundError: the file is not of the form above.
    """
    file = SHIPPED / f"{tag}.json"
    if own is not None and (own / file.name).exists():
        file = own / file.name
    try:
        return _read(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutboundError(
            f"{file} holds no thresholds that can be used: {error}",
            "calibrate anew, or take the file away to use the shipped ones",
        ) from error


def _read(content: Mapping[str, object]) -> Thresholds:
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']} is unknown")
    accept = content["accept"]
    if not isinstance(accept, dict):
        raise TypeError("accept is no table")
    return Thresholds(
        {intent: _share(accept[intent.value], intent.value) for intent in Intent if intent is not Intent.OTHER},
        _share(content["least_trust"], "least_trust"),
        max(1e-6, _share(content["sure_confidence"], "sure_confidence")),
        str(content.get("fitted_on", "")),
    )


def _share(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is no number from 0 to 1")
    return float(value)
