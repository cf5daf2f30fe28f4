"""What people say on the telephone, and what it must be taken for."""

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.recognition.base import Transcript
from campaigns.intents import Intent
from outbound.intents import Meaning, understanding_for
from outbound.intents.answers import RATINGS

RATING_STEP = RATINGS | {Intent.SATISFIED, Intent.DISSATISFIED}
YES_NO_STEP = frozenset({Intent.YES, Intent.NO})
OPEN_STEP: frozenset[Intent] = frozenset()

ENGLISH = understanding_for("en-US")


def meaning(
    text: str, expecting: Collection[Intent] = OPEN_STEP, confidence: float = 1.0, *alternatives: str
) -> Meaning:
    return ENGLISH.meaning(Transcript(text, confidence, "text", alternatives=alternatives), expecting)


@pytest.mark.parametrize(
    "text",
    [
        "take me off your calling list please",
        "i don't want you people phoning me ever again",
        "could you please delete my number",
        "stop",
        "no more phone calls",
    ],
)
@pytest.mark.parametrize("expecting", [RATING_STEP, YES_NO_STEP, OPEN_STEP])
def test_an_opt_out_is_heard_in_every_step(text: str, expecting: Collection[Intent]) -> None:
    assert meaning(text, expecting).intent is Intent.OPT_OUT


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("keep me on the list", Intent.YES),
        ("please don't remove me from the list", Intent.NO),
        ("no need to transfer me", Intent.NO),
        ("i don't need an agent", Intent.NO),
        ("don't hang up", Intent.OTHER),
        ("i'll stop by the store later", Intent.OTHER),
        ("they called off the party", Intent.OTHER),
        ("my feet are killing me", Intent.OTHER),
        ("i'm dying to know", Intent.OTHER),
        ("my travel agent called me", Intent.OTHER),
    ],
)
def test_words_of_another_intent_in_another_sense_are_not_taken_for_it(text: str, wanted: Intent) -> None:
    assert meaning(text, YES_NO_STEP).intent is wanted


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("two", 2),
        ("to", 2),
        ("for", 4),
        ("a five please", 5),
        ("two stars", 2),
        ("four out of five", 4),
        ("number 3", 3),
        ("i'm going to go with four", 4),
        ("i'd say maybe a three", 3),
        ("won", 1),
    ],
)
def test_a_rating_step_hears_numbers_however_they_sound(text: str, rating: int) -> None:
    assert meaning(text, RATING_STEP).intent.rating == rating


@pytest.mark.parametrize("text", ["seven", "one or two", "twenty", "ten stars", "four hundred", "twenty five"])
def test_other_numbers_are_no_rating(text: str) -> None:
    assert meaning(text, RATING_STEP).intent is Intent.OTHER


@pytest.mark.parametrize("text", ["two", "for", "five stars", "number three"])
def test_a_rating_that_nobody_asked_for_is_no_answer(text: str) -> None:
    assert meaning(text, YES_NO_STEP).intent is Intent.OTHER


def test_okay_is_a_yes_only_where_yes_or_no_was_asked() -> None:
    assert meaning("okay", YES_NO_STEP).intent is Intent.YES
    assert meaning("uh huh", YES_NO_STEP).intent is Intent.YES
    assert meaning("okay", RATING_STEP).intent is Intent.OTHER
    assert meaning("uh huh", OPEN_STEP).intent is Intent.OTHER


def test_words_of_self_harm_are_heard_even_when_the_engine_is_unsure() -> None:
    assert meaning("i want to end my life", YES_NO_STEP, 0.3).intent is Intent.CRISIS


@pytest.mark.parametrize("confidence", [0.2, 0.4, 0.6, 0.8, 1.0])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Please stop calling me.", Intent.OPT_OUT),
        ("Please start calling me.", Intent.OPT_OUT),  # "stop" as Whisper hears it through a telephone
        ("Don't call me again.", Intent.OPT_OUT),
        ("Take me off your list, please.", Intent.OPT_OUT),
        ("Yes.", Intent.YES),
        ("Yes, that's fine.", Intent.YES),
        ("No.", Intent.NO),
        ("No, I'm at work.", Intent.NO),
        ("Agent.", Intent.TRANSFER),
        ("Call me back tomorrow at three.", Intent.CALLBACK),
        ("I don't want to live anymore.", Intent.CRISIS),
    ],
)
def test_a_transcript_is_understood_as_whisper_writes_it(text: str, wanted: Intent, confidence: float) -> None:
    assert meaning(text, YES_NO_STEP, confidence).intent is wanted


@pytest.mark.parametrize(
    "text",
    [
        "i don't see a reason to go on living",
        "everyone would be better off without me",
        "i just want to fall asleep and never wake up",
        "i took a whole bottle of pills",
        "my daughter says she wants to kill herself",
        "nobody would notice if i was dead",
    ],
)
@pytest.mark.parametrize("expecting", [RATING_STEP, YES_NO_STEP, OPEN_STEP])
def test_distress_that_names_no_suicide_is_heard(text: str, expecting: Collection[Intent]) -> None:
    assert meaning(text, expecting, 0.5).intent is Intent.CRISIS


@pytest.mark.parametrize(
    "text",
    [
        "this is killing me",
        "i could kill for a coffee",
        "i'm dying of boredom",
        "the battery is dead",
        "that joke kills me",
    ],
)
@pytest.mark.parametrize("expecting", [RATING_STEP, YES_NO_STEP, OPEN_STEP])
def test_figures_of_speech_call_nobody_to_help(text: str, expecting: Collection[Intent]) -> None:
    assert meaning(text, expecting).intent is not Intent.CRISIS


@pytest.mark.parametrize(
    ("language", "text", "crisis"),
    [
        ("zh-CN", "活着太累了，我不想活了", True),
        ("zh-CN", "我在天台上，你们别管我", True),
        ("zh-CN", "今天累死了", False),
        ("zh-CN", "笑死我了", False),
        ("ko-KR", "사는 게 너무 고통스러워요", True),
        ("ko-KR", "옥상이에요 뛰어내릴 거예요", True),
        ("ko-KR", "배고파 죽겠어요", False),
        ("ko-KR", "웃겨 죽는 줄 알았어요", False),
    ],
)
def test_distress_and_figures_of_speech_are_told_apart_in_every_language(
    language: str, text: str, crisis: bool
) -> None:
    found = understanding_for(language).meaning(Transcript(text, 0.6, "text"), YES_NO_STEP)
    assert (found.intent is Intent.CRISIS) is crisis


def test_an_unsure_engine_lowers_the_confidence() -> None:
    assert meaning("yes", YES_NO_STEP, 0.2).confidence < meaning("yes", YES_NO_STEP, 0.9).confidence


def test_another_reading_helps_where_the_first_makes_little_sense() -> None:
    alone = meaning("coal operated please", OPEN_STEP, 0.6)
    helped = meaning("coal operated please", OPEN_STEP, 0.6, "an operator please", "operator please")
    assert helped.intent is Intent.TRANSFER
    assert alone.intent is not Intent.TRANSFER or helped.confidence > alone.confidence


def test_nothing_heard_means_nothing() -> None:
    assert meaning("", RATING_STEP) == Meaning(Intent.OTHER, 0.0, "")


@given(
    before=st.sampled_from(["", "please ", "um ", "hello ", "sorry ", "could you please ", "well "]),
    request=st.sampled_from(["stop calling me", "take me off your list", "don't call me again", "unsubscribe me"]),
    after=st.sampled_from(["", " please", " thank you", " thanks", " okay", " now"]),
    expecting=st.sampled_from([RATING_STEP, YES_NO_STEP, OPEN_STEP]),
)
def test_good_manners_do_not_weaken_an_opt_out(
    before: str, request: str, after: str, expecting: Collection[Intent]
) -> None:
    assert meaning(before + request + after, expecting).intent is Intent.OPT_OUT


def test_a_steps_own_phrase_is_an_answer_of_its_own() -> None:
    phrases = ("at the door", "with my neighbor")
    said = Transcript("just leave it with my neighbor", 0.9, "text")
    assert ENGLISH.meaning(said, OPEN_STEP, phrases).choice == "with my neighbor"
    denied = Transcript("not with my neighbor", 0.9, "text")
    assert ENGLISH.meaning(denied, OPEN_STEP, phrases).choice is None
    leaving = Transcript("stop calling me at the door", 0.9, "text")
    assert ENGLISH.meaning(leaving, OPEN_STEP, phrases).intent is Intent.OPT_OUT


@pytest.mark.parametrize("text", ["yes", "no thank you", "stop calling me", "who is this"])
def test_a_whole_answer_is_complete(text: str) -> None:
    assert ENGLISH.is_complete(Transcript(text, 1.0, "text"), YES_NO_STEP)


@pytest.mark.parametrize("text", ["", "i", "could you please", "i would like to", "um", "please don't"])
def test_an_unfinished_answer_is_given_time(text: str) -> None:
    assert not ENGLISH.is_complete(Transcript(text, 1.0, "text"), YES_NO_STEP)


@pytest.mark.parametrize("text", ["sorry", "excuse me", "well", "look"])
def test_a_courtesy_alone_is_the_beginning_of_an_answer(text: str) -> None:
    said = Transcript(text, 1.0, "text")
    assert not ENGLISH.is_complete(said, YES_NO_STEP)
    assert ENGLISH.breaks_off(said)


def test_ratings_and_yes_or_no_are_heard_by_a_grammar_and_sentences_by_a_language_model() -> None:
    rating = ENGLISH.expected(RATING_STEP)
    assert rating.closed
    assert {"four", "stop calling"} <= set(rating.phrases)
    assert len(rating.phrases) < 250
    assert ENGLISH.expected(YES_NO_STEP).closed
    assert len(rating.wordings) > len(ENGLISH.expected(YES_NO_STEP).wordings) > 2000
    sentences = ENGLISH.expected(OPEN_STEP, ("at the door",))
    assert not sentences.closed
    assert sentences.phrases == ("at the door",)
    assert sentences.wordings is ENGLISH.expected(YES_NO_STEP).wordings, "sent and searched through once"


def test_a_region_without_data_takes_its_language() -> None:
    assert understanding_for("en-GB").language is ENGLISH.language


def test_a_language_without_data_understands_keys_only() -> None:
    silent = understanding_for("fi-FI")
    assert silent.keys_only
    assert silent.meaning(Transcript("kyllä", 1.0, "text"), YES_NO_STEP).intent is Intent.OTHER
    assert silent.expected(YES_NO_STEP).phrases == ()
    assert not silent.is_complete(Transcript("kyllä", 1.0, "text"), YES_NO_STEP)


@pytest.mark.parametrize(
    "text",
    [
        "he's dead tired",
        "she's dead tired",
        "my battery died",
        "he's dead on his feet",
        "I'm dead serious",
        "I'm dying to get it",
        "he's gone to fetch the car",
        "my son has passed his driving test",
    ],
)
@pytest.mark.parametrize("expecting", [RATING_STEP, YES_NO_STEP, OPEN_STEP])
def test_nobody_is_taken_for_dead_for_a_figure_of_speech(text: str, expecting: Collection[Intent]) -> None:
    assert meaning(text, expecting).intent not in {Intent.DECEASED, Intent.CRISIS}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("keep me on the list", Intent.YES),
        ("don't call it off yet", Intent.OTHER),
        ("this is killing me it's so late", Intent.OTHER),
        ("stop it that's great", Intent.OTHER),
        ("you've got the wrong guy", Intent.WRONG_NUMBER),
        ("how'd you get this number", Intent.WHY_ME),
        ("lose this number", Intent.OPT_OUT),
        ("who do i talk to about that", Intent.TRANSFER),
    ],
)
def test_what_is_said_in_a_roundabout_way_is_understood(text: str, wanted: Intent) -> None:
    assert meaning(text, OPEN_STEP).intent is wanted


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("don't take me off your list, I like these", {Intent.NO, Intent.YES, Intent.OTHER}),
        ("please don't take me off, I find these useful", {Intent.NO, Intent.YES}),
        ("you call too often", {Intent.COMPLAINT}),
        ("you people ring me far too often", {Intent.COMPLAINT}),
        ("Please don't call me at work", {Intent.CALLBACK}),
        ("don't ring me when I'm at work", {Intent.CALLBACK}),
        ("please don't call me in the morning", {Intent.CALLBACK}),
        ("my brother never calls me any more", {Intent.OTHER}),
        ("remove the blue one from my order", {Intent.OTHER}),
        ("stop the delivery", {Intent.OTHER}),
    ],
)
def test_what_only_sounds_like_an_opt_out_is_taken_for_what_it_is(text: str, right: Collection[Intent]) -> None:
    assert meaning(text, OPEN_STEP).intent in right


@pytest.mark.parametrize(
    "text",
    [
        "take me off your list, I don't like these",
        "you call too often, take me off",
        "please don't call me, at work or anywhere",
        "lose my number",
        "I didn't sign up for this",
        "do me a favour and forget about me",
        "he doesn't want these any more",
        "no more call me please",
        "next time you ring I'm going to a lawyer",
        "I'd be happiest if you never phoned again",
    ],
)
def test_the_opt_out_beside_it_is_heard(text: str) -> None:
    assert meaning(text, OPEN_STEP).intent is Intent.OPT_OUT
