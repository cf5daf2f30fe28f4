"""A conversation by sound over a channel: carries the dialogue's actions out and tells what happens.

Decides who has the floor: when the callee's speech stops the robot, when the robot speaks on, how long the callee may
go on with an answer, and when silence is one. One loop takes the channel's signals in order; for each frame of the
callee one frame of the robot goes out, so that the telephone's own clock is the only one. Slow work (rendering,
decoding) is done in threads meanwhile.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import datetime

from audio.activity import VoiceActivity
from audio.errors import AudioError
from audio.interruption import BELOW_CALLEE_DB, Interruption
from audio.ownvoice import OwnVoice
from audio.pcm import FRAME_SECONDS, Samples
from audio.recognition.base import Recognizer
from audio.screening import Beep, Party, Screening, Verdict
from audio.synthesis.base import Voice
from campaigns.intents import Intent
from outbound.dialogue import events
from outbound.dialogue.actions import Action, HangUp, Listen, Save, Say, StartTimer, Transfer
from outbound.dialogue.events import Event
from outbound.errors import OutboundError
from outbound.intents import Understanding
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
from outbound.speech.beforehand import BeforeTheAnswer
from outbound.speech.continuation import ALWAYS_HEARD, Given, given, gone_on
from outbound.speech.ears import Ears, Utterance
from outbound.speech.mouth import Mouth
from outbound.speech.repeated import repeats

HOLD_SECONDS = 4.0
"""A held sentence goes on after this long without a word: a noise, another conversation."""
REPLY_NOTICED_SECONDS = 0.7
"""Until so much of the reply has sounded, a callee who speaks goes on with the answer before. People need about half a
second to take in that somebody speaks, and that they do is known 0.2 s after they began.
"""
SOFTER_SURE = 0.85
SOFTER_OPT_OUT_SURE = 0.6
"""So sure must the meaning of a voice be that is softer than the callee, and that it is an opt-out or words of
self-harm: half-heard sentences from next door sound like something now and then.
"""
_LET_GO_SECONDS = 5.0


class SpokenConversation:
    """Implements `outbound.call.Conversation` over a channel.

    Args:
        texts: all that may be said, the most urgent first: rendered while it rings.
        local_now: the callee's local time, aware.
        recognizer: None where only keys are understood.
        executor: for rendering and decoding; None is the loop's own.
    """

    def __init__(
        self,
        channel: Channel,
        *,
        voice: Voice,
        recognizer: Recognizer | None,
        understanding: Understanding,
        texts: Iterable[str],
        local_now: Callable[[], datetime],
        executor: Executor | None = None,
    ) -> None:
        self._channel, self._local_now, self._understanding = channel, local_now, understanding
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | Exception] = asyncio.Queue()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._mouth = Mouth(voice, channel.rate, executor)
        self._ears = Ears(
            recognizer,
            understanding,
            channel.rate,
            tell=self._understood,
            tell_partial=self._half_understood,
            executor=executor,
        )
        self._activity = VoiceActivity(channel.rate)
        self._own_voice = OwnVoice(channel.rate)
        self._interruption = Interruption(channel.rate)
        self._before = BeforeTheAnswer(channel.rate)
        self._answered = False
        self._screening = Screening(channel.rate)
        self._party: Party | None = None
        self._listen = Listen()
        self._quiet_frames: float = 0
        self._murmured: Utterance | None = None
        """What a softer voice said where any words are an answer: it is one if nobody louder says anything."""
        self._held_frames = 0
        self._overruled = False
        """The robot speaks although the callee does: nothing came of it."""
        self._given: Given | None = None
        """The answer that the callee may still be going on with."""
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
                self._quiet_frames, self._murmured = 0, None
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
        # They know each other: with them, three megabytes of each call would wait for the collector of cycles.
        del self._ears

    async def _live(self) -> None:
        try:
            while not isinstance(signal := await self._channel.receive(), Ended):
                self._take(signal)
            ended = signal if self._answered else self._before.explained(signal)
            self._tell(events.HungUp(ended.cause, ended.retry_after_seconds, ended.detail))
        except (AudioError, OutboundError) as error:
            self._events.put_nowait(error)

    def _take(self, signal: Signal) -> None:
        match signal:
            case Frame(samples, own_voice=own_voice):
                self._frame(samples, own_voice=own_voice)
            case Key(key):
                self._mouth.stop()
                self._ears.forget()
                self._quiet_frames = 0
                self._given = None
                self._tell(events.Pressed(key))
            case TransferDone(reached, reason):
                self._tell(events.TransferSettled(reached, reason))
            case Ringing():
                self._tell(events.Ringing())
            case Answered():
                self._answered = True
                self._tell(events.Answered(self._local_now()))
            case EarlyMedia(samples):
                self._before.feed(samples)
            case Ended():
                pass

    def _frame(self, samples: Samples, *, own_voice: bool) -> None:
        """20 ms in, 20 ms out."""
        played, over = self._mouth.frame()
        self._channel.send(played)
        if over is not None:
            self._quiet_frames = 0
            self._tell(events.SaidAll(over.say_id))
        windows = self._own_voice.without(samples, self._activity.feed(samples), played)
        for found in self._screening.feed(samples, windows):
            self._screened(found)
        interrupted = self._interruption.feed(samples, windows)
        near = self._interruption.below_callee_db <= BELOW_CALLEE_DB
        self._ears.frame(samples, windows, near=near, over_robot=own_voice)
        if not self._ears.hearing and (over is not None or self._mouth.said_seconds > REPLY_NOTICED_SECONDS):
            self._given = None
        if interrupted:
            self._interrupted()
        self._share_the_floor()
        self._count_silence()

    def _say(self, say: Say) -> None:
        self._mouth.say(say)
        self._interruption.reset()
        self._held_frames = 0
        if say.interruptible and self._ears.hearing and self._interruption.callee_spoke:
            self._mouth.hold()

    def _interrupted(self) -> None:
        saying = self._mouth.saying
        if saying is not None and saying.interruptible and not self._overruled:
            self._mouth.hold()

    def _share_the_floor(self) -> None:
        """Speak on when the callee has finished, or when nothing comes of what sounded like speech."""
        if not self._mouth.held:
            return
        self._held_frames += 1
        if self._held_frames * FRAME_SECONDS >= HOLD_SECONDS:
            self._overruled = True
            self._interruption.came_to_nothing()
        if self._overruled or not self._ears.hearing:
            self._speak_on()

    def _speak_on(self) -> None:
        self._mouth.go_on()
        self._held_frames = 0

    def _nothing_came(self) -> None:
        """Of what stopped the robot, if anything did."""
        if self._mouth.held:
            self._interruption.came_to_nothing()
        self._speak_on()

    def _half_understood(self, utterance: Utterance) -> None:
        """Words so far: they keep the floor for the callee, and what never waits stops the robot at once."""
        self._screened_by_words(utterance)
        self._held_frames = 0
        if utterance.meaning.intent in ALWAYS_HEARD:
            self._mouth.hold()

    def _understood(self, utterance: Utterance) -> None:
        """The callee's turn is over."""
        self._screened_by_words(utterance)
        self._overruled = False
        if self._is_echo(utterance) or not _is_meant(utterance):
            self._murmur(utterance)
            self._nothing_came()
            return
        self._quiet_frames, self._murmured = 0, None
        if not utterance.is_turn:
            self._nothing_came()
            return
        event = self._what_happened(utterance)
        saying = self._mouth.saying
        if not isinstance(event, events.Heard):
            # Whatever the dialogue says to a correction takes the place of this sentence.
            self._speak_on()
            self._tell(event)
        elif saying is None:
            self._tell(event)
        elif self._stops(event, saying):
            self._mouth.stop()
            self._tell(replace(event, interrupted=True))
        else:
            # A cough, an "uh-huh", the next room: the sentence goes on where it was.
            if event.intent is Intent.OTHER:
                self._nothing_came()
            else:
                self._speak_on()
                self._tell(event)

    def _is_echo(self, utterance: Utterance) -> bool:
        """The robot's own words, heard while it said them; of words that stop everything it takes more to be that."""
        least = 3 if utterance.meaning.intent in ALWAYS_HEARD else 2
        return utterance.over_robot and repeats(utterance.transcript.text, self._mouth.lately_said, least)

    def _murmur(self, utterance: Utterance) -> None:
        """Somebody softer than the callee has said something that means nothing by itself."""
        open_question = self._listen.seconds is not None and not self._listen.expecting
        words = utterance.transcript.text
        if utterance.over_robot or not open_question or self._mouth.saying is not None or not words:
            return
        before = "" if self._murmured is None else f"{self._murmured.transcript.text} "
        transcript = replace(utterance.transcript, text=before + words)
        self._murmured = replace(
            utterance, transcript=transcript, meaning=replace(utterance.meaning, words=before + words)
        )

    def _what_happened(self, utterance: Utterance) -> Event:
        """Something was said; or the callee only goes on with the answer just given, or takes it back."""
        if self._given is not None:
            self._given, event = gone_on(self._given, utterance, self._understanding)
            return event
        self._given = given(utterance, self._listen)
        meaning = utterance.meaning
        return events.Heard(meaning.intent, meaning.confidence, meaning.words, meaning.choice)

    def _stops(self, heard: events.Heard, saying: Say) -> bool:
        if heard.intent in ALWAYS_HEARD:
            return True
        open_question = self._listen.seconds is not None and not self._listen.expecting and bool(heard.words)
        means_something = heard.intent is not Intent.OTHER or heard.choice is not None or open_question
        return saying.interruptible and means_something

    def _count_silence(self) -> None:
        """A softer voice does not put it off, but for the end of its sentence: that may be an answer."""
        if self._mouth.saying is not None or self._ears.hearing_callee or self._listen.seconds is None:
            self._quiet_frames = 0
            return
        self._quiet_frames += 1
        patience = self._listen.seconds + (HOLD_SECONDS if self._ears.hearing else 0.0)
        if self._quiet_frames < round(patience / FRAME_SECONDS):
            return
        self._quiet_frames = -math.inf
        self._given = None
        murmured, self._murmured = self._murmured, None
        self._tell(events.Silence() if murmured is None else self._what_happened(murmured))

    def _screened_by_words(self, utterance: Utterance) -> None:
        for verdict in self._screening.heard(utterance.transcript.text):
            self._screened(verdict)

    def _screened(self, found: Verdict | Beep) -> None:
        match found:
            case Beep():
                self._tell(events.Screened(events.Party.MACHINE, ready=True))
            case Verdict(party) if party is not self._party:
                self._party = party
                self._tell(events.Screened(events.Party(party.value)))
                if party is Party.SCREENER:
                    # Whoever speaks next may be somebody else: the person it puts us through to.
                    self._screening, self._party = Screening(self._channel.rate), None

    def _start_timer(self, name: str, seconds: float) -> None:
        if name in self._timers:
            self._timers[name].cancel()
        self._timers[name] = self._loop.call_later(seconds, self._tell, events.TimerFired(name))

    def _tell(self, event: Event) -> None:
        self._events.put_nowait(event)


def _is_meant(utterance: Utterance) -> bool:
    """For us. A softer voice is if its words answer what was asked or are understood everywhere; else it is talk next
    door, and a callee who has moved away from the telephone is asked again when the silence is over."""
    meaning = utterance.meaning
    sure = SOFTER_OPT_OUT_SURE if meaning.intent in ALWAYS_HEARD else SOFTER_SURE
    return not utterance.softer or (utterance.means_something and meaning.confidence >= sure)
