"""A call without sound: a scripted callee whose words go straight to their meaning.

Decides how long things take (speech by its letters) and when a scripted callee acts, so that campaigns can be
rehearsed by the thousand. What words mean is the same understanding that a spoken call uses; sound, recognition and
turn-taking are left out, and with them all their mistakes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from campaigns.intents import Intent
from outbound.dialogue.actions import Action, HangUp, Listen, Say, StartTimer, Transfer
from outbound.dialogue.events import (
    Answered,
    Event,
    Heard,
    HungUp,
    Party,
    Pressed,
    Ringing,
    SaidAll,
    Screened,
    Silence,
    TimerFired,
    TransferSettled,
)
from outbound.lines.base import EndCause
from outbound.simulation.callee import Answerer, Callee, Doing, HangsUp, Noise, Presses, Says, StaysSilent

Meaning = Callable[[str, Listen], Heard]
"""What words mean while a step listens."""

_LETTERS_PER_SECOND = {"zh": 4.5, "ko": 6.0, "ja": 7.0}
_LATIN_LETTERS_PER_SECOND = 15.0
_BEEP_SECONDS = 0.5
_ALWAYS_STOP = frozenset({Intent.OPT_OUT, Intent.CRISIS})
_MACHINE_KNOWN_SECONDS = 2.5
_KEY_SECONDS = 0.25


def seconds_to_say(text: str, language: str, pace: float = 1.0) -> float:
    """About how long a voice takes for a text."""
    return len(text) / (_LETTERS_PER_SECOND.get(language.split("-", 1)[0], _LATIN_LETTERS_PER_SECOND) * pace)


class TextConversation:
    """Implements `outbound.call.Conversation` over a scripted callee, on the loop's own time."""

    def __init__(
        self,
        callee: Callee,
        meaning: Meaning,
        *,
        language: str,
        ring_seconds: float,
        local_now: Callable[[], datetime],
    ) -> None:
        self._callee, self._meaning, self._language = callee, meaning, language
        self._local_now = local_now
        self._loop = asyncio.get_running_loop()
        self._events: deque[Event] = deque()
        self._awaited: asyncio.Future[None] | None = None
        """Somebody waits for the next event."""
        self._doings = deque(callee.does)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._say: Say | None = None
        self._listen = Listen()
        self._machine = callee.answers in {Answerer.VOICEMAIL, Answerer.SCREENER}
        self._speaking = False
        self._over = False
        self._dial(ring_seconds)

    async def next_event(self) -> Event:
        if not self._events:
            self._awaited = self._loop.create_future()
            await self._awaited
        return self._events.popleft()

    def perform(self, action: Action) -> None:
        match action:
            case Say():
                self._speak(action)
            case Listen():
                self._listen = action
                if self._say is None:
                    self._count_silence()
            case StartTimer(name, seconds):
                self._after(seconds, lambda: self._tell(TimerFired(name)), f"timer {name}")
            case Transfer():
                self._after(self._callee.transfer_seconds, self._settle_transfer, "transfer")
            case HangUp():
                self._end()

    async def close(self) -> None:
        self._end()

    def _dial(self, ring_seconds: float) -> None:
        end = self._callee.answers.end
        self._tell(Ringing())
        if end is not None and end is not EndCause.NO_ANSWER:
            self._after(min(self._callee.rings, ring_seconds), lambda: self._gone(end), "ring")
        elif end is EndCause.NO_ANSWER or self._callee.rings > ring_seconds:
            self._after(ring_seconds, lambda: self._gone(EndCause.NO_ANSWER), "ring")
        else:
            self._after(self._callee.rings, self._answer, "ring")

    def _answer(self) -> None:
        self._tell(Answered(self._local_now()))
        greeting_seconds = seconds_to_say(self._callee.greeting, self._language)
        match self._callee.answers:
            case Answerer.VOICEMAIL:
                known = Screened(Party.MACHINE)
                self._after(min(_MACHINE_KNOWN_SECONDS, greeting_seconds), lambda: self._tell(known), "screening")
                ready = Screened(Party.MACHINE, ready=True)
                self._after(greeting_seconds + _BEEP_SECONDS, lambda: self._tell(ready), "beep")
            case Answerer.SCREENER:
                self._after(greeting_seconds, lambda: self._tell(Screened(Party.SCREENER)), "screening")
            case _:
                self._after(greeting_seconds, lambda: self._tell(Screened(Party.HUMAN)), "screening")

    def _speak(self, say: Say) -> None:
        """The robot takes (or keeps) the floor; whatever the callee was about to do waits for the new end."""
        self._cancel("silence", "callee")
        self._say = say
        self._after(seconds_to_say(say.text, self._language, say.pace), self._spoken, "speech")
        doing = self._doings[0] if self._doings else None
        if doing is not None and doing.after is not None and say.text:
            self._after(doing.after, self._act, "callee")

    def _spoken(self) -> None:
        said, self._say = self._say, None
        if said is None:
            return
        self._cancel("callee")
        self._tell(SaidAll(said.say_id))
        self._count_silence()
        if said.text and not self._speaking:
            self._after(self._callee.thinks, self._act, "callee")

    def _count_silence(self) -> None:
        self._cancel("silence")
        if self._listen.seconds is not None and not self._speaking:
            self._after(self._listen.seconds, lambda: self._tell(Silence()), "silence")

    def _act(self) -> None:
        if self._machine and self._callee.answers is Answerer.VOICEMAIL:
            return
        if self._doings:
            self._do(self._doings.popleft())
        elif self._callee.then is not None:
            self._do(self._callee.then(self._listen))

    def _do(self, doing: Doing) -> None:
        match doing:
            case Says(words):
                self._cancel("silence")
                self._speaking = True
                self._after(seconds_to_say(words, self._language), lambda: self._say_words(words), "words")
            case Presses(keys):
                for place, key in enumerate(keys):
                    self._after(place * _KEY_SECONDS, lambda key=key: self._press(key), f"key {place}")  # type: ignore[misc]
            case HangsUp():
                self._gone(EndCause.FAR_END)
            case Noise() | StaysSilent():
                pass

    def _say_words(self, words: str) -> None:
        self._speaking = False
        if self._machine:
            # The screener puts the call through: from here on a person speaks.
            self._machine = False
            self._tell(Screened(Party.HUMAN))
            return
        heard = self._meaning(words, self._listen)
        if self._say is not None and (self._say.interruptible or heard.intent in _ALWAYS_STOP):
            self._stop()
            heard = replace(heard, interrupted=True)
        self._tell(heard)
        if self._say is None:
            self._count_silence()

    def _press(self, key: str) -> None:
        self._stop()
        self._tell(Pressed(key))
        self._count_silence()

    def _stop(self) -> None:
        self._say = None
        self._cancel("speech")

    def _settle_transfer(self) -> None:
        reached = self._callee.transfer_reached
        self._tell(TransferSettled(reached, "" if reached else "no answer"))

    def _gone(self, cause: EndCause) -> None:
        if not self._over:
            self._tell(HungUp(cause))
        self._end()

    def _end(self) -> None:
        self._over = True
        self._cancel(*self._timers)

    def _tell(self, event: Event) -> None:
        if self._over:
            return
        self._events.append(event)
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    def _after(self, seconds: float, act: Callable[[], None], name: str) -> None:
        self._cancel(name)
        if not self._over:
            self._timers[name] = self._loop.call_later(seconds, act)

    def _cancel(self, *names: str) -> None:
        for name in names:
            timer = self._timers.pop(name, None)
            if timer is not None:
                timer.cancel()
