"""A small language model from example sentences: which word follows which.

Decides the n-gram probabilities (Witten-Bell smoothing, as in Chen and Goodman 1998) and writes them in the ARPA
format that decoders read. Which sentences are likely is decided by whoever gives them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

_START, _END = "<s>", "</s>"
_NEVER = -99.0
"""ARPA's log10 of zero: the start of a sentence is never predicted."""

_Gram = tuple[str, ...]


def arpa(sentences: Iterable[str], order: int = 3) -> str:
    """An ARPA n-gram model of sentences of space-separated words; every sentence counts once."""
    counts: list[Counter[_Gram]] = [Counter() for _ in range(order)]
    for sentence in sentences:
        words = (_START, *sentence.split(), _END)
        for size in range(1, order + 1):
            counts[size - 1].update(words[i : i + size] for i in range(len(words) - size + 1))
    del counts[0][(_START,)]
    probabilities: dict[_Gram, float] = {}
    left_over: dict[_Gram, float] = {}
    for size, grams in enumerate(counts, start=1):
        _estimate(grams, size, probabilities, left_over)
    sections = [_counted(counts), *(_section(grams, probabilities, left_over) for grams in counts), "\\end\\\n"]
    return "\n".join(sections)


def _estimate(
    grams: Counter[_Gram], size: int, probabilities: dict[_Gram, float], left_over: dict[_Gram, float]
) -> None:
    """Add the probabilities of the n-grams of one size, and what each history leaves for words unseen after it."""
    following: defaultdict[_Gram, list[_Gram]] = defaultdict(list)
    for gram in grams:
        following[gram[:-1]].append(gram)
    for history, seen in following.items():
        total, kinds = sum(grams[gram] for gram in seen), len(seen)
        for gram in seen:
            shorter = probabilities[gram[1:]] if size > 1 else 1 / kinds
            probabilities[gram] = (grams[gram] + kinds * shorter) / (total + kinds)
        if size > 1:
            unseen = 1 - sum(probabilities[gram[1:]] for gram in seen)
            free = 1 - sum(probabilities[gram] for gram in seen)
            left_over[history] = free / unseen if unseen > 1e-9 and free > 1e-9 else 1.0


def _counted(counts: list[Counter[_Gram]]) -> str:
    sizes = [len(counts[0]) + 1, *(len(grams) for grams in counts[1:])]
    return "\n".join(["\\data\\", *(f"ngram {size}={n}" for size, n in enumerate(sizes, start=1)), ""])


def _section(grams: Counter[_Gram], probabilities: dict[_Gram, float], left_over: dict[_Gram, float]) -> str:
    size = len(next(iter(grams)))
    lines = [f"\\{size}-grams:"]
    if size == 1:
        lines.append(f"{_NEVER:.4f} {_START} {math.log10(left_over.get((_START,), 1.0)):.4f}")
    for gram in sorted(grams):
        line = f"{math.log10(probabilities[gram]):.4f} {' '.join(gram)}"
        backoff = left_over.get(gram)
        lines.append(line if backoff is None else f"{line} {math.log10(backoff):.4f}")
    return "\n".join([*lines, ""])
