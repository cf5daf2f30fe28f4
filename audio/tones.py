"""Tones on the line: keys, ringing, busy, the beep of a voicemail. Made, and found again.

Decides which stretches of sound are a steady tone and which frequencies it has; keys by the rules of ITU-T Q.23 and
Q.24, call-progress tones of North America by their frequencies and rhythm (ANSI T1.401). Whether a beep invites to
leave a message is decided in `screening.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from audio.errors import AudioError
from audio.pcm import TELEPHONE_RATE, Samples, Sound, joined, silence, to_int16

ROWS: Final = (697.0, 770.0, 852.0, 941.0)
COLUMNS: Final = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS: Final = ("123A", "456B", "789C", "*0#D")
"""Keys by row and column; Hz of both above (ITU-T Q.23)."""
_EDGE_SECONDS: Final = 0.002


def tone(frequencies: Sequence[float], seconds: float, level_dbfs: float = -16.0, rate: int = TELEPHONE_RATE) -> Sound:
    """A steady tone of these frequencies in Hz, equally strong, `level_dbfs` together, with soft edges."""
    moments = np.arange(round(seconds * rate)) / rate
    wave = np.sum([np.sin(2 * np.pi * frequency * moments) for frequency in frequencies], axis=0)
    amplitude = 32_767 * 10 ** (level_dbfs / 20) * np.sqrt(2 / len(frequencies))
    edge = np.minimum(1.0, np.minimum(moments, moments[::-1]) / _EDGE_SECONDS)
    return Sound(to_int16(amplitude * wave * edge), rate)


def dtmf(keys: str, seconds: float = 0.1, pause_seconds: float = 0.1, level_dbfs: float = -10.0) -> Sound:
    """The sound of keys pressed one after the other, at 8 kHz.

    Raises:
        AudioError: a character is no key (0-9, *, #, A-D).
    """
    parts = []
    for key in keys:
        row = next((number for number, names in enumerate(KEYS) if key in names), None)
        if row is None:
            raise AudioError(f"{key!r} is no telephone key", "use 0-9, *, #, A-D")
        parts += [tone((ROWS[row], COLUMNS[KEYS[row].index(key)]), seconds, level_dbfs), silence(pause_seconds)]
    return joined(parts, TELEPHONE_RATE)


@dataclass(frozen=True, slots=True)
class KeyPress:
    """A key heard in the sound; `at_seconds` from the detector's first sample, where its tone began."""

    key: str
    at_seconds: float


class KeyDetector:
    """Finds pressed keys in a telephone line's sound, for lines that do not signal them (RFC 4733).

    Accepts tones of 40 ms and more with 40 ms between them, up to 8 dB stronger in the rows or 4 dB in the columns
    (Q.24 asks for 4 to 8); a tone must hold nearly all of the energy, which keeps speech from being taken for keys.
    """

    def __init__(self, rate: int) -> None:
        """Listen to sound that comes at `rate` Hz."""
        self._rate = rate
        self._size = round(_BLOCK_SECONDS * rate)
        self._hop = round(_HOP_SECONDS * rate)
        moments = np.arange(self._size) / rate
        self._basis = np.exp(-2j * np.pi * np.array([*ROWS, *COLUMNS])[:, None] * moments) / self._size
        self._rest = np.zeros(0)
        self._blocks = 0
        self._run: tuple[str, int] = ("", 0)
        self._missed = 0

    def feed(self, samples: Samples) -> list[KeyPress]:
        """The keys that have become certain with these samples (int16, shape (n,))."""
        self._rest = np.concatenate([self._rest, samples.astype(np.float64)])
        presses = []
        while len(self._rest) >= self._size:
            press = self._step(self._key(self._rest[: self._size]))
            self._rest = self._rest[self._hop :]
            self._blocks += 1
            if press is not None:
                presses.append(press)
        return presses

    def _step(self, key: str | None) -> KeyPress | None:
        current, count = self._run
        if key is None:
            self._missed += 1
            if self._missed >= _PAUSE_BLOCKS:
                self._run = ("", 0)
            return None
        self._missed = 0
        self._run = (key, count + 1 if key == current else 1)
        if self._run[1] != _KEY_BLOCKS:
            return None
        return KeyPress(key, (self._blocks - _KEY_BLOCKS + 1) * self._hop / self._rate)

    def _key(self, block: NDArray[np.float64]) -> str | None:
        """The key whose two tones make up this block, if any."""
        total = float(np.mean(block**2))
        if total < _FAINTEST_KEY:
            return None
        power = 2 * np.abs(self._basis @ block) ** 2
        rows, columns = power[:4], power[4:]
        row, column = int(rows.argmax()), int(columns.argmax())
        twist = 10 * np.log10(max(rows[row], 1e-9) / max(columns[column], 1e-9))
        clear = (
            rows[row] + columns[column] >= _KEY_SHARE * total
            and -_COLUMN_STRONGER_DB <= twist <= _ROW_STRONGER_DB
            and np.partition(rows, -2)[-2] * _NEXT_BELOW <= rows[row]
            and np.partition(columns, -2)[-2] * _NEXT_BELOW <= columns[column]
        )
        return KEYS[row][column] if clear else None


_BLOCK_SECONDS: Final = 0.0255
"""204 samples at 8 kHz: the rows can just be told apart."""
_HOP_SECONDS: Final = 0.005
_KEY_BLOCKS: Final = 3
"""Blocks that agree: a tone of 40 ms has at least that many, one of 20 ms has not."""
_PAUSE_BLOCKS: Final = 3
_FAINTEST_KEY: Final = (32_767 * 10 ** (-42 / 20)) ** 2
_KEY_SHARE: Final = 0.8
_ROW_STRONGER_DB: Final = 9.0
_COLUMN_STRONGER_DB: Final = 9.0
_NEXT_BELOW: Final = 6.3
"""The second strongest row and column are 8 dB weaker."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A steady tone: from where to where, in seconds, and its strongest frequency in Hz."""

    start_seconds: float
    end_seconds: float
    frequency: float

    @property
    def seconds(self) -> float:
        return self.end_seconds - self.start_seconds


class ToneTracker:
    """Finds steady tones of any frequency from 300 to 2000 Hz, pure, doubled, with overtones, or dying away."""

    def __init__(self, rate: int) -> None:
        """Listen to sound that comes at `rate` Hz."""
        self._rate = rate
        self._size = round(_SPECTRUM_SECONDS * rate)
        self._hop = round(_SPECTRUM_HOP_SECONDS * rate)
        self._taper = np.hanning(self._size)
        self._points = 4 * self._size
        self._rest: Samples = np.zeros(0, dtype=np.int16)
        self._faint = 0
        """So many of the newest samples are too faint for any tone."""
        self._spectra = 0
        self._run: list[float] = []
        self._loudest = 0.0
        self._gap = 0

    def feed(self, samples: Samples) -> list[Tone]:
        """The tones that have ended with these samples (int16, shape (n,))."""
        self._rest = np.concatenate([self._rest, samples])
        self._faint = self._faint + len(samples) if _is_faint(samples) else 0
        tones = []
        while len(self._rest) >= self._size + (0 if self._run else _GLANCE * self._hop):
            if not self._run and not self._may_begin():
                self._go_on(_GLANCE + 1)
                continue
            ended = self._step(self._rest[: self._size].astype(np.float64))
            self._go_on(1)
            if ended is not None:
                tones.append(ended)
        return tones

    def _go_on(self, hops: int) -> None:
        self._rest = self._rest[hops * self._hop :]
        self._spectra += hops

    def _may_begin(self) -> bool:
        """Most of a call is too faint for any tone, and one that is worth telling is there at a glance ahead."""
        if self._faint >= len(self._rest):
            return False
        ahead = self._rest[_GLANCE * self._hop :][: self._size]
        return self._pitch(ahead.astype(np.float64))[0] is not None

    def _step(self, block: NDArray[np.float64]) -> Tone | None:
        frequency, power = self._pitch(block)
        steady = (
            frequency is not None
            and power >= _DIED_AWAY * self._loudest
            and (not self._run or abs(frequency - float(np.median(self._run))) <= _STEADY_HZ)
        )
        if steady and frequency is not None:
            # What two beating tones or a click hide for a moment belongs to the tone.
            self._run += [frequency] * (self._gap + 1)
            self._gap = 0
            self._loudest = max(self._loudest, power)
            return None
        self._gap += 1
        if self._run and self._gap <= _LONGEST_GAP:
            return None
        run, self._run, self._loudest = self._run, [], 0.0
        last = self._spectra - self._gap
        self._gap = 0
        if frequency is not None:
            self._run, self._loudest = [frequency], power
        if len(run) * _SPECTRUM_HOP_SECONDS < _SHORTEST_SECONDS:
            return None
        # A block counts for its middle.
        end = last * _SPECTRUM_HOP_SECONDS + _SPECTRUM_SECONDS / 2 + _OVERLAP_SECONDS
        start = end - (len(run) - 1) * _SPECTRUM_HOP_SECONDS - 2 * _OVERLAP_SECONDS
        return Tone(start, end, float(np.median(run)))

    def _pitch(self, block: NDArray[np.float64]) -> tuple[float | None, float]:
        """The frequency of a block that is a tone and nothing else, and the block's power.

        Of a double tone it is the lower frequency, and of one with overtones the lowest that is strong.
        """
        tapered = block * self._taper
        # Parseval: no band can hold more than all of it.
        if 0.5 * self._points * float(tapered @ tapered) < _FAINTEST_TONE * self._size * self._points:
            return None, 0.0
        power = np.abs(np.fft.rfft(tapered, self._points)) ** 2
        hertz = self._rate / self._points
        low, high, width = (round(limit / hertz) for limit in (250.0, 3_500.0, _LINE_HZ))
        total = float(power[low:high].sum())
        if total < _FAINTEST_TONE * self._size * self._points:
            return None, total
        rest = power.copy()
        rest[:low] = rest[high:] = 0.0
        lines: list[tuple[int, float]] = []
        for _ in range(_LINES):
            peak = int(rest.argmax())
            lines.append((peak, float(power[peak])))
            rest[max(0, peak - width) : peak + width + 1] = 0.0
        strong = [peak for peak, strength in lines if strength >= _STRONG * lines[0][1]]
        pitch = _between(power, min(strong)) * hertz
        is_tone = rest.sum() <= (1 - _TONE_SHARE) * total and 300 <= pitch <= 2_000
        return (pitch if is_tone else None), total


def _is_faint(samples: Samples) -> bool:
    """By Parseval, no block of such samples can hold a tone."""
    values = samples.astype(np.float64)
    return float(values @ values) < 2 * _FAINTEST_TONE * len(values)


def _between(power: NDArray[np.float64], peak: int) -> float:
    """Where the peak lies between the points of a spectrum (parabola through the logarithms)."""
    left, middle, right = np.log(power[peak - 1 : peak + 2] + 1e-9)
    bend = float(left - 2 * middle + right)
    return peak + (0.5 * float(left - right) / bend if bend else 0.0)


_SPECTRUM_SECONDS: Final = 0.08
_SPECTRUM_HOP_SECONDS: Final = 0.01
_OVERLAP_SECONDS: Final = 0.005
_SHORTEST_SECONDS: Final = 0.09
_GLANCE: Final = 3
"""While there is no tone, only one block in four is looked at; a tone is at least nine of them long."""
_LONGEST_GAP: Final = 3
"""Blocks in a tone that need not be one."""
_STEADY_HZ: Final = 6.0
"""A voice glides by more than this within a tenth of a second."""
_LINE_HZ: Final = 30.0
"""Half the width of a spectral line: the main lobe of the taper at 80 ms."""
_LINES: Final = 4
"""Lines that may make up a tone: two with an overtone each, or one with three."""
_STRONG: Final = 0.1
_TONE_SHARE: Final = 0.93
_DIED_AWAY: Final = 10**-3.0
"""A tone that dies away ends 30 dB below where it was loudest."""
_FAINTEST_TONE: Final = 0.25 * (32_767 * 10 ** (-48 / 20)) ** 2 / 2


class Progress(StrEnum):
    """What a tone on the line says about a call that is being set up."""

    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    """Fast busy, "reorder"."""
    INTERCEPT = "intercept"
    """Special information tone: the number is out of service (ITU-T E.180)."""


_CADENCES: Final = {
    Progress.RINGBACK: ((440, 480), 2.0, 4.0),
    Progress.BUSY: ((480, 620), 0.5, 0.5),
    Progress.CONGESTION: ((480, 620), 0.25, 0.25),
}
_SPECIAL: Final = (950.0, 1_400.0, 1_800.0)
_SPECIAL_SECONDS: Final = 0.33


def progress_tone(progress: Progress, seconds: float, level_dbfs: float = -20.0) -> Sound:
    """How a North American exchange tells `progress`, at 8 kHz and for `seconds`."""
    if progress is Progress.INTERCEPT:
        parts = [tone((frequency,), _SPECIAL_SECONDS, level_dbfs) for frequency in _SPECIAL]
        return joined([*parts, silence(seconds)], TELEPHONE_RATE).part(0, seconds)
    frequencies, on, off = _CADENCES[progress]
    period = [tone(frequencies, on, level_dbfs), silence(off)]
    return joined(period * (int(seconds / (on + off)) + 1), TELEPHONE_RATE).part(0, seconds)


def progress_of(tones: Sequence[Tone]) -> Progress | None:
    """What a sequence of tones on the line means; None for anything else, such as the beep of a voicemail."""
    for first, second, third in zip(tones, tones[1:], tones[2:], strict=False):
        found = zip((first, second, third), _SPECIAL, strict=True)
        if all(abs(one.frequency - frequency) < 30 for one, frequency in found):
            return Progress.INTERCEPT
    for progress, (frequencies, on, off) in _CADENCES.items():
        ours = [one for one in tones if any(abs(one.frequency - frequency) < 15 for frequency in frequencies)]
        rhythm = [(one.seconds, after.start_seconds - one.end_seconds) for one, after in pairwise(ours)]
        if any(abs(heard - on) < 0.2 * on and abs(pause - off) < 0.2 * off for heard, pause in rhythm):
            return progress
    return None
