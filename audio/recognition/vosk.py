"""Vosk: streaming recognition with a Kaldi model, per language.

Decides how what a step expects becomes a Vosk grammar and how Vosk's results become transcripts. Where the model
comes from is decided in `models.py`. Vosk releases the GIL while it decodes, so listenings run side by side on all
cores; the model is shared, a listening of its own costs a few megabytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import vosk

from audio.errors import AudioError, ModelMissing
from audio.pcm import WIDEBAND_RATE, Samples
from audio.recognition.base import Expected, Transcript, Word
from audio.recognition.confidence import Curve, curve_for, log_odds

_UNKNOWN = "[unk]"
"""The word by which a Vosk model marks speech outside the grammar; not every model has it."""
_ALTERNATIVES = 4

vosk.SetLogLevel(-1)


class VoskRecognizer:
    """A Vosk model for one language.

    A closed set of phrases is a grammar and gives word confidences; open speech uses the model's own language model
    and gives alternatives (Vosk offers one or the other, not both).
    """

    engine = "vosk"

    def __init__(self, language: str, model_path: Path) -> None:
        """Load the model (about a second).

        Raises:
            ModelMissing: the folder holds no model that Vosk can read.
        """
        self.language = language
        try:
            self._model = vosk.Model(str(model_path))
        except Exception as error:  # Vosk raises a bare Exception
            raise ModelMissing(
                f"{model_path} is no Vosk model", "unpack a model there, or run: outbound speech fetch"
            ) from error

    def listen(self, expected: Expected, rate: int) -> VoskListening:
        return VoskListening(self._decoder(expected), rate, curve_for(self.engine, closed=expected.closed))

    def knows(self, word: str) -> bool:
        """Is the word in the model's dictionary? A grammar cannot hold other words."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _decoder(self, expected: Expected) -> Any:
        phrases = [phrase for phrase in expected.phrases if all(map(self.knows, phrase.split()))]
        if expected.closed and phrases:
            if self.knows(_UNKNOWN):
                phrases.append(_UNKNOWN)
            grammar = json.dumps(phrases, ensure_ascii=False)
            decoder = vosk.KaldiRecognizer(self._model, WIDEBAND_RATE, grammar)
            decoder.SetWords(True)
        else:
            decoder = vosk.KaldiRecognizer(self._model, WIDEBAND_RATE)
            decoder.SetMaxAlternatives(_ALTERNATIVES)
        return decoder


class VoskListening:
    """One utterance, decoded while it is spoken."""

    def __init__(self, decoder: Any, rate: int, sure: Curve) -> None:
        self._decoder = decoder
        self._sure = sure
        self._rate = rate
        self._to_wideband = soxr.ResampleStream(rate, WIDEBAND_RATE, 1, dtype="int16")
        self._pieces: list[Transcript] = []
        self._partial_text = ""

    @property
    def only_keeps(self) -> bool:
        return False

    def feed(self, samples: Samples) -> Transcript | None:
        ended = self._accept(samples, last=False)
        if ended:  # Vosk's own endpoint: the utterance goes on until our caller says it is over
            self._pieces.append(_heard(json.loads(self._decoder.Result())))
        partial = json.loads(self._decoder.PartialResult()).get("partial", "")
        text = _joined_text([*(piece.text for piece in self._pieces), _without_unknown(partial)])
        if text == self._partial_text:
            return None
        self._partial_text = text
        return Transcript(text, 0.5, "vosk", final=False)

    def finish(self) -> Transcript:
        self._accept(np.zeros(0, dtype=np.int16), last=True)
        self._pieces.append(_heard(json.loads(self._decoder.FinalResult())))
        self.cancel()
        pieces = [piece for piece in self._pieces if piece.text]
        if not pieces:
            return Transcript("", self._pieces[-1].confidence, "vosk")
        return Transcript(
            text=_joined_text([piece.text for piece in pieces]),
            confidence=self._sure.probability(log_odds(min(piece.confidence for piece in pieces))),
            engine="vosk",
            words=tuple(word for piece in pieces for word in piece.words),
            alternatives=pieces[0].alternatives if len(pieces) == 1 else (),
        )

    def cancel(self) -> None:
        self._decoder = None

    def _accept(self, samples: Samples, *, last: bool) -> bool:
        if self._decoder is None:
            raise AudioError("this listening is over", "begin a new one with listen()")
        if self._rate != WIDEBAND_RATE:
            samples = self._to_wideband.resample_chunk(samples, last=last)
        return len(samples) > 0 and bool(self._decoder.AcceptWaveform(samples.tobytes()))


def _heard(result: dict[str, Any]) -> Transcript:
    """A transcript of one of Vosk's results, in either of its two shapes."""
    if "alternatives" in result:
        readings = result["alternatives"]
        texts = [_without_unknown(reading["text"]) for reading in readings]
        return Transcript(texts[0], _share_of_first(readings), "vosk", alternatives=tuple(filter(None, texts[1:])))
    spoken = [
        Word(word["word"], word["start"], word["end"], min(1.0, word["conf"])) for word in result.get("result", ())
    ]
    words = tuple(word for word in spoken if word.text != _UNKNOWN)
    # What was spoken beside the grammar counts against the words inside it.
    confidence = sum(word.confidence for word in words) / len(spoken) if spoken else 0.0
    return Transcript(" ".join(word.text for word in words), confidence, "vosk", words)


def _share_of_first(readings: list[dict[str, Any]]) -> float:
    """The first reading's probability among all: Vosk's `confidence` of a reading is a log likelihood."""
    scores = np.array([reading["confidence"] for reading in readings])
    weights = np.exp(scores - scores.max())
    return float(weights[0] / weights.sum()) if readings[0]["text"] else 0.0


def _without_unknown(text: str) -> str:
    return " ".join(word for word in text.split() if word != _UNKNOWN)


def _joined_text(texts: list[str]) -> str:
    return " ".join(filter(None, texts))
