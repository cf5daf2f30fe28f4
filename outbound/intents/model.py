"""A language's trained model: from a text to how likely each intent is.

Decides the form of the weights (one compressed file per language in `weights/`, half precision) and the arithmetic: a
softmax over two readings, of the pieces of a text and of what it says as a whole (`sentences.py`), each of which counts
as much as makes the likelihoods honest. How weights come about is `fitting.py`; what is done with the likelihoods is
`understanding.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from outbound.errors import OutboundError
from outbound.intents.decisions import INTENTS, Likelihoods
from outbound.intents.features import VERSION, features_of
from outbound.intents.language import Language
from outbound.intents.sentences import sentences_of

WEIGHTS = Path(__file__).parent / "weights"

_ARRAYS = ("weights", "bias", "hidden", "tops")

Values = npt.NDArray[np.float32]
Sums = npt.NDArray[np.float64]


class ModelMissing(OutboundError):
    """No trained model for a language."""


@dataclass(frozen=True, slots=True)
class Model:
    """Two readings of a text, added up.

    Attributes:
        weights: of the pieces; float32, shape (feature slots, intents).
        bias: of the pieces; float32, shape (intents,).
        hidden: of the whole; float32, shape (values of a sentence + 1, hidden values); the last row is added always.
        tops: from the hidden values; float32, shape (hidden values + 1, intents).
        counts: how much the sums of each reading count, so that 0.9 is right nine times in ten.
        digest: of the wordings it was trained on (`wordings.digest_of`).
    """

    weights: Values
    bias: Values
    hidden: Values
    tops: Values
    counts: tuple[float, float]
    digest: str

    def likelihoods(self, plains: Sequence[str], language: Language) -> Likelihoods:
        """How likely each intent is: a row for each plain text."""
        pieces = np.array([self.pieces(features_of(plain, language)) for plain in plains])
        return softmax(self.counts[0] * pieces + self.counts[1] * self.whole(sentences_of(plains)))

    def pieces(self, features: npt.NDArray[np.int32]) -> Sums:
        """The sum per intent of the pieces of one text; long sentences do not shout louder than short ones."""
        sums: Sums = self.bias + self.weights[features].sum(axis=0, dtype=np.float64) / np.sqrt(max(1, features.size))
        return sums

    def whole(self, sentences: Values) -> Sums:
        """The sum per intent, a row for each sentence."""
        answers = np.maximum(0.0, sentences @ self.hidden[:-1] + self.hidden[-1])
        sums: Sums = (answers @ self.tops[:-1] + self.tops[-1]).astype(np.float64)
        return sums

    def save(self, tag: str) -> Path:
        """Write the weights of a language. The same model gives the same numbers in the file."""
        file = WEIGHTS / f"{tag}.npz"
        WEIGHTS.mkdir(exist_ok=True)
        np.savez_compressed(
            file,
            **{name: getattr(self, name).astype(np.float16) for name in _ARRAYS},
            counts=np.array(self.counts),
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
        weights, bias, hidden, tops = (stored[name].astype(np.float32) for name in _ARRAYS)
        pieces, whole = stored["counts"]
        return Model(weights, bias, hidden, tops, (float(pieces), float(whole)), str(stored["digest"]))
