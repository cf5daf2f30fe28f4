"""How a model is fitted to wordings, and how well it does on wordings it never saw.

Decides the training: varied wordings; AdaGrad on the cross entropy of the pieces, Adam on that of the whole sentences,
each reading by itself so that neither leans on the other; everything from one seed, so that the same data give the same
model. Held-out folds are runs of neighbouring lines: neighbours resemble each other, and a fold of single lines would
flatter. How much each reading counts is what makes held-out likelihoods most honest.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
import numpy.typing as npt

from campaigns.intents import Intent
from outbound.intents.calibration import Labelled, calibrated
from outbound.intents.decisions import INTENTS, Likelihoods, in_step
from outbound.intents.features import SIZE, features_of
from outbound.intents.language import Language
from outbound.intents.model import Model, Sums, Values, softmax
from outbound.intents.noise import varied
from outbound.intents.sentences import SIZE as SENTENCE_SIZE
from outbound.intents.sentences import encoder
from outbound.intents.sounds import doubles_of
from outbound.intents.thresholds import Thresholds
from outbound.intents.wordings import Wording, heard_as

SEED = 20
BATCH = 256

VARIANTS = 4
"""Varied copies of each wording, beside the wording itself."""
EPOCHS = 8
RATE = 1.0
DECAY = 2e-5
"""Weights that nothing asks for shrink by this share of the rate per batch."""
FORGOTTEN = 0.3
"""Share of the pieces, and of the hidden values of a sentence, that a batch does without, so that none is relied upon
alone."""

WHOLE_PER_LINE = 4
"""Of the wordings of one written line so many, drawn, are read as a whole, and a variant of each: more say the same."""
WHOLE_EPOCHS = 15
WHOLE_RATE = 3e-3
WHOLE_DECAY = 1e-4
HIDDEN = 256
TOGETHER = 3
"""Pairs of layers that are learned from different dice and asked together: what one alone says of a wording unlike any
that it knows is partly chance."""
BLURRED = 0.1
"""Share of the values of a sentence that a batch does without."""
LEAST_SPREAD = 0.02
"""A value that is the same for nearly every sentence is not blown up to the size of the others."""

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
        sentence: what it says as a whole; None where it is read by its pieces only.
        column: of the right intent.
        weight: how much it counts.
        wording: the place of the wording it stems from.
        line: the written line that stems from.
        variant: 0 for the wording itself, then what was made of it.
    """

    features: Rows
    sentence: Values | None
    column: int
    weight: float
    wording: int
    line: int
    variant: int


def examples_of(wordings: Sequence[Wording], language: Language) -> list[Example]:
    """Every wording, what engines made of it, and variants. Rare intents weigh more, by the square root of rarity."""
    chance = Random(SEED)
    counts = np.bincount([_COLUMN[w.intent] for w in wordings], minlength=len(INTENTS))
    typical = float(np.median(counts[counts > 0]))
    whole, doubles = _read_as_a_whole(wordings), doubles_of(language.tag)
    found: list[Example] = []
    texts: list[str] = []
    for place, wording in enumerate(wordings):
        column = _COLUMN[wording.intent]
        weight = float(np.sqrt(typical / counts[column]))
        heard = heard_as(language.tag).get(wording.text, ())
        variants = (varied(wording.text, language, chance, doubles) for _ in range(VARIANTS))
        for variant, text in enumerate(dict.fromkeys((wording.text, *heard, *variants))):
            found.append(Example(features_of(text, language), None, column, weight, place, wording.line, variant))
            texts.append(text)
    chosen = [at for at, e in enumerate(found) if e.wording in whole and e.variant <= 1]
    for at, sentence in zip(chosen, encoder().encode([texts[at] for at in chosen]), strict=True):
        found[at] = replace(found[at], sentence=sentence)
    return found


def _read_as_a_whole(wordings: Sequence[Wording]) -> frozenset[int]:
    """The places of `WHOLE_PER_LINE` wordings of each line."""
    chosen: Counter[int] = Counter()
    places = []
    for place in Random(SEED).sample(range(len(wordings)), len(wordings)):
        chosen[wordings[place].line] += 1
        if chosen[wordings[place].line] <= WHOLE_PER_LINE:
            places.append(place)
    return frozenset(places)


def fitted(examples: Sequence[Example]) -> Model:
    """The model of all `examples`, before it is made honest. Deterministic."""
    pieces = _Pieces()
    for batch, pace in _batches(examples, EPOCHS):
        pieces.step(batch, pace)
    read = [example for example in examples if example.sentence is not None]
    hidden, tops = _side_by_side([_whole(read, SEED + number) for number in range(TOGETHER)])
    return Model(pieces.weights, pieces.bias, hidden, tops, (1.0, 1.0), digest="")


def _whole(read: Sequence[Example], seed: int) -> tuple[Values, Values]:
    whole = _Whole(np.array([example.sentence for example in read]), seed)
    for batch, pace in _batches(read, WHOLE_EPOCHS, seed):
        whole.step(batch, pace)
    return whole.layers()


def _side_by_side(learned: Sequence[tuple[Values, Values]]) -> tuple[Values, Values]:
    """Layers whose sums are the mean of those of each pair."""
    hidden = np.concatenate([hidden for hidden, _ in learned], axis=1)
    constant = np.sum([tops[-1:] for _, tops in learned], axis=0, dtype=np.float32)
    tops = np.concatenate([*(tops[:-1] for _, tops in learned), constant]) / len(learned)
    return hidden, tops.astype(np.float32)


def _batches(examples: Sequence[Example], epochs: int, seed: int = SEED) -> Iterator[tuple[list[Example], float]]:
    """Every example in each of `epochs`, shuffled, with the share of the rate that is left."""
    order = np.random.default_rng(seed)
    for epoch in range(epochs):
        shuffled = order.permutation(len(examples))
        for start in range(0, len(examples), BATCH):
            yield [examples[i] for i in shuffled[start : start + BATCH]], 1.0 - epoch / epochs


def _errors(sums: Values, batch: Sequence[Example]) -> Values:
    """How far the likelihoods are from what is right, by the weight of each example."""
    errors: Values = softmax(sums.astype(np.float64)).astype(np.float32)
    errors[np.arange(len(batch)), [example.column for example in batch]] -= 1.0
    errors *= np.array([example.weight for example in batch], dtype=np.float32)[:, None] / len(batch)
    return errors


class _Pieces:
    """The weights of the pieces as they are learned, batch by batch."""

    def __init__(self) -> None:
        self._dice = np.random.default_rng(SEED)
        self._squares = np.full(SIZE, 1e-3, dtype=np.float32)
        self.weights = np.zeros((SIZE, len(INTENTS)), dtype=np.float32)
        self.bias = np.zeros(len(INTENTS), dtype=np.float32)

    def step(self, batch: Sequence[Example], pace: float) -> None:
        """One step down the slope of what a batch is surprised by: AdaGrad on the rows that it touches."""
        sizes = np.array([example.features.size for example in batch])
        rows = np.concatenate([example.features for example in batch])
        scales = (1.0 / np.sqrt(sizes)).astype(np.float32)[:, None]
        starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        kept = _kept(self._dice, (rows.size, 1), FORGOTTEN)
        errors = _errors(np.add.reduceat(self.weights[rows] * kept, starts, axis=0) * scales + self.bias, batch)
        self.bias -= RATE * pace * errors.sum(axis=0)

        sorting = np.argsort(rows, kind="stable")
        touched, first = np.unique(rows[sorting], return_index=True)
        slopes = np.add.reduceat((np.repeat(errors * scales, sizes, axis=0) * kept)[sorting], first, axis=0)
        slopes += DECAY * self.weights[touched]
        self._squares[touched] += np.square(slopes).mean(axis=1)
        self.weights[touched] -= RATE * pace * slopes / np.sqrt(self._squares[touched])[:, None]


class _Whole:
    """The two layers over whole sentences as they are learned, batch by batch (Adam, Kingma and Ba 2015)."""

    def __init__(self, sentences: Values, seed: int) -> None:
        self._dice = np.random.default_rng(seed)
        self._mean, self._spread = sentences.mean(axis=0), np.maximum(sentences.std(axis=0), LEAST_SPREAD)
        start = self._dice.normal(0.0, np.sqrt(2.0 / SENTENCE_SIZE), (SENTENCE_SIZE + 1, HIDDEN)).astype(np.float32)
        start[-1] = 0.0
        self._learned = [start, np.zeros((HIDDEN + 1, len(INTENTS)), dtype=np.float32)]
        self._means = [np.zeros_like(values) for values in self._learned]
        self._squares = [np.zeros_like(values) for values in self._learned]
        self._steps = 0

    def layers(self) -> tuple[Values, Values]:
        """The layers over sentences as they come, not by their distance from the mean in spreads."""
        hidden, tops = self._learned
        over = hidden[:-1] / self._spread[:, None]
        return np.concatenate((over, hidden[-1:] - self._mean @ over)), tops

    def step(self, batch: Sequence[Example], pace: float) -> None:
        """One step down the slope of what a batch is surprised by."""
        sentences = (np.array([example.sentence for example in batch]) - self._mean) / self._spread
        sentences = _with_one(sentences * _kept(self._dice, sentences.shape, BLURRED))
        hidden, tops = self._learned
        kept = _kept(self._dice, (len(batch), HIDDEN), FORGOTTEN)
        answers = np.maximum(0.0, sentences @ hidden) * kept
        errors = _errors(_with_one(answers) @ tops, batch)
        back = (errors @ tops[:-1].T) * kept * (answers > 0.0)
        self._steps += 1
        for place, slopes in enumerate((sentences.T @ back, _with_one(answers).T @ errors)):
            self._push(place, slopes, WHOLE_RATE * pace)

    def _push(self, place: int, slopes: Values, rate: float) -> None:
        values, mean, square = self._learned[place], self._means[place], self._squares[place]
        slopes = slopes + np.float32(WHOLE_DECAY) * values
        mean += np.float32(0.1) * (slopes - mean)
        square += np.float32(0.001) * (np.square(slopes) - square)
        even = mean / np.float32(1.0 - 0.9**self._steps)
        spread = np.sqrt(square / np.float32(1.0 - 0.999**self._steps))
        values -= np.float32(rate) * even / (spread + np.float32(1e-8))


def _with_one(rows: Values) -> Values:
    return np.concatenate((rows, np.ones((len(rows), 1), dtype=np.float32)), axis=1)


def _kept(dice: np.random.Generator, shape: tuple[int, ...], forgotten: float) -> Values:
    """What a batch keeps, raised so that the sum stays as it is; 0 for the rest."""
    return (dice.random(shape) >= forgotten).astype(np.float32) / np.float32(1.0 - forgotten)


@dataclass(frozen=True, slots=True)
class Readings:
    """The sums of both readings, each of shape (texts, intents)."""

    pieces: Sums
    whole: Sums

    def likelihoods(self, counts: tuple[float, float]) -> Likelihoods:
        return softmax(counts[0] * self.pieces + counts[1] * self.whole)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models said about wordings they were not trained on.

    Attributes:
        wordings: each of them once.
        heard: of each wording.
        misheard: of a variant of each wording, as a telephone may give it.
        counts: how much each reading counts, so that likelihoods are honest.
    """

    wordings: tuple[Wording, ...]
    heard: Readings
    misheard: Readings
    counts: tuple[float, float]

    @property
    def columns(self) -> npt.NDArray[np.int64]:
        """The right column for each wording."""
        return np.array([_COLUMN[wording.intent] for wording in self.wordings])

    def shares(self, expecting: Collection[Intent] = ()) -> Likelihoods:
        """The honest likelihoods, shape (wordings, intents), in a step that expects `expecting`."""
        return in_step(self.heard.likelihoods(self.counts), expecting)

    def thresholds(self) -> Thresholds:
        """What mistakes on these wordings, said in every kind of step to surer and less sure engines, make cheapest."""
        heard = [(readings.likelihoods(self.counts), confidence) for readings, confidence in self._heard()]
        answers = Labelled(
            np.concatenate([in_step(shares, expecting) for shares, _ in heard for expecting in STEPS]),
            np.repeat([confidence for _, confidence in heard], len(STEPS) * len(self.wordings)),
            [(wording.intent,) for wording in self.wordings] * (len(heard) * len(STEPS)),
        )
        return calibrated(answers, f"{len(self.wordings)} wordings held out of training")

    def _heard(self) -> tuple[tuple[Readings, float], ...]:
        """Engines are not always sure of what they hear rightly, nor doubtful of all that they mishear."""
        return (self.heard, 1.0), (self.heard, 0.4), (self.misheard, 0.7), (self.misheard, 0.2)


def held_out(wordings: Sequence[Wording], examples: Sequence[Example], folds: int) -> HeldOut:
    """Cross-validation: each of `folds` parts judged by a model of the others, where it is read as a whole."""
    seen: list[Wording] = []
    sums: list[tuple[Readings, Readings]] = []
    for fold in range(folds):
        model = fitted([e for e in examples if e.line // FOLD_LINES % folds != fold])
        away = [e for e in examples if e.line // FOLD_LINES % folds == fold and e.sentence is not None]
        variants = {e.wording: e for e in away}  # the last of each wording; itself where it has no variant
        wordings_away = [e for e in away if not e.variant]
        seen += [wordings[e.wording] for e in wordings_away]
        sums.append((_readings(model, wordings_away), _readings(model, [variants[e.wording] for e in wordings_away])))
    heard, misheard = (_joined([pair[which] for pair in sums]) for which in (0, 1))
    columns = np.array([_COLUMN[wording.intent] for wording in seen])
    return HeldOut(tuple(seen), heard, misheard, _honest(heard, columns))


def _readings(model: Model, examples: Sequence[Example]) -> Readings:
    pieces = np.array([model.pieces(example.features) for example in examples])
    return Readings(pieces, model.whole(np.array([example.sentence for example in examples])))


def _joined(parts: Sequence[Readings]) -> Readings:
    return Readings(np.concatenate([part.pieces for part in parts]), np.concatenate([part.whole for part in parts]))


def _honest(readings: Readings, columns: npt.NDArray[np.int64]) -> tuple[float, float]:
    """How much the readings must count for the least cross entropy, each 0-1.5."""
    places = np.arange(columns.size)

    def surprise(counts: tuple[float, float]) -> float:
        shares = readings.likelihoods(counts)[places, columns]
        return float(-np.log(np.maximum(shares, 1e-12)).mean())

    steps = np.linspace(0.0, 1.5, 31).tolist()
    return min(itertools.product(steps, steps), key=surprise)
