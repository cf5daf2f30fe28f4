"""What a sentence says as a whole."""

import numpy as np
import pytest

from outbound.intents.sentences import SIZE, WIDTH, encoder, sentences_of


def _alike(first: str, second: str) -> float:
    """Cosine of what the pieces of two texts say together, on average."""
    a, b = sentences_of([first, second])[:, WIDTH : 2 * WIDTH]
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize(
    ("said", "same", "other"),
    [
        ("please stop calling me", "would you quit phoning us", "the soup is on the stove"),
        ("he passed away in the spring", "my mother is dead", "turn left at the second light"),
        ("别再打电话了", "以后不要联系我", "今天天气不错"),
        ("전화하지 마세요", "다시는 연락하지 마", "오늘 날씨 좋네요"),
    ],
)
def test_sentences_of_one_meaning_are_more_alike_than_others(said: str, same: str, other: str) -> None:
    assert _alike(said, same) > _alike(said, other)


def test_the_order_of_words_is_read() -> None:
    assert _alike("you call me i do not call you", "i call you you do not call me") < 0.999


def test_a_sentence_reads_alike_alone_and_among_others() -> None:
    texts = ["yes", "take me off your list", "不用了", "well i was only sitting down with a cup of tea when it rang"]
    together = encoder().encode(texts)
    assert together.shape == (4, SIZE)
    for text, row in zip(texts, together, strict=True):
        assert np.allclose(encoder().encode([text])[0], row, atol=1e-3)


@pytest.mark.parametrize("text", ["", "ქართული", "x" * 300, "no " * 400])
def test_any_text_has_a_meaning_of_its_own(text: str) -> None:
    assert np.isfinite(encoder().encode([text])).all()


def test_words_are_cut_into_the_likeliest_pieces() -> None:
    vocabulary = encoder().vocabulary
    names = {row: piece for piece, row in vocabulary.rows.items()}
    assert "".join(names[row] for row in vocabulary.rows_of("unsubscribe me")) == " unsubscribe me"
    assert vocabulary.rows_of("stop") == [vocabulary.rows[" stop"]]


def test_what_was_read_before_is_remembered() -> None:
    assert np.array_equal(sentences_of(["stop it", "go on", "stop it"]), sentences_of(["stop it", "go on", "stop it"]))
