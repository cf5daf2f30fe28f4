"""The n-gram model made from example sentences."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audio.recognition.language_model import arpa

_SENTENCES = st.lists(
    st.lists(st.sampled_from(["call", "me", "stop", "back", "please"]), min_size=1, max_size=6).map(" ".join),
    min_size=1,
    max_size=12,
)


def _entries(text: str, order: int) -> dict[str, tuple[float, float]]:
    """The n-grams of one order with their probability and backoff weight."""
    section = text.split(f"\\{order}-grams:\n")[1].split("\n\n")[0]
    entries = {}
    for line in section.splitlines():
        fields = line.split()
        backoff = float(fields[order + 1]) if len(fields) > order + 1 else 0.0
        entries[" ".join(fields[1 : order + 1])] = (10 ** float(fields[0]), 10**backoff)
    return entries


@given(_SENTENCES)
def test_single_words_share_the_whole_probability(sentences: list[str]) -> None:
    words = _entries(arpa(sentences), 1)
    assert abs(sum(probability for word, (probability, _) in words.items() if word != "<s>") - 1) < 0.01


@given(_SENTENCES)
def test_words_after_a_word_share_the_whole_probability(sentences: list[str]) -> None:
    text = arpa(sentences)
    words, pairs = _entries(text, 1), _entries(text, 2)
    for history in {pair.split()[0] for pair in pairs}:
        seen = {pair.split()[1]: p for pair, (p, _) in pairs.items() if pair.split()[0] == history}
        unseen = sum(p for word, (p, _) in words.items() if word not in seen and word != "<s>")
        assert abs(sum(seen.values()) + words[history][1] * unseen - 1) < 0.02 or unseen < 1e-6


def test_counts_in_the_header_are_those_of_the_sections() -> None:
    text = arpa(["stop calling me", "call me back"])
    for order in (1, 2, 3):
        assert f"ngram {order}={len(_entries(text, order))}" in text


def test_what_was_said_often_is_likelier() -> None:
    words = _entries(arpa(["stop", "stop", "stop", "back"]), 1)
    assert words["stop"] > words["back"]
