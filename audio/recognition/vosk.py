"""Vosk: streaming recognition with a Kaldi model, per language.

Decides how what a step expects becomes a Vosk grammar and how Vosk's results become transcripts. Where the model
comes from is decided in `models.py`. Vosk releases the GIL while it decodes, so listenings run side by side on all
cores; the model is shared, a listening of its own costs a few megabytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import vosk

from audio.errors import AudioError, ModelMissing
from audio.pcm import WIDEBAND_RATE, Samples
from audio.recognition.base import Expected, Transcript, Word
from audio.recognition.confidence import Curve, curve_for, log_odds

_UNKNOWN = ("[unk]", "<UNK>")
"""The words by which Vosk models mark speech outside the grammar; a model has one of them or none."""
_NO_WORDS = re.compile(r"\[[^\]]*\]|<[^>]*>|!\S+")
"""Marks among the words: unknown speech, noise, silence."""
_ALTERNATIVES = 4
_EACH_MORE = 0.5
"""What every further phrase of a grammar leaves of the confidence. Several in a row are mostly speech of another kind:
the decoder has no other words for it, and is sure of those it has."""
_IN_PIECES = 0.25
"""What is left where words of the grammar's phrases do not even make up phrases."""

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
        phrases = [phrase for phrase in expected.phrases if all(map(self.knows, phrase.split()))]
        grammar = frozenset(phrases) if expected.closed else frozenset[str]()
        decoder = self._decoder(phrases if grammar else ())
        return VoskListening(decoder, rate, curve_for(self.engine, closed=expected.closed), grammar)

    def knows(self, word: str) -> bool:
        """Is the word in the model's dictionary? A grammar cannot hold other words."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _decoder(self, grammar: Sequence[str]) -> Any:
        if not grammar:
            decoder = vosk.KaldiRecognizer(self._model, WIDEBAND_RATE)
            decoder.SetMaxAlternatives(_ALTERNATIVES)
            return decoder
        allowed = [*grammar, *(word for word in _UNKNOWN if self.knows(word))]
        decoder = vosk.KaldiRecognizer(self._model, WIDEBAND_RATE, json.dumps(allowed, ensure_ascii=False))
        decoder.SetWords(True)
        return decoder


class VoskListening:
    """One utterance, decoded while it is spoken."""

    def __init__(self, decoder: Any, rate: int, sure: Curve, grammar: frozenset[str] = frozenset()) -> None:
        """`grammar` are the phrases that can be heard; none: anything can."""
        self._decoder = decoder
        self._sure = sure
        self._grammar = grammar
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
        text = _joined_text([*(piece.text for piece in self._pieces), _without_marks(partial)])
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
        text = _joined_text([piece.text for piece in pieces])
        confidence = min(piece.confidence for piece in pieces) * self._fits(text)
        return Transcript(
            text=text,
            confidence=self._sure.probability(log_odds(confidence)),
            engine="vosk",
            words=tuple(word for piece in pieces for word in piece.words),
            alternatives=pieces[0].alternatives if len(pieces) == 1 else (),
        )

    def cancel(self) -> None:
        self._decoder = None

    def _fits(self, text: str) -> float:
        """0-1, how well the words are an answer of the grammar: one phrase, and not pieces of several."""
        if not self._grammar:
            return 1.0
        phrases = _fewest_phrases(text.split(), self._grammar)
        return _IN_PIECES if phrases is None else float(_EACH_MORE ** (phrases - 1))

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
        texts = [_without_marks(reading["text"]) for reading in readings]
        return Transcript(texts[0], _share_of_first(readings), "vosk", alternatives=tuple(filter(None, texts[1:])))
    spoken = [
        Word(word["word"], word["start"], word["end"], min(1.0, word["conf"])) for word in result.get("result", ())
    ]
    words = tuple(word for word in spoken if _without_marks(word.text))
    # What was spoken beside the grammar counts against the words inside it.
    confidence = sum(word.confidence for word in words) / len(spoken) if spoken else 0.0
    return Transcript(" ".join(word.text for word in words), confidence, "vosk", words)


def _share_of_first(readings: list[dict[str, Any]]) -> float:
    """The first reading's probability among all: Vosk's `confidence` of a reading is a log likelihood."""
    scores = np.array([reading["confidence"] for reading in readings])
    weights = np.exp(scores - scores.max())
    return float(weights[0] / weights.sum()) if readings[0]["text"] else 0.0


def _without_marks(text: str) -> str:
    return _joined_text(_NO_WORDS.sub(" ", text).split())


def _fewest_phrases(words: list[str], phrases: frozenset[str]) -> float | None:
    """How many phrases in a row make up the words, of which one said again is half a one. None: they do not."""
    fewest: list[tuple[float, str] | None] = [(0.0, ""), *(None for _ in words)]
    for end in range(1, len(words) + 1):
        for start in range(end):
            before, phrase = fewest[start], " ".join(words[start:end])
            if before is None or phrase not in phrases:
                continue
            count = before[0] + (0.5 if phrase == before[1] else 1.0)
            known = fewest[end]
            if known is None or count < known[0]:
                fewest[end] = (count, phrase)
    last = fewest[-1]
    return None if last is None else last[0]


def _joined_text(texts: list[str]) -> str:
    return " ".join(filter(None, texts))
