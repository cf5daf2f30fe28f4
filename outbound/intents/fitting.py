"""How a model is fitted to wordings, and how well it does on wordings it never saw.

Decides the training: varied wordings, AdaGrad on the cross entropy in small batches, everything from one seed, so that
the same data give the same model. Held-out folds are runs of neighbouring lines: neighbours resemble each other, and
a fold of single lines would flatter. The temperature is the one that makes held-out likelihoods most honest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from campaigns.intents import Intent
from outbound.intents.calibration import Labelled, calibrated
from outbound.intents.decisions import INTENTS, Likelihoods, in_step
from outbound.intents.features import SIZE, features_of
from outbound.intents.language import Language
from outbound.intents.model import WINDOW, Model, Values, softmax
from outbound.intents.noise import varied
from outbound.intents.thresholds import Thresholds
from outbound.intents.vectors import SIZE as VECTOR_SIZE
from outbound.intents.vectors import units, vectors_for
from outbound.intents.wordings import Wording, heard_as

SEED = 20
VARIANTS = 4
"""Varied copies of each wording, beside the wording itself."""
EPOCHS = 8
BATCH = 256
RATE = 1.0
DECAY = 2e-5
"""Weights that nothing asks for shrink by this share of the rate per batch."""
FILTERS = 96
FILTER_RATE = 0.1
FORGOTTEN = 0.3
"""Share of the filters, and of the pieces of a text, that a batch does without, so that none is relied upon alone."""
FOLD_LINES = 6
"""Neighbouring lines that are held out together."""

STEPS: tuple[frozenset[Intent], ...] = (
    frozenset(),
    frozenset({Intent.YES, Intent.NO}),
    frozenset({Intent.SATISFIED, Intent.DISSATISFIED, *(intent for intent in Intent if intent.rating)}),
)
"""The kinds of step that thresholds must serve."""

Rows = npt.NDArray[np.int32]

_COLUMN = {intent: column for column, intent in enumerate(INTENTS)}


@dataclass(frozen=True, slots=True)
class Example:
    """A text to learn from.

    Attributes:
        features: its feature slots.
        words: its rows of the word vectors.
        column: of the right intent.
        weight: how much it counts.
        line: the written line it stems from.
        variant: 0 for the wording itself, then what was made of it.
    """

    features: Rows
    words: Rows
    column: int
    weight: float
    line: int
    variant: int


def examples_of(wordings: Sequence[Wording], language: Language) -> list[Example]:
    """Every wording, what engines made of it, and variants. Rare intents weigh more, by the square root of rarity."""
    chance = Random(SEED)
    counts = np.bincount([_COLUMN[w.intent] for w in wordings], minlength=len(INTENTS))
    typical = float(np.median(counts[counts > 0]))
    found = []
    for wording in wordings:
        column = _COLUMN[wording.intent]
        weight = float(np.sqrt(typical / counts[column]))
        variants = (varied(wording.text, language, chance) for _ in range(VARIANTS))
        texts = dict.fromkeys((wording.text, *heard_as(language.tag).get(wording.text, ()), *variants))
        found += [Example(*read(t, language), column, weight, wording.line, number) for number, t in enumerate(texts)]
    return found


def read(text: str, language: Language) -> tuple[Rows, Rows]:
    """A plain text as its feature slots and its rows of the word vectors."""
    return features_of(text, language), vectors_for(language.tag).rows_of(units(text, language))


def fitted(examples: Sequence[Example], tag: str) -> Model:
    """The model of all `examples`, before it is made honest. Deterministic."""
    fitting = _Fitting(vectors_for(tag).table)
    order = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        pace = 1.0 - epoch / EPOCHS
        shuffled = order.permutation(len(examples))
        for start in range(0, len(examples), BATCH):
            fitting.step([examples[i] for i in shuffled[start : start + BATCH]], pace)
    return Model(fitting.weights, fitting.bias, fitting.filters.values, fitting.tops.values, 1.0, digest="")


class _Learned:
    """Values with their own memory of how far they were pushed (AdaGrad)."""

    def __init__(self, start: Values) -> None:
        self.values = start
        self._squares = np.full(start.shape, 1e-4, dtype=np.float32)

    def push(self, slopes: Values, rate: float) -> None:
        slopes = slopes + DECAY * self.values
        self._squares += np.square(slopes)
        self.values -= rate * slopes / np.sqrt(self._squares)


class _Fitting:
    """The weights as they are learned, batch by batch."""

    def __init__(self, table: Values) -> None:
        self._dice = np.random.default_rng(SEED)
        self._table = table
        self._squares = np.full(SIZE, 1e-3, dtype=np.float32)
        self.weights = np.zeros((SIZE, len(INTENTS)), dtype=np.float32)
        self.bias = np.zeros(len(INTENTS), dtype=np.float32)
        width = WINDOW * VECTOR_SIZE
        start = self._dice.normal(0.0, np.sqrt(2.0 / WINDOW), (width + 1, FILTERS)).astype(np.float32)
        start[-1] = 0.0
        self.filters = _Learned(start)
        self.tops = _Learned(np.zeros((2 * FILTERS, len(INTENTS)), dtype=np.float32))

    def step(self, batch: Sequence[Example], pace: float) -> None:
        """One step down the slope of what a batch is surprised by."""
        sizes = np.array([example.features.size for example in batch])
        rows = np.concatenate([example.features for example in batch])
        scales = (1.0 / np.sqrt(sizes)).astype(np.float32)
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        kept = _kept(self._dice, rows.size)[:, None]
        pieces = np.add.reduceat(self.weights[rows] * kept, starts, axis=0) * scales[:, None]

        reading = _Reading(batch, self._table, self.filters.values, self._dice)
        sums = pieces + reading.pooled @ self.tops.values + self.bias
        errors: Values = softmax(sums.astype(np.float64)).astype(np.float32)
        errors[np.arange(len(batch)), [example.column for example in batch]] -= 1.0
        errors *= np.array([example.weight for example in batch], dtype=np.float32)[:, None] / len(batch)

        self._push_pieces(rows, (errors * scales[:, None])[np.repeat(np.arange(len(batch)), sizes)] * kept, RATE * pace)
        filter_slopes = reading.slopes(errors @ self.tops.values.T)
        self.tops.push(reading.pooled.T @ errors, FILTER_RATE * pace)
        self.filters.push(filter_slopes, FILTER_RATE * pace)
        self.bias -= RATE * pace * errors.sum(axis=0)

    def _push_pieces(self, rows: Rows, errors: Values, rate: float) -> None:
        """AdaGrad on the rows that a batch touches."""
        sorting = np.argsort(rows, kind="stable")
        touched, first = np.unique(rows[sorting], return_index=True)
        slopes = np.add.reduceat(errors[sorting], first, axis=0)
        slopes += DECAY * self.weights[touched]
        self._squares[touched] += np.square(slopes).mean(axis=1)
        self.weights[touched] -= rate * slopes / np.sqrt(self._squares[touched])[:, None]


class _Reading:
    """What the filters answer to the words of a batch, and which way they should change."""

    def __init__(self, batch: Sequence[Example], table: Values, filters: Values, dice: np.random.Generator) -> None:
        sizes = np.array([max(1, example.words.size) for example in batch])
        spaces = sizes + 1
        """One row without a word after each text, so that no filter sees two texts."""
        self._starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        self._sizes = sizes.astype(np.float32)[:, None]
        self._owner = np.repeat(np.arange(len(batch)), sizes)
        places = np.arange(sizes.sum()) + self._owner + 1
        edged = np.zeros((int(spaces.sum()) + 1, VECTOR_SIZE), dtype=np.float32)
        rows = np.concatenate([example.words if example.words.size else np.zeros(1, np.int32) for example in batch])
        edged[places] = table[rows]
        self._windows = np.concatenate(
            [edged[places + shift] for shift in range(-(WINDOW // 2), WINDOW // 2 + 1)], axis=1
        )
        self._kept = _kept(dice, FILTERS)
        self._answers = np.maximum(0.0, self._windows @ filters[:-1] + filters[-1])
        self._strongest = np.maximum.reduceat(self._answers, self._starts, axis=0)
        average = np.add.reduceat(self._answers, self._starts, axis=0) / self._sizes
        self.pooled: Values = np.concatenate((self._strongest * self._kept, average * self._kept), axis=1)

    def slopes(self, pooled: Values) -> Values:
        """From the slope of the pooled answers to that of the filters."""
        kept = pooled * np.concatenate((self._kept, self._kept))
        to_strongest, to_average = kept[:, :FILTERS], kept[:, FILTERS:] / self._sizes
        back = (self._answers == self._strongest[self._owner]) * to_strongest[self._owner] + to_average[self._owner]
        back *= self._answers > 0
        return np.concatenate((self._windows.T @ back, back.sum(axis=0, keepdims=True)))


def _kept(dice: np.random.Generator, size: int) -> Values:
    """What a batch keeps, raised so that the sum stays as it is; 0 for the rest."""
    return (dice.random(size) >= FORGOTTEN).astype(np.float32) / np.float32(1.0 - FORGOTTEN)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models said about wordings they were not trained on.

    Attributes:
        wordings: each of them once.
        sums: shape (wordings, intents), before the temperature.
        misheard: the same for a variant of each wording, as a telephone may give it.
    """

    wordings: tuple[Wording, ...]
    sums: npt.NDArray[np.float64]
    misheard: npt.NDArray[np.float64]

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

    def shares(self, expecting: Collection[Intent] = ()) -> Likelihoods:
        """The honest likelihoods, shape (wordings, intents), in a step that expects `expecting`."""
        return in_step(softmax(self.sums / self.temperature()), expecting)

    def thresholds(self) -> Thresholds:
        """What mistakes on these wordings, said in every kind of step to surer and less sure engines, make cheapest."""
        temperature = self.temperature()
        heard = [(softmax(sums / temperature), confidence) for sums, confidence in self._heard()]
        answers = Labelled(
            np.concatenate([in_step(shares, expecting) for shares, _ in heard for expecting in STEPS]),
            np.repeat([confidence for _, confidence in heard], len(STEPS) * len(self.wordings)),
            [(wording.intent,) for wording in self.wordings] * (len(heard) * len(STEPS)),
        )
        return calibrated(answers, f"{len(self.wordings)} wordings held out of training")

    def _heard(self) -> tuple[tuple[npt.NDArray[np.float64], float], ...]:
        """Engines are not always sure of what they hear rightly, nor doubtful of all that they mishear."""
        return (self.sums, 1.0), (self.sums, 0.4), (self.misheard, 0.7), (self.misheard, 0.2)


def held_out(wordings: Sequence[Wording], examples: Sequence[Example], language: Language, folds: int) -> HeldOut:
    """Cross-validation: each of `folds` parts judged by a model of the others."""
    seen: list[Wording] = []
    sums: list[npt.NDArray[np.float64]] = []
    misheard: list[npt.NDArray[np.float64]] = []
    for fold in range(folds):
        model = fitted([e for e in examples if e.line // FOLD_LINES % folds != fold], language.tag)
        away = [w for w in wordings if w.line // FOLD_LINES % folds == fold]
        variants = _last_variants(e for e in examples if e.line // FOLD_LINES % folds == fold)
        seen += away
        sums += [model.sums(*read(w.text, language), language.tag) for w in away]
        misheard += [model.sums(e.features, e.words, language.tag) for e in variants]
    return HeldOut(tuple(seen), np.array(sums), np.array(misheard))


def _last_variants(examples: Iterable[Example]) -> list[Example]:
    """Of each wording the last of its variants, or the wording itself where it has none."""
    found: list[Example] = []
    for example in examples:
        if example.variant:
            found.pop()
        found.append(example)
    return found
