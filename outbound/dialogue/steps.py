"""The script's own steps: entering one, understanding its answer, silence, and what was not understood.

Decides where a step leads and what is saved for it. Answers that every step understands are in `answers.py`.
"""

from __future__ import annotations

from campaigns.intents import Intent
from campaigns.outcomes import Answer, Comment, Disposition, Rating, Via
from campaigns.script import Choice, Collecting, Step
from outbound.dialogue.actions import Action, Listen, Save
from outbound.dialogue.course import Course, Topic
from outbound.dialogue.digits import spoken_digits
from outbound.dialogue.endings import callback, close, goodbye, hang_up
from outbound.dialogue.events import Heard, SaidAll, Silence
from outbound.dialogue.fetching import transfer
from outbound.dialogue.state import State

ANSWER_SECONDS = 6.0
"""How long an answer to one of the dialogue's own questions may take to begin."""
COMMENT_SECONDS = 8.0
LAST_WORD_SECONDS = 1.5
"""After the script's last sentence, a breath for "wait, who is this?" before we hang up."""
LOW_RATING = 2
_LIKERT = {Intent.SATISFIED: 4, Intent.DISSATISFIED: 2}
"""The words' own places on the usual scale of five; the callee's words are stored beside the number."""
_RATINGS = {Intent(f"rating_{value}"): value for value in range(1, 6)}
_EXPECTING = {
    Collecting.RATING: frozenset({*_RATINGS, *_LIKERT}),
    Collecting.YES_NO: frozenset({Intent.YES, Intent.NO}),
    Collecting.DIGITS: frozenset[Intent](),
    Collecting.TIME: frozenset({Intent.CALLBACK}),
}
_YES_NO = {Intent.YES: "yes", Intent.NO: "no"}
_YES_NO_KEYS = {"1": "yes", "2": "no"}


def enter(course: Course, name: str | None) -> tuple[Action, ...]:
    """Go to a step; branches are followed at once. No step: the script is over."""
    steps = course.script.steps
    for _ in range(len(steps) + 1):
        step = steps.get(name) if name is not None else None
        if step is None:
            return close(course, course.script.phrases.goodbye, Disposition.COMPLETED)
        if not step.cases:
            return _begin(course, step)
        name = next((case.next for case in step.cases if case.test is None or case.test.holds(course.answers)), None)
    # Branches that only lead to each other: nothing is left to say.
    return close(course, course.script.phrases.goodbye, Disposition.COMPLETED)


def _begin(course: Course, step: Step) -> tuple[Action, ...]:
    course.step = step
    if step.transfer is not None:
        return transfer(course, "", target=step.transfer, text=step.say)
    if step.collect is Collecting.RATING:
        course.delivered = True
    if not course.turn:
        course.turn = step.name
    asks = bool(step.choices) or step.collect is not None
    return course.open(
        Topic(
            State.ASKING if asks else State.TELLING,
            step.say,
            _listening(step, asks),
            interruptible=step.interruptible,
            pace=step.pace,
            onward=step.next,
        )
    )


def _listening(step: Step, asks: bool) -> Listen:
    if not asks:
        return Listen(seconds=LAST_WORD_SECONDS if _is_last(step) else None)
    intents = _EXPECTING[step.collect] if step.collect else frozenset(c.intent for c in step.choices if c.intent)
    phrases = tuple(phrase for choice in step.choices for phrase in choice.phrases)
    return Listen(intents, phrases, step.listen_seconds)


def _is_last(step: Step) -> bool:
    return step.end or step.next is None


def told(course: Course, event: SaidAll) -> tuple[Action, ...]:
    """A step that asks nothing has been said."""
    course.speaking = False
    step = _step(course)
    if _is_last(step):
        course.delivered = True
        return ()
    return enter(course, step.next)


def nothing_more(course: Course, event: Silence) -> tuple[Action, ...]:
    """The script's last sentence was said, and nobody objects."""
    return hang_up(course, Disposition.COMPLETED) if _is_last(_step(course)) else ()


def asked(course: Course, event: SaidAll) -> tuple[Action, ...]:
    """A question has been put in full: whatever came before it was heard."""
    course.speaking = False
    course.heard_out = course.heard_out or course.state is course.subject.state
    if course.state is State.ASKING:
        course.delivered = True
    return ()


def answer_said(course: Course, event: Heard) -> tuple[Action, ...] | None:
    """The step's answer in what was said; None if there is none."""
    step = _step(course)
    match step.collect:
        case None:
            choice = _chosen(step, event)
            return None if choice is None else _take(course, choice.value, choice.next, Via.VOICE, event.words)
        case Collecting.RATING:
            value = _RATINGS.get(event.intent) or _LIKERT.get(event.intent)
            return None if value is None else rate(course, value, Via.VOICE, event.words)
        case Collecting.YES_NO:
            found = _YES_NO.get(event.intent)
        case Collecting.DIGITS:
            found = spoken_digits(event.words, course.script.language)
            if found is not None and not step.digits[0] <= len(found) <= step.digits[1]:
                found = None
        case Collecting.TIME:
            at = course.moment_in(event.words)
            found = None if at is None else at.isoformat()
    return None if found is None else _take(course, found, step.next, Via.VOICE, event.words)


def answer_pressed(course: Course, key: str) -> tuple[Action, ...] | None:
    """The step's answer in one key; None if the key means nothing here. Numbers of several digits: `keypad.py`."""
    step = _step(course)
    if step.collect is Collecting.RATING:
        return rate(course, int(key), Via.KEY, key) if key in {"1", "2", "3", "4", "5"} else None
    if step.collect is Collecting.YES_NO:
        value = _YES_NO_KEYS.get(key)
        return None if value is None else _take(course, value, step.next, Via.KEY, key)
    choice = next((choice for choice in step.choices if choice.key == key), None)
    return None if choice is None else _take(course, choice.value, choice.next, Via.KEY, key)


def number_pressed(course: Course, digits: str) -> tuple[Action, ...]:
    return _take(course, digits, _step(course).next, Via.KEY, digits)


def rate(course: Course, value: int, via: Via, words: str) -> tuple[Action, ...]:
    """A rating is saved; a low one is met with one open question."""
    step, phrases = _step(course), course.script.phrases
    course.answers[step.name], course.turn = str(value), ""
    save = Save(Rating(value, via, words))
    if value <= LOW_RATING and phrases.low_rating_question:
        topic = Topic(State.COMMENTING, phrases.low_rating_question, Listen(seconds=COMMENT_SECONDS), onward=step.next)
        return (save, *course.open(topic))
    return (save, *thank(course, phrases.rating_thanks, step.next))


def comment(course: Course, words: str) -> tuple[Action, ...]:
    save = Save(Comment(words, about="rating"))
    return (save, *thank(course, course.script.phrases.comment_thanks, course.subject.onward))


def thank(course: Course, text: str, onward: str | None) -> tuple[Action, ...]:
    """A word of thanks on the way to the next step; at the end of the script the goodbye goes with it."""
    if onward is None:
        return close(course, f"{text} {course.script.phrases.goodbye}", Disposition.COMPLETED)
    return course.aside(text, onward)


def said_aside(course: Course, event: SaidAll) -> tuple[Action, ...]:
    course.speaking = False
    return go_on(course)


def go_on(course: Course) -> tuple[Action, ...]:
    """After an aside or a pause: to the next step if the topic is settled, else back to the topic."""
    return enter(course, course.onward) if course.settled else course.resume()


def silence(course: Course, event: Silence) -> tuple[Action, ...]:
    """Nobody spoke. An offer may be passed over in silence; it is not made twice."""
    if course.state is State.OFFERING:
        return give_up(course)
    return _missed(course)


def unclear(course: Course, *, interrupted: bool) -> tuple[Action, ...]:
    """Speech or a key that is no answer here."""
    if interrupted:
        # What was cut off is said again, and is not counted as asked.
        course.interruptions += 1
        return course.again() if course.state in {State.ASIDE, State.WAITING} else course.resume()
    if course.state is State.WAITING and not course.speaking:
        return go_on(course)
    if course.speaking or course.state is State.ASIDE or course.subject.listen.seconds is None:
        return ()
    if course.state is State.TELLING:
        # "Okay, thanks" after the last sentence.
        return hang_up(course, Disposition.COMPLETED)
    return _missed(course)


def _missed(course: Course) -> tuple[Action, ...]:
    """One re-prompt that names the keys; after the second miss a way on that guesses nothing."""
    course.misses += 1
    if course.misses > 1 or course.state not in {State.ASKING, State.OFFERING}:
        return give_up(course)
    if course.state is State.OFFERING:
        return course.ask_again(course.script.phrases.not_understood)
    return course.ask_again(_step(course).reprompt or course.subject.text)


def give_up(course: Course) -> tuple[Action, ...]:
    """Nobody answers the topic: what that means depends on what was asked."""
    match course.state:
        case State.SCHEDULING:
            return callback(course, None, "")
        case State.COMMENTING:
            return enter(course, course.subject.onward)
        case State.OFFERING:
            return decline(course)
    if _step(course).collect is Collecting.RATING:
        # The message was heard; a rating is a favour, not an answer that is owed.
        return goodbye(course)
    return close(course, course.script.phrases.giving_up, Disposition.NO_RESPONSE)


def decline(course: Course) -> tuple[Action, ...]:
    """No person is wanted: back to the step where a question led here, goodbye after a complaint."""
    return goodbye(course) if course.subject.onward is None else enter(course, course.subject.onward)


def offer(course: Course, text: str, onward: str | None) -> tuple[Action, ...]:
    """Ask whether a person is wanted; a no leads `onward`."""
    listen = Listen(frozenset({Intent.YES, Intent.NO}), seconds=ANSWER_SECONDS)
    return course.open(Topic(State.OFFERING, text, listen, onward=onward))


def _take(course: Course, value: str, onward: str | None, via: Via, words: str) -> tuple[Action, ...]:
    step = _step(course)
    course.delivered, course.turn = True, ""
    course.answers[step.name] = value
    return (Save(Answer(step.name, value, via, words)), *enter(course, onward))


def _chosen(step: Step, event: Heard) -> Choice | None:
    by_phrase = (choice for choice in step.choices if event.choice is not None and event.choice in choice.phrases)
    by_intent = (choice for choice in step.choices if choice.intent is event.intent)
    return next(by_phrase, None) or next(by_intent, None)


def _step(course: Course) -> Step:
    if course.step is None:
        raise AssertionError(f"{course.state} without a step")
    return course.step
