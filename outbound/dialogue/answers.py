"""What a callee can say or press at any time, and in which order meanings are tried.

Decides, in every listening state: opt-out and crisis before all else, then the answer to what was asked, then the
answers that every call understands, and last what is unclear. What each of them does is in `steps` and `endings`.
"""

from __future__ import annotations

from collections.abc import Callable

from campaigns.intents import GLOBAL_KEYS, Intent
from campaigns.outcomes import Complaint, Disposition, Via
from campaigns.script import Collecting
from outbound.dialogue.actions import Action, Listen, Save, StartTimer
from outbound.dialogue.course import SLOW_PACE, Course, Topic
from outbound.dialogue.digits import spoken_digits
from outbound.dialogue.endings import (
    CAP,
    LONGEST,
    callback,
    close,
    crisis,
    goodbye,
    hang_up,
    not_here,
    opt_out,
)
from outbound.dialogue.events import Corrected, Heard, Pressed, Silence, TimerFired
from outbound.dialogue.fetching import transfer
from outbound.dialogue.greetings import calls_out
from outbound.dialogue.refusals import says_nothing
from outbound.dialogue.state import State
from outbound.dialogue.steps import (
    ANSWER_SECONDS,
    answer_pressed,
    answer_said,
    comment,
    decline,
    enter,
    go_on,
    number_pressed,
    offer,
    silence,
    unclear,
)

PATIENCE_SECONDS = 30.0
"""How long "hold on a second" is honoured."""
DIGITS = "digits"
"""The timer that ends a number typed on the keys."""
DIGITS_PAUSE_SECONDS = 2.0

_NEVER_A_COMMENT = frozenset({Intent.TRANSFER, Intent.REPEAT, Intent.WAIT})
"""What is slow is what went wrong: "slower" is a comment."""
_NEVER_A_TIME = frozenset(
    {
        Intent.TRANSFER,
        Intent.WRONG_NUMBER,
        Intent.DECEASED,
        Intent.COMPLAINT,
        Intent.REPEAT,
        Intent.SLOWER,
        Intent.WAIT,
        Intent.WHO_IS_THIS,
        Intent.WHY_ME,
    }
)


def heard(course: Course, event: Heard) -> tuple[Action, ...]:
    """Something was said in a listening state."""
    if event.interrupted:
        course.speaking = False
    if event.intent is Intent.OPT_OUT:
        return opt_out(course, Via.VOICE, event.words)
    if event.intent is Intent.CRISIS:
        return crisis(course, event.words)
    found = _answered(course, event) if course.answerable else None
    if found is not None:
        return found
    if event.intent in _AT_ANY_TIME and not _spells(course, event.words):
        course.before = None
        return _AT_ANY_TIME[event.intent](course, event.words)
    if _has_not_heard_us(course, event):
        course.called_out = True
        return _repeat(course, event.words)
    return unclear(course, interrupted=event.interrupted)


def _has_not_heard_us(course: Course, event: Heard) -> bool:
    """ "Hello?" into the silence after a question. Once in a call: whoever says nothing else is no better for more."""
    if event.intent is not Intent.OTHER or event.interrupted or course.speaking or course.called_out:
        return False
    return course.state is State.ASKING and calls_out(event.words, course.script.language)


def corrected(course: Course, event: Corrected) -> tuple[Action, ...]:
    """The answer just taken is taken back. The callee's last word holds; where it is no answer, the question is put
    again."""
    if course.before is None:
        return ()
    course.go_back(course.before)
    found = _answered(course, Heard(event.intent, event.confidence, event.words, event.choice))
    return course.resume() if found is None else found


def pressed(course: Course, event: Pressed) -> tuple[Action, ...]:
    """A key was pressed in a listening state; it has stopped the robot's speech."""
    interrupted, course.speaking = course.speaking, False
    course.pressed_keys = True
    if _collecting_digits(course):
        return _digit(course, event.key)
    if event.key in GLOBAL_KEYS:
        return global_key(course, event.key)
    found = _key_to_the_topic(course, event.key) if course.answerable else None
    return unclear(course, interrupted=interrupted) if found is None else found


def global_key(course: Course, key: str) -> tuple[Action, ...]:
    intent = GLOBAL_KEYS[key]
    return opt_out(course, Via.KEY, key) if intent is Intent.OPT_OUT else _AT_ANY_TIME[intent](course, key)


def quiet(course: Course, event: Silence) -> tuple[Action, ...]:
    """Nobody spoke; digits typed so far are a number, not silence."""
    return digits_over(course) if course.digits else silence(course, event)


def waited(course: Course, event: Silence) -> tuple[Action, ...]:
    """The pause is over and nobody spoke: back to the matter."""
    return go_on(course)


def timer(course: Course, event: TimerFired) -> tuple[Action, ...]:
    """A timer fired in a listening state."""
    if event.name == LONGEST:
        if _saying_goodbye(course):
            return ()
        course.before = None
        return close(course, course.script.phrases.cut_short, course.ended_early)
    if event.name == CAP:
        return hang_up(course, course.ended_early)
    return digits_over(course) if event.name == DIGITS and course.digits else ()


def _saying_goodbye(course: Course) -> bool:
    """The script's own goodbye, with few words before it, is as short an end as any other."""
    step = course.step
    if step is None or not step.end or course.state is not State.TELLING:
        return False
    return len(step.say) < 2 * len(course.script.phrases.goodbye)


def digits_over(course: Course) -> tuple[Action, ...]:
    """The typed number is complete. A lone 9, 0 means what it means everywhere."""
    digits, course.digits = course.digits, ""
    if digits in GLOBAL_KEYS:
        return global_key(course, digits)
    fewest, most = course.step.digits if course.step else (1, 1)
    if fewest <= len(digits) <= most:
        return number_pressed(course, digits)
    return unclear(course, interrupted=False)


def _collecting_digits(course: Course) -> bool:
    """A number is asked for."""
    collects = course.step is not None and course.step.collect is Collecting.DIGITS
    return collects and course.answerable and course.subject.state is State.ASKING


def _spells(course: Course, words: str) -> bool:
    """Digits where a number is asked for, too few or too many: a "zero" among them is not the key for a person."""
    return _collecting_digits(course) and spoken_digits(words, course.script.language) is not None


def _digit(course: Course, key: str) -> tuple[Action, ...]:
    """One more digit. 9 and 0 belong to a number only in company: alone, they are the global keys."""
    if key == "#":
        return digits_over(course)
    if not key.isdigit():
        course.digits = ""
        return course.resume()
    course.state = State.ASKING
    course.digits += key
    most = course.step.digits[1] if course.step else 1
    if len(course.digits) >= most:
        return digits_over(course)
    return (StartTimer(DIGITS, DIGITS_PAUSE_SECONDS),)


def _answered(course: Course, event: Heard) -> tuple[Action, ...] | None:
    """The answer to what was asked, if this is one; it may be taken back for a moment."""
    here = course.here()
    found = _to_the_topic(course, event)
    if found is not None:
        course.before = here
    return found


def _to_the_topic(course: Course, event: Heard) -> tuple[Action, ...] | None:
    """The answer to what was asked, if this is one."""
    match course.subject.state:
        case State.ASKING:
            return answer_said(course, event)
        case State.OFFERING:
            return _offer_answered(course, event.intent, event.words)
        case State.SCHEDULING if event.intent not in _NEVER_A_TIME:
            return _time_said(course, event)
        case State.COMMENTING if event.intent not in _NEVER_A_COMMENT:
            refused = event.intent is Intent.NO and says_nothing(event.words, course.script.language)
            if refused or event.intent is Intent.GOODBYE:
                return decline(course)
            return comment(course, event.words) if event.words else None
    return None


def _key_to_the_topic(course: Course, key: str) -> tuple[Action, ...] | None:
    match course.subject.state:
        case State.ASKING:
            return answer_pressed(course, key)
        case State.OFFERING if key in {"1", "2"}:
            return _offer_answered(course, Intent.YES if key == "1" else Intent.NO, key)
    return None


def _offer_answered(course: Course, intent: Intent, words: str) -> tuple[Action, ...] | None:
    if intent is Intent.YES:
        return transfer(course, words)
    return decline(course) if intent is Intent.NO else None


def _time_said(course: Course, event: Heard) -> tuple[Action, ...] | None:
    """A time, or none: asked once is enough. What was not meant for us leaves the question open."""
    at = course.moment_in(event.words)
    if at is None and event.intent is Intent.OTHER and (course.speaking or event.interrupted):
        return None
    return callback(course, at, event.words)


def _transfer(course: Course, words: str) -> tuple[Action, ...]:
    return transfer(course, words)


def _wrong_number(course: Course, words: str) -> tuple[Action, ...]:
    return not_here(course, words, course.script.phrases.wrong_number)


def _deceased(course: Course, words: str) -> tuple[Action, ...]:
    return not_here(course, words, course.script.phrases.condolence)


def _callback(course: Course, words: str) -> tuple[Action, ...]:
    at = course.moment_in(words)
    if at is not None:
        return callback(course, at, words)
    listen = Listen(frozenset({Intent.CALLBACK}), seconds=ANSWER_SECONDS)
    return course.open(Topic(State.SCHEDULING, course.script.phrases.callback_ask, listen))


def _who_is_this(course: Course, words: str) -> tuple[Action, ...]:
    return course.aside(course.script.phrases.who_is_this)


def _why_me(course: Course, words: str) -> tuple[Action, ...]:
    return course.aside(course.script.phrases.why_me)


def _question(intent: Intent) -> Callable[[Course, str], tuple[Action, ...]]:
    def answer(course: Course, words: str) -> tuple[Action, ...]:
        known = course.script.answers.get(intent)
        if known:
            return course.aside(known)
        onward = course.onward or (course.step.name if course.step else None)
        return offer(course, course.script.phrases.no_answer_known, onward)

    return answer


def _complaint(course: Course, words: str) -> tuple[Action, ...]:
    return (Save(Complaint(words)), *offer(course, course.script.phrases.complaint, None))


def _repeat(course: Course, words: str) -> tuple[Action, ...]:
    """Say again all that was said since the callee's last answer: the message, not only the question after it."""
    if course.state is State.ASIDE:
        return course.again()
    return enter(course, course.turn) if _in_the_script(course) else go_on(course)


def _slower(course: Course, words: str) -> tuple[Action, ...]:
    course.pace = SLOW_PACE
    return course.aside(course.script.phrases.slower, course.turn if _in_the_script(course) else None)


def _in_the_script(course: Course) -> bool:
    return not course.settled and course.subject.state in {State.TELLING, State.ASKING}


def _wait(course: Course, words: str) -> tuple[Action, ...]:
    return course.pause(course.script.phrases.wait, PATIENCE_SECONDS)


def _goodbye(course: Course, words: str) -> tuple[Action, ...]:
    last = course.step is not None and course.step.end and course.delivered and not course.speaking
    return hang_up(course, Disposition.COMPLETED) if last else goodbye(course)


_AT_ANY_TIME: dict[Intent, Callable[[Course, str], tuple[Action, ...]]] = {
    Intent.TRANSFER: _transfer,
    Intent.WRONG_NUMBER: _wrong_number,
    Intent.DECEASED: _deceased,
    Intent.CALLBACK: _callback,
    Intent.WHO_IS_THIS: _who_is_this,
    Intent.WHY_ME: _why_me,
    Intent.QUESTION_WHEN: _question(Intent.QUESTION_WHEN),
    Intent.QUESTION_PRICE: _question(Intent.QUESTION_PRICE),
    Intent.QUESTION_WHICH: _question(Intent.QUESTION_WHICH),
    Intent.COMPLAINT: _complaint,
    Intent.REPEAT: _repeat,
    Intent.SLOWER: _slower,
    Intent.WAIT: _wait,
    Intent.GOODBYE: _goodbye,
}
