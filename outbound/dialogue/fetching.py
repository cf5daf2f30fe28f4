"""Fetching a person: who is asked, one after the other, and what the callee hears meanwhile.

Decides that nobody waits in silence, that the next one is asked when one does not take the call, and what is promised
when nobody does. How somebody is rung and joined is the line's; it tells every final outcome.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.outcomes import CallbackPromise, Disposition, TransferResult
from campaigns.script import LAST_WORDS_SECONDS
from outbound.dialogue.actions import Action, Listen, Save, StartTimer, Transfer
from outbound.dialogue.course import Course
from outbound.dialogue.endings import CAP, close, hang_up, with_moment
from outbound.dialogue.events import SaidAll, TimerFired, TransferSettled
from outbound.dialogue.state import State

CONNECTING_SECONDS = 60.0
"""However many are asked: when it is over, nobody was reached."""
HOLD = "hold"
"""The timer that breaks the silence of waiting."""
HOLD_SECONDS = 5.0
PERSON_CALLS_WITHIN = timedelta(hours=24)
"""What is promised when no person takes a transfer."""
_TOO_LONG = "no answer in time"


def transfer(course: Course, words: str, *, target: str = "", text: str = "") -> tuple[Action, ...]:
    """Connect a person: the script's own target and words, or the first target and the usual words."""
    course.plea, course.promised = words, None
    _line_up(course, target)
    if not course.targets:
        return promise_person(course)
    course.state = State.ANNOUNCING
    return (course.say(text or course.script.phrases.transferring, interruptible=False), Listen())


def announced(course: Course, event: SaidAll) -> tuple[Action, ...]:
    course.state = State.CONNECTING
    return _begin(course)


def cared(course: Course, event: SaidAll) -> tuple[Action, ...]:
    """The caring sentence is over: whoever comes first."""
    _line_up(course)
    if not course.targets:
        return close(course, course.script.phrases.crisis_alone, Disposition.CRISIS)
    course.state = State.CONNECTING_URGENTLY
    return _begin(course)


def said(course: Course, event: SaidAll) -> tuple[Action, ...]:
    """CONNECTING, CONNECTING_URGENTLY: the callee waits."""
    course.speaking = False
    return ()


def timer(course: Course, event: TimerFired) -> tuple[Action, ...]:
    """CONNECTING, CONNECTING_URGENTLY: the callee has waited for a while, or for as long as anybody should."""
    if event.name == HOLD:
        return _reassure(course)
    if event.name != CAP:
        return ()
    del course.targets[1:]
    return settled(course, TransferSettled(reached=False, reason=_TOO_LONG))


def settled(course: Course, event: TransferSettled) -> tuple[Action, ...]:
    """The line's last word on the one who was asked."""
    urgent = _is_urgent(course)
    save = Save(TransferResult(course.targets[0], event.reached, event.reason))
    if event.reached:
        return (save, *hang_up(course, Disposition.CRISIS if urgent else Disposition.TRANSFERRED))
    others = [name for name in course.targets[1:] if course.is_there(name)]
    if others:
        course.targets = others
        return (save, *_reassure(course), _ask(course))
    if not urgent:
        return (save, *promise_person(course))
    alone = close(course, course.script.phrases.crisis_alone, Disposition.CRISIS)
    return (save, *alone, StartTimer(CAP, 2 * LAST_WORDS_SECONDS))


def promise_person(course: Course) -> tuple[Action, ...]:
    """Nobody takes the call: an apology, and a person's call promised and written down."""
    phrases = course.script.phrases
    at = course.calendar.opening_time(_next_full_hour(course.now + PERSON_CALLS_WITHIN))
    text = f"{phrases.transfer_failed} {with_moment(course, phrases.callback_by_person, at)}"
    save = Save(CallbackPromise(at, by_person=True, words=course.plea))
    return (save, *close(course, text, Disposition.CALLBACK), StartTimer(CAP, 2 * LAST_WORDS_SECONDS))


def _line_up(course: Course, first: str = "") -> None:
    """Everybody who is there by now, in the script's order; the one who is meant comes first."""
    there = [name for name in course.script.transfer_targets if course.is_there(name)]
    course.targets = sorted(there, key=lambda name: name != first)


def _begin(course: Course) -> tuple[Action, ...]:
    course.speaking = False
    return (StartTimer(CAP, CONNECTING_SECONDS), StartTimer(HOLD, HOLD_SECONDS), _ask(course))


def _ask(course: Course) -> Transfer:
    place = course.script.transfer_targets[course.targets[0]]
    return Transfer(place, course.script.summary, _is_urgent(course))


def _reassure(course: Course) -> tuple[Action, ...]:
    """Say that somebody is still being fetched, unless something is being said."""
    again = StartTimer(HOLD, HOLD_SECONDS)
    if course.speaking:
        return (again,)
    return (course.say(course.script.phrases.still_connecting, interruptible=False), again)


def _is_urgent(course: Course) -> bool:
    return course.outcome is Disposition.CRISIS


def _next_full_hour(at: datetime) -> datetime:
    full = at.replace(minute=0, second=0, microsecond=0)
    return full if full == at else full + timedelta(hours=1)
