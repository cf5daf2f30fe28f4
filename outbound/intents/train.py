"""Train the models of meaning: `python -m outbound.intents.train [LANG ...]`, all languages by default.

Decides what a training shows: accuracy on held-out wordings per intent, what is taken for what, and how honest the
confidence is. About a minute per language on one core; the same data give the same weights.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from campaigns.intents import Intent
from outbound.intents.fitting import fitted, held_out
from outbound.intents.language import language_named, languages
from outbound.intents.wordings import Wording, digest_of, wordings_of

Heard = tuple[Wording, Intent, float]


def train(tag: str, folds: int, *, mistakes: bool) -> None:
    """Train one language, write its weights and print how it does."""
    language = language_named(tag)
    wordings = wordings_of(tag)
    print(f"{tag}: {len(wordings)} wordings", flush=True)
    tested = held_out(wordings, language, folds)
    temperature = tested.temperature()
    heard = tested.heard(temperature)
    _show_intents(heard)
    _show_honesty(heard)
    print(f"  temperature {temperature:.3f}")
    if mistakes:
        for wording, intent, likelihood in heard:
            if intent is not wording.intent:
                print(f"  {wording.intent:>15} taken for {intent:<15} {likelihood:.2f}  {wording.text}")
    file = fitted(wordings, language, digest_of(tag), temperature).save(tag)
    print(f"  {file.name}: {file.stat().st_size / 1e6:.2f} MB\n", flush=True)


def _show_intents(heard: Sequence[Heard]) -> None:
    right = sum(wording.intent is intent for wording, intent, _ in heard)
    print(f"  held-out accuracy {right / len(heard):.1%}")
    for intent in Intent:
        mine = [said for wording, said, _ in heard if wording.intent is intent]
        claimed = sum(said is intent for _, said, _ in heard)
        if not mine:
            continue
        hits = sum(said is intent for said in mine)
        taken = Counter(said.value for said in mine if said is not intent).most_common(3)
        confusion = ", ".join(f"{name} {count}" for name, count in taken)
        print(
            f"  {intent:<15} {len(mine):5d} wordings  recall {hits / len(mine):6.1%}"
            f"  precision {hits / max(1, claimed):6.1%}  {confusion}"
        )


def _show_honesty(heard: Sequence[Heard]) -> None:
    print("  confidence: claimed and true")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        band = [(w.intent is said, sure) for w, said, sure in heard if low <= sure < high]
        if band:
            claimed = sum(sure for _, sure in band) / len(band)
            true = sum(hit for hit, _ in band) / len(band)
            print(f"    {low:.1f}-{min(high, 1.0):.1f}: {claimed:.2f} {true:.2f}  ({len(band)} wordings)")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m outbound.intents.train", description="Train models of meaning.")
    parser.add_argument("languages", nargs="*", metavar="LANG", help="which languages (default: all)")
    parser.add_argument("--folds", type=int, default=4, help="parts for cross-validation (default: 4)")
    parser.add_argument("--mistakes", action="store_true", help="list every held-out wording that was misunderstood")
    arguments = parser.parse_args()
    for tag in arguments.languages or languages():
        train(tag, arguments.folds, mistakes=arguments.mistakes)


if __name__ == "__main__":
    main()
