"""What a callee means: words in, one intent with an honest confidence out.

Decides how the known answers, the trained model, the step's expectation and the engine's doubts come together. What is
sure enough to act on is `decisions.py`; what happens then is the dialogue's business. Pure and thread-safe.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from audio.recognition.base import Expected, Transcript
from campaigns.intents import GLOBAL_INTENTS, Intent
from outbound.intents.answers import RATINGS, TO_THE_LETTER, chosen_phrase, known_answer, may_rate
from outbound.intents.decisions import (
    COMPLETE,
    FIRST,
    INTENTS,
    LEAST_CONFIDENCE,
    OTHER,
    Likelihoods,
    decided,
    in_step,
    trusted,
)
from outbound.intents.language import Language, language_named, languages
from outbound.intents.model import Model, ModelMissing, model_for
from outbound.intents.thresholds import Thresholds, thresholds_for
from outbound.intents.wordings import short_wordings, wordings_of

_SHORT_WORDS = 3
_SHORT_EXPECTED, _SHORT_GLOBAL = 24, 5
"""Wordings per intent in a grammar. Every further phrase costs a grammar some certainty about digits."""

_ALTERNATIVE = 0.4
"""The weight of each further reading against the one before it."""

_CLOSED = RATINGS | {Intent.YES, Intent.NO, Intent.SATISFIED, Intent.DISSATISFIED}
"""Steps that expect nothing else are answered in a word or two."""


_NEVER = Thresholds(dict.fromkeys(Intent, 1.0), least_trust=1.0, sure_confidence=1.0)
"""Of a language that is not understood."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one utterance means.

    Attributes:
        intent: OTHER for what is unclear, no answer, or one of the step's own phrases.
        confidence: 0-1, calibrated on wordings the model never saw.
        words: the words it was read from.
        choice: the step's own phrase that was said, if one was.
    """

    intent: Intent
    confidence: float
    words: str
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """The understanding of one language. Without a language or a model everything is OTHER: callees answer by key."""

    language: Language | None
    model: Model | None
    thresholds: Thresholds = _NEVER

    @property
    def keys_only(self) -> bool:
        """Nothing that is said can be understood."""
        return self.language is None or self.model is None

    def get_ready(self) -> None:
        """Make now what the first words of the first callee would have all calls wait for (about a second)."""
        for expecting in (frozenset[Intent](), RATINGS, _CLOSED):
            self.expected(expecting)
            self.is_complete(Transcript("yes please", 1.0, ""), expecting)
            self.meaning(Transcript("yes please", 1.0, ""), expecting)

    def expected(self, expecting: Collection[Intent], phrases: Sequence[str] = ()) -> Expected:
        """What the recogniser should listen for: a grammar for ratings and yes or no, sentences for everything else."""
        if self.language is None:
            return Expected()
        wordings = _sentences(self.language.tag, RATINGS.isdisjoint(expecting))
        if expecting and not phrases and _CLOSED.issuperset(expecting):
            return Expected(_short_answers(self.language.tag, frozenset(expecting)), closed=True, wordings=wordings)
        return Expected(tuple(phrases), wordings=wordings)

    def meaning(self, transcript: Transcript, expecting: Collection[Intent], phrases: Sequence[str] = ()) -> Meaning:
        """What was meant, in a step that expects `expecting` and offers `phrases` as answers of their own."""
        if self.language is None or self.model is None or not transcript.text.strip():
            return Meaning(Intent.OTHER, 0.0, transcript.text)
        shares = self._likelihoods(transcript, expecting, self.language, self.model)
        intent, confidence = decided(trusted(shares, self.thresholds.trust(transcript.confidence)), self.thresholds)
        if transcript.confidence < LEAST_CONFIDENCE and intent not in FIRST:
            return Meaning(Intent.OTHER, 1.0 - confidence, transcript.text)
        choice = chosen_phrase(self.language.plain(transcript.text), self.language, phrases) if phrases else None
        if choice is not None:
            phrase, likelihood = choice
            if intent not in FIRST or confidence < TO_THE_LETTER <= likelihood:
                sure = likelihood * self.thresholds.trust(transcript.confidence)
                return Meaning(Intent.OTHER, sure, transcript.text, phrase)
        return Meaning(intent, confidence, transcript.text)

    def likelihoods(self, transcript: Transcript, expecting: Collection[Intent]) -> Likelihoods | None:
        """How likely each intent is in this step, before the engine's doubt is weighed in; None without any words."""
        if self.language is None or self.model is None or not transcript.text.strip():
            return None
        return self._likelihoods(transcript, expecting, self.language, self.model)

    def is_complete(self, transcript: Transcript, expecting: Collection[Intent], phrases: Sequence[str] = ()) -> bool:
        """Whether this is a whole answer, so that a short silence ends the turn; an unfinished one is given time."""
        if self.language is None or self.model is None:
            return False
        plain = self.language.plain(transcript.text)
        known = known_answer(plain, self.language, expecting)
        if plain in self.language.before and known not in expecting:
            return False
        if known in RATINGS:
            return True
        words = self.language.words(plain)
        if known is not None:
            return known is not Intent.OTHER and words[-1] not in self.language.unfinished
        if not words or words[-1] in self.language.unfinished:
            return False
        meaning = self.meaning(transcript, expecting, phrases)
        answers = meaning.intent is not Intent.OTHER or meaning.choice is not None
        return answers and meaning.confidence >= COMPLETE

    def breaks_off(self, transcript: Transcript) -> bool:
        """Whether the sentence must go on after these words ("I would like to ...", "um", "sorry, ...")."""
        if self.language is None:
            return False
        plain = self.language.plain(transcript.text)
        if plain in self.language.before:
            return True
        words = self.language.words(plain)
        return not words or words[-1] in self.language.unfinished or words[-1] in self.language.fillers

    def is_nod(self, transcript: Transcript) -> bool:
        """Whether nothing was said but a sound of listening ("uh-huh")."""
        return self.language is not None and self.language.plain(transcript.text) in self.language.nods

    def _likelihoods(
        self, transcript: Transcript, expecting: Collection[Intent], language: Language, model: Model
    ) -> Likelihoods:
        """How likely each intent is, given all readings and the step."""
        shares = np.zeros(len(INTENTS))
        total = 0.0
        readings = list(_readings(transcript, language))
        if not readings:
            shares[OTHER] = 1.0
            return shares
        likely = model.likelihoods([plain for plain, _ in readings], language)
        for (plain, weight), reading in zip(readings, likely, strict=True):
            known = known_answer(plain, language, expecting)
            if known is not None:
                reading *= 1.0 - TO_THE_LETTER
                reading[INTENTS.index(known)] += TO_THE_LETTER
            rates = not RATINGS.isdisjoint(expecting) and may_rate(plain, language)
            shares += weight * _rated(in_step(reading, expecting), rates=rates)
            total += weight
        weighed: Likelihoods = shares / total
        return weighed


def _readings(transcript: Transcript, language: Language) -> Iterator[tuple[str, float]]:
    weight = 1.0
    for text in (transcript.text, *transcript.alternatives[:3]):
        if plain := language.plain(text):
            yield plain, weight
        weight *= _ALTERNATIVE


def _rated(shares: Likelihoods, *, rates: bool) -> Likelihoods:
    """A rating where none is possible is no answer."""
    if not rates:
        unasked = [INTENTS.index(intent) for intent in RATINGS]
        shares[OTHER] += shares[unasked].sum()
        shares[unasked] = 0.0
    return shares


@cache
def _short_answers(tag: str, expecting: frozenset[Intent]) -> tuple[str, ...]:
    """A grammar: short wordings of what is expected, and the shortest way to say what is always understood.

    The plainest wording of every intent comes first, then every second wording, and so on.
    """
    language = language_named(tag)
    asked = (short_wordings(language, i, _SHORT_WORDS, _SHORT_EXPECTED) for i in INTENTS if i in expecting)
    always = (short_wordings(language, i, _SHORT_WORDS, _SHORT_GLOBAL) for i in INTENTS if i in GLOBAL_INTENTS)
    by_plainness = itertools.zip_longest(*asked, *always)
    return tuple(dict.fromkeys(text for texts in by_plainness for text in texts if text is not None))


@cache
def _sentences(tag: str, without_ratings: bool) -> tuple[str, ...]:
    """Every wording there is, for a language model of what callees say."""
    return tuple(w.spoken for w in wordings_of(tag) if not (without_ratings and w.intent in RATINGS))


@cache
def understanding_for(language: str, own: Path | None = None) -> Understanding:
    """The understanding of a BCP 47 language tag; a region without data of its own takes its language's.

    A language without wordings or without a trained model understands nothing but keys (`keys_only`).

    Args:
        own: a folder with the user's own thresholds (`thresholds.py` says what they look like).

    Raises:
        OutboundError: the user's own thresholds cannot be read.
    """
    primary = language.partition("-")[0]
    tag = next((t for t in (language, *languages()) if t in languages() and t.partition("-")[0] == primary), None)
    if tag is None:
        return Understanding(None, None)
    try:
        return Understanding(language_named(tag), model_for(tag), thresholds_for(tag, own))
    except ModelMissing:
        return Understanding(language_named(tag), None)
