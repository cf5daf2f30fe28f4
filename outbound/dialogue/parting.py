"""What can still be said, pressed or come in while a call is ending or a person is being fetched.

Decides that opt-out and crisis are heard to the very end, that nothing interrupts care for somebody in crisis, and
that a key, which stops the robot's speech, never leaves the call in silence.
"""

from __future__ import annotations

from campaigns.intents import GLOBAL_KEYS, Intent
from campaigns.outcomes import Crisis, Disposition, Via
from outbound.dialogue.actions import Action, Listen, Save
from outbound.dialogue.answers import global_key
from outbound.dialogue.course import Course
from outbound.dialogue.endings import CAP, another_time, crisis, hang_up, last_words_said, opt_out, save_opt_out
from outbound.dialogue.events import Heard, Pressed, SaidAll, TimerFired, TransferSettled
from outbound.dialogue.fetching import announced, cared, settled, transfer
from outbound.dialogue.state import State


def heard_while_fetching(course: Course, event: Heard) -> tuple[Action, ...]:
    """ANNOUNCING, CONNECTING: a person is on the way; only opt-out and crisis change that."""
    if event.intent is Intent.OPT_OUT:
        return opt_out(course, Via.VOICE, event.words)
    if event.intent is Intent.CRISIS:
        return _crisis_while_connecting(course, event.words) if _is_connecting(course) else crisis(course, event.words)
    if not event.interrupted:
        return ()
    course.speaking = False
    return () if _is_connecting(course) else course.again()


def _is_connecting(course: Course) -> bool:
    return course.state is State.CONNECTING


def _crisis_while_connecting(course: Course, words: str) -> tuple[Action, ...]:
    """A person is being fetched already; nothing faster can be done than to go on."""
    course.state, course.outcome = State.CONNECTING_URGENTLY, Disposition.CRISIS
    return (Save(Crisis(words)), course.say(course.script.phrases.crisis, interruptible=False), Listen())


def pressed_while_announcing(course: Course, event: Pressed) -> tuple[Action, ...]:
    if _means_opt_out(event):
        return opt_out(course, Via.KEY, event.key)
    return connect(course)


def connect(course: Course) -> tuple[Action, ...]:
    """The announcement is over, or was cut off by a key: fetch the person."""
    return announced(course, SaidAll(course.says))


def pressed_while_connecting(course: Course, event: Pressed) -> tuple[Action, ...]:
    course.speaking = False
    return opt_out(course, Via.KEY, event.key) if _means_opt_out(event) else ()


def time_is_up_announcing(course: Course, event: TimerFired) -> tuple[Action, ...]:
    return connect(course) if event.name == CAP else ()


def heard_while_caring(course: Course, event: Heard) -> tuple[Action, ...]:
    """CARING, CONNECTING_URGENTLY: an opt-out is written down, and the care goes on."""
    saves = save_opt_out(course, Via.VOICE, event.words) if event.intent is Intent.OPT_OUT else ()
    return (*saves, *course.again()) if event.interrupted else saves


def pressed_while_caring(course: Course, event: Pressed) -> tuple[Action, ...]:
    """The key has cut the caring sentence off: fetch the person at once."""
    saves = save_opt_out(course, Via.KEY, event.key) if _means_opt_out(event) else ()
    return (*saves, *cared(course, SaidAll(course.says)))


def pressed_while_connecting_urgently(course: Course, event: Pressed) -> tuple[Action, ...]:
    course.speaking = False
    return save_opt_out(course, Via.KEY, event.key) if _means_opt_out(event) else ()


def time_is_up_caring(course: Course, event: TimerFired) -> tuple[Action, ...]:
    return cared(course, SaidAll(course.says)) if event.name == CAP else ()


def heard_while_opting_out(course: Course, event: Heard) -> tuple[Action, ...]:
    """Said again, it has stopped the confirmation: there is nothing left to confirm."""
    if event.intent is Intent.CRISIS:
        return crisis(course, event.words)
    return hang_up(course, Disposition.OPTED_OUT) if event.interrupted else ()


def pressed_while_opting_out(course: Course, event: Pressed) -> tuple[Action, ...]:
    return hang_up(course, Disposition.OPTED_OUT)


def heard_while_closing(course: Course, event: Heard) -> tuple[Action, ...]:
    if course.outcome is Disposition.CRISIS:
        return heard_while_caring(course, event)
    match event.intent:
        case Intent.OPT_OUT:
            return opt_out(course, Via.VOICE, event.words)
        case Intent.CRISIS:
            return crisis(course, event.words)
        case Intent.TRANSFER:
            return transfer(course, event.words)
        case Intent.REPEAT:
            return course.again()
    moved = another_time(course, event.words)
    if moved is not None:
        return moved
    return course.again() if event.interrupted else ()


def pressed_while_closing(course: Course, event: Pressed) -> tuple[Action, ...]:
    """The key has cut the last words off."""
    if course.outcome is Disposition.CRISIS:
        saves = save_opt_out(course, Via.KEY, event.key) if _means_opt_out(event) else ()
        return (*saves, *course.again())
    return global_key(course, event.key) if event.key in {"0", "9"} else course.again()


def settled_late(course: Course, event: TransferSettled) -> tuple[Action, ...]:
    """CLOSING: a person did come, after we had given up waiting."""
    if not event.reached or not course.targets:
        return ()
    return settled(course, event)


def time_is_up(course: Course, event: TimerFired) -> tuple[Action, ...]:
    """OPTING_OUT, CLOSING, OPENING: the longest length is over, in the middle of a sentence if need be."""
    return last_words_said(course, SaidAll(course.says)) if event.name == CAP else ()


def _means_opt_out(event: Pressed) -> bool:
    return GLOBAL_KEYS.get(event.key) is Intent.OPT_OUT
