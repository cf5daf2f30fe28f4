"""A synthetic person at the computer: hears the robot's speaker, speaks into its microphone, like a callee of the
simulated line, but through a real sound card and against the command that a user types.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from audio.pcm import TELEPHONE_RATE, Sound
from audio.synthesis import voice_for
from outbound.simulation.callee import Callee
from outbound.simulation.presence import FRAME_SAMPLES, Presence
from tests.audio.soundcard import SoundCard

_LONGEST_SECONDS = 120.0
_SPOKEN_DBFS = -20.0


@cache
def _spoken(text: str) -> Sound:
    sound = voice_for("en-US", "piper", repeatable=True).speak(text).at(TELEPHONE_RATE)
    return sound.louder(_SPOKEN_DBFS - sound.level_dbfs)


@dataclass(slots=True)
class Sitting:
    """One call at the computer: what the command told, in order."""

    events: list[dict[str, Any]] = field(default_factory=list)
    notes: str = ""
    code: int = 0

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What happened of that kind."""
        return [event["what"] for event in self.events if event.get("what", {}).get("kind") == kind]

    @property
    def said(self) -> list[str]:
        """What the robot said."""
        return [what["text"] for what in self.of("say") if what["text"]]

    @property
    def end(self) -> dict[str, Any]:
        return self.events[-1]


def sit(card: SoundCard, person: Callee, *options: str, keys: Mapping[str, str] = MappingProxyType({})) -> Sitting:
    """Run `outbound call --line microphone` with that person before it.

    Args:
        keys: what the person types when something of a kind happens for the first time, e.g. {"ringing": "\\n"}.
    """
    sounds = {text: _spoken(text) for text in person.words}
    command = [sys.executable, "-m", "outbound", "call", "--line", "microphone", "--json", *options]
    root = Path(__file__).parents[3]
    sitting, to_type = Sitting(), dict(keys)
    with (
        card.what_is_played(TELEPHONE_RATE) as ears,
        card.into_microphone(TELEPHONE_RATE) as mouth,
        subprocess.Popen(
            command, cwd=root, env=card.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as robot,
    ):  # fmt: skip
        assert ears.stdout is not None
        assert mouth.stdin is not None
        assert robot.stdin is not None
        assert robot.stdout is not None
        assert robot.stderr is not None
        ringing, answered = threading.Event(), threading.Event()

        def follow(lines: Any) -> None:
            for line in lines:
                event = json.loads(line)
                sitting.events.append(event)
                kind = event.get("what", {}).get("kind")
                robot.stdin.write(to_type.pop(kind, ""))
                robot.stdin.flush()
                if kind == "ringing":
                    ringing.set()
                elif kind == "answered":
                    answered.set()

        following = threading.Thread(target=follow, args=(robot.stdout,))
        watchdog = threading.Timer(_LONGEST_SECONDS, robot.kill)
        following.start()
        watchdog.start()
        presence: Presence | None = None
        quiet = np.zeros(FRAME_SAMPLES, dtype=np.int16)
        while following.is_alive():
            heard = np.frombuffer(ears.stdout.read(2 * FRAME_SAMPLES), dtype=np.int16)
            if presence is None and ringing.is_set():
                presence = Presence(person, sounds, seed=1)
            # What rings is not the robot's turn.
            spoken = quiet if presence is None else presence.frame(heard if answered.is_set() else quiet).samples
            mouth.stdin.write(spoken.tobytes())
            mouth.stdin.flush()
        watchdog.cancel()
        sitting.notes = robot.stderr.read()
        sitting.code = robot.wait()
        ears.terminate()
        mouth.terminate()
    return sitting
