"""PocketSphinx: English with the model that its wheel carries, so that a fresh machine understands at once.

Decides how what a step expects becomes a grammar or a language model, and what a score is worth: it is compared with
that of any sequence of phones over the same sound. A grammar suits digits, yes and no; every further phrase costs it
certainty about them, and time, so it holds few. What fits the grammar badly is heard again with a language model made
of everything that is expected, and so are answers of which nothing is known but that they are sentences.

PocketSphinx holds the GIL; a few decoders serve all calls. A decoder holds only the words that are expected; with the
whole dictionary it would take seconds to build a language model.
"""

from __future__ import annotations

import math
import queue
import re
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import pocketsphinx

from audio.errors import ModelMissing
from audio.pcm import TELEPHONE_RATE, WIDEBAND_RATE, Samples, Sound
from audio.recognition.base import Expected, Transcript, Word
from audio.recognition.buffered import BufferedListening
from audio.recognition.confidence import Curve, curve_for
from audio.recognition.language_model import arpa
from audio.recognition.pronunciation import DICTIONARY, pronunciations

_MODEL = Path(pocketsphinx.get_model_path("en-us"))
_GENERAL = "_default"
"""PocketSphinx's name for the search over the language model that a decoder was opened with."""
_FRAME_SECONDS = 0.01
_SHORTEST_SECONDS = 0.1
"""Less sound than this holds no word."""
_SEARCHES_KEPT = 24
"""A campaign's steps expect a handful of different things; searches beyond this many are forgotten, oldest first."""
_MOST_PHRASES = 12
"""In a grammar. Digits said by people over the telephone are found among five words nearly always, among thirty in half
the cases."""
_IN_GRAMMAR = -2.5
"""The margin from which on an answer is one of the grammar's: below, a sentence was said, or nothing expected."""
_FOR_WORDS = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80, "lw": 1.0}
"""Default beams lose short words spoken by people."""
_FOR_SENTENCES = {"beam": 1e-60, "wbeam": 1e-40, "pbeam": 1e-60, "lw": 6.5}
"""Wider ones take twice as long over a sentence and find no more."""
_PHONES = "phones"
_CHUNK_SAMPLES = 3_200
_TELEPHONE_MEAN = "37.8,24.5,-35.2,29.1,-19.4,-6.3,7.8,-24.2,14.3,-9.6,-3.0,8.9,-13.9"
_WIDEBAND_MEAN = "40,3,-1,0,0,0,0,0,0,0,0,0,0"
"""The mean cepstrum that is subtracted: fixed, because one word is too short to take it from, and because a shared
decoder must not carry one call's channel into the next. On the telephone it was measured over recorded answers."""
_LEVEL_DBFS = -23.0
_NATS_PER_SCORE = 1024.0
"""PocketSphinx drops the ten lowest bits of its scores (SENSCR_SHIFT)."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """The words a decoder found, with their times in seconds.

    Attributes:
        margin: nats per frame of speech by which they are likelier than any sequence of phones (mostly below 0).
    """

    words: tuple[tuple[str, float, float], ...] = ()
    margin: float = -math.inf

    def transcript(self, curve: Curve | None) -> Transcript:
        """`curve` says what the margin is worth; None where it was not measured."""
        if not self.words:
            return Transcript("", 0.0, "pocketsphinx")
        sure = 0.5 if curve is None else curve.probability(self.margin)
        words = tuple(Word(text, start, end, sure) for text, start, end in self.words)
        return Transcript(" ".join(word.text for word in words), sure, "pocketsphinx", words)


class PocketsphinxRecognizer:
    """English, with decoders shared by all calls: at most `decoders` for words and as many for sentences."""

    engine = "pocketsphinx"
    language = "en-US"

    def __init__(self, language: str = "en-US", *, decoders: int = 2) -> None:
        """Load the first decoder (a quarter of a second); the others follow when calls overlap.

        Raises:
            ModelMissing: the language is not English.
        """
        if not language.lower().startswith("en"):
            raise ModelMissing(f"PocketSphinx has no model for {language}", "it carries English only")
        self._words = _Pool(decoders, _FOR_WORDS)
        self._sentences = _Pool(decoders, _FOR_SENTENCES)
        with self._words.decoder():
            pass
        self._general_lock = Lock()
        self._closed, self._open = (curve_for(self.engine, closed=closed) for closed in (True, False))

    def listen(self, expected: Expected, rate: int) -> BufferedListening:
        known = _pronounceable(expected)
        if not known.phrases:
            return BufferedListening(self._heard_in_general, rate)
        sentences = Expected(known.phrases)
        if not known.closed:
            return BufferedListening(lambda sound: self._heard_as_sentence(sound, sentences), rate)
        words = Expected(_shortest(known.phrases), closed=True)

        def decode(sound: Sound) -> Transcript:
            with self._words.decoder() as decoder:
                heard = decoder.heard(sound, words)
            if heard.margin >= _IN_GRAMMAR:
                return heard.transcript(self._closed)
            return self._heard_as_sentence(sound, sentences)

        def decode_so_far(sound: Sound) -> Transcript:
            with self._words.decoder() as decoder:
                return decoder.heard(sound, words, weigh=False).transcript(None)

        # Only a grammar is quick enough to look at the utterance more than once.
        return BufferedListening(decode, rate, partial=decode_so_far)

    def _heard_as_sentence(self, sound: Sound, expected: Expected) -> Transcript:
        with self._sentences.decoder() as decoder:
            return decoder.heard(sound, expected).transcript(self._open)

    def _heard_in_general(self, sound: Sound) -> Transcript:
        """Nothing is expected: the model of general English, in one decoder of its own that is seldom needed."""
        with self._general_lock:
            return self._general.heard(sound, Expected()).transcript(self._open)

    @cached_property
    def _general(self) -> _SharedDecoder:
        return _SharedDecoder({}, dictionary=DICTIONARY, language_model=_MODEL / "en-us.lm.bin")


class _Pool:
    """Decoders of one kind, lent out one at a time and opened when they are first needed."""

    def __init__(self, size: int, settings: Mapping[str, float]) -> None:
        self._settings = settings
        self._free: queue.LifoQueue[_SharedDecoder | None] = queue.LifoQueue()
        for _ in range(size):
            self._free.put(None)

    @contextmanager
    def decoder(self) -> Iterator[_SharedDecoder]:
        decoder = self._free.get()
        try:
            decoder = decoder or _SharedDecoder(self._settings)
            yield decoder
        finally:
            self._free.put(decoder)


class _SharedDecoder:
    """One decoder and the searches built for it; used by one thread at a time."""

    def __init__(
        self, settings: Mapping[str, float], *, dictionary: Path | None = None, language_model: Path | None = None
    ) -> None:
        """A decoder for what is expected, or with a dictionary and language model of its own for anything."""
        with tempfile.NamedTemporaryFile("w", suffix=".dict") as seed:
            # A decoder wants at least one word; the others are added when they are expected.
            seed.write(f"yes {pronunciations()['yes']}\n")
            seed.flush()
            self._decoder = pocketsphinx.Decoder(
                dict=str(dictionary or seed.name),
                lm=str(language_model) if language_model else None,
                maxhmmpf=-1,
                loglevel="FATAL",
                **settings,
            )
        self._decoder.add_allphone_file(_PHONES, str(_MODEL / "en-us-phone.lm.bin"))
        self._searches: OrderedDict[Expected, str] = OrderedDict()
        if language_model is not None:
            self._searches[Expected()] = _GENERAL
        self._built = 0

    def heard(self, sound: Sound, expected: Expected, *, weigh: bool = True) -> _Heard:
        """What was said; without `weigh` the margin is not measured, which saves most of the time."""
        if sound.seconds < _SHORTEST_SECONDS:
            return _Heard()
        self._mean = _TELEPHONE_MEAN if sound.rate <= TELEPHONE_RATE else _WIDEBAND_MEAN
        samples = _levelled(sound).at(WIDEBAND_RATE).samples
        score = self._decode(samples, self._search(expected))
        segments = [] if score is None else [s for s in self._decoder.seg() if s.word[0] not in "<["]
        if score is None or not segments:
            return _Heard()
        words = tuple(
            (_spelling(s.word), s.start_frame * _FRAME_SECONDS, (s.end_frame + 1) * _FRAME_SECONDS) for s in segments
        )
        spoken_frames = sum(s.end_frame - s.start_frame + 1 for s in segments)
        phone_score = self._decode(samples, _PHONES) if weigh else None
        return _Heard(words) if phone_score is None else _Heard(words, (score - phone_score) / spoken_frames)

    def _decode(self, samples: Samples, search: str) -> float | None:
        """Run one search over the whole utterance; its best log likelihood in nats, None without a hypothesis."""
        self._decoder.activate_search(search)
        self._decoder.set_cmn(self._mean)
        self._decoder.start_utt()
        for start in range(0, len(samples), _CHUNK_SAMPLES):  # in one piece it would take the mean of this answer
            self._decoder.process_raw(samples[start : start + _CHUNK_SAMPLES].tobytes())
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return None if hypothesis is None else math.log(hypothesis.best_score) * _NATS_PER_SCORE

    def _search(self, expected: Expected) -> str:
        """The name of the search for what is expected, built when it is new."""
        if expected in self._searches:
            self._searches.move_to_end(expected)
            return self._searches[expected]
        name = f"search{self._built}"
        self._built += 1
        for word in {word for phrase in expected.phrases for word in phrase.split()}:
            self._learn(word)
        if expected.closed:
            self._decoder.add_jsgf_string(name, _grammar(expected.phrases))
        else:
            with tempfile.NamedTemporaryFile("w", suffix=".lm") as file:
                file.write(_model_text(expected.phrases))
                file.flush()
                self._decoder.add_lm_file(name, file.name)
        self._searches[expected] = name
        if len(self._searches) > _SEARCHES_KEPT:
            self._decoder.remove_search(self._searches.popitem(last=False)[1])
        return name

    def _learn(self, word: str) -> None:
        """Add every pronunciation of a word; the dictionary writes the second one as "the(2)"."""
        for spelling in (word, *(f"{word}({n})" for n in range(2, 6))):
            phones = pronunciations().get(spelling)
            if phones is not None and self._decoder.lookup_word(spelling) is None:
                self._decoder.add_word(spelling, phones, False)


@lru_cache(maxsize=_SEARCHES_KEPT)
def _pronounceable(expected: Expected) -> Expected:
    """What is expected and in the dictionary; wordings, which are too many for a grammar, where none is wanted."""
    phrases = expected.phrases if expected.closed else (*expected.phrases, *expected.wordings)
    split = [tuple(re.findall(r"[a-z']+", phrase.lower())) for phrase in phrases]
    known = dict.fromkeys(
        " ".join(words) for words in split if words and all(word in pronunciations() for word in words)
    )
    return Expected(tuple(known), expected.closed)


def _shortest(phrases: Sequence[str]) -> tuple[str, ...]:
    """So many of the likeliest phrases as a grammar may hold, those of fewer words first."""
    return tuple(sorted(phrases, key=lambda phrase: phrase.count(" "))[:_MOST_PHRASES])


def _levelled(sound: Sound) -> Sound:
    """The sound with its speech, the frames within 25 dB of the loudest, at one level."""
    size = sound.rate // 100
    frames = sound.samples[: len(sound.samples) // size * size].reshape(-1, size).astype(np.float64)
    power = np.mean(np.square(frames), axis=1)
    speech = power[power >= power.max() * 10**-2.5].mean()
    if speech < 1:
        return sound
    return sound.louder(_LEVEL_DBFS - 10 * float(np.log10(speech / 32_767**2)))


def _grammar(phrases: tuple[str, ...]) -> str:
    return f"#JSGF V1.0; grammar expected; public <answer> = {' | '.join(phrases)};"


@lru_cache(maxsize=_SEARCHES_KEPT)
def _model_text(phrases: tuple[str, ...]) -> str:
    return arpa(phrases)


def _spelling(word: str) -> str:
    """A word without the number of its pronunciation: "the(2)" is "the"."""
    return word.split("(")[0]
