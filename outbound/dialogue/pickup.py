"""From dialling to the end of the opening: ringing, the answer, who or what picked up.

Decides the first words, what a machine and a call screener get, and that nothing a machine says has a meaning.
"""

from __future__ import annotations

from campaigns.intents import GLOBAL_INTENTS, GLOBAL_KEYS, Intent
from campaigns.outcomes import Disposition, Via
from outbound.dialogue.actions import Action, Listen, StartTimer
from outbound.dialogue.answers import global_key, heard
from outbound.dialogue.course import Course, Topic
from outbound.dialogue.endings import CAP, LONGEST, crisis, hang_up, opt_out
from outbound.dialogue.events import (
    Answered,
    Heard,
    Party,
    Pressed,
    Ringing,
    SaidAll,
    Screened,
    TimerFired,
)
from outbound.dialogue.state import LISTENING, State
from outbound.dialogue.steps import enter

BEEP = "beep"
BEEP_SECONDS = 30.0
"""A machine whose beep was not heard by then gets the message all the same."""
SCREENER = "screener"
SCREENER_SECONDS = 30.0
"""How long a call screener may take to put the call through."""

_HELD = GLOBAL_INTENTS - {Intent.WHO_IS_THIS}
"""Said during the opening and answered after it; who is calling is what the opening says."""


def rang(course: Course, event: Ringing) -> tuple[Action, ...]:
    course.state = State.RINGING
    return ()


def answered(course: Course, event: Answered) -> tuple[Action, ...]:
    """Speak at once: who or what it is becomes known meanwhile (47 CFR 64.1200(a)(7): within 2 s)."""
    # A log knows how far the clocks were off, not when they are changed.
    course.local_now = event.local_now.astimezone(course.calendar.zone or event.local_now.tzinfo)
    course.answered_seconds = course.seconds
    script = course.script
    return (*_open(course), StartTimer(LONGEST, script.polite_end_seconds), StartTimer(CAP, script.longest_seconds))


def _open(course: Course) -> tuple[Action, ...]:
    course.held = None
    return course.open(Topic(State.OPENING, course.script.phrases.opening, interruptible=False))


def heard_in_opening(course: Course, event: Heard) -> tuple[Action, ...]:
    """Opt-out and crisis never wait; the rest is answered when the opening is over."""
    if event.intent is Intent.OPT_OUT:
        return opt_out(course, Via.VOICE, event.words)
    if event.intent is Intent.CRISIS:
        return crisis(course, event.words)
    if event.intent in _HELD:
        course.held = event
    return course.again() if event.interrupted else ()


def pressed_in_opening(course: Course, event: Pressed) -> tuple[Action, ...]:
    """The key has stopped the opening: what it does not end begins again."""
    course.pressed_keys = True
    return global_key(course, event.key) if event.key in GLOBAL_KEYS else course.again()


def opened(course: Course, event: SaidAll) -> tuple[Action, ...]:
    """On to the script, or to what was asked meanwhile."""
    course.speaking = False
    first = enter(course, course.script.start)
    if course.held is None or course.state not in LISTENING:
        return first
    # Nothing of the first step has been said yet; it follows the answer.
    course.speaking = course.put = False
    return heard(course, course.held)


def screened(course: Course, event: Screened) -> tuple[Action, ...]:
    """What picked up is known: a person or a doubt goes on, a machine or a screener ends the script."""
    if course.pressed_keys or event.party in {Party.HUMAN, Party.UNCERTAIN}:
        return ()
    return _machine(course, event) if event.party is Party.MACHINE else _screener(course)


def _machine(course: Course, event: Screened) -> tuple[Action, ...]:
    if not course.script.voicemail:
        return hang_up(course, Disposition.VOICEMAIL)
    if event.ready:
        return _leave_message(course)
    course.state = State.AWAITING_BEEP
    return (course.say(""), Listen(), StartTimer(BEEP, BEEP_SECONDS))


def _leave_message(course: Course) -> tuple[Action, ...]:
    course.state = State.LEAVING_MESSAGE
    return (course.say(course.script.voicemail, interruptible=False), Listen())


def _screener(course: Course) -> tuple[Action, ...]:
    course.state = State.AT_SCREENER
    text = course.script.screener or course.script.phrases.opening
    return (course.say(text, interruptible=False), Listen(), StartTimer(SCREENER, SCREENER_SECONDS))


def screened_again(course: Course, event: Screened) -> tuple[Action, ...]:
    """A machine took the call: it is ready now, or a person has come to the phone after all."""
    match event.party:
        case Party.HUMAN:
            return _open(course)
        case Party.MACHINE if event.ready and course.state is not State.LEAVING_MESSAGE:
            return _machine(course, event)
        case Party.MACHINE if course.state is State.AT_SCREENER:
            return _machine(course, event)
        case Party.SCREENER if course.state is State.AWAITING_BEEP:
            return _screener(course)
    return ()


def pressed_at_machine(course: Course, event: Pressed) -> tuple[Action, ...]:
    """Machines press no keys: a person is there."""
    if event.key in GLOBAL_KEYS and GLOBAL_KEYS[event.key] is Intent.OPT_OUT:
        return opt_out(course, Via.KEY, event.key)
    course.pressed_keys = True
    return _open(course)


def machine_waited_for(course: Course, event: TimerFired) -> tuple[Action, ...]:
    """Neither beep nor person came."""
    if event.name == CAP or (event.name == SCREENER and course.state is State.AT_SCREENER):
        screening = course.state is State.AT_SCREENER
        return hang_up(course, Disposition.SCREENED if screening else Disposition.VOICEMAIL)
    if event.name == BEEP and course.state is State.AWAITING_BEEP:
        return _leave_message(course)
    return ()


def message_left(course: Course, event: SaidAll) -> tuple[Action, ...]:
    return hang_up(course, Disposition.VOICEMAIL)
