"""One call of each kind, with every word through a telephone line, an engine and the understanding."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audio.recognition import Transcript
from campaigns.intents import Intent
from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Comment,
    Disposition,
    OptOut,
    Rating,
    TransferResult,
    Via,
)
from outbound.dialogue.actions import Say
from outbound.dialogue.events import Answered, Heard, Party, Pressed, SaidAll, Screened
from outbound.intents import understanding_for
from outbound.simulation.callee import GREETINGS, Answerer, Callee, HangsUp, Noise, Presses, Says, StaysSilent
from tests.outbound.calls import NOON, PHRASES, SCRIPT
from tests.outbound.spoken import speak_with


def test_a_willing_callee_answers_and_rates() -> None:
    call = speak_with(Callee("willing", does=(Says("yes please"), Says("five"))))
    assert call.outcome.disposition is Disposition.COMPLETED
    assert call.saved == (Answer("leave", "yes", Via.VOICE, "yes please"), Rating(5, Via.VOICE, "five"))


def test_stop_calling_me_ends_the_call_with_its_confirmation() -> None:
    call = speak_with(Callee("refusing", does=(Says("please stop calling me"),)))
    assert call.outcome.disposition is Disposition.OPTED_OUT
    assert [type(result) for result in call.saved] == [OptOut]
    assert call.said[-1] == PHRASES.opt_out_confirmed


def test_an_interruption_that_means_something_stops_the_robot() -> None:
    call = speak_with(Callee("hasty", does=(Says("stop calling me", after=5.0),)))
    heard = next(what for _, what in call.happened if isinstance(what, Heard))
    assert heard.interrupted
    assert call.outcome.disposition is Disposition.OPTED_OUT


def test_a_cough_does_not_stop_the_robot_for_good() -> None:
    call = speak_with(Callee("coughing", does=(Noise(0.6, after=3.0), Says("yes"), HangsUp())))
    assert [what.intent for _, what in call.happened if isinstance(what, Heard)] == [Intent.YES]
    assert len(call.said) == len(set(call.said))
    assert call.outcome.disposition is Disposition.COMPLETED


def test_a_sound_of_listening_is_no_answer() -> None:
    call = speak_with(Callee("thinking", does=(Says("yes please"), Says("okay"), Says("five"))))
    assert [what.intent for _, what in call.happened if isinstance(what, Heard)] == [Intent.YES, Intent.RATING_5]


def test_hesitation_is_given_time() -> None:
    understanding = understanding_for("en-US")
    heard = [Transcript(text, 0.9, "whisper") for text in ("i would like to", "um", "stop calling me", "yes")]
    assert [understanding.breaks_off(transcript) for transcript in heard] == [True, True, False, False]


def test_what_picked_up_is_told_once() -> None:
    call = speak_with(Callee("silent", does=(StaysSilent(),)))
    assert [what for _, what in call.happened if isinstance(what, Screened)] == [Screened(Party.HUMAN)]


def test_a_person_is_fetched() -> None:
    call = speak_with(Callee("asking", does=(Says("i want to talk to a person"),)))
    assert call.outcome.disposition is Disposition.TRANSFERRED
    assert call.saved == (TransferResult("service", reached=True, reason=""),)


def test_nobody_to_fetch_means_a_promised_call() -> None:
    call = speak_with(Callee("asking", does=(Presses("0"),), transfer_reached=False))
    assert call.outcome.disposition is Disposition.CALLBACK
    assert [type(result) for result in call.saved] == [TransferResult, TransferResult, CallbackPromise]


def test_tomorrow_at_three_is_promised() -> None:
    call = speak_with(Callee("busy", does=(Says("call me tomorrow at three"),)))
    assert call.outcome.disposition is Disposition.CALLBACK
    (promise,) = call.saved
    assert isinstance(promise, CallbackPromise)
    assert promise.at == (NOON + timedelta(days=1)).replace(hour=15)


def test_keys_do_all_that_words_do_and_a_low_rating_is_explained() -> None:
    call = speak_with(Callee("typing", does=(Presses("1"), Presses("2"), Says("it arrived broken"))))
    *pressed, comment = call.saved
    assert pressed == [Answer("leave", "yes", Via.KEY, "1"), Rating(2, Via.KEY, "2")]
    assert isinstance(comment, Comment)
    assert "broken" in comment.words


def test_a_key_stops_the_robot_at_once() -> None:
    call = speak_with(Callee("quick", does=(Presses("9", after=1.0),)))
    assert call.outcome.disposition is Disposition.OPTED_OUT
    pressed = call.at(lambda what: isinstance(what, Pressed))
    confirmed = call.at(lambda what: isinstance(what, Say) and what.text == PHRASES.opt_out_confirmed)
    assert confirmed - pressed <= 0.02


def test_silence_gets_one_reprompt_and_a_polite_end() -> None:
    call = speak_with(Callee("silent", does=(StaysSilent(),)))
    assert call.outcome.disposition is Disposition.NO_RESPONSE
    assert call.said[-1] == PHRASES.giving_up


def test_the_first_word_comes_with_the_answer() -> None:
    call = speak_with(Callee("silent", greeting=""))
    answered = call.at(lambda what: isinstance(what, Answered))
    assert call.at(lambda what: isinstance(what, Say)) - answered <= 0.02
    assert call.at(lambda what: isinstance(what, SaidAll)) - answered >= 1.0


@pytest.mark.parametrize(
    ("answerer", "disposition"),
    [
        (Answerer.BUSY, Disposition.BUSY),
        (Answerer.NO_ANSWER, Disposition.NO_ANSWER),
        (Answerer.REJECTED, Disposition.REJECTED),
        (Answerer.UNREACHABLE, Disposition.UNREACHABLE),
        (Answerer.ROUTE_DOWN, Disposition.ROUTE_DOWN),
    ],
)
def test_an_unanswered_call_has_its_reason(answerer: Answerer, disposition: Disposition) -> None:
    assert speak_with(Callee("nobody", answerer)).outcome.disposition is disposition


def test_a_voicemail_gets_its_message_after_the_beep() -> None:
    call = speak_with(Callee("machine", Answerer.VOICEMAIL, greeting=GREETINGS[Answerer.VOICEMAIL]))
    assert call.outcome.disposition is Disposition.VOICEMAIL
    assert call.saved == ()
    ready = call.at(lambda what: what == Screened(Party.MACHINE, ready=True))
    message = call.at(lambda what: isinstance(what, Say) and what.text == SCRIPT.voicemail)
    assert message - ready <= 0.02
    assert call.said[-1] == SCRIPT.voicemail


def test_a_screener_is_told_who_and_why_and_the_person_behind_it_is_greeted() -> None:
    does = (Says("hello, this is Dana"), Says("yes please"), Says("five"))
    call = speak_with(Callee("screened", Answerer.SCREENER, greeting=GREETINGS[Answerer.SCREENER], does=does))
    assert SCRIPT.screener in call.said
    assert call.said.index(SCRIPT.screener) < len(call.said) - 1 - call.said[::-1].index(PHRASES.opening)
    assert call.outcome.disposition is Disposition.COMPLETED


def test_a_screener_that_does_not_put_through_is_no_person() -> None:
    call = speak_with(Callee("screened", Answerer.SCREENER, greeting=GREETINGS[Answerer.SCREENER], does=(HangsUp(),)))
    assert call.outcome.disposition is Disposition.SCREENED
    assert call.saved == ()


def test_hanging_up_in_the_message_is_an_early_end() -> None:
    call = speak_with(Callee("annoyed", does=(HangsUp(after=2.5),)))
    assert call.outcome.disposition is Disposition.HUNG_UP


def test_the_same_call_twice_is_the_same_call() -> None:
    callee = Callee("willing", does=(Says("yes please"), Says("five")))
    once, again = ([{**entry, "at": None} for entry in speak_with(callee).outcome.log] for _ in range(2))
    assert once == again  # but for the moments: eSpeak NG renders a sentence up to 20 ms longer or shorter
