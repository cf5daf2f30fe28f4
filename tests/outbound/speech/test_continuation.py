"""One answer in pieces: what is said while the robot has hardly begun to reply belongs to the answer before."""

from __future__ import annotations

import pytest

from audio.recognition import Transcript
from campaigns.intents import Intent
from campaigns.outcomes import Answer, Disposition, OptOut, Rating, Result, Via
from outbound.dialogue.actions import Listen
from outbound.dialogue.events import Corrected, Heard, WentOn
from outbound.intents import understanding_for
from outbound.simulation.callee import Callee, Says
from outbound.speech.continuation import Given, given, gone_on
from outbound.speech.ears import Utterance
from tests.outbound.spoken import InPieces, SpokenCall, speak_with

ENGLISH = understanding_for("en-US")
YES_OR_NO = Listen(frozenset({Intent.YES, Intent.NO}), seconds=5.0)
RATING = Listen(frozenset({Intent.SATISFIED, *(intent for intent in Intent if intent.rating)}), seconds=5.0)


def utterance(words: str, listen: Listen = YES_OR_NO) -> Utterance:
    transcript = Transcript(words, 0.8, "text")
    return Utterance(ENGLISH.meaning(transcript, listen.expecting, listen.phrases), transcript)


def beyond(first: str, *more: str, then: Listen = RATING) -> list[Intent | None]:
    """What each piece says beyond the first, in a call that asks something else by then."""
    before = given(utterance(first), YES_OR_NO)
    found = []
    for words in more:
        assert isinstance(before, Given)
        before, event = gone_on(before, utterance(words, then), ENGLISH)
        found.append(event.intent if isinstance(event, Heard) else None)
    return found


def in_pieces(*says: str) -> SpokenCall:
    return speak_with(Callee("in pieces", does=tuple(Says(words) for words in says)), voice=InPieces(0.35))


def told(call: SpokenCall) -> list[Intent]:
    return [what.intent for _, what in call.happened if isinstance(what, Heard)]


def named(results: tuple[Result, ...]) -> list[str | int]:
    return [r.value if isinstance(r, Answer | Rating) else type(r).__name__ for r in results]


def test_an_echo_of_the_answer_answers_nothing_else() -> None:
    assert beyond("yes", "yes", "i know", "five") == [None, None, None]


def test_words_of_opt_out_and_crisis_always_count() -> None:
    assert beyond("yes", "stop calling me") == [Intent.OPT_OUT]
    assert beyond("no", "i want to kill myself") == [Intent.CRISIS]


def test_pieces_mean_what_they_mean_together() -> None:
    assert beyond("no", "never", "call me again")[-1] is Intent.OPT_OUT


def test_what_is_understood_everywhere_counts_once() -> None:
    assert beyond("yes", "let me talk to a person", "a person please") == [Intent.TRANSFER, None]


@pytest.mark.parametrize("words", ["uh let me think", "who is this", "hold on a second"])
def test_what_leaves_the_question_open_is_no_answer_to_go_on_with(words: str) -> None:
    assert given(utterance(words), YES_OR_NO) is None


def test_a_call_takes_an_answer_in_pieces_once() -> None:
    call = in_pieces("yes | yes | i know", "five")
    assert told(call) == [Intent.YES, Intent.RATING_5]
    assert named(call.saved) == ["yes", 5]
    assert call.outcome.disposition is Disposition.COMPLETED


def test_a_robot_that_was_cut_short_says_its_sentence_all_the_same() -> None:
    call, whole = in_pieces("yes | yes | i know", "five"), in_pieces("yes", "five")
    assert call.said == whole.said


def test_an_opt_out_after_the_answer_ends_the_call() -> None:
    call = in_pieces("yes | stop calling me")
    assert isinstance(call.saved[-1], OptOut)
    assert call.outcome.disposition is Disposition.OPTED_OUT


def test_an_answer_to_the_next_question_may_come_before_its_end() -> None:
    call = speak_with(Callee("hasty", does=(Says("yes"), Says("five", after=1.5))), voice=InPieces(0.35))
    assert named(call.saved) == ["yes", 5]


@pytest.mark.parametrize(
    ("listen", "first", "then", "holds"),
    [
        (YES_OR_NO, "yes", "no", Intent.NO),
        (YES_OR_NO, "no", "sorry i mean yes", Intent.YES),
        (RATING, "two", "no four", Intent.RATING_4),
    ],
)
def test_another_answer_of_the_same_kind_takes_the_first_one_back(
    listen: Listen, first: str, then: str, holds: Intent
) -> None:
    before = given(utterance(first, listen), listen)
    assert before is not None
    after, event = gone_on(before, utterance(then, RATING), ENGLISH)
    assert isinstance(event, Corrected)
    assert event.intent is after.answer.intent is holds


@pytest.mark.parametrize(
    ("listen", "first", "then"),
    [
        (YES_OR_NO, "yes", "no problem"),
        (YES_OR_NO, "yes", "of course"),
        (RATING, "four", "out of five"),
        (RATING, "four", "it was good"),
        (RATING, "two", "no"),
    ],
)
def test_what_explains_an_answer_does_not_take_it_back(listen: Listen, first: str, then: str) -> None:
    before = given(utterance(first, listen), listen)
    assert before is not None
    assert gone_on(before, utterance(then, RATING), ENGLISH)[1] == WentOn(then)


def test_the_last_word_of_a_callee_holds() -> None:
    call = in_pieces("yes | no", "five")
    assert [r for r in call.saved if isinstance(r, Answer)][:2] == [
        Answer("leave", "yes", Via.VOICE, "yes"),
        Answer("leave", "no", Via.VOICE, "no"),
    ]
    assert call.outcome.log[-1]["state"] == "ended"


def test_every_piece_of_an_answer_stands_in_the_log_of_the_call() -> None:
    call = in_pieces("yes | yes | i know", "five")
    went_on = [entry["event"]["words"] for entry in call.outcome.log if entry["event"]["kind"] == "went_on"]
    assert went_on == ["yes", "i know"]
