"""The detector's network computes on the thread that asks."""

from __future__ import annotations

import subprocess
import sys

_JUDGE_A_SECOND = """
import os
from pathlib import Path
from audio.silero import SileroVoiceActivityDetector
assert "OMP_THREAD_LIMIT" not in os.environ
detector = SileroVoiceActivityDetector()
before = len(list(Path("/proc/self/task").iterdir()))
for _ in range(30):
    detector.process_chunk(bytes(1024))
print(len(list(Path("/proc/self/task").iterdir())) - before)
"""


def test_judging_sound_starts_no_threads_and_leaves_the_environment_as_it_was() -> None:
    judging = subprocess.run([sys.executable, "-c", _JUDGE_A_SECOND], capture_output=True, text=True, check=True)
    assert judging.stdout.strip() == "0"
