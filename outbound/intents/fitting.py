"""How a model is fitted to wordings, and how well it does on wordings it never saw.

Decides the training: varied wordings, AdaGrad on the cross entropy in small batches, everything from one seed, so that
the same data give the same model. Held-out folds are runs of neighbouring lines: neighbours resemble each other, and
a fold of single lines would flatter. The temperature is the one that makes held-out likelihoods most honest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from campaigns.intents import Intent
from outbound.intents.features import SIZE, features_of
from outbound.intents.language import Language
from outbound.intents.model import INTENTS, Model, softmax
from outbound.intents.noise import varied
from outbound.intents.wordings import Wording

SEED = 20
VARIANTS = 5
"""Varied copies of each wording, beside the wording itself."""
EPOCHS = 8
BATCH = 256
RATE = 1.0
DECAY = 2e-5
"""Weights that nothing asks for shrink by this share of the rate per batch."""
FOLD_LINES = 6
"""Neighbouring lines that are held out together."""

_COLUMN = {intent: column for column, intent in enumerate(INTENTS)}


@dataclass(frozen=True, slots=True)
class _Example:
    features: npt.NDArray[np.int32]
    column: int
    weight: float


def fitted(wordings: Sequence[Wording], language: Language, digest: str, temperature: float = 1.0) -> Model:
    """The model of all `wordings`. Deterministic."""
    examples = _examples(wordings, language)
    weights = np.zeros((SIZE, len(INTENTS)), dtype=np.float32)
    squares = np.full(SIZE, 1e-3, dtype=np.float32)
    bias = np.zeros(len(INTENTS), dtype=np.float32)
    order = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        rate = RATE * (1.0 - epoch / EPOCHS)
        shuffled = order.permutation(len(examples))
        for start in range(0, len(examples), BATCH):
            _step([examples[i] for i in shuffled[start : start + BATCH]], weights, squares, bias, rate)
    return Model(weights, bias, temperature, digest)


def _examples(wordings: Sequence[Wording], language: Language) -> list[_Example]:
    """Every wording and its variants. A rare intent weighs more per wording, by the square root of its rarity."""
    chance = Random(SEED)
    counts = np.bincount([_COLUMN[w.intent] for w in wordings], minlength=len(INTENTS))
    typical = float(np.median(counts[counts > 0]))
    examples = []
    for wording in wordings:
        column = _COLUMN[wording.intent]
        weight = float(np.sqrt(typical / counts[column]))
        texts = {wording.text: None} | {varied(wording.text, language, chance): None for _ in range(VARIANTS)}
        examples += [_Example(features_of(text, language), column, weight) for text in texts]
    return examples


def _step(
    batch: Sequence[_Example],
    weights: npt.NDArray[np.float32],
    squares: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    rate: float,
) -> None:
    """One step of AdaGrad on the rows that the batch touches; changes the arrays."""
    sizes = np.array([example.features.size for example in batch])
    rows = np.concatenate([example.features for example in batch])
    owner = np.repeat(np.arange(len(batch)), sizes)
    scales = (1.0 / np.sqrt(sizes)).astype(np.float32)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    sums = np.add.reduceat(weights[rows], starts, axis=0) * scales[:, None] + bias
    errors = softmax(sums.astype(np.float64)).astype(np.float32)
    errors[np.arange(len(batch)), [example.column for example in batch]] -= 1.0
    errors *= np.array([example.weight for example in batch], dtype=np.float32)[:, None] / len(batch)

    sorting = np.argsort(rows, kind="stable")
    touched, first = np.unique(rows[sorting], return_index=True)
    slopes = np.add.reduceat((errors * scales[:, None])[owner[sorting]], first, axis=0)
    slopes += DECAY * weights[touched]
    squares[touched] += np.square(slopes).mean(axis=1)
    weights[touched] -= rate * slopes / np.sqrt(squares[touched])[:, None]
    bias -= rate * errors.sum(axis=0)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models said about wordings they were not trained on.

    Attributes:
        wordings: each of them once.
        sums: shape (wordings, intents), before the temperature.
    """

    wordings: tuple[Wording, ...]
    sums: npt.NDArray[np.float64]

    @property
    def columns(self) -> npt.NDArray[np.int64]:
        """The right column for each wording."""
        return np.array([_COLUMN[wording.intent] for wording in self.wordings])

    def temperature(self) -> float:
        """The temperature that makes the likelihoods most honest (least cross entropy), 0.3-3."""
        columns = self.columns
        places = np.arange(columns.size)

        def surprise(temperature: float) -> float:
            shares = softmax(self.sums / temperature)[places, columns]
            return float(-np.log(np.maximum(shares, 1e-12)).mean())

        return float(min(np.linspace(0.3, 3.0, 109), key=surprise))

    def heard(self, temperature: float) -> list[tuple[Wording, Intent, float]]:
        """For each wording the likeliest intent and its likelihood."""
        shares = softmax(self.sums / temperature)
        best = shares.argmax(axis=1)
        return [(w, INTENTS[c], float(row[c])) for w, c, row in zip(self.wordings, best, shares, strict=True)]


def held_out(wordings: Sequence[Wording], language: Language, folds: int) -> HeldOut:
    """Cross-validation: each of `folds` parts judged by a model of the others."""
    seen: list[Wording] = []
    sums: list[npt.NDArray[np.float64]] = []
    for fold in range(folds):
        away = [w for w in wordings if w.line // FOLD_LINES % folds == fold]
        model = fitted([w for w in wordings if w.line // FOLD_LINES % folds != fold], language, digest="")
        seen += away
        sums += [model.sums(features_of(w.text, language)) for w in away]
    return HeldOut(tuple(seen), np.array(sums))
