"""Whisper through CTranslate2 (extra `whisper`): free wording, also on the telephone.

Decides how much sound the model looks at, which tokens it may say and what its scores are worth. Whisper is built
for windows of 30 seconds, and a shorter window makes it repeat itself; an answer is short, and most of the time would
go into encoding silence. So the encoder is given the answer and a second and a half after it, and the rest of the
window is filled with what silence looks like encoded, computed once: a fifth of the time at a lower word error. The
decoder looks at all of the window, so that ends after 15 seconds, or later for a long answer: they are heard as well,
for two thirds of the computing. After 10 seconds it would repeat itself at times. It offers no partial results.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.errors import MissingExtra, ModelMissing
from audio.pcm import WIDEBAND_RATE, Samples, Sound
from audio.recognition.base import Expected, Transcript
from audio.recognition.buffered import BufferedListening
from audio.recognition.confidence import curve_for
from audio.recognition.likeness import sentences
from audio.recognition.pronunciation import pronunciations

try:
    import ctranslate2
    import tokenizers
    from faster_whisper.feature_extractor import FeatureExtractor
    from faster_whisper.tokenizer import Tokenizer
except ImportError as error:
    raise MissingExtra("whisper", "whisper") from error

_FRAME_SAMPLES = 160
_WINDOW_FRAMES = 3_000
"""30 s, what Whisper was trained on; later sound is not heard."""
_POSITIONS = 750
"""15 s of the window, or more if less than 5 s of silence would follow the answer: what the decoder looks at."""
_SILENT_POSITIONS = 250
_SILENT_FRAMES = 150
"""Silence that is encoded together with the answer, so that its end is heard as one."""
_LONGEST_ANSWER_TOKENS = 48
_SHORT_ANSWERS = {"en": "One, two, three, four, five. Yes. No."}
"""Text that came before, as it were, where a short answer is expected: it draws the model towards such words.
Longer lists make it count on by itself; sentences are heard better without."""
_NEVER_REPEATED = 3
"""Words: the decoder may not say a sequence of so many tokens twice, which cuts its loops short."""
_SURE = 0.7
_BEAMS = 4
"""So many readings are followed side by side: of sentences always, and where a short answer is expected, if something
else was heard without much confidence. A single one is more often a sentence that nobody says.
"""
_MORE_READINGS = 1
_MOST_ALIKE = 3
"""So many sentences that are expected are compared with what was heard and its next reading; each costs 4 ms."""
_EXPECTED = 3.0
"""A sentence that is expected may be so much less likely, in nats: the model knows English at large, not our calls."""
_CLOSE = 1.0
"""Nats below the likeliest reading at which an expected one is still worth weighing in."""
_IMPOSSIBLE = 1e-9
_SHORTEST_SECONDS = 0.1
_LOUD_DB = 12.0
_WORD_SECONDS = 0.125
"""Of sound within 12 dB of the loudest. Nobody says two words of the hint in less than twice that: Whisper, given one
of them in noise, counts on by itself."""


_Encoded = NDArray[np.float32]
"""Of shape (1, positions, width); a position is 20 ms."""


class WhisperRecognizer:
    """A Whisper model for one language; listenings of several calls are decoded side by side, one core each."""

    engine = "whisper"

    def __init__(self, language: str, model_path: Path, *, cores: int | None = None) -> None:
        """Load the model (a tenth of a second for tiny, 80 MB).

        Raises:
            ModelMissing: the folder holds no Whisper model in CTranslate2 form.
        """
        self.language = language
        try:
            self._model = ctranslate2.models.Whisper(
                str(model_path),
                device="cpu",
                compute_type="int8",
                intra_threads=1,
                inter_threads=cores or os.cpu_count() or 1,
            )
            vocabulary = tokenizers.Tokenizer.from_file(str(model_path / "tokenizer.json"))
        except Exception as error:  # both libraries raise bare or runtime errors
            raise ModelMissing(
                f"{model_path} is no Whisper model in CTranslate2 form",
                "give a folder with model.bin and tokenizer.json",
            ) from error
        base = language.split("-")[0].lower()
        self._tokenizer = Tokenizer(vocabulary, self._model.is_multilingual, task="transcribe", language=base)
        self._features = FeatureExtractor(feature_size=self._model.n_mels)
        self._silence = np.array(self._encoded(np.zeros((self._model.n_mels, _WINDOW_FRAMES), dtype=np.float32)))
        short_answers = _SHORT_ANSWERS.get(base)
        self._hint = [self._tokenizer.sot_prev, *self._tokenizer.encode(f" {short_answers}")] if short_answers else []
        self._hinted = frozenset(_plain(short_answers or "").split())
        if base == "en":
            pronunciations()  # now, not when the first callee waits for an answer
        self._sure = {short: curve_for(self.engine, closed=short) for short in (True, False)}
        # Numbers are wanted as words: "four", not "4".
        digits = [number for piece, number in vocabulary.get_vocab().items() if re.search(r"\d", piece)]
        self._silent_tokens = [-1, *(number for number in digits if number < self._tokenizer.eot)]

    def listen(self, expected: Expected, rate: int) -> BufferedListening:
        return BufferedListening(lambda sound: self._heard(sound, expected), rate)

    def _heard(self, sound: Sound, expected: Expected) -> Transcript:
        if sound.seconds < _SHORTEST_SECONDS:
            return Transcript("", 0.0, self.engine)
        encoded = self._answer(sound.at(WIDEBAND_RATE).samples)
        window = self._window(encoded)
        heard = self._decoded(window, short=expected.closed, beams=1 if expected.closed else _BEAMS)
        if expected.closed and heard.text not in expected.phrases and heard.confidence < _SURE:
            heard = self._decoded(window, short=True, beams=_BEAMS)
        if expected.closed:
            text = self._without_counting_on(heard.text, sound)
            heard = replace(heard, text=text, alternatives=tuple(o for o in heard.alternatives if o != text))
        return self._with_the_expected(heard, encoded, expected)

    def _with_the_expected(self, heard: Transcript, encoded: _Encoded, expected: Expected) -> Transcript:
        """What was heard, or a sentence that is expected, sounds like it, and is hardly less likely to the model."""
        known = [sentences(texts, self.language) for texts in (expected.phrases, expected.wordings) if texts]
        if not heard.text or (any(heard.text in texts for texts in known) and heard.confidence >= _SURE):
            return heard
        readings = [heard.text, *heard.alternatives[:_MORE_READINGS]]
        found = dict.fromkeys(text for texts in known for text in texts.like(readings, _MOST_ALIKE))
        alike = [text for text in found if text not in (heard.text, *heard.alternatives)]
        if not alike:
            return heard
        scores = dict(zip([*readings, *alike], self._scores(encoded, [*readings, *alike]), strict=True))
        for text in scores:
            scores[text] += _EXPECTED if any(text in texts for texts in known) else 0.0
        best = max(scores.values())
        kept = [text for text in scores if text in readings or scores[text] >= best - _CLOSE]
        text, *others = sorted(kept, key=lambda text: -scores[text])
        return replace(heard, text=text, alternatives=(*others, *heard.alternatives[_MORE_READINGS:]))

    def _scores(self, encoded: _Encoded, texts: Sequence[str]) -> list[float]:
        """The log probability of each text to be what was said, as the model would write it, and no more."""
        tokens = [[*self._tokenizer.encode(f" {text[0].upper()}{text[1:]}."), self._tokenizer.eot] for text in texts]
        heard = ctranslate2.StorageView.from_array(np.repeat(encoded, len(texts), axis=0))
        positions = [2 * encoded.shape[1]] * len(texts)
        judged = self._model.align(heard, list(self._tokenizer.sot_sequence), tokens, positions)
        return [float(np.sum(np.log(np.maximum(one.text_token_probs, _IMPOSSIBLE)))) for one in judged]

    def _without_counting_on(self, text: str, sound: Sound) -> str:
        """Of words of the hint, more than there was time for, only the first was said."""
        words = text.split()
        too_many = len(words) > 1 and _loud_seconds(sound) < len(words) * _WORD_SECONDS
        return words[0] if too_many and self._hinted.issuperset(words) else text

    def _decoded(self, window: ctranslate2.StorageView, *, short: bool, beams: int) -> Transcript:
        hint = self._hint if short else []
        prompt = [*hint, *self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        result = self._model.generate(
            window,
            [prompt],
            beam_size=beams,
            num_hypotheses=beams,
            max_length=len(prompt) + _LONGEST_ANSWER_TOKENS,
            no_repeat_ngram_size=_NEVER_REPEATED,
            suppress_tokens=self._silent_tokens,
            return_scores=True,
        )[0]
        text, *others = dict.fromkeys(_plain(self._tokenizer.decode(tokens)) for tokens in result.sequences_ids)
        # The mean log probability of a token. Whisper's own estimate that nobody spoke adds nothing to it (measured).
        sure = self._sure[short].probability(result.scores[0]) if text else 0.0
        return Transcript(text, sure, self.engine, alternatives=tuple(filter(None, others)))

    def _answer(self, samples: Samples) -> _Encoded:
        """The answer and a little silence after it, encoded."""
        spectrum = self._features(samples.astype(np.float32) / 32_768, padding=_FRAME_SAMPLES)[:, :_WINDOW_FRAMES]
        frames = min(_WINDOW_FRAMES, (spectrum.shape[1] + _SILENT_FRAMES) // 2 * 2)  # two frames are one position
        heard = np.zeros((spectrum.shape[0], frames), dtype=np.float32)
        heard[:, : spectrum.shape[1]] = spectrum
        return np.array(self._encoded(heard))

    def _window(self, encoded: _Encoded) -> ctranslate2.StorageView:
        """The answer as the decoder is to see it: with encoded silence after it."""
        window = self._silence[:, : max(_POSITIONS, encoded.shape[1] + _SILENT_POSITIONS)].copy()
        window[:, : encoded.shape[1]] = encoded
        return ctranslate2.StorageView.from_array(window)

    def _encoded(self, spectrum: NDArray[np.float32]) -> ctranslate2.StorageView:
        """Of shape (1, frames / 2, width) for a spectrum of shape (bands, frames)."""
        return self._model.encode(ctranslate2.StorageView.from_array(spectrum[np.newaxis]))


def _loud_seconds(sound: Sound) -> float:
    """How much of the sound is nearly as loud as its loudest parts, in frames of 10 ms."""
    size = sound.rate // 100
    frames = sound.samples[: len(sound.samples) // size * size].reshape(-1, size).astype(np.float64)
    power = np.convolve(np.mean(np.square(frames), axis=1), np.ones(3) / 3, mode="same")
    return float(np.sum(power > np.partition(power, -5)[-5] * 10 ** (-_LOUD_DB / 10))) / 100


def _plain(text: str) -> str:
    """Lower case words without punctuation; what is repeated at once is kept once (Whisper stutters)."""
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())
    return " ".join(_once([word for word, _ in groupby(words)])).replace("’", "'")


def _once(words: list[str]) -> list[str]:
    """What is nothing but one phrase said over and over ("yes please yes please") is that phrase."""
    for size in range(1, len(words) // 2 + 1):
        if len(words) % size == 0 and words == words[:size] * (len(words) // size):
            return words[:size]
    return words
