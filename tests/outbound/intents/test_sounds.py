"""Words that sound alike, for training."""

from random import Random

import pytest

from outbound.intents.language import language_named, languages
from outbound.intents.noise import varied
from outbound.intents.sounds import doubles_of

ENGLISH = language_named("en-US")


def test_words_one_sound_apart_are_doubles_of_each_other() -> None:
    doubles = doubles_of("en-US")
    assert "least" in doubles["list"]
    assert "last" in doubles["list"]
    assert "urgent" in doubles["agent"]
    assert "parcel" not in doubles.get("list", ())


def test_what_denies_and_numbers_are_never_taken_for_something_else() -> None:
    doubles = doubles_of("en-US")
    kept = {*ENGLISH.classes["negation"], *ENGLISH.other_numbers, "two", "four", "yes", "no"}
    assert kept.isdisjoint(doubles)
    assert kept.isdisjoint(double for found in doubles.values() for double in found)


@pytest.mark.parametrize("tag", sorted(set(languages()) - {"en-US"}))
def test_a_language_without_a_dictionary_has_no_doubles(tag: str) -> None:
    assert doubles_of(tag) == {}


def test_a_variant_is_the_same_for_the_same_dice_and_a_lone_word_stays_what_it_is() -> None:
    doubles = {"list": ("least",)}
    first, second = (varied("take me off your list", ENGLISH, Random(3), doubles) for _ in range(2))
    assert first == second
    bare = {varied("list", ENGLISH, Random(seed), doubles).split()[-1] for seed in range(40)}
    assert "least" not in bare


def test_no_variant_loses_the_word_that_denies() -> None:
    variants = {varied("never take me off your list", ENGLISH, Random(seed), {}) for seed in range(300)}
    assert len(variants) > 50
    assert all("never" in variant.split() for variant in variants)
