"""Every language says everything that a call needs."""

from __future__ import annotations

import pytest

from campaigns.errors import CampaignError
from campaigns.intents import GLOBAL_INTENTS, Intent
from campaigns.phrases import MADE, SAID, help_line, phrase_languages, standard_phrases
from campaigns.phrases.vocabulary import Vocabulary, vocabulary
from campaigns.rendering import names_in


@pytest.mark.parametrize("language", phrase_languages())
def test_a_language_has_every_phrase_and_each_names_what_the_english_one_names(language: str) -> None:
    phrases = standard_phrases(language)
    assert set(phrases) == {*SAID, *MADE}
    for name, english in standard_phrases("en-US").items():
        optional = {"purpose", "name"}
        assert names_in(phrases[name], language) - optional == names_in(english, "en-US") - optional, name
        assert phrases[name].count("{when}") == english.count("{when}"), name


def test_a_language_of_the_same_family_stands_in() -> None:
    assert standard_phrases("en-GB") == standard_phrases("en-US")
    with pytest.raises(CampaignError, match="no standard phrases for xx-XX"):
        standard_phrases("xx-XX")


@pytest.mark.parametrize("language", phrase_languages())
def test_a_language_knows_the_words_of_every_call(language: str) -> None:
    words = vocabulary(language)
    assert set(words.understood) == {*GLOBAL_INTENTS - {Intent.CRISIS, Intent.COMPLAINT}, Intent.YES, Intent.NO}
    assert words.nine
    assert words.stopping
    assert words.advertising


def test_an_unknown_language_has_hardly_any_words() -> None:
    assert vocabulary("xx-XX") == Vocabulary()


def test_help_in_danger_is_known_by_country() -> None:
    line = help_line("US")
    assert line is not None
    assert line.listening == "988"
    assert help_line("XX") is None
