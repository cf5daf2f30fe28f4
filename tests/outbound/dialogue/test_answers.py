"""What a callee can say or press at any time, each with its full path."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.intents import Intent
from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Comment,
    Complaint,
    Crisis,
    Disposition,
    OptOut,
    Rating,
    Scope,
    Via,
    WrongNumber,
)
from outbound.dialogue import Dialogue, State
from outbound.dialogue.actions import HangUp, Listen, Save, Say, Transfer
from outbound.dialogue.events import (
    Answered,
    Heard,
    HungUp,
    Party,
    SaveFailed,
    Screened,
    Silence,
    TimerFired,
    TransferSettled,
)
from outbound.dialogue.steps import LAST_WORD_SECONDS
from outbound.lines.base import EndCause
from tests.outbound.calls import ALONE, CALENDAR, NOON, PHRASES, SCRIPT, Call, answered, asked, at_step

LISTENING = ("message", "leave", "consent", "digits", "time", "rate", "bye")


@pytest.mark.parametrize("step", LISTENING)
def test_opt_out_by_voice_is_saved_confirmed_and_ends_the_call_in_every_step(step: str) -> None:
    call = at_step(step)
    save, say, _ = call.say(Intent.OPT_OUT, "stop it")
    assert save == Save(OptOut(Via.VOICE, "stop it", Scope.BRAND))
    assert isinstance(say, Say)
    assert say.text == PHRASES.opt_out_confirmed
    assert call.hear_out() == (HangUp(Disposition.OPTED_OUT),)


@pytest.mark.parametrize("step", [step for step in LISTENING if step != "digits"])
def test_nine_opts_out_in_every_step_at_once(step: str) -> None:
    call = at_step(step)
    assert call.press("9")[0] == Save(OptOut(Via.KEY, "9", Scope.BRAND))
    assert call.dialogue.state is State.OPTING_OUT


def test_opt_out_during_the_opening_does_not_wait() -> None:
    pressed, said = answered(), answered()
    assert isinstance(pressed.press("9")[0], Save)
    assert isinstance(said.say(Intent.OPT_OUT, interrupted=True)[0], Save)
    assert pressed.said[-1] == said.said[-1] == PHRASES.opt_out_confirmed


def test_where_the_law_wants_no_confirmation_the_call_ends_at_once() -> None:
    call = asked("leave", replace(SCRIPT, phrases=replace(PHRASES, opt_out_confirmed="")))
    save, hang_up = call.say(Intent.OPT_OUT)
    assert isinstance(save, Save)
    assert hang_up == HangUp(Disposition.OPTED_OUT)


def test_an_opt_out_reaches_as_far_as_the_script_says() -> None:
    call = asked("leave", replace(SCRIPT, opt_out_scope=Scope.EVERYONE))
    call.press("9")
    assert call.saved == [OptOut(Via.KEY, "9", Scope.EVERYONE)]


def test_an_opt_out_from_this_matter_alone_is_confirmed_as_what_it_is() -> None:
    call = asked("leave")
    call.say(Intent.OPT_OUT, "stop calling me about this")
    assert call.saved == [OptOut(Via.VOICE, "stop calling me about this", Scope.CAMPAIGN)]
    assert call.said[-1] == PHRASES.opt_out_matter_confirmed


def test_hanging_up_during_the_confirmation_is_still_an_opt_out() -> None:
    call = asked("leave")
    call.say(Intent.OPT_OUT)
    assert call.take(HungUp(EndCause.FAR_END)) == (HangUp(Disposition.OPTED_OUT),)


def test_repeat_says_the_message_again_and_not_only_its_question() -> None:
    said, pressed = answered(), answered()
    for call in (said, pressed):
        call.hear_out(3)
    said.say(Intent.REPEAT)
    pressed.press("*")
    for call in (said, pressed):
        call.hear_out()
        assert call.said[-2:] == [SCRIPT.steps["message"].say, SCRIPT.steps["leave"].say]


def test_repeat_after_an_answer_says_what_came_after_it() -> None:
    call = asked("leave")
    call.say(Intent.YES)
    call.hear_out()
    call.say(Intent.REPEAT)
    assert call.said[-2:] == [SCRIPT.steps["rate"].say] * 2


def test_star_says_the_opening_again() -> None:
    call = answered()
    call.press("*")
    assert call.said == [PHRASES.opening] * 2


def test_slower_says_it_again_at_a_slower_pace_from_then_on() -> None:
    call = answered()
    call.hear_out(3)
    call.say(Intent.SLOWER)
    call.hear_out(2)
    texts = [PHRASES.slower, SCRIPT.steps["message"].say, SCRIPT.steps["leave"].say]
    assert call.said[-3:] == texts
    assert [say.pace for say in call.says[-3:]] == [0.8, 0.8, 0.8]


def test_a_callback_with_its_time_is_moved_into_the_window_read_back_and_saved() -> None:
    call = asked("leave")
    call.say(Intent.CALLBACK, "call me tonight")
    at = (NOON + timedelta(days=1)).replace(hour=9)
    assert call.saved == [CallbackPromise(at, False, "call me tonight")]
    assert call.said[-1] == "Not then; we will call you Wednesday 09:00. Goodbye."
    assert call.hear_out() == (HangUp(Disposition.CALLBACK),)


def test_a_callback_without_a_time_is_asked_for_once() -> None:
    call = asked("leave")
    call.say(Intent.CALLBACK, "later")
    assert call.said[-1] == PHRASES.callback_ask
    call.hear_out()
    call.say(Intent.RATING_3, "tomorrow at three")
    assert call.saved == [CallbackPromise((NOON + timedelta(days=1)).replace(hour=15), False, "tomorrow at three")]


@pytest.mark.parametrize("answer", [Silence(), Heard(Intent.OTHER, 0.9, "dunno"), Heard(Intent.NO, 0.9, "no")])
def test_no_time_after_all_means_another_day(answer: Silence | Heard) -> None:
    call = asked("leave")
    call.say(Intent.CALLBACK, "later")
    call.hear_out()
    call.take(answer)
    assert [(type(result), result.at) for result in call.saved if isinstance(result, CallbackPromise)] == [
        (CallbackPromise, None)
    ]
    assert call.said[-1] == PHRASES.callback_later


def test_hanging_up_when_asked_for_a_time_is_still_a_wish_to_be_called_back() -> None:
    call = asked("leave")
    call.say(Intent.CALLBACK, "later")
    call.take(HungUp(EndCause.FAR_END))
    assert call.saved == [CallbackPromise(None, False, "")]
    assert call.disposition is Disposition.CALLBACK


def test_a_moment_that_ends_in_a_full_stop_brings_no_second_one() -> None:
    call = Call()
    call.dialogue = Dialogue(SCRIPT, replace(CALENDAR, spoken=lambda at, local_now, language: "tomorrow at 3 p.m."))
    call.take(Answered(NOON))
    call.hear_out(3)
    call.say(Intent.CALLBACK, "tomorrow")
    assert call.said[-1] == "We will call you tomorrow at 3 p.m. Goodbye."


def test_wrong_number_is_saved_and_ends_with_an_apology() -> None:
    call = asked("leave")
    call.say(Intent.WRONG_NUMBER, "wrong number")
    assert call.saved == [WrongNumber(Via.VOICE, "wrong number")]
    assert call.said[-1] == PHRASES.wrong_number
    assert call.hear_out() == (HangUp(Disposition.WRONG_NUMBER),)


def test_a_death_is_met_with_a_word_of_comfort_and_nobody_calls_again() -> None:
    call = asked("leave")
    call.say(Intent.DECEASED, "she passed away")
    assert call.saved == [WrongNumber(Via.VOICE, "she passed away")]
    assert call.said[-1] == PHRASES.condolence
    assert call.hear_out() == (HangUp(Disposition.WRONG_NUMBER),)


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        (Intent.WHO_IS_THIS, PHRASES.who_is_this),
        (Intent.WHY_ME, PHRASES.why_me),
        (Intent.QUESTION_WHEN, SCRIPT.answers[Intent.QUESTION_WHEN]),
        (Intent.SLOWER, PHRASES.slower),
    ],
)
def test_a_question_is_answered_and_the_step_goes_on(intent: Intent, text: str) -> None:
    call = asked("leave")
    call.say(intent)
    assert call.said[-1] == text
    call.hear_out()
    assert call.said[-1] == SCRIPT.steps["leave"].say
    assert call.dialogue.state is State.ASKING


LONG = replace(SCRIPT.steps["leave"], say="Your parcel comes on Monday. May we leave it with a neighbour?")
LONG_SCRIPT = replace(SCRIPT, steps={**SCRIPT.steps, "leave": LONG}, start="leave")


def test_who_has_heard_the_message_hears_only_the_question_after_an_aside() -> None:
    call = asked("leave", LONG_SCRIPT)
    call.say(Intent.QUESTION_WHEN)
    call.hear_out()
    assert call.said[-1] == "May we leave it with a neighbour?"
    call.say(Intent.REPEAT)
    assert call.said[-1] == LONG.say


def test_who_broke_in_on_the_message_hears_it_whole_after_an_aside() -> None:
    call = at_step("leave", LONG_SCRIPT)
    call.say(Intent.QUESTION_WHEN, interrupted=True)
    call.hear_out()
    assert call.said[-1] == LONG.say


def test_after_a_wait_somebody_else_may_listen_and_hears_the_message_whole() -> None:
    call = asked("leave", LONG_SCRIPT)
    call.say(Intent.WAIT)
    call.hear_out()
    call.take(Silence())
    assert call.said[-1] == LONG.say


def test_a_yes_is_taken_while_a_question_is_being_answered() -> None:
    call = asked("leave")
    call.say(Intent.WHO_IS_THIS)
    call.say(Intent.YES, interrupted=True)
    assert call.saved == [Answer("leave", "yes", Via.VOICE, "yes")]


def test_a_question_that_no_field_answers_offers_a_person_and_a_no_goes_back() -> None:
    call = asked("leave")
    call.say(Intent.QUESTION_PRICE)
    assert call.said[-1] == PHRASES.no_answer_known
    call.hear_out()
    call.say(Intent.NO)
    assert call.said[-1] == SCRIPT.steps["leave"].say
    call.say(Intent.QUESTION_PRICE)
    call.hear_out()
    call.press("1")
    assert call.said[-1] == PHRASES.transferring


def test_a_complaint_is_noted_a_person_offered_and_nothing_else_asked() -> None:
    call = asked("leave")
    call.say(Intent.COMPLAINT, "this is outrageous")
    assert call.saved == [Complaint("this is outrageous")]
    assert call.said[-1] == PHRASES.complaint
    call.hear_out()
    call.take(Silence())
    assert call.said[-1] == PHRASES.goodbye
    assert call.hear_out() == (HangUp(Disposition.COMPLETED),)


def test_a_complaint_before_the_message_is_an_early_end() -> None:
    call = at_step("message")
    call.say(Intent.COMPLAINT)
    call.hear_out()
    call.say(Intent.NO)
    call.hear_out()
    assert call.disposition is Disposition.HUNG_UP


def test_words_of_self_harm_are_written_down_and_a_person_is_fetched_urgently() -> None:
    call = asked("leave")
    call.say(Intent.CRISIS, "i want to die")
    assert call.saved == [Crisis("i want to die")]
    assert call.said[-1] == PHRASES.crisis
    assert call.hear_out()[-1] == Transfer(SCRIPT.transfer_targets["service"], SCRIPT.summary, urgent=True)
    call.take(TransferSettled(reached=True))
    assert call.disposition is Disposition.CRISIS


def test_an_opt_out_in_a_crisis_is_saved_and_does_not_end_the_care() -> None:
    call = asked("leave")
    call.say(Intent.CRISIS)
    call.say(Intent.OPT_OUT, interrupted=True)
    call.press("9")
    assert [type(result) for result in call.saved] == [Crisis, OptOut]
    assert call.dialogue.state is State.CONNECTING_URGENTLY


def test_wait_is_patient_and_then_goes_back_to_the_matter() -> None:
    call = asked("leave")
    call.say(Intent.WAIT)
    assert call.said[-1] == PHRASES.wait
    assert call.listening.seconds == 30.0
    call.hear_out()
    call.take(Silence())
    assert call.said[-1] == SCRIPT.steps["leave"].say


def test_an_answer_ends_the_wait() -> None:
    call = asked("leave")
    call.say(Intent.WAIT)
    call.hear_out()
    call.say(Intent.YES)
    assert call.saved == [Answer("leave", "yes", Via.VOICE, "yes")]


def test_goodbye_is_answered_and_counts_by_what_was_heard() -> None:
    early, late = at_step("message"), asked("leave")
    for call in (early, late):
        call.say(Intent.GOODBYE)
        assert call.said[-1] == PHRASES.goodbye
        call.hear_out()
    assert early.disposition is Disposition.HUNG_UP
    assert late.disposition is Disposition.COMPLETED


def test_goodbye_after_the_last_words_needs_no_answer() -> None:
    call = asked("bye")
    assert call.say(Intent.GOODBYE) == (HangUp(Disposition.COMPLETED),)


def test_what_was_asked_during_the_opening_is_answered_after_it() -> None:
    call = answered()
    assert call.say(Intent.TRANSFER) == ()
    call.hear_out()
    assert call.said == [PHRASES.opening, PHRASES.transferring]


def test_a_question_that_was_not_put_yet_is_not_answered() -> None:
    call = answered(replace(SCRIPT, start="rate"))
    call.say(Intent.WAIT)
    call.hear_out(2)
    call.say(Intent.RATING_1)
    assert call.saved == []
    assert call.said == [PHRASES.opening, PHRASES.wait, SCRIPT.steps["rate"].say]
    call.hear_out()
    call.say(Intent.RATING_5)
    assert call.saved == [Rating(5, Via.VOICE, "rating_5")]


def test_hello_during_the_opening_needs_no_answer() -> None:
    call = answered()
    call.say(Intent.OTHER, "hello?")
    call.say(Intent.WHO_IS_THIS)
    call.hear_out()
    assert call.said == [PHRASES.opening, SCRIPT.steps["message"].say]


@pytest.mark.parametrize("step", ["leave", "consent", "time", "rate"])
@pytest.mark.parametrize("nothing", [Silence(), Heard(Intent.OTHER, 0.2, "hm hm")])
def test_one_reprompt_and_then_a_polite_end(step: str, nothing: Silence | Heard) -> None:
    call = asked(step)
    call.take(nothing)
    assert call.said[-1] == (SCRIPT.steps[step].reprompt or SCRIPT.steps[step].say)
    call.hear_out()
    call.take(nothing)
    rating = step == "rate"
    assert call.said[-1] == (PHRASES.goodbye if rating else PHRASES.giving_up)
    assert call.hear_out() == (HangUp(Disposition.COMPLETED if rating else Disposition.NO_RESPONSE),)


def test_speech_that_is_no_answer_does_not_cut_the_robot_off() -> None:
    call = at_step("leave")
    assert call.say(Intent.OTHER, "mm") == ()


def test_a_robot_interrupted_for_nothing_says_it_again_and_the_third_time_to_the_end() -> None:
    call = at_step("leave")
    for _ in range(2):
        call.say(Intent.OTHER, "mm", interrupted=True)
    assert [say.text for say in call.says[-3:]] == [SCRIPT.steps["leave"].say] * 3
    assert [say.interruptible for say in call.says[-3:]] == [True, True, False]


def test_a_key_that_means_nothing_here_never_leaves_silence() -> None:
    call = at_step("leave")
    call.press("7")
    assert call.said[-1] == SCRIPT.steps["leave"].say
    call.hear_out()
    call.press("7")
    assert call.said[-1] == SCRIPT.steps["leave"].reprompt


def test_a_phrase_of_the_script_s_own_takes_its_way() -> None:
    call = asked("leave")
    assert "choose a time" in call.listening.phrases
    call.choose("choose a time")
    assert call.saved == [Answer("leave", "time", Via.VOICE, "choose a time")]
    call.hear_out()
    call.say(Intent.OTHER, "tomorrow")
    assert call.saved[-1] == Answer(
        "time", (NOON + timedelta(days=1)).replace(hour=15).isoformat(), Via.VOICE, "tomorrow"
    )


def test_a_branch_follows_what_was_answered() -> None:
    call = asked("leave")
    call.say(Intent.NO)
    assert call.said[-1] == SCRIPT.steps["consent"].say
    call.press("2")
    assert call.saved[-1] == Answer("consent", "no", Via.KEY, "2")


@pytest.mark.parametrize("keys", ["205#", "2059", "20590"])
def test_digits_are_taken_at_the_pound_key_or_when_they_are_complete(keys: str) -> None:
    call = asked("digits")
    call.press(*keys[:4])
    assert call.saved == [Answer("digits", keys[:4].rstrip("#"), Via.KEY, keys[:4].rstrip("#"))]


def test_digits_are_taken_after_a_pause_or_when_spoken() -> None:
    typed, said = asked("digits"), asked("digits")
    typed.press("2", "0")
    typed.take(TimerFired("digits"))
    said.say(Intent.OTHER, "two oh")
    assert typed.saved == [Answer("digits", "20", Via.KEY, "20")]
    assert said.saved == [Answer("digits", "20", Via.VOICE, "two oh")]


def test_nine_and_zero_alone_mean_what_they_mean_everywhere_even_where_digits_are_typed() -> None:
    stop, person = asked("digits"), asked("digits")
    stop.press("9")
    stop.take(TimerFired("digits"))
    person.press("0")
    person.take(Silence())
    assert stop.saved == [OptOut(Via.KEY, "9", Scope.BRAND)]
    assert person.said[-1] == PHRASES.transferring


@pytest.mark.parametrize("words", ["zero", "0", "zero one two three four"])
def test_a_spoken_zero_is_part_of_a_number_where_one_is_asked_for_and_brings_a_person_elsewhere(words: str) -> None:
    number, question = asked("digits"), asked("consent")
    number.say(Intent.TRANSFER, words)
    question.say(Intent.TRANSFER, words)
    assert number.said[-1] == SCRIPT.steps["digits"].say
    assert question.said[-1] == PHRASES.transferring


def test_too_few_digits_are_asked_for_again() -> None:
    call = asked("digits")
    call.press("5")
    call.take(TimerFired("digits"))
    assert call.said[-1] == SCRIPT.steps["digits"].say
    assert call.saved == []


@pytest.mark.parametrize("value", range(1, 6))
def test_a_rating_is_taken_by_voice_and_by_key(value: int) -> None:
    said, pressed = asked("rate"), asked("rate")
    said.say(Intent(f"rating_{value}"))
    pressed.press(str(value))
    assert said.saved == [Rating(value, Via.VOICE, f"rating_{value}")]
    assert pressed.saved == [Rating(value, Via.KEY, str(value))]
    assert said.said[-1] == (PHRASES.low_rating_question if value <= 2 else PHRASES.rating_thanks)


def test_words_of_satisfaction_are_ratings_on_the_usual_scale() -> None:
    good, bad = asked("rate"), asked("rate")
    good.say(Intent.SATISFIED)
    bad.say(Intent.DISSATISFIED)
    assert [call.saved[0].value for call in (good, bad) if isinstance(call.saved[0], Rating)] == [4, 2]


@pytest.mark.parametrize("intent", [Intent.OTHER, Intent.COMPLAINT, Intent.SLOWER, Intent.QUESTION_WHEN])
def test_whatever_is_said_about_a_low_rating_is_a_comment(intent: Intent) -> None:
    call = asked("rate")
    call.press("1")
    call.hear_out()
    call.say(intent, "the box was wet")
    assert call.saved[1:] == [Comment("the box was wet", "rating")]
    call.hear_out(2)
    call.take(Silence())
    assert call.disposition is Disposition.COMPLETED


@pytest.mark.parametrize("answer", [Silence(), Heard(Intent.NO, 0.9, "no")])
def test_nothing_to_say_about_a_low_rating_is_fine(answer: Silence | Heard) -> None:
    call = asked("rate")
    call.press("2")
    call.hear_out()
    call.take(answer)
    assert len(call.saved) == 1
    assert call.said[-1] == SCRIPT.steps["bye"].say


def test_hanging_up_at_the_rating_is_a_completed_call() -> None:
    call = at_step("rate")
    assert call.take(HungUp(EndCause.FAR_END)) == (HangUp(Disposition.COMPLETED),)


def test_after_the_last_words_there_is_a_breath_and_then_the_end() -> None:
    call = asked("bye")
    assert call.listening == Listen(seconds=LAST_WORD_SECONDS)
    assert call.take(Silence()) == (HangUp(Disposition.COMPLETED),)


def test_the_longest_length_brings_a_polite_end_and_the_cap_a_sudden_one() -> None:
    call = asked("leave")
    call.take(TimerFired("longest"))
    assert call.said[-1] == PHRASES.cut_short
    assert call.take(TimerFired("cap")) == (HangUp(Disposition.COMPLETED),)


def test_a_call_that_reaches_its_longest_length_in_its_goodbye_says_goodbye_once() -> None:
    brief = replace(SCRIPT, phrases=replace(PHRASES, goodbye="Thank you, and goodbye."))
    call = at_step("bye", brief)
    assert call.take(TimerFired("longest")) == ()
    call.hear_out()
    assert call.take(TimerFired("longest"), Silence()) == (HangUp(Disposition.COMPLETED),)
    assert [text for text in call.said if "oodbye" in text] == ["Thank you, and goodbye."]


def test_a_last_step_with_a_long_message_is_brought_to_its_end_like_any_other() -> None:
    call = at_step("message", replace(SCRIPT, steps={"message": replace(SCRIPT.steps["message"], next=None, end=True)}))
    call.take(TimerFired("longest"))
    assert call.said[-1] == PHRASES.cut_short


@pytest.mark.parametrize(
    ("cause", "disposition"),
    [
        (EndCause.FAR_END, Disposition.HUNG_UP),
        (EndCause.LOST, Disposition.FAILED),
        (EndCause.NEAR_END, Disposition.INTERRUPTED),
    ],
)
def test_an_end_in_the_message_is_called_by_whose_doing_it_was(cause: EndCause, disposition: Disposition) -> None:
    assert at_step("message").take(HungUp(cause)) == (HangUp(disposition),)


def test_a_machine_stops_the_script_and_gets_its_message_when_it_is_ready() -> None:
    call = answered()
    stop, _, _ = call.take(Screened(Party.MACHINE))
    assert isinstance(stop, Say)
    assert stop.text == ""
    assert call.say(Intent.OPT_OUT) == ()
    call.take(Screened(Party.MACHINE, ready=True))
    assert call.said[-1] == SCRIPT.voicemail
    assert call.hear_out() == (HangUp(Disposition.VOICEMAIL),)
    assert call.saved == []


def test_without_a_message_a_machine_is_hung_up_on() -> None:
    call = answered(replace(SCRIPT, voicemail=""))
    assert call.take(Screened(Party.MACHINE)) == (HangUp(Disposition.VOICEMAIL),)


def test_a_machine_without_a_beep_gets_its_message_after_a_while() -> None:
    call = answered()
    call.take(Screened(Party.MACHINE), TimerFired("beep"))
    assert call.said[-1] == SCRIPT.voicemail


@pytest.mark.parametrize("party", [Party.MACHINE, Party.SCREENER])
def test_a_person_who_comes_after_all_is_greeted(party: Party) -> None:
    call = answered()
    call.take(Screened(party), Screened(Party.HUMAN))
    assert call.said[-1] == PHRASES.opening
    assert call.dialogue.state is State.OPENING


def test_only_people_press_keys() -> None:
    call, stopped = answered(), answered()
    for each in (call, stopped):
        each.take(Screened(Party.MACHINE))
    call.press("1")
    stopped.press("9")
    assert call.said[-1] == PHRASES.opening
    assert call.take(Screened(Party.MACHINE)) == ()
    assert stopped.saved == [OptOut(Via.KEY, "9", Scope.BRAND)]


def test_a_screener_hears_who_and_why_and_is_waited_for() -> None:
    call = answered()
    call.take(Screened(Party.SCREENER))
    assert call.said[-1] == SCRIPT.screener
    call.hear_out()
    assert call.say(Intent.WRONG_NUMBER) == ()
    assert call.take(TimerFired("screener")) == (HangUp(Disposition.SCREENED),)


def test_a_store_that_is_away_ends_the_conversation_politely() -> None:
    call = asked("leave")
    call.say(Intent.YES)
    call.take(SaveFailed())
    assert call.said[-1] == PHRASES.goodbye
    assert call.take(SaveFailed()) == ()


def test_a_call_that_holds_no_step_still_says_goodbye() -> None:
    call = answered(replace(SCRIPT, start="nowhere"))
    call.hear_out()
    assert call.said == [PHRASES.opening, PHRASES.goodbye]


def test_a_new_call_has_said_nothing() -> None:
    call = Call()
    assert call.dialogue.step == ""
    assert not call.dialogue.ended


def test_a_promised_call_can_be_put_off_while_it_is_confirmed() -> None:
    call = asked("leave")
    call.say(Intent.CALLBACK, "call me tonight")
    call.say(Intent.OTHER, "tomorrow is better")
    tomorrow = (NOON + timedelta(days=1)).replace(hour=15)
    assert call.saved[-1] == CallbackPromise(tomorrow, False, "tomorrow is better")
    assert call.said[-1] == "We will call you Wednesday 15:00. Goodbye."
    assert call.say(Intent.OTHER, "yes tomorrow") == ()


def test_what_a_person_was_promised_for_is_not_taken_over_by_the_robot() -> None:
    call = asked("leave", ALONE)
    call.say(Intent.TRANSFER, "agent")
    call.say(Intent.OTHER, "tomorrow is better")
    assert [result.by_person for result in call.saved if isinstance(result, CallbackPromise)] == [True]


def test_a_time_for_something_else_is_kept_as_it_was_said() -> None:
    call = asked("time")
    call.say(Intent.OTHER, "tonight")
    assert call.saved[-1] == Answer("time", NOON.replace(hour=23).isoformat(), Via.VOICE, "tonight")
