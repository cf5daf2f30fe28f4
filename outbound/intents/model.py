"""A language's trained model: from features to how likely each intent is.

Decides the form of the weights (one compressed file per language in `weights/`, half precision) and the arithmetic: a
softmax over sums of feature weights, made honest by a temperature. How weights come about is `fitting.py`; what
is done with the likelihoods is `understanding.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from campaigns.intents import Intent
from outbound.errors import OutboundError
from outbound.intents.features import VERSION, features_of
from outbound.intents.language import Language

WEIGHTS = Path(__file__).parent / "weights"

INTENTS: tuple[Intent, ...] = tuple(Intent)
"""The columns of the weights, in the order of the vocabulary."""

Likelihoods = npt.NDArray[np.float64]
"""One probability per intent, in the order of `INTENTS`; they add up to 1."""


class ModelMissing(OutboundError):
    """No trained model for a language."""


@dataclass(frozen=True, slots=True)
class Model:
    """Attributes:
    weights: float32, shape (feature slots, intents).
    bias: float32, shape (intents,).
    temperature: divides the sums, so that 0.9 is right nine times in ten.
    digest: of the wordings it was trained on (`wordings.digest_of`).
    """

    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    temperature: float
    digest: str

    def likelihoods(self, plain: str, language: Language) -> Likelihoods:
        """How likely each intent is for a plain text."""
        return softmax(self.sums(features_of(plain, language)) / self.temperature)

    def sums(self, features: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """The unscaled sum per intent; long sentences do not shout louder than short ones."""
        scale = 1.0 / np.sqrt(max(1, features.size))
        sums: npt.NDArray[np.float64] = self.bias + self.weights[features].sum(axis=0, dtype=np.float64) * scale
        return sums

    def save(self, tag: str) -> Path:
        """Write the weights of a language. The same model gives the same numbers in the file."""
        file = WEIGHTS / f"{tag}.npz"
        WEIGHTS.mkdir(exist_ok=True)
        np.savez_compressed(
            file,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            temperature=np.float64(self.temperature),
            digest=np.str_(self.digest),
            intents=np.array([intent.value for intent in INTENTS]),
            version=np.int64(VERSION),
        )
        return file


def softmax(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Probabilities over the last axis."""
    raised = np.exp(sums - sums.max(axis=-1, keepdims=True))
    shares: npt.NDArray[np.float64] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


@cache
def model_for(tag: str) -> Model:
    """The trained model of a language, loaded once.

    Raises:
        ModelMissing: it was never trained, or with other features or another vocabulary.
    """
    file = WEIGHTS / f"{tag}.npz"
    hint = f"train it: python -m outbound.intents.train {tag}"
    if not file.exists():
        raise ModelMissing(f"no model of meaning for {tag}: callees can answer by key only", hint)
    with np.load(file) as stored:
        if int(stored["version"]) != VERSION or tuple(stored["intents"]) != INTENTS:
            raise ModelMissing(f"the model of meaning for {tag} is of another version", hint)
        return Model(
            stored["weights"].astype(np.float32),
            stored["bias"].astype(np.float32),
            float(stored["temperature"]),
            str(stored["digest"]),
        )
