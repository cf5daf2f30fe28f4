"""One answer in pieces: what is said while the robot has hardly begun to reply belongs to the answer before."""

from __future__ import annotations

import pytest

from audio.recognition import Transcript
from campaigns.intents import Intent
from campaigns.outcomes import Answer, Disposition, OptOut, Rating, Result
from outbound.dialogue.actions import Listen
from outbound.dialogue.events import Heard
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
        before, meaning = gone_on(before, utterance(words, then), ENGLISH)
        found.append(meaning.intent if meaning else None)
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
