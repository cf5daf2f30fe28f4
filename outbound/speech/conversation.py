"""A conversation by sound over a channel: carries the dialogue's actions out and tells what happens.

Decides who has the floor: when the callee's speech stops the robot, when the robot speaks on, and when silence is an
answer. One loop takes the channel's signals in order; for each frame of the callee one frame of the robot goes out, so
that the telephone's own clock is the only one. Slow work (rendering, decoding) is done in threads meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from datetime import datetime
from typing import Protocol

from audio.errors import AudioError
from audio.pcm import FRAME_SECONDS, Samples
from audio.recognition.base import Recognizer
from audio.synthesis.base import Voice
from campaigns.intents import Intent
from outbound.dialogue import events
from outbound.dialogue.actions import Action, HangUp, Listen, Save, Say, StartTimer, Transfer
from outbound.dialogue.events import Event
from outbound.errors import OutboundError
from outbound.intents import Meaning, Understanding
from outbound.lines.base import (
    Answered,
    Channel,
    EarlyMedia,
    Ended,
    Frame,
    Key,
    Ringing,
    Signal,
    TransferDone,
    TransferOrder,
)
from outbound.speech.ears import Ears, SpeechDetector, Utterance
from outbound.speech.mouth import Mouth

ALWAYS_HEARD = frozenset({Intent.OPT_OUT, Intent.CRISIS})
"""Stop the robot even in a sentence that nothing else interrupts."""
BARGE_IN_SECONDS = 0.2
"""This much speech makes the robot fall silent and listen."""
HOLD_SECONDS = 2.5
"""A held sentence goes on after this long if nothing was understood: a noise, another conversation."""
TURN_SECONDS = 0.2
"""Less speech than this is no turn: a click, a breath."""
_LET_GO_SECONDS = 5.0


class Screening(Protocol):
    """Tells people from machines."""

    def feed(self, samples: Samples) -> events.Screened | None:
        """Take 20 ms of the callee since the answer; what picked up, whenever that becomes known (better)."""

    def heard(self, words: str) -> events.Screened | None:
        """What was said, in words: a voicemail's or a screener's own phrases."""


class SpokenConversation:
    """Implements `outbound.call.Conversation` over a channel.

    Args:
        texts: all that may be said, the most urgent first: rendered while it rings.
        local_now: the callee's local time, aware.
        recognizer: None where only keys are understood.
        screening: None where it does not matter who picks up.
        executor: for rendering and decoding; None is the loop's own.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        voice: Voice,
        recognizer: Recognizer | None,
        understanding: Understanding,
        detector: SpeechDetector,
        texts: Iterable[str],
        local_now: Callable[[], datetime],
        screening: Screening | None = None,
        executor: Executor | None = None,
    ) -> None:
        self._channel, self._screening, self._local_now = channel, screening, local_now
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | Exception] = asyncio.Queue()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._mouth = Mouth(voice, channel.rate, executor)
        self._ears = Ears(
            recognizer,
            understanding,
            detector,
            channel.rate,
            tell=self._understood,
            tell_partial=self._half_understood,
            executor=executor,
        )
        self._listen = Listen()
        self._quiet_frames = 0
        self._held_frames = 0
        self._party = events.Party.UNCERTAIN
        self._mouth.prepare(texts)
        self._loop_task = asyncio.create_task(self._live())

    async def next_event(self) -> Event:
        event = await self._events.get()
        if isinstance(event, Exception):
            raise event
        return event

    def perform(self, action: Action) -> None:
        match action:
            case Say():
                self._say(action)
            case Listen():
                self._listen = action
                self._ears.listen(action)
                self._quiet_frames = 0
            case StartTimer(name, seconds):
                self._start_timer(name, seconds)
            case Transfer(target, summary, urgent):
                self._channel.transfer(TransferOrder(target, summary, urgent=urgent))
            case HangUp():
                self._mouth.stop()
                self._channel.hang_up()
            case Save():
                raise AssertionError("results are saved by the call, not by the conversation")

    async def close(self) -> None:
        self._channel.hang_up()
        await asyncio.wait({self._loop_task}, timeout=_LET_GO_SECONDS)
        self._loop_task.cancel()
        self._mouth.close()
        self._ears.forget()
        for timer in self._timers.values():
            timer.cancel()

    async def _live(self) -> None:
        try:
            while not isinstance(signal := await self._channel.receive(), Ended):
                self._take(signal)
            self._tell(events.HungUp(signal.cause))
        except (AudioError, OutboundError) as error:
            self._events.put_nowait(error)

    def _take(self, signal: Signal) -> None:
        match signal:
            case Frame(samples):
                self._frame(samples)
            case Key(key):
                self._mouth.stop()
                self._ears.forget()
                self._quiet_frames = 0
                self._tell(events.Pressed(key))
            case TransferDone(reached, reason):
                self._tell(events.TransferSettled(reached, reason))
            case Ringing():
                self._tell(events.Ringing())
            case Answered():
                self._tell(events.Answered(self._local_now()))
            case EarlyMedia() | Ended():
                pass

    def _frame(self, samples: Samples) -> None:
        """20 ms in, 20 ms out."""
        out, over = self._mouth.frame()
        self._channel.send(out)
        if over is not None:
            self._quiet_frames = 0
            self._tell(events.SaidAll(over.say_id))
        self._ears.frame(samples)
        if self._screening is not None:
            self._screened(self._screening.feed(samples))
        self._share_the_floor()
        self._count_silence()

    def _say(self, say: Say) -> None:
        self._mouth.say(say)
        self._held_frames = 0
        if say.interruptible and self._ears.hearing:
            self._mouth.hold()

    def _share_the_floor(self) -> None:
        """Fall silent for somebody who speaks; speak on if nothing comes of it."""
        saying = self._mouth.saying
        if saying is None:
            return
        if self._mouth.held:
            self._held_frames += 1
            if self._held_frames * FRAME_SECONDS >= HOLD_SECONDS or not self._ears.hearing:
                self._mouth.go_on()
        elif saying.interruptible and self._ears.spoken_seconds >= BARGE_IN_SECONDS and not self._held_frames:
            self._mouth.hold()

    def _half_understood(self, meaning: Meaning) -> None:
        """Words so far: what never waits stops the robot at once."""
        if meaning.intent in ALWAYS_HEARD:
            self._mouth.hold()

    def _understood(self, utterance: Utterance) -> None:
        """The callee's turn is over."""
        if self._screening is not None:
            self._screened(self._screening.heard(utterance.transcript.text))
        self._quiet_frames = 0
        if utterance.spoken_seconds < TURN_SECONDS:
            self._mouth.go_on()
            return
        meaning, saying = utterance.meaning, self._mouth.saying
        heard = events.Heard(meaning.intent, meaning.confidence, meaning.words, meaning.choice)
        if saying is None:
            self._tell(heard)
        elif self._stops(meaning, saying):
            self._mouth.stop()
            self._tell(
                events.Heard(meaning.intent, meaning.confidence, meaning.words, meaning.choice, interrupted=True)
            )
        else:
            # A cough, an "uh-huh", the next room: the sentence goes on where it was.
            self._mouth.go_on()
            self._held_frames = 0
            if meaning.intent is not Intent.OTHER:
                self._tell(heard)

    def _stops(self, meaning: Meaning, saying: Say) -> bool:
        if meaning.intent in ALWAYS_HEARD:
            return True
        open_question = self._listen.seconds is not None and not self._listen.expecting and bool(meaning.words)
        means_something = meaning.intent is not Intent.OTHER or meaning.choice is not None or open_question
        return saying.interruptible and means_something

    def _count_silence(self) -> None:
        if self._mouth.saying is not None or self._ears.hearing or self._listen.seconds is None:
            self._quiet_frames = 0
            return
        self._quiet_frames += 1
        if self._quiet_frames == round(self._listen.seconds / FRAME_SECONDS):
            self._tell(events.Silence())

    def _screened(self, screened: events.Screened | None) -> None:
        if screened is not None:
            self._tell(screened)

    def _start_timer(self, name: str, seconds: float) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = self._loop.call_later(seconds, self._tell, events.TimerFired(name))

    def _tell(self, event: Event) -> None:
        self._events.put_nowait(event)
