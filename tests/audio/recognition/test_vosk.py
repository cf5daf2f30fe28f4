"""What Vosk makes of answers inside and outside its grammar, with the Korean model that a package carries."""

from __future__ import annotations

from functools import cache

import pytest

from audio.recognition import Expected, Recognizer, Transcript, recognizer_for
from audio.recognition.vosk import _fewest_phrases, _heard
from tests.audio.recognition.speakers import korean

_YES_NO = Expected(("네", "아니요"), closed=True)
_SENTENCE = "나중에 다시 전화해 주세요"


@cache
def recognizer() -> Recognizer:
    found = recognizer_for("ko-KR", "vosk")
    assert found is not None
    return found


def heard(text: str, expected: Expected) -> tuple[list[Transcript], Transcript]:
    """The partial results, and the final one."""
    sound = korean(text)
    listening = recognizer().listen(expected, sound.rate)
    partial = [found for frame in sound.frames() if (found := listening.feed(frame))]
    return partial, listening.finish()


@pytest.mark.parametrize("text", _YES_NO.phrases)
def test_an_answer_of_the_grammar_has_words_with_times_and_confidence(text: str) -> None:
    partial, final = heard(text, _YES_NO)
    assert final.text == text
    assert [word.text for word in final.words] == [text]
    assert 0.5 < final.words[0].confidence <= 1.0
    assert 0.2 < final.words[0].start_seconds < final.words[0].end_seconds
    assert partial[-1].text == text
    assert not partial[-1].final


def test_a_sentence_outside_the_grammar_is_no_sure_answer() -> None:
    """The model has no word for unknown speech that would fit: it hears its few words one after the other."""
    assert heard(_SENTENCE, _YES_NO)[1].confidence < 0.5


def test_open_speech_has_other_readings() -> None:
    final = heard(_SENTENCE, Expected())[1]
    assert final.alternatives
    assert final.text not in final.alternatives
    assert not any(mark in text for text in (final.text, *final.alternatives) for mark in "[<")


def test_speech_beside_the_grammar_is_no_word_and_counts_against_the_others() -> None:
    words = [("[unk]", 1.0), ("yes", 0.9), ("<UNK>", 0.8)]
    found = _heard({"result": [{"word": word, "conf": sure, "start": 0.0, "end": 0.3} for word, sure in words]})
    assert found.text == "yes"
    assert found.confidence == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "count"),
    [("yes", 1), ("call me later", 1), ("yes yes", 1.5), ("yes call me later", 2), ("later yes", None), ("", 0)],
)
def test_words_are_made_up_of_as_few_phrases_as_possible(text: str, count: float | None) -> None:
    assert _fewest_phrases(text.split(), frozenset({"yes", "call me", "call me later"})) == count
