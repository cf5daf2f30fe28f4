"""The ways a call ends: opt-out, crisis, another time, wrong number, goodbye, and the far end hanging up.

Decides what is saved, said and done in each, and the one honest disposition. Fetching a person is `fetching.py`; which
event leads here stands in `table.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.outcomes import (
    CallbackPromise,
    Crisis,
    Disposition,
    OptOut,
    Scope,
    TransferResult,
    Via,
    WrongNumber,
)
from outbound.dialogue.actions import Action, HangUp, Listen, Save
from outbound.dialogue.course import Course
from outbound.dialogue.events import HungUp, SaidAll, SaveFailed
from outbound.dialogue.scope import scope_meant
from outbound.dialogue.state import BEFORE_ANSWER, State
from outbound.lines.base import EndCause

LONGEST = "longest"
"""The timer that brings a call to a polite end."""
CAP = "cap"
"""The timer that ends it, whatever is being said."""
_ABOUT = timedelta(hours=1)
"""So much before or after the time that was asked for is still that time: "tonight" is said of a whole evening."""

_BEFORE_ANSWER = {
    EndCause.BUSY: Disposition.BUSY,
    EndCause.NO_ANSWER: Disposition.NO_ANSWER,
    EndCause.REJECTED: Disposition.REJECTED,
    EndCause.FAR_END: Disposition.REJECTED,
    EndCause.UNREACHABLE: Disposition.UNREACHABLE,
    EndCause.ROUTE_DOWN: Disposition.ROUTE_DOWN,
}
_OURS = {
    EndCause.LOST: Disposition.FAILED,
    EndCause.FAILED: Disposition.FAILED,
    EndCause.ROUTE_DOWN: Disposition.FAILED,
    # We broke off a conversation. The callee must not be bothered again because of that.
    EndCause.NEAR_END: Disposition.INTERRUPTED,
}
_MACHINES = {
    State.AWAITING_BEEP: Disposition.VOICEMAIL,
    State.LEAVING_MESSAGE: Disposition.VOICEMAIL,
    State.AT_SCREENER: Disposition.SCREENED,
}


def hang_up(course: Course, disposition: Disposition) -> tuple[Action, ...]:
    course.state, course.outcome = State.ENDED, disposition
    return (HangUp(disposition),)


def close(course: Course, text: str, disposition: Disposition) -> tuple[Action, ...]:
    """Say the last words, then hang up."""
    course.state, course.outcome = State.CLOSING, disposition
    return (course.say(text, interruptible=False), Listen())


def goodbye(course: Course) -> tuple[Action, ...]:
    return close(course, course.script.phrases.goodbye, course.ended_early)


def last_words_said(course: Course, event: SaidAll) -> tuple[Action, ...]:
    return hang_up(course, course.outcome or course.ended_early)


def opt_out(course: Course, via: Via, words: str) -> tuple[Action, ...]:
    """Save it before anything else, one short confirmation (none where the script has none), hang up."""
    save = save_opt_out(course, via, words)
    phrases = course.script.phrases
    only_this = _scope(course, words) is Scope.CAMPAIGN
    confirmation = phrases.opt_out_matter_confirmed if only_this else phrases.opt_out_confirmed
    if not confirmation:
        return (*save, *hang_up(course, Disposition.OPTED_OUT))
    course.state, course.outcome = State.OPTING_OUT, Disposition.OPTED_OUT
    return (*save, course.say(confirmation, interruptible=False), Listen())


def save_opt_out(course: Course, via: Via, words: str) -> tuple[Action, ...]:
    """Written down once, however often it is said."""
    if course.opted_out:
        return ()
    course.opted_out = True
    return (Save(OptOut(via, words, _scope(course, words))),)


def _scope(course: Course, words: str) -> Scope:
    return scope_meant(words, course.script.language, course.script.opt_out_scope)


def not_here(course: Course, words: str, last_words: str) -> tuple[Action, ...]:
    """Whom we wanted is not at this number, or has died: nobody is to be called here, or reminded, again."""
    save = Save(WrongNumber(Via.VOICE, words))
    return (save, *close(course, last_words, Disposition.WRONG_NUMBER))


def callback(course: Course, asked: datetime | None, words: str) -> tuple[Action, ...]:
    """Promise another call, at the moment asked for or the nearest that is allowed, or some other day; read it back."""
    phrases = course.script.phrases
    at = course.promised = None if asked is None else course.calendar.promised(asked, course.now)
    if asked is None or at is None:
        text = phrases.callback_later
    else:
        about_then = at.date() == asked.date() and abs(at - asked) < _ABOUT
        text = with_moment(course, phrases.callback_confirmed if about_then else phrases.callback_moved, at)
    save = Save(CallbackPromise(at, by_person=False, words=words))
    return (save, *close(course, text, Disposition.CALLBACK))


def another_time(course: Course, words: str) -> tuple[Action, ...] | None:
    """A call was promised, and another time is named after all; None: these words name none, or the same."""
    asked = None if course.promised is None else course.moment_in(words)
    if asked is None or course.calendar.promised(asked, course.now) == course.promised:
        return None
    return callback(course, asked, words)


def crisis(course: Course, words: str) -> tuple[Action, ...]:
    """Words of self-harm: written down first, then one caring sentence and nothing else."""
    course.state, course.outcome = State.CARING, Disposition.CRISIS
    return (Save(Crisis(words)), course.say(course.script.phrases.crisis, interruptible=False), Listen())


def gone(course: Course, event: HungUp) -> tuple[Action, ...]:
    """The channel is gone: what is still owed is written down, and the outcome is what it honestly was."""
    saves: tuple[Action, ...] = ()
    if course.state in {State.CONNECTING, State.CONNECTING_URGENTLY}:
        reached = event.cause is EndCause.TRANSFERRED
        saves = (Save(TransferResult(course.targets[0], reached, "" if reached else event.cause.value)),)
        if reached and course.state is State.CONNECTING:
            course.outcome = Disposition.TRANSFERRED
    elif course.state is State.SCHEDULING:
        # Another call was asked for; only the time was not.
        saves = (Save(CallbackPromise(None, by_person=False, words="")),)
        course.outcome = Disposition.CALLBACK
    return (*saves, *hang_up(course, _when_cut(course, event.cause)))


def unsaved(course: Course, event: SaveFailed) -> tuple[Action, ...]:
    """We can promise nothing that we cannot write down."""
    return goodbye(course)


def _when_cut(course: Course, cause: EndCause) -> Disposition:
    if course.outcome is not None:
        return course.outcome
    if course.state in BEFORE_ANSWER:
        return _BEFORE_ANSWER.get(cause, Disposition.FAILED)
    if course.state in _MACHINES:
        return _MACHINES[course.state]
    return Disposition.COMPLETED if course.delivered else _OURS.get(cause, Disposition.HUNG_UP)


def with_moment(course: Course, text: str, at: datetime) -> str:
    """A phrase with its moment as it is said."""
    when = course.spoken(at)
    # "at 3 p.m." brings the full stop of its sentence along.
    return text.replace("{when}." if when.endswith(".") else "{when}", when).replace("{when}", when)
