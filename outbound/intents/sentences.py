"""What a sentence says as a whole, in numbers: words are read with those around them, also words no wording has.

Decides how a plain text becomes a vector: it is cut into the likeliest pieces of words, these go through the lowest
layers of a text encoder (multilingual-e5-small, MIT licence, 4 bits a weight in `sentences.npz`; numpy does it). What
goes in and what comes out is averaged, and of what comes out the highest and the lowest of each value stand beside: one
"don't" in ten words is lost in an average. How that file comes about is `encoding.py`; what the numbers mean is learned
in `fitting.py`.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

FILE = Path(__file__).with_name("sentences.npz")

WIDTH = 384
"""Values of a piece of a word."""

SIZE = 4 * WIDTH
"""Values of a sentence: what its pieces say by themselves and what they say together, each on average, then the highest
and the lowest of what they say together."""

GROUP = 32
"""Neighbouring values that share a scale."""

_HEADS = 12
_BATCH = 64
_KEPT = 2048
"""Sentences remembered: the same answers are given again and again, and each is asked about several times a turn."""
_START, _END, _UNKNOWN = 0, 1, 2
"""Rows of the vocabulary."""
_EPSILON = 1e-12
_FAR = np.float32(1e9)
"""Beyond any value of a piece."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: what each piece takes from the others, then what it makes of that. Shapes are (from, to)."""

    query_key_value: Matrix
    query_key_value_bias: Matrix
    mix: Matrix
    mix_bias: Matrix
    mix_norm: Matrix
    up: Matrix
    up_bias: Matrix
    down: Matrix
    down_bias: Matrix
    down_norm: Matrix


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Attributes:
    rows: the row of each piece of a word; a piece that begins a word begins with a space.
    scores: the logarithm of how common each piece is.
    longest: of the pieces, in characters.
    unknown: the row of what no piece stands for.
    """

    rows: dict[str, int]
    scores: Matrix
    longest: int
    unknown: int

    def rows_of(self, text: str) -> list[int]:
        """The likeliest way to cut a plain text into pieces (Viterbi over single pieces, as SentencePiece does)."""
        spaced = f" {text}"
        rare = float(self.scores.min()) - 10.0
        best = [(0.0, 0, self.unknown)] + [(-math.inf, 0, self.unknown)] * len(spaced)
        for start in range(len(spaced)):
            so_far = best[start][0]
            if so_far + rare > best[start + 1][0]:
                best[start + 1] = (so_far + rare, start, self.unknown)
            for end in range(start + 1, min(len(spaced), start + self.longest) + 1):
                row = self.rows.get(spaced[start:end])
                if row is not None and (score := so_far + float(self.scores[row])) > best[end][0]:
                    best[end] = (score, start, row)
        rows, end = [], len(spaced)
        while end:
            _, end, row = best[end]
            rows.append(row)
        return rows[::-1]


@dataclass(frozen=True, slots=True)
class Encoder:
    """Attributes:
    vocabulary: its first rows are the start, the end and the unknown piece.
    packed: of each piece its values, two of 4 bits a byte, and their scales.
    places: what is added at each place in the text.
    first_norm: scale and shift before the first layer.
    """

    vocabulary: Vocabulary
    packed: tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]
    places: Matrix
    first_norm: Matrix
    layers: tuple[Layer, ...]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One row for each plain text."""
        rows = [[_START, *self.vocabulary.rows_of(text)[: len(self.places) - 2], _END] for text in texts]
        found = np.empty((len(texts), SIZE), dtype=np.float32)
        by_length = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        for start in range(0, len(by_length), _BATCH):
            batch = by_length[start : start + _BATCH]
            found[batch] = self._encoded([rows[place] for place in batch])
        return found

    def _encoded(self, rows: Sequence[Sequence[int]]) -> Matrix:
        length = max(map(len, rows))
        inside = np.arange(length) < np.array([len(row) for row in rows])[:, None]
        table = np.zeros(inside.shape, dtype=np.int64)
        table[inside] = np.concatenate(rows)
        values, scales = self.packed
        state = unpacked(values[table], scales[table]) + self.places[:length]
        alone = state = _normed(state.reshape(-1, WIDTH), self.first_norm)
        closed = np.where(inside, np.float32(0.0), np.float32(-1e9))[:, None, None, :]
        for layer in self.layers:
            state = _normed(state + _mixed(state, layer, closed), layer.mix_norm)
            wide = _curved(state @ layer.up + layer.up_bias)
            state = _normed(state + (wide @ layer.down + layer.down_bias), layer.down_norm)
        shape, there = (len(rows), length, WIDTH), inside[..., None]
        alone, state, count = alone.reshape(shape), state.reshape(shape), inside.sum(axis=1, keepdims=True)
        averages = [(each * there).sum(axis=1) / count for each in (alone, state)]
        extremes = [state.max(axis=1, where=there, initial=-_FAR), state.min(axis=1, where=there, initial=_FAR)]
        return np.concatenate(averages + extremes, axis=1).astype(np.float32)


def _mixed(state: Matrix, layer: Layer, closed: Matrix) -> Matrix:
    """What each piece takes from the pieces it attends to."""
    texts, length = closed.shape[0], closed.shape[-1]
    each = (state @ layer.query_key_value + layer.query_key_value_bias).reshape(texts, length, 3, _HEADS, -1)
    query, key, value = each.transpose(2, 0, 3, 1, 4)
    weights = query @ key.swapaxes(-1, -2) / np.float32(math.sqrt(WIDTH // _HEADS)) + closed
    weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    mixed: Matrix = (weights @ value).transpose(0, 2, 1, 3).reshape(-1, WIDTH) @ layer.mix + layer.mix_bias
    return mixed


def _normed(state: Matrix, norm: Matrix) -> Matrix:
    centred = state - state.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
    normed: Matrix = centred / spread * norm[0] + norm[1]
    return normed


def _curved(state: Matrix) -> Matrix:
    """GELU, by its usual approximation (Hendrycks and Gimpel 2016)."""
    bent = np.tanh(np.float32(0.7978846) * (state + np.float32(0.044715) * state * state * state))
    return (np.float32(0.5) * state * (np.float32(1.0) + bent)).astype(np.float32, copy=False)


def unpacked(values: npt.NDArray[np.uint8], scales: npt.NDArray[np.float16]) -> Matrix:
    """Two values a byte, the first half of a group in the low bits, to float32 (..., values).

    Args:
        values: shape (..., groups, GROUP / 2).
        scales: shape (..., groups).
    """
    whole = np.concatenate((values & 15, values >> 4), axis=-1).astype(np.float32) - np.float32(8.0)
    whole *= scales[..., None]
    return whole.reshape(*values.shape[:-2], -1)


@cache
def encoder() -> Encoder:
    """The encoder, loaded once (a third of a second)."""
    with np.load(FILE) as file:
        stored = {name: file[name] for name in file}
    names = str(stored["pieces"]).split("\n")
    plain = {name: stored[name].astype(np.float32) for name in stored if name.endswith(("bias", "norm", "places"))}

    def matrix(name: str, number: int) -> Matrix:
        return np.ascontiguousarray(unpacked(stored[name][number], stored[f"{name}_scales"][number]).T)

    layers = (
        Layer(
            matrix("query_key_value", number),
            plain["query_key_value_bias"][number],
            matrix("mix", number),
            plain["mix_bias"][number],
            plain["mix_norm"][number],
            matrix("up", number),
            plain["up_bias"][number],
            matrix("down", number),
            plain["down_bias"][number],
            plain["down_norm"][number],
        )
        for number in range(len(stored["mix"]))
    )
    rows = {name: row for row, name in enumerate(names)}
    return Encoder(
        Vocabulary(rows, stored["scores"].astype(np.float32), max(map(len, names)), _UNKNOWN),
        (stored["words"], stored["words_scales"]),
        plain["places"],
        plain["first_norm"],
        tuple(layers),
    )


_remembered: OrderedDict[str, Matrix] = OrderedDict()
_lock = threading.Lock()


def sentences_of(texts: Sequence[str]) -> Matrix:
    """One row for each plain text, remembered for the next time. Nobody waits for what somebody else asks."""
    with _lock:
        rows = {text: _remembered[text] for text in texts if text in _remembered}
    new = [text for text in dict.fromkeys(texts) if text not in rows]
    if new:
        rows |= zip(new, encoder().encode(new), strict=True)
        with _lock:
            _remembered.update((text, rows[text]) for text in new)
            while len(_remembered) > _KEPT:
                _remembered.popitem(last=False)
    return np.array([rows[text] for text in texts], dtype=np.float32)
