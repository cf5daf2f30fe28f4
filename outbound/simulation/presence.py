"""A scripted callee on the telephone: 20 ms of the robot's sound in, 20 ms of the callee's out.

Decides when a callee takes a turn, by listening: the robot speaks while its sound is loud enough, and has finished when
it has been quiet for as long as the callee thinks. No clock and no I/O: time is counted in frames.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audio.pcm import FRAME_SECONDS, TELEPHONE_RATE, Samples, Sound, from_mulaw, silence, to_int16, to_mulaw
from audio.tones import tone
from outbound.simulation.callee import Answerer, Callee, Doing, HangsUp, Noise, Presses, Says

FRAME_SAMPLES = round(TELEPHONE_RATE * FRAME_SECONDS)
_ROOM_DBFS = -62.0
"""The hiss of a quiet room: a line is never dead silent."""
_NOISE_DBFS = -28.0
_AUDIBLE_DBFS = -45.0
"""The robot's sound counts as speech above this level."""
_NEW_TURN_SECONDS = 0.3
"""After an interruption the robot begins a new turn when it has been quiet for this long."""
_PICKUP_SECONDS = 0.4
"""Between picking up and the first word."""
_KEY_GAP_FRAMES = 15
_BEEP_HZ, _BEEP_SECONDS, _BEEP_DBFS, _BEEP_GAP_SECONDS = 1_000.0, 0.6, -12.0, 0.8
_RECORDING_SECONDS = 60.0
"""How long a voicemail records before it hangs up."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a callee does in 20 ms: sound, maybe a key, maybe hanging up."""

    samples: Samples
    key: str | None = None
    hangs_up: bool = False


class Presence:
    """One callee during one call.

    Args:
        sounds: every text the callee may say, as it sounds on the line (8 kHz).
        seed: of the room's hiss and of noises.
    """

    def __init__(self, callee: Callee, sounds: Mapping[str, Sound], seed: int) -> None:
        self._callee, self._sounds = callee, sounds
        self._random = np.random.default_rng(seed)
        self._doings = deque(callee.does)
        self._speech: deque[Samples] = deque()
        self._keys: deque[str] = deque()
        self._next_key_in = 0
        self._hangs_up = False
        self._frames_left = 0
        self._robot = _Robot()
        self._pick_up()

    def frame(self, robot: Samples) -> Moment:
        """The next 20 ms, having heard `robot` (int16, 8 kHz) meanwhile."""
        self._robot.hear(robot)
        if not self._speech and not self._keys:
            self._take_turn()
        if self._recorded_enough():
            self._hangs_up = True
        sound = self._spoken() if self._speech else np.zeros(FRAME_SAMPLES, dtype=np.int16)
        return Moment(self._in_room(sound), self._key(), self._hangs_up and not self._speech)

    def _pick_up(self) -> None:
        greeting = self._sounds.get(self._callee.greeting)
        self._play(silence(_PICKUP_SECONDS))
        if greeting is not None:
            self._play(greeting)
        if self._callee.answers is Answerer.VOICEMAIL:
            self._play(silence(_BEEP_GAP_SECONDS))
            self._play(tone((_BEEP_HZ,), _BEEP_SECONDS, _BEEP_DBFS))
            self._frames_left = len(self._speech) + round(_RECORDING_SECONDS / FRAME_SECONDS)

    def _take_turn(self) -> None:
        """Act when the robot has finished, or in the middle of its sentence where the script says so."""
        if not self._doings or self._callee.answers is Answerer.VOICEMAIL:
            return
        after = self._doings[0].after
        interrupts = after is not None and self._robot.spoken_seconds >= after
        if interrupts or self._robot.quiet_after_speech_seconds >= self._callee.thinks:
            self._robot.answered()
            self._do(self._doings.popleft())

    def _do(self, doing: Doing) -> None:
        match doing:
            case Says(words):
                self._play(self._sounds[words])
            case Presses(keys):
                self._keys.extend(keys)
            case Noise(seconds):
                self._play(self._noise(seconds))
            case HangsUp():
                self._hangs_up = True

    def _play(self, sound: Sound) -> None:
        self._speech.extend(sound.frames())

    def _spoken(self) -> Samples:
        """The next 20 ms of the callee's words. A robot that broke off meanwhile has yet to say what it wanted."""
        samples = self._speech.popleft()
        if not self._speech and self._robot.quiet_after_speech_seconds >= _NEW_TURN_SECONDS:
            self._robot.answered()
        return samples

    def _key(self) -> str | None:
        if not self._keys:
            return None
        self._next_key_in -= 1
        if self._next_key_in > 0:
            return None
        self._next_key_in = _KEY_GAP_FRAMES
        return self._keys.popleft()

    def _recorded_enough(self) -> bool:
        self._frames_left -= 1
        return self._callee.answers is Answerer.VOICEMAIL and self._frames_left <= 0

    def _in_room(self, sound: Samples) -> Samples:
        hiss = self._random.normal(0.0, _amplitude(_ROOM_DBFS), len(sound))
        return from_mulaw(to_mulaw(to_int16(sound + hiss)))

    def _noise(self, seconds: float) -> Sound:
        """A rough noise that swells and fades, like a cough or a chair."""
        count = round(seconds * TELEPHONE_RATE)
        shape = np.sin(np.linspace(0.0, np.pi, count))
        rough = np.convolve(self._random.normal(0.0, 1.0, count), np.ones(6) / 6, "same")
        return Sound(to_int16(rough / max(rough.std(), 1e-9) * shape * _amplitude(_NOISE_DBFS)), TELEPHONE_RATE)


class _Robot:
    """The robot, as the callee hears it."""

    def __init__(self) -> None:
        self._spoken = 0
        self._quiet = 0
        self._over = False
        """The callee has reacted to this turn already."""

    def hear(self, samples: Samples) -> None:
        if Sound(samples, TELEPHONE_RATE).level_dbfs < _AUDIBLE_DBFS:
            self._quiet += 1
            return
        if self._over and self._quiet * FRAME_SECONDS >= _NEW_TURN_SECONDS:
            self._over, self._spoken = False, 0
        self._quiet = 0
        self._spoken += 1

    def answered(self) -> None:
        self._over = True

    @property
    def spoken_seconds(self) -> float:
        """How long this turn lasts already, without its pauses; 0.0 when it was reacted to."""
        return 0.0 if self._over else self._spoken * FRAME_SECONDS

    @property
    def quiet_after_speech_seconds(self) -> float:
        """How long ago the robot finished; 0.0 when it has not spoken since the last reaction."""
        return self._quiet * FRAME_SECONDS if self._spoken and not self._over else 0.0


def _amplitude(level_dbfs: float) -> float:
    """The root mean square value, on the int16 scale, of a level."""
    return float(32_767.0 * 10 ** (level_dbfs / 20))
