"""What an engine's confidence is worth, measured."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from audio.pcm import write_wav
from audio.recognition import confidence
from audio.recognition.confidence import Curve
from campaigns.intents import Intent
from outbound.errors import OutboundError
from outbound.intents import understanding_for
from outbound.intents.decisions import INTENTS, Likelihoods
from outbound.intents.thresholds import Thresholds
from outbound.speech.acting import fitted_acting
from outbound.speech.calibration import Hearing, curves_of, fitted, hear, made_honest
from outbound.speech.labelled import Part, read_corpus
from tests.audio.spoken import said
from tests.outbound.spoken import english


def _likely(intent: Intent, likelihood: float) -> Likelihoods:
    row = np.zeros(len(INTENTS))
    row[INTENTS.index(intent)], row[INTENTS.index(Intent.OTHER)] = likelihood, 1.0 - likelihood
    return row


def murmurs(count: int) -> list[Hearing]:
    """Callees whose "yes" is never clear, where nothing else sounds like one; each third word means nothing."""
    meant = (Intent.YES, Intent.YES, Intent.OTHER)
    likely = (0.55, 0.53, 0.1)
    return [
        Hearing(True, 0.9, 1.0, Part.TUNE if number % 2 else Part.HELD_OUT, _likely(Intent.YES, share), (intent,))
        for number in range(count)
        for share, intent in zip(likely, meant, strict=True)
    ]


def overconfident(count: int) -> list[Hearing]:
    """An engine that says 0.9 of what is right seven times in ten, and 0.6 of what is right two times in ten."""
    chance = Random(3)
    hearings = []
    for number in range(count):
        sure, kept = chance.choice([(0.9, 0.7), (0.6, 0.2)])
        part = Part.TUNE if number % 2 else Part.HELD_OUT
        hearings.append(
            Hearing(True, sure, float(chance.random() < kept), part, _likely(Intent.YES, 0.9), (Intent.YES,))
        )
    return hearings


def test_a_boaster_is_brought_down_to_what_it_keeps() -> None:
    (calibration,) = fitted("whisper", overconfident(800))
    assert calibration.error_after < 0.07 < calibration.error_before
    assert calibration.loss_after < calibration.loss_before
    assert list(curves_of([calibration])) == ["whisper closed"]


def test_a_handful_of_clips_changes_nothing() -> None:
    assert fitted("whisper", overconfident(30)) == []


def test_a_curve_on_top_of_another_is_one_curve() -> None:
    one, other = Curve(2.0, -1.0), Curve(0.5, 0.3)
    step_by_step = other.probability(confidence.log_odds(one.probability(0.7)))
    assert one.refined(other).probability(0.7) == pytest.approx(step_by_step)


def test_a_threshold_follows_how_clearly_it_is_said_and_the_others_stay() -> None:
    now = Thresholds(dict.fromkeys([i for i in INTENTS if i is not Intent.OTHER], 0.6), 0.9, 0.5)
    acts = fitted_acting(murmurs(40), now)
    assert acts is not None
    assert acts.helps
    assert acts.moved == ("yes",)
    assert acts.thresholds.accept[Intent.YES] < 0.53
    assert {t for intent, t in acts.thresholds.accept.items() if intent is not Intent.YES} == {0.6}
    assert acts.cost_after == 0.0 < acts.cost_before


def test_a_handful_of_clips_moves_no_threshold() -> None:
    now = Thresholds(dict.fromkeys(INTENTS, 0.6), 0.9, 0.5)
    assert fitted_acting(murmurs(6), now) is None


def test_hearings_are_as_sure_as_the_curves_that_are_kept() -> None:
    hearings = overconfident(800)
    before, after = hearings, made_honest("whisper", hearings, fitted("whisper", hearings))
    assert all(now.confidence < then.confidence for then, now in zip(before, after, strict=True))
    assert made_honest("vosk", hearings, fitted("whisper", hearings)) == hearings


def test_curves_are_kept_beside_those_of_other_engines(tmp_path: Path) -> None:
    file = tmp_path / "confidence.json"
    confidence.save({"vosk open": Curve(1.5, 0.25)}, file)
    confidence.save({"whisper open": Curve(0.5, 1.0)}, file)
    assert confidence.load(file) == {"vosk open": Curve(1.5, 0.25), "whisper open": Curve(0.5, 1.0)}


def test_a_clip_is_heard_as_a_call_hears_it(tmp_path: Path) -> None:
    write_wav(tmp_path / "five.wav", said("five"))
    (tmp_path / "labels.tsv").write_text("file\tintent\ttext\nfive.wav\trating_5\tFive.\n")
    (clip,) = read_corpus(tmp_path)
    hearing = hear(clip, english(), understanding_for("en-US"))
    assert hearing is not None
    assert hearing.closed
    assert hearing.right == 1.0
    assert hearing.confidence > 0.5


def test_labels_are_read_with_what_else_counts_as_right(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("file\tintent\ttext\taccept\na.wav\tno\tNo.\tgoodbye|callback_later\n")
    (clip,) = read_corpus(tmp_path)
    assert clip.labels == (Intent.NO, Intent.GOODBYE, Intent.CALLBACK)


@pytest.mark.parametrize(
    ("content", "message"),
    [("file\ttext\na.wav\tNo.\n", "no column 'intent'"), ("file\tintent\ttext\na.wav\tnein\tNo.\n", "nein")],
)
def test_what_is_wrong_with_labels_is_said(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "labels.tsv").write_text(content)
    with pytest.raises(OutboundError, match=message):
        read_corpus(tmp_path)


def test_a_folder_without_labels_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(OutboundError, match="cannot read"):
        read_corpus(tmp_path)
