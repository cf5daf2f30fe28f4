"""Train the models of meaning: `python -m outbound.intents.train [LANG ...]`, all languages by default.

Decides what a training shows: accuracy on held-out wordings per intent, what is taken for what, how honest the
confidence is, and what acting at the thresholds would do. All three languages take four minutes of computing; the
same data give the same weights.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace

from campaigns.intents import Intent
from outbound.intents.decisions import INTENTS, Likelihoods, decided
from outbound.intents.fitting import STEPS, HeldOut, examples_of, fitted, held_out
from outbound.intents.language import language_named, languages
from outbound.intents.thresholds import SHIPPED, Thresholds
from outbound.intents.wordings import digest_of, wordings_of


def train(tag: str, folds: int, *, mistakes: bool) -> None:
    """Train one language, write its weights and print how it does."""
    language = language_named(tag)
    wordings = wordings_of(tag)
    examples = examples_of(wordings, language)
    print(f"{tag}: {len(wordings)} wordings, {len(examples)} with their variants", flush=True)
    tested = held_out(wordings, examples, folds)
    thresholds = tested.thresholds()
    _show_intents(tested, thresholds)
    _show_honesty(tested)
    _show_steps(tested, thresholds)
    if mistakes:
        _show_mistakes(tested)
    trained = replace(fitted(examples), counts=tested.counts, digest=digest_of(tag))
    file = trained.save(tag)
    thresholds.save(tag, SHIPPED)
    print(f"  {file.name}: {file.stat().st_size / 1e6:.2f} MB\n", flush=True)


def _likeliest(shares: Likelihoods) -> list[Intent]:
    return [INTENTS[column] for column in shares.argmax(axis=1)]


def _show_intents(tested: HeldOut, thresholds: Thresholds) -> None:
    said = _likeliest(tested.shares())
    meant = [wording.intent for wording in tested.wordings]
    right = sum(a is b for a, b in zip(meant, said, strict=True))
    pieces, whole = tested.counts
    print(f"  held-out accuracy {right / len(meant):.1%}; pieces count {pieces:.2f}, whole sentences {whole:.2f}")
    for intent in INTENTS:
        mine = [b for a, b in zip(meant, said, strict=True) if a is intent]
        hits = mine.count(intent)
        if mine:
            taken = Counter(other.value for other in mine if other is not intent).most_common(3)
            confusion = ", ".join(f"{name} {count}" for name, count in taken)
            acts = "" if intent is Intent.OTHER else f"acts at {thresholds.accept[intent]:.3f}"
            print(
                f"  {intent:<15} {len(mine):5d} wordings  recall {hits / len(mine):6.1%}"
                f"  precision {hits / max(1, said.count(intent)):6.1%}  {acts:<14}  {confusion}"
            )


def _show_honesty(tested: HeldOut) -> None:
    print("  confidence: claimed and true")
    shares = tested.shares()
    right = shares.argmax(axis=1) == tested.columns
    sure = shares.max(axis=1)
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.01)):
        band = (low <= sure) & (sure < high)
        if band.any():
            claimed, true = sure[band].mean(), right[band].mean()
            print(f"    {low:.1f}-{min(high, 1.0):.1f}: {claimed:.2f} {true:.2f}  ({band.sum()} wordings)")


def _show_steps(tested: HeldOut, thresholds: Thresholds) -> None:
    print("  acting at the thresholds, in a step that is open / asks yes or no / asks for a rating")
    shown: dict[str, list[float]] = {}
    for expecting in STEPS:
        acted = [decided(row, thresholds)[0] for row in tested.shares(expecting)]
        pairs = list(zip((wording.intent for wording in tested.wordings), acted, strict=True))
        for intent in (Intent.CRISIS, Intent.OPT_OUT, Intent.OTHER):
            mine = [b for a, b in pairs if a is intent]
            others = [b for a, b in pairs if a is not intent]
            shown.setdefault(f"{intent} heard", []).append(mine.count(intent) / len(mine))
            shown.setdefault(f"{intent} falsely", []).append(others.count(intent) / len(others))
        right = [a is b for a, b in pairs]
        shown.setdefault("all", []).append(sum(right) / len(right))
    for name, figures in shown.items():
        print(f"    {name:<18}" + "".join(f"{figure:8.1%}" for figure in figures))


def _show_mistakes(tested: HeldOut) -> None:
    shares = tested.shares()
    for wording, said, sure in zip(tested.wordings, _likeliest(shares), shares.max(axis=1), strict=True):
        if said is not wording.intent:
            print(f"  {wording.intent:>15} taken for {said:<15} {sure:.2f}  {wording.text}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m outbound.intents.train", description="Train models of meaning.")
    parser.add_argument("languages", nargs="*", metavar="LANG", help="which languages (default: all)")
    parser.add_argument("--folds", type=int, default=3, help="parts for cross-validation (default: 3)")
    parser.add_argument("--mistakes", action="store_true", help="list every held-out wording that was misunderstood")
    arguments = parser.parse_args()
    for tag in arguments.languages or languages():
        train(tag, arguments.folds, mistakes=arguments.mistakes)


if __name__ == "__main__":
    main()
