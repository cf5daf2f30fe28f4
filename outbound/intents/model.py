"""A language's trained model: from features to how likely each intent is.

Decides the form of the weights (one compressed file per language in `weights/`, half precision) and the arithmetic: a
softmax over two sums, of feature weights and of filters that slide over word vectors, made honest by a temperature. How
weights come about is `fitting.py`; what is done with the likelihoods is `understanding.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from outbound.errors import OutboundError
from outbound.intents.decisions import INTENTS, Likelihoods
from outbound.intents.features import VERSION, features_of
from outbound.intents.language import Language
from outbound.intents.vectors import units, vectors_for

WEIGHTS = Path(__file__).parent / "weights"

WINDOW = 3
"""Neighbouring words that a filter sees."""

_ARRAYS = ("weights", "bias", "filters", "tops")

Values = npt.NDArray[np.float32]


class ModelMissing(OutboundError):
    """No trained model for a language."""


@dataclass(frozen=True, slots=True)
class Model:
    """Two readings of a text, added up: one of its pieces, one of what its words have in common with others.

    Attributes:
        weights: float32, shape (feature slots, intents).
        bias: float32, shape (intents,).
        filters: float32, shape (WINDOW x vector size + 1, filters); the last row is added always.
        tops: float32, shape (2 x filters, intents): of the strongest and of the average answer of each filter.
        temperature: divides the sums, so that 0.9 is right nine times in ten.
        digest: of the wordings it was trained on (`wordings.digest_of`).
    """

    weights: Values
    bias: Values
    filters: Values
    tops: Values
    temperature: float
    digest: str

    def likelihoods(self, plain: str, language: Language) -> Likelihoods:
        """How likely each intent is for a plain text."""
        words = vectors_for(language.tag).rows_of(units(plain, language))
        return softmax(self.sums(features_of(plain, language), words, language.tag) / self.temperature)

    def sums(self, features: npt.NDArray[np.int32], words: npt.NDArray[np.int32], tag: str) -> npt.NDArray[np.float64]:
        """The unscaled sum per intent; long sentences do not shout louder than short ones."""
        pieces = self.weights[features].sum(axis=0, dtype=np.float64) / np.sqrt(max(1, features.size))
        answers = np.maximum(0.0, windows(vectors_for(tag).table[words]) @ self.filters[:-1] + self.filters[-1])
        related = np.concatenate((answers.max(axis=0), answers.mean(axis=0))) @ self.tops
        sums: npt.NDArray[np.float64] = self.bias + pieces + related
        return sums

    def save(self, tag: str) -> Path:
        """Write the weights of a language. The same model gives the same numbers in the file."""
        file = WEIGHTS / f"{tag}.npz"
        WEIGHTS.mkdir(exist_ok=True)
        np.savez_compressed(
            file,
            **{name: getattr(self, name).astype(np.float16) for name in _ARRAYS},
            temperature=np.float64(self.temperature),
            digest=np.str_(self.digest),
            intents=np.array([intent.value for intent in INTENTS]),
            version=np.int64(VERSION),
        )
        return file


def windows(vectors: Values) -> Values:
    """Each word's vector between those of its neighbours: (words, size) to (words, WINDOW x size)."""
    words, size = vectors.shape
    edged = np.zeros((words + WINDOW - 1, size), dtype=np.float32)
    edged[WINDOW // 2 : WINDOW // 2 + words] = vectors
    return np.concatenate([edged[at : at + words] for at in range(WINDOW)], axis=1)


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
        weights, bias, filters, tops = (stored[name].astype(np.float32) for name in _ARRAYS)
        temperature = float(stored["temperature"])
        return Model(weights, bias, filters, tops, temperature, str(stored["digest"]))
