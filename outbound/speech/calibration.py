"""What an engine's confidence is worth, measured on a labelled folder.

Decides how the curves of `audio.recognition.confidence` are fitted: every clip is heard as a call would hear it (by
telephone, by a step that asks what the clip answers), and its words are compared with the words spoken. Curves are
fitted on one half of the folder and judged on the other. Where curves are kept is decided there, and what the words
mean is acted on in `acting.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from audio.pcm import TELEPHONE_RATE, Sound, over_telephone, read_sound
from audio.recognition import Recognizer
from audio.recognition.confidence import Curve, curve_for, log_odds, name_of
from campaigns.intents import Intent
from outbound.intents import Understanding
from outbound.intents.decisions import Likelihoods
from outbound.speech.labelled import Clip, Part

_CAUTION = 4.0
"""So many clips' worth of belief that the curve in force is right: a handful of answers does not overthrow it."""
_STEPS = 30
_HALVINGS = 12
_BINS = 10
_LEAST = 20
"""Clips in each half. Fewer tell nothing."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One clip as an engine heard it.

    Attributes:
        confidence: 0-1, how sure the engine was.
        right: 0-1, the share of the words that were right.
        likelihoods: of each intent in the clip's step, before the engine's doubt is weighed in.
        meant: every intent that is right, the likeliest first.
    """

    closed: bool
    confidence: float
    right: float
    part: Part
    likelihoods: Likelihoods
    meant: tuple[Intent, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A curve, and how honest confidences are before and after it on the clips that it was not fitted on.

    Attributes:
        change: what was fitted, on the log odds of the confidences in force.
        curve: the curve in force with that change: from the engine's score.
        error_before, error_after: mean difference between what is promised and what is kept (expected calibration
            error), 0-1.
        loss_before, loss_after: mean log loss in nats; it also counts how well right and wrong are told apart.
    """

    name: str
    change: Curve
    curve: Curve
    fitted_on: int
    judged_on: int
    error_before: float
    error_after: float
    loss_before: float
    loss_after: float


def hear(clip: Clip, recognizer: Recognizer, understanding: Understanding) -> Hearing | None:
    """One clip by telephone; None where the engine heard nothing: then there is nothing to be sure of.

    Raises:
        AudioError: the clip cannot be read.
    """
    expected = understanding.expected(clip.asked)
    sound = _by_telephone(read_sound(clip.path))
    listening = recognizer.listen(expected, sound.rate)
    listening.feed(sound.samples)
    transcript = listening.finish()
    likelihoods = understanding.likelihoods(transcript, clip.asked)
    if likelihoods is None or understanding.language is None:
        return None
    language = understanding.language
    spoken, heard = (language.words(language.plain(text)) for text in (clip.words, transcript.text))
    right = Levenshtein.normalized_similarity(spoken, heard)
    return Hearing(expected.closed, transcript.confidence, right, clip.part, likelihoods, clip.labels)


def hear_all(
    clips: Sequence[Clip], recognizer: Recognizer, understanding: Understanding, progress: Callable[[int], None]
) -> list[Hearing]:
    """All clips in which words were heard."""
    hearings = []
    for number, clip in enumerate(clips, start=1):
        hearings.append(hear(clip, recognizer, understanding))
        progress(number)
    return [hearing for hearing in hearings if hearing is not None]


def fitted(engine: str, hearings: Iterable[Hearing]) -> list[Calibration]:
    """A curve for each kind of answer of which both halves hold at least 20 clips."""
    kinds: defaultdict[bool, list[Hearing]] = defaultdict(list)
    for hearing in hearings:
        kinds[hearing.closed].append(hearing)
    found = []
    for closed in (True, False):
        tune = [hearing for hearing in kinds[closed] if hearing.part is Part.TUNE]
        held_out = [hearing for hearing in kinds[closed] if hearing.part is Part.HELD_OUT]
        if min(len(tune), len(held_out)) < _LEAST:
            continue
        change = _fit(tune)
        sure, right = _arrays(held_out)
        after = np.array([change.probability(log_odds(one)) for one in sure])
        found.append(
            Calibration(
                name_of(engine, closed=closed),
                change,
                curve_for(engine, closed=closed).refined(change),
                len(tune),
                len(held_out),
                _error(sure, right),
                _error(after, right),
                _loss(sure, right),
                _loss(after, right),
            )
        )
    return found


def curves_of(calibrations: Iterable[Calibration]) -> Mapping[str, Curve]:
    """The curves that made confidences more honest on clips they were not fitted on."""
    return {one.name: one.curve for one in calibrations if one.loss_after < one.loss_before}


def made_honest(engine: str, hearings: Iterable[Hearing], calibrations: Iterable[Calibration]) -> list[Hearing]:
    """The same hearings under the curves that are kept."""
    changes = {one.name: one.change for one in calibrations if one.loss_after < one.loss_before}
    return [
        replace(one, confidence=change.probability(log_odds(one.confidence)))
        if (change := changes.get(name_of(engine, closed=one.closed)))
        else one
        for one in hearings
    ]


def _by_telephone(sound: Sound) -> Sound:
    return over_telephone(sound) if sound.rate > TELEPHONE_RATE else sound


def _fit(hearings: Sequence[Hearing]) -> Curve:
    """Logistic regression on the log odds, by Newton's method, drawn towards leaving them as they are."""
    sure, right = _arrays(hearings)
    inputs = np.stack([[log_odds(one) for one in sure], np.ones(len(sure))], axis=1)
    as_it_is = np.array([1.0, 0.0])

    def cost(weights: NDArray[np.float64]) -> float:
        sums = inputs @ weights
        return float(np.sum(np.logaddexp(0, sums) - right * sums) + _CAUTION / 2 * np.sum((weights - as_it_is) ** 2))

    weights = as_it_is
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-inputs @ weights))
        slope = inputs.T @ (likely - right) + _CAUTION * (weights - as_it_is)
        curvature = (inputs * (likely * (1 - likely))[:, None]).T @ inputs + _CAUTION * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        # A whole step overshoots where an engine was much too sure.
        lengths = (weights - step / 2**halvings for halvings in range(_HALVINGS))
        weights = min(lengths, key=cost)
    return Curve(float(weights[0]), float(weights[1]))


def _arrays(hearings: Sequence[Hearing]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([one.confidence for one in hearings]), np.array([one.right for one in hearings])


def _error(sure: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    places = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    groups = [places == place for place in range(_BINS)]
    gaps = [group.sum() * abs(sure[group].mean() - right[group].mean()) for group in groups if group.any()]
    return float(sum(gaps) / len(sure))


def _loss(sure: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    bounded = np.clip(sure, 1e-4, 1 - 1e-4)
    return float(-np.mean(right * np.log(bounded) + (1 - right) * np.log(1 - bounded)))
