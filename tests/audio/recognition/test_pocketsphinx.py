"""PocketSphinx beyond the contract: sentences, and what its confidence separates."""

from __future__ import annotations

import pytest

from audio.errors import ModelMissing
from audio.pcm import over_telephone
from audio.recognition import Expected
from audio.recognition.pocketsphinx import PocketsphinxRecognizer
from tests.audio.recognition import speakers
from tests.audio.recognition.conftest import EngineUnderTest

_SENTENCES = Expected(
    (
        "please take me off your list",
        "please call me back tomorrow",
        "can i talk to a person",
        "when will my parcel arrive",
        "please take your time",
        "i would like to talk to a person please",
    )
)


@pytest.fixture(scope="module")
def english() -> EngineUnderTest:
    recognizer = PocketsphinxRecognizer(decoders=1)
    return EngineUnderTest(recognizer, speakers.english, _SENTENCES, _SENTENCES.phrases)


def test_hears_sentences_made_of_what_is_expected(english: EngineUnderTest) -> None:
    heard = english.hear(over_telephone(speakers.english("please call me back tomorrow")))
    assert heard.text == "please call me back tomorrow"


def test_hears_a_sentence_that_only_resembles_the_expected_ones(english: EngineUnderTest) -> None:
    assert "talk to a person" in english.hear(speakers.english("can i please talk to a person")).text


def test_is_less_sure_of_words_beside_the_grammar(english: EngineUnderTest) -> None:
    digits = Expected(("one", "two", "three", "four", "five"), closed=True)
    inside = english.hear(speakers.english("three"), digits)
    beside = english.hear(speakers.english("my uncle plays the saxophone on weekends"), digits)
    assert inside.confidence > 0.5 > beside.confidence


def test_hears_a_sentence_where_a_word_was_asked(english: EngineUnderTest) -> None:
    fillers = ("yes", "no", "stop", "agent", "repeat", "slower", "wait", "bye", "when", "yeah", "nope", "again")
    expected = Expected((*fillers, "please take me off your list", "who is calling me"), closed=True)
    assert english.hear(speakers.english("please take me off your list"), expected).text.endswith("off your list")


def test_without_a_word_of_its_dictionary_it_hears_general_english(english: EngineUnderTest) -> None:
    heard = english.hear(speakers.english("this is a good day"), Expected(("xqzzt",), closed=True))
    assert "good day" in heard.text


def test_one_call_does_not_colour_the_next(english: EngineUnderTest) -> None:
    quiet, loud = speakers.english("two").louder(-24), speakers.english("stop it at once")
    digits = Expected(("one", "two", "three"), closed=True)
    before = english.hear(quiet, digits)
    english.hear(loud, digits)
    assert english.hear(quiet, digits) == before


def test_knows_english_only() -> None:
    with pytest.raises(ModelMissing, match="ko-KR"):
        PocketsphinxRecognizer("ko-KR")
