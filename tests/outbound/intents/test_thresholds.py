"""When a likelihood is enough: the shipped numbers, a user's own, and how they follow from what mistakes cost."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.recognition.base import Transcript
from campaigns.intents import Intent
from outbound.errors import OutboundError
from outbound.intents import understanding_for
from outbound.intents.answers import RATINGS
from outbound.intents.calibration import HIGHEST, MISSED, MISTAKEN, Labelled, calibrated
from outbound.intents.decisions import (
    FIRST,
    INTENTS,
    LEAST_CONFIDENCE,
    Likelihoods,
    decided,
    in_step,
    trusted,
)
from outbound.intents.language import languages
from outbound.intents.thresholds import Thresholds, thresholds_for
from outbound.intents.wordings import wordings_of

ACTED_ON = [intent for intent in INTENTS if intent is not Intent.OTHER]


def _leaning_to(intent: Intent, likelihood: float) -> Likelihoods:
    """The rest is OTHER."""
    row = np.zeros(len(INTENTS))
    row[INTENTS.index(Intent.OTHER)] = 1.0 - likelihood
    row[INTENTS.index(intent)] += likelihood
    return row


@pytest.mark.parametrize("tag", languages())
def test_the_shipped_thresholds_lean_the_right_way(tag: str) -> None:
    accept = thresholds_for(tag).accept
    assert set(accept) == set(ACTED_ON)
    assert MISSED[Intent.OPT_OUT] > MISTAKEN[Intent.OPT_OUT]
    assert accept[Intent.CRISIS] <= min(accept[Intent.OPT_OUT], accept[Intent.YES], accept[Intent.TRANSFER])
    assert accept[Intent.OPT_OUT] <= accept[Intent.YES]


@pytest.mark.parametrize("tag", languages())
def test_a_wording_known_to_the_letter_is_acted_on_however_much_the_engine_doubts_it(tag: str) -> None:
    understanding = understanding_for(tag)
    for intent in (Intent.YES, Intent.NO, Intent.OPT_OUT, Intent.TRANSFER, Intent.CRISIS, Intent.RATING_4):
        plainest = next(wording.spoken for wording in wordings_of(tag) if wording.intent is intent)
        step = RATINGS if intent in RATINGS else {Intent.YES, Intent.NO}
        for confidence in (LEAST_CONFIDENCE, 0.3, 1.0):
            assert understanding.meaning(Transcript(plainest, confidence, "whisper"), step).intent is intent


def test_words_that_the_engine_made_of_silence_mean_nothing_but_never_hide_an_opt_out() -> None:
    understanding = understanding_for("en-US")
    heard = [understanding.meaning(Transcript(t, 0.01, "whisper"), {Intent.YES}) for t in ("yes", "stop calling me")]
    assert [meaning.intent for meaning in heard] == [Intent.OTHER, Intent.OPT_OUT]


def test_a_users_own_thresholds_come_first_and_other_languages_keep_theirs(tmp_path: Path) -> None:
    own = Thresholds(dict.fromkeys(ACTED_ON, 1.0), 1.0, 1.0, "calls of ours")
    own.save("en-US", tmp_path)
    assert thresholds_for("en-US", tmp_path) == own
    assert thresholds_for("ko-KR", tmp_path) == thresholds_for("ko-KR")
    strict = understanding_for("en-US", tmp_path)
    assert strict.meaning(Transcript("i would rather like that", 1.0, "text"), {Intent.YES}).intent is Intent.OTHER


@pytest.mark.parametrize(
    "spoiled",
    ["{", "[]", '{"format": 2}', '{"format": 1, "accept": []}', '{"format": 1, "accept": {"yes": 2}}'],
)
def test_a_file_that_holds_no_thresholds_is_named_with_what_to_do(tmp_path: Path, spoiled: str) -> None:
    (tmp_path / "en-US.json").write_text(spoiled, encoding="utf-8")
    with pytest.raises(OutboundError, match=r"en-US\.json") as refused:
        thresholds_for("en-US", tmp_path)
    assert "calibrate" in refused.value.hint


def test_the_file_is_for_people_to_read(tmp_path: Path) -> None:
    content = json.loads(thresholds_for("zh-CN").save("zh-CN", tmp_path).read_text("utf-8"))
    assert content["language"] == "zh-CN"
    assert content["fitted_on"]
    assert set(content["accept"]) == {intent.value for intent in ACTED_ON}


@given(confidence=st.floats(-1, 2), least=st.floats(0, 1), sure=st.floats(0.01, 1))
def test_doubt_lowers_the_weight_and_never_below_the_least(confidence: float, least: float, sure: float) -> None:
    trust = Thresholds({}, least, sure).trust(confidence)
    assert least <= trust <= 1.0
    assert trust <= Thresholds({}, least, sure).trust(confidence + 0.1)


@given(
    raw=st.lists(st.floats(0.001, 1), min_size=len(INTENTS), max_size=len(INTENTS)),
    trust=st.floats(0, 1),
    expecting=st.frozensets(st.sampled_from(INTENTS)),
)
def test_likelihoods_stay_likelihoods(raw: list[float], trust: float, expecting: frozenset[Intent]) -> None:
    shares = trusted(in_step(np.array(raw) / sum(raw), expecting), trust)
    assert shares.sum() == pytest.approx(1.0)
    assert shares.min() >= 0.0


@given(st.sampled_from(FIRST), st.sampled_from(ACTED_ON))
def test_what_comes_first_is_taken_though_something_else_is_likelier(first: Intent, other: Intent) -> None:
    thresholds = Thresholds(dict.fromkeys(ACTED_ON, 0.4), 1.0, 1.0)
    row = 0.45 * _leaning_to(first, 1.0) + 0.55 * _leaning_to(other, 1.0)
    assert decided(row, thresholds)[0] in FIRST


def test_what_may_have_been_an_opt_out_is_asked_about_and_never_acted_on_as_something_else() -> None:
    thresholds = Thresholds(dict.fromkeys(ACTED_ON, 0.4), 1.0, 1.0)
    for share, acted_on in ((0.1, Intent.NO), (0.3, Intent.OTHER), (0.45, Intent.OPT_OUT)):
        row = share * _leaning_to(Intent.OPT_OUT, 1.0) + (1.0 - share) * _leaning_to(Intent.NO, 1.0)
        assert decided(row, thresholds)[0] is acted_on


def test_a_mistake_that_costs_more_needs_more_to_be_made() -> None:
    """Half of what looks like it is none, at every likelihood: to miss it costs more than to act in vain, or less."""
    likely = [0.3, 0.4, 0.5, 0.6] * 2
    for intent, lenient in ((Intent.CRISIS, True), (Intent.YES, False)):
        rows = np.array([_leaning_to(intent, share) for share in likely])
        meant = [(intent,)] * 4 + [(Intent.OTHER,)] * 4
        threshold = calibrated(Labelled(rows, np.ones(8), meant), "dice").accept[intent]
        assert (threshold <= 0.3) is lenient


def test_no_threshold_is_so_high_that_doubt_alone_silences_somebody() -> None:
    row = _leaning_to(Intent.YES, 0.99)
    answers = Labelled(np.array([row, row]), np.array([0.1, 1.0]), [(Intent.OTHER,), (Intent.OTHER,)])
    found = calibrated(answers, "noise")
    assert max(found.accept.values()) <= HIGHEST < found.least_trust
