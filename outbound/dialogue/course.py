"""What one call has come to: where it is, what was said last, what was answered.

Decides how the dialogue speaks (one Say at a time, each with its number), and what it goes back to after an
aside: the topic. What is done about an event is decided by the reactions (`pickup`, `steps`, `answers`,
`endings`), which read and change this record and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from campaigns.outcomes import Disposition
from campaigns.script import Script, Step, question_in
from campaigns.spoken import moment
from outbound.dialogue.actions import Action, Listen, Say
from outbound.dialogue.events import Heard
from outbound.dialogue.state import State
from outbound.intents.times import when_meant

SLOW_PACE = 0.8
"""What "slower, please" does to the voice's own speed."""


def _as_promised(at: datetime) -> datetime:
    return at


def _as_asked(at: datetime, now: datetime) -> datetime:
    return at


def _always(name: str, moment: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a dialogue knows of time: pure functions.

    Attributes:
        when_meant: the moment that words name ("tomorrow at three"), or None; (words, language, local now).
        opening_time: the moment, or the next after it at which calls are allowed.
        promised: the moment nearest to the one asked for at which calls are allowed: (moment, local now).
        spoken: how a moment is read back: (moment, local now, language).
        zone: the callee's, by whose rules the clocks are put forward and back; None: as it stood at the answer.
        is_there: whether one of the people to transfer to is there: (name, moment).
    """

    when_meant: Callable[[str, str, datetime], datetime | None] = when_meant
    opening_time: Callable[[datetime], datetime] = _as_promised
    promised: Callable[[datetime, datetime], datetime] = _as_asked
    spoken: Callable[[datetime, datetime, str], str] = moment
    zone: tzinfo | None = None
    is_there: Callable[[str, datetime], bool] = _always


@dataclass(frozen=True, slots=True)
class Topic:
    """What is told or asked, and gone back to after an aside.

    Attributes:
        state: TELLING, ASKING, SCHEDULING, OFFERING or COMMENTING.
        listen: what is understood while it is the topic; `seconds` None where no answer is asked for.
        onward: where the call goes when the topic is settled: a step, or None for a goodbye.
    """

    state: State
    text: str
    listen: Listen = field(default_factory=Listen)
    interruptible: bool = True
    pace: float = 1.0
    onward: str | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What the call had come to when an answer was taken: what a correction goes back to."""

    topic: Topic
    step: Step | None
    onward: str | None
    turn: str
    answers: dict[str, str]
    outcome: Disposition | None


@dataclass(slots=True)
class Course:
    """The record of one call.

    Attributes:
        seconds: since dialling; `answered_seconds` of them until it was answered.
        text: what is being said or was said last; `speaking` tells which.
        misses: silences and misunderstandings since the topic was opened.
        held: what was said during the opening, to be answered after it.
        onward: the step that follows an aside; None: back to the topic.
        turn: the step with which the robot's turn began: what "say that again" goes back to.
        outcome: the disposition, as soon as the call can have no other, short of opt-out or crisis.
        delivered: the message has been heard to its end, or answered.
        pressed_keys: a key was pressed, which only a person does.
    """

    script: Script
    calendar: Calendar
    state: State = State.DIALING
    seconds: float = 0.0
    answered_seconds: float = 0.0
    local_now: datetime | None = None
    topic: Topic | None = None
    step: Step | None = None
    text: str = ""
    speaking: bool = False
    says: int = 0
    pace: float = 1.0
    interruptible: bool = True
    misses: int = 0
    interruptions: int = 0
    digits: str = ""
    held: Heard | None = None
    onward: str | None = None
    turn: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    outcome: Disposition | None = None
    delivered: bool = False
    pressed_keys: bool = False
    opted_out: bool = False
    called_out: bool = False
    """Somebody has said "hello?" instead of an answer."""
    promised: datetime | None = None
    """When the robot has said that it will call again."""
    before: Before | None = None
    """Where the last answer was taken."""
    put: bool = False
    """The topic has been begun at least once."""
    heard_out: bool = False
    """The topic has been said to its end: what is gone back to is its question, not the whole message."""
    targets: list[str] = field(default_factory=list)
    """Who is still to be asked to take the call, by name; the first one is being asked."""
    plea: str = ""
    """The words that asked for a person."""

    def say(self, text: str, *, interruptible: bool = True, pace: float = 1.0) -> Say:
        """Speak `text`, in place of whatever is being said."""
        self.says += 1
        self.text, self.speaking, self.interruptible = text, True, interruptible
        return Say(self.says, text, interruptible=interruptible, pace=pace * self.pace)

    def again(self, *, interruptible: bool | None = None) -> tuple[Action, ...]:
        """Say the last text once more from its beginning."""
        hold = self.interruptible if interruptible is None else interruptible
        return (self.say(self.text, interruptible=hold),)

    def open(self, topic: Topic) -> tuple[Action, ...]:
        """Begin a topic."""
        self.topic, self.onward, self.misses, self.interruptions, self.digits = topic, None, 0, 0, ""
        self.heard_out = False
        return self.resume()

    def resume(self) -> tuple[Action, ...]:
        """Go (back) to the topic: from its beginning, or to its question for those who have heard the rest."""
        topic = self.subject
        self.state, self.put = topic.state, True
        # Whoever was misheard as interrupting twice lets the sentence come to its end the third time.
        interruptible = topic.interruptible and self.interruptions < 2
        text = question_in(topic.text) if self.heard_out else topic.text
        return (self.say(text, interruptible=interruptible, pace=topic.pace), topic.listen)

    def ask_again(self, text: str) -> tuple[Action, ...]:
        """Put the topic's question in other words."""
        topic = self.subject
        self.state = topic.state
        return (self.say(text, pace=topic.pace), topic.listen)

    def here(self) -> Before:
        """Where the call is, to be gone back to."""
        return Before(self.subject, self.step, self.onward, self.turn, dict(self.answers), self.outcome)

    def go_back(self, before: Before) -> None:
        """As if the answer had not been taken; what was saved of it is overwritten by the next one."""
        self.topic, self.step, self.onward, self.turn = before.topic, before.step, before.onward, before.turn
        self.answers, self.outcome = dict(before.answers), before.outcome
        self.state, self.put, self.speaking = before.topic.state, True, False
        self.before = self.promised = None

    def aside(self, text: str, onward: str | None = None) -> tuple[Action, ...]:
        """Say something, then go `onward` to a step, or on to where the call was going, or back to the topic."""
        self.state, self.onward = State.ASIDE, onward or self.onward
        return (self.say(text), self._listening(None))

    def pause(self, text: str, seconds: float) -> tuple[Action, ...]:
        """Be patient for `seconds`, then put the topic anew: somebody else may have come to the telephone."""
        self.state, self.heard_out = State.WAITING, False
        return (self.say(text), self._listening(seconds))

    def _listening(self, seconds: float | None) -> Listen:
        """Beside the topic its answers are still taken, unless it is settled or was never put."""
        return replace(self.subject.listen if self.answerable else Listen(), seconds=seconds)

    @property
    def settled(self) -> bool:
        """The topic has its answer; the call is on its way to the next step."""
        return self.onward is not None

    @property
    def answerable(self) -> bool:
        """The topic has been put to the callee, and has no answer yet."""
        return self.put and not self.settled

    @property
    def subject(self) -> Topic:
        """The topic, in a state that has one."""
        if self.topic is None:
            raise AssertionError(f"{self.state} without a topic")
        return self.topic

    @property
    def now(self) -> datetime:
        """The callee's local time when the call was answered."""
        if self.local_now is None:
            raise AssertionError(f"{self.state} before the answer")
        return self.local_now

    def is_there(self, person: str) -> bool:
        """Whether somebody to transfer to is there by now."""
        return self.calendar.is_there(person, self.now + timedelta(seconds=self.seconds - self.answered_seconds))

    @property
    def ended_early(self) -> Disposition:
        """The disposition of a conversation that stops here."""
        return Disposition.COMPLETED if self.delivered else Disposition.HUNG_UP

    def moment_in(self, words: str) -> datetime | None:
        """The moment that the callee's words name, if they name one."""
        return self.calendar.when_meant(words, self.script.language, self.now)

    def spoken(self, moment: datetime) -> str:
        return self.calendar.spoken(moment.astimezone(self.now.tzinfo), self.now, self.script.language)
