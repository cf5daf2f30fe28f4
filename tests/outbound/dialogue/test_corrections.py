"""An answer taken back in the same breath: back to its question, where the last word holds."""

from __future__ import annotations

from campaigns.intents import Intent
from campaigns.outcomes import Answer, Disposition, Rating, Via
from outbound.dialogue import State
from outbound.dialogue.actions import HangUp
from outbound.dialogue.events import Corrected, WentOn
from tests.outbound.calls import PHRASES, Call, asked


def corrected(call: Call, intent: Intent, words: str) -> None:
    call.take(Corrected(intent, 0.9, words))


def test_the_last_word_is_saved_and_leads_on() -> None:
    call, no = asked("leave"), asked("leave")
    call.say(Intent.YES)
    corrected(call, Intent.NO, "no")
    no.say(Intent.NO)
    assert [result for result in call.saved if isinstance(result, Answer)][-1] == Answer("leave", "no", Via.VOICE, "no")
    assert (call.dialogue.state, call.dialogue.step, call.said[-1]) == (
        no.dialogue.state,
        no.dialogue.step,
        no.said[-1],
    )


def test_a_rating_is_taken_back_during_its_thanks() -> None:
    call = asked("rate")
    call.say(Intent.RATING_5)
    corrected(call, Intent.RATING_1, "one")
    assert call.saved == [Rating(5, Via.VOICE, "rating_5"), Rating(1, Via.VOICE, "one")]
    assert call.said[-1] == PHRASES.low_rating_question


def test_nobody_is_fetched_for_a_yes_that_was_taken_back() -> None:
    call = asked("leave")
    call.say(Intent.COMPLAINT)
    call.say(Intent.YES)
    announced = call.said[-1]
    corrected(call, Intent.NO, "no")
    call.hear_out()
    assert announced == PHRASES.transferring
    assert call.actions[-1] == HangUp(Disposition.COMPLETED)


def test_the_question_is_put_again_where_the_last_word_is_no_answer() -> None:
    call = asked("leave")
    question = call.said[-1]
    call.say(Intent.YES)
    corrected(call, Intent.OTHER, "no i mean")
    assert (call.dialogue.state, call.dialogue.step, call.said[-1]) == (State.ASKING, "leave", question)


def test_what_came_after_the_answer_is_not_undone() -> None:
    call = asked("leave")
    call.say(Intent.YES)
    call.say(Intent.WRONG_NUMBER)
    corrected(call, Intent.NO, "no")
    assert call.dialogue.state is State.CLOSING
    assert call.said[-1] == PHRASES.wrong_number


def test_more_of_an_answer_changes_nothing() -> None:
    call = asked("leave")
    call.say(Intent.YES)
    said = list(call.said)
    assert call.take(WentOn("i know")) == ()
    assert call.said == said
