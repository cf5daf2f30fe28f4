"""A script with one step of every kind, and short ways to hold a call with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from campaigns.intents import Intent
from campaigns.outcomes import Disposition, Result
from campaigns.script import Case, Choice, Collecting, Phrases, Purpose, Script, Step
from outbound.dialogue import Calendar, Dialogue
from outbound.dialogue.actions import Action, HangUp, Listen, Save, Say
from outbound.dialogue.events import Answered, Event, Heard, Pressed, SaidAll

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=timezone(timedelta(hours=-5)))

PHRASES = Phrases(
    opening="Hello, this is Harbor Books.",
    way_out="Say stop or press nine and we will not call again.",
    opt_out_confirmed="We will not call you again. Goodbye.",
    opt_out_matter_confirmed="We will not call you about this again. Goodbye.",
    transferring="One moment, I am getting a person for you.",
    still_connecting="Please hold on, I am still looking for a person.",
    transfer_failed="I am sorry, nobody is free right now.",
    callback_by_person="A person will call you by {when}.",
    callback_ask="When would suit you?",
    callback_confirmed="We will call you {when}. Goodbye.",
    callback_moved="Not then; we will call you {when}. Goodbye.",
    callback_later="We will try another day. Goodbye.",
    wrong_number="I am sorry for the mistake. Goodbye.",
    condolence="I am very sorry for your loss. Goodbye.",
    who_is_this="This is Harbor Books, calling about your order.",
    why_me="You gave us your number with your order.",
    complaint="I am sorry. I have noted that. Would you like a person?",
    crisis="I am glad you told me. I am getting a person for you right now.",
    crisis_alone="Please call 988 now. They are there for you.",
    wait="Of course, take your time.",
    slower="Of course, I will speak more slowly.",
    not_understood="I did not catch that. Press one for yes, two for no.",
    giving_up="I will not keep you. Goodbye.",
    no_answer_known="I do not know that. Would you like a person?",
    rating_thanks="Thank you.",
    low_rating_question="I am sorry to hear that. What went wrong?",
    comment_thanks="Thank you for telling us.",
    cut_short="I have to stop here. Goodbye.",
    goodbye="Goodbye.",
)


@dataclass(frozen=True, slots=True)
class Was:
    """A branch's test: the answer at a step was this."""

    step: str
    value: str

    def holds(self, answers: Mapping[str, str]) -> bool:
        return answers.get(self.step) == self.value


STEPS = (
    Step("message", "Your parcel is on its way and comes tomorrow.", next="leave"),
    Step(
        "leave",
        "May we leave it with a neighbour?",
        choices=(
            Choice("yes", "route", Intent.YES, key="1"),
            Choice("no", "route", Intent.NO, key="2"),
            Choice("number", "digits", phrases=("enter a code", "i have a code"), key="3"),
            Choice("time", "time", phrases=("choose a time",), key="4"),
            Choice("desk", "desk", phrases=("ask the desk",), key="5"),
        ),
        reprompt="May we leave it with a neighbour? Press one for yes, two for no.",
    ),
    Step("route", cases=(Case(Was("leave", "no"), "consent"), Case(None, "rate"))),
    Step("consent", "Shall we try again on Friday?", collect=Collecting.YES_NO, next="rate"),
    Step("digits", "Please enter the code.", collect=Collecting.DIGITS, digits=(2, 4), next="rate"),
    Step("time", "What time suits you?", collect=Collecting.TIME, next="rate"),
    Step("desk", "I will put you through to the desk.", transfer="desk"),
    Step("rate", "How was our service, from one to five?", collect=Collecting.RATING, next="bye"),
    Step("bye", "Thank you, and goodbye.", end=True),
)

SCRIPT = Script(
    language="en-US",
    brand="Harbor Books",
    purpose=Purpose.INFORMATIONAL,
    start="message",
    steps={step.name: step for step in STEPS},
    phrases=PHRASES,
    answers={Intent.QUESTION_WHEN: "It comes tomorrow afternoon."},
    voicemail="This is Harbor Books. Your parcel comes tomorrow.",
    screener="Harbor Books, about a parcel that comes tomorrow.",
    transfer_targets={"service": "sip:service@desk.invalid", "desk": "sip:desk@desk.invalid"},
    summary="A customer with a question about a parcel.",
    longest_seconds=90.0,
)
ALONE = replace(SCRIPT, transfer_targets={})


def when_meant(words: str, language: str, local_now: datetime) -> datetime | None:
    """Enough of a clock for tests: "tomorrow", "tonight"."""
    if "tomorrow" in words:
        return (local_now + timedelta(days=1)).replace(hour=15)
    return local_now.replace(hour=23) if "tonight" in words else None


def until_nine(at: datetime) -> datetime:
    """A window that closes at 21:00: later is the next morning."""
    return at if at.hour < 21 else (at + timedelta(days=1)).replace(hour=9)


CALENDAR = Calendar(
    when_meant=when_meant,
    opening_time=until_nine,
    promised=lambda asked, local_now: until_nine(asked),
    spoken=lambda at, local_now, language: f"{at:%A %H:%M}",
)


class Call:
    """A call held event by event; the robot's sentences end when `hear_out` says so.

    Attributes:
        seconds: since dialling, at the next event.
    """

    def __init__(self, script: Script = SCRIPT, calendar: Calendar = CALENDAR) -> None:
        self.dialogue = Dialogue(script, calendar)
        self.seconds = 0.0
        self.actions: list[Action] = []

    def take(self, *events: Event) -> tuple[Action, ...]:
        """The actions of the last event."""
        actions: tuple[Action, ...] = ()
        for event in events:
            actions = self.dialogue.receive(event, self.seconds)
            self.actions += actions
        return actions

    def hear_out(self, sentences: int = 1) -> tuple[Action, ...]:
        """Let the robot finish what it is saying, and what it says then, so many times."""
        actions: tuple[Action, ...] = ()
        for _ in range(sentences):
            actions = self.take(SaidAll(self.says[-1].say_id))
        return actions

    def say(self, intent: Intent, words: str = "", *, interrupted: bool = False) -> tuple[Action, ...]:
        return self.take(Heard(intent, 0.9, words or intent.value, interrupted=interrupted))

    def choose(self, phrase: str) -> tuple[Action, ...]:
        return self.take(Heard(Intent.OTHER, 0.9, phrase, choice=phrase))

    def press(self, *keys: str) -> tuple[Action, ...]:
        return self.take(*(Pressed(key) for key in keys))

    @property
    def says(self) -> list[Say]:
        return [action for action in self.actions if isinstance(action, Say)]

    @property
    def said(self) -> list[str]:
        return [say.text for say in self.says]

    @property
    def saved(self) -> list[Result]:
        return [action.result for action in self.actions if isinstance(action, Save)]

    @property
    def listening(self) -> Listen:
        return next(action for action in reversed(self.actions) if isinstance(action, Listen))

    @property
    def disposition(self) -> Disposition | None:
        return next((action.disposition for action in self.actions if isinstance(action, HangUp)), None)


def answered(script: Script = SCRIPT) -> Call:
    """A call that has just been answered."""
    call = Call(script)
    call.take(Answered(NOON))
    return call


def at_step(name: str, script: Script = SCRIPT) -> Call:
    """A call that has heard the message and is at a step; its sentence is being said."""
    call = answered(replace(script, start=name))
    call.hear_out()
    return call


def asked(name: str, script: Script = SCRIPT) -> Call:
    """A call at a step whose sentence has been said."""
    call = at_step(name, script)
    call.hear_out()
    return call
