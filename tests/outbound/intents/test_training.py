"""The data, and the models made from them."""

import numpy as np
import pytest

from campaigns.intents import Intent
from outbound.errors import OutboundError
from outbound.intents.fitting import examples_of, fitted
from outbound.intents.language import language_named, languages
from outbound.intents.model import ModelMissing, model_for
from outbound.intents.wordings import digest_of, wordings_of


@pytest.mark.parametrize("tag", languages())
def test_every_intent_has_wordings(tag: str) -> None:
    counts = {intent: sum(w.intent is intent for w in wordings_of(tag)) for intent in Intent}
    assert min(counts.values()) >= 60
    assert counts[Intent.OTHER] >= 500


@pytest.mark.parametrize("tag", languages())
def test_the_model_was_trained_on_the_present_wordings(tag: str) -> None:
    assert model_for(tag).digest == digest_of(tag)


def test_a_wording_stands_for_one_intent_only() -> None:
    texts = [wording.text for wording in wordings_of("en-US")]
    assert len(texts) == len(set(texts))


def test_training_twice_gives_the_same_model() -> None:
    few = wordings_of("en-US")[::40]
    english = language_named("en-US")
    first, second = (fitted(examples_of(few, english)) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.hidden, second.hidden)
    assert np.array_equal(first.tops, second.tops)


def test_a_missing_model_says_how_to_train_it() -> None:
    with pytest.raises(ModelMissing) as missing:
        model_for("fi-FI")
    assert "train fi-FI" in missing.value.hint


def test_a_missing_language_names_those_there_are() -> None:
    with pytest.raises(OutboundError) as missing:
        language_named("fi-FI")
    assert "en-US" in missing.value.hint
