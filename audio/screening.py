"""Is this a human? Judged from what is heard after the answer, while the robot has begun to speak.

Decides between human, machine and call screener, and stays uncertain rather than guess: a person greets briefly
and waits, a machine talks on, and its beep is the best proof. Words help when somebody recognises them. Never feed it
ringback. What is done about each is decided by the dialogue; `UNCERTAIN` is to be treated as a human.

The limits were chosen on synthetic voices over a telephone band (`benchmarks/screening.py` measures them) and lean to
the human: a person who is hung up on has lost more than a machine that is talked to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from audio.activity import Window
from audio.pcm import Samples
from audio.tones import Tone, ToneTracker


class Party(StrEnum):
    """Who or what picked up."""

    HUMAN = "human"
    MACHINE = "machine"
    SCREENER = "screener"
    """A phone's own assistant that asks for name and reason."""
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What picked up, as far as is known at `at_seconds` after the answer; `certainty` is 0-1, for that moment."""

    party: Party
    certainty: float
    at_seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Beep:
    """A voicemail's beep is over: a message may start. Seconds after the answer."""

    start_seconds: float
    end_seconds: float
    frequency: float


GREETING_SECONDS: Final = 2.3
"""A person's greeting is shorter: "Hello?", "Smith residence, who's calling?"."""
ANNOUNCEMENT_SECONDS: Final = 4.0
"""Speech without a pause to answer in, this long, is an announcement."""
_ANNOUNCEMENT_SURELY_SECONDS: Final = 5.0
_WAITING_SECONDS: Final = 0.7
"""Silence after a greeting that asks for an answer; announcements pause for about half a second."""
_WAITING_SURELY_SECONDS: Final = 1.4
_NEAR_DB: Final = 16.0
"""Farther below the loudest speech is a voice in the background."""
_NOBODY_SECONDS: Final = 4.0
_LATE_SECONDS: Final = 12.0
"""Talking on is a sign of a machine only if it begins earlier: later, a person tells a story."""
_BEEP_HZ: Final = (390.0, 1_550.0)
"""Beeps lie between 400 and 1500 Hz."""
_BEEP_SECONDS: Final = (0.13, 2.5)
_SHORTEST_SPEECH_SECONDS: Final = 0.12

_MACHINE_WORDS: Final = re.compile(
    r"(?<!i will )(?<!i'll )(?<!can i )leave (?:a|your|me a)\b.{0,20}\b(?:message|name)"
    r"|(?:after|at|wait for) the (?:tone|beep|signal)"
    r"|voice ?mail|voice messag|mailbox|(?:can't|cannot|unable to) (?:take your call|come to the phone|answer)"
    r"|not available|currently unavailable|record your message|you(?:'ve| have) reached|office is closed"
    r"|请.{0,6}留言|提示音|您拨打的|无法接听|暂时无法接通|语音信箱"
    r"|삐 ?소리|음성 ?사서함|메시지를 남겨|연결되지 않|받을 수 없",
    re.IGNORECASE,
)
_SCREENER_WORDS: Final = re.compile(
    r"(?:state|say|tell me|give)\b.{0,12}\bname\b.{0,30}\b(?:why|reason|calling)|call (?:screening|assistant|assist)"
    r"|screening service|why you(?:'re| are) calling|reason for (?:your|the) call|see if this person is available"
    r"|智能助理|来电助理|请问您(?:是谁|有什么事)|来电事由|전화 ?비서|용건을",
    re.IGNORECASE,
)


class Screening:
    """Screens one call, from its answer on."""

    def __init__(self, rate: int) -> None:
        self._tones = ToneTracker(rate)
        self._seconds = 0.0
        self._rate = rate
        self._samples = 0
        self._spoken: list[Window] = []
        """While somebody near spoke."""
        self._loudest, self._softest = -math.inf, math.inf
        self._stretches: list[tuple[float, float]] = []
        """From where to where."""
        self.verdict = Verdict(Party.UNCERTAIN, 0.0, 0.0, "nothing was heard yet")

    def feed(self, samples: Samples, windows: Iterable[Window]) -> list[Verdict | Beep]:
        """Take sound that came in and what `VoiceActivity` says about it; what has become known by it."""
        self._samples += len(samples)
        found: list[Verdict | Beep] = []
        for tone in self._tones.feed(samples):
            found += self._judge_tone(tone)
        for window in windows:
            if window.active:
                self._spoke(window)
            found += self._changed(self._by_rhythm(window.end_seconds))
        return found

    def heard(self, words: str) -> list[Verdict]:
        """Take what a recogniser made of the far end's words, partial or final."""
        now = self._samples / self._rate
        if _SCREENER_WORDS.search(words):
            return self._changed(Verdict(Party.SCREENER, 0.95, now, "it asked for name and reason"))
        if _MACHINE_WORDS.search(words):
            return self._changed(Verdict(Party.MACHINE, 0.95, now, "it spoke like a voicemail"))
        return []

    def _spoke(self, window: Window) -> None:
        """Somebody spoke, who is told apart from a television that was all there was to hear until then.

        Pauses too short to answer in belong to what is said.
        """
        if window.level_dbfs < self._loudest - _NEAR_DB:
            return
        self._spoken.append(window)
        self._loudest = max(self._loudest, window.level_dbfs)
        self._softest = min(self._softest, window.level_dbfs)
        if self._softest >= self._loudest - _NEAR_DB:
            self._lengthen(window)
            return
        self._spoken = [each for each in self._spoken if each.level_dbfs >= self._loudest - _NEAR_DB]
        self._softest = min(each.level_dbfs for each in self._spoken)
        self._stretches = []
        for each in self._spoken:
            self._lengthen(each)

    def _lengthen(self, window: Window) -> None:
        if self._stretches and window.start_seconds - self._stretches[-1][1] < _WAITING_SECONDS:
            self._stretches[-1] = (self._stretches[-1][0], window.end_seconds)
        else:
            self._stretches.append((window.start_seconds, window.end_seconds))

    def _by_rhythm(self, now: float) -> Verdict | None:
        stretches = [(start, end) for start, end in self._stretches if end - start >= _SHORTEST_SPEECH_SECONDS]
        if not stretches:
            return Verdict(Party.UNCERTAIN, 0.5, now, "nobody speaks") if now >= _NOBODY_SECONDS else None
        longest = max((end - start for start, end in stretches if start < _LATE_SECONDS), default=0.0)
        if longest >= ANNOUNCEMENT_SECONDS:
            certainty = 0.8 if longest < _ANNOUNCEMENT_SURELY_SECONDS else 0.9
            return Verdict(Party.MACHINE, certainty, now, "it talks on")
        start, end = stretches[0]
        waited = now - end if len(stretches) == 1 else stretches[1][0] - end
        if waited < _WAITING_SECONDS:
            return None
        if end - start > GREETING_SECONDS:
            return Verdict(Party.UNCERTAIN, 0.5, now, "a long greeting")
        certainty = 0.9 if waited >= _WAITING_SURELY_SECONDS else 0.7
        return Verdict(Party.HUMAN, certainty, now, "a short greeting, then waiting")

    def _judge_tone(self, tone: Tone) -> list[Verdict | Beep]:
        low, high = _BEEP_HZ
        shortest, longest = _BEEP_SECONDS
        if not (low <= tone.frequency <= high and shortest <= tone.seconds <= longest):
            return []
        verdict = Verdict(Party.MACHINE, 0.98, tone.end_seconds, "it beeped")
        return [*self._changed(verdict), Beep(tone.start_seconds, tone.end_seconds, tone.frequency)]

    def _changed(self, verdict: Verdict | None) -> list[Verdict]:
        """The verdict, if it says more than the last one: another party, as certain at least, or more certainty."""
        old = self.verdict
        if verdict is None or verdict.certainty < old.certainty:
            return []
        if verdict.party is old.party and verdict.certainty <= old.certainty:
            return []
        self.verdict = verdict
        return [verdict]
