"""Who is calling, how to be called no more, and where to call back: in the call, on a machine, to a call screener.

The brand comes in the first sentence and the call-back number is said (47 CFR 64.1200(b)(1), (2)). Where the purpose is
marketing, the way out with its instructions begins within two seconds of the identification (64.1200(b)(3)), and a
message on a machine gives a number to end the calls with, toll-free in the United States.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberType

from campaigns import spoken
from campaigns.checks.findings import Finding, Severity
from campaigns.checks.specimens import Specimen
from campaigns.checks.timing import Stopwatch
from campaigns.definition import CampaignDefinition
from campaigns.phrases.vocabulary import vocabulary
from campaigns.script import Purpose

WAY_OUT_WITHIN_SECONDS = 2.0
_FICTIONAL = re.compile(r"\+1\d{3}55501\d\d")
"""Reserved for stories, and for examples (North American Numbering Plan)."""
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。！？]")


def identity_findings(definition: CampaignDefinition, specimen: Specimen, stopwatch: Stopwatch) -> Iterator[Finding]:
    """What one script says too late, or not at all."""
    script, told = specimen.script, specimen.told
    marketing = script.purpose is Purpose.MARKETING
    if not _named_first(script.brand, script.phrases.opening):
        yield _error("phrases.opening", f"{script.brand} is not named in the first sentence {told}.", _NAME_IT)
    if not _named_first(script.brand, script.screener):
        yield _error("phrases.screener", f"a call screener is not told that {script.brand} calls {told}.", _NAME_IT)
    yield from _way_out(specimen, marketing, stopwatch)
    number = _digits(spoken.telephone(definition.callback_number))
    if number not in _digits(script.phrases.goodbye):
        fix = "Say {{ callback_number }} in the goodbye."
        yield _error("phrases.goodbye", f"the number to call back is not said {told}.", fix)
    for name in ("callback_confirmed", "callback_moved", "callback_by_person"):
        if "{when}" not in getattr(script.phrases, name):
            yield _error(
                f"phrases.{name}", f"the promised moment is not said {told}.", "Write {when} where it belongs."
            )
    if script.voicemail:
        yield from _voicemail(definition, specimen, number, marketing)


_NAME_IT = "Begin with who is calling: {{ brand }}."


def _way_out(specimen: Specimen, marketing: bool, stopwatch: Stopwatch) -> Iterator[Finding]:
    script, told = specimen.script, specimen.told
    phrases, words = script.phrases, vocabulary(specimen.language)
    if not marketing:
        if not _says(words.nine, phrases.opening + phrases.goodbye):
            message = f"nobody is told {told} that key 9 ends all calls."
            yield Finding(Severity.WARNING, "phrases.goodbye", message, "Name it in the goodbye.")
        return
    if not _says(words.nine, phrases.way_out):
        yield _error("phrases.way_out", f"the way out does not name key 9 {told}.", "Name the key and the word.")
    if words.stopping and not _says(words.stopping, phrases.way_out):
        example = ", ".join(words.stopping[:3])
        yield _error("phrases.way_out", f"the way out names no word to say {told}.", f"Use one of: {example}.")
    if script.brand in phrases.opening:
        before = phrases.opening.partition(phrases.way_out)[0].rstrip()
        identified = phrases.opening[: phrases.opening.index(script.brand) + len(script.brand)]
        gap = stopwatch(script, before) - stopwatch(script, identified)
        if gap > WAY_OUT_WITHIN_SECONDS:
            yield _error(
                "about",
                f"the way out begins {gap:.1f} s after the name {told}; allowed are {WAY_OUT_WITHIN_SECONDS:.0f} s.",
                "Say less between the two: shorten `about:`.",
            )


def _voicemail(definition: CampaignDefinition, specimen: Specimen, number: str, marketing: bool) -> Iterator[Finding]:
    text, told = specimen.script.voicemail, specimen.told
    if not _named_first(specimen.script.brand, text):
        yield _error("voicemail", f"{specimen.script.brand} is not named in the first sentence {told}.", _NAME_IT)
    if number not in _digits(text):
        yield _error("voicemail", f"the number to call back is not said {told}.", "Say {{ callback_number }}.")
    stopping = vocabulary(specimen.language).stopping
    if stopping and not _says(stopping, text):
        yield Finding(
            Severity.ERROR if marketing else Severity.WARNING,
            "voicemail",
            f"the message does not say how to end these calls {told}.",
            "Say that they end with a call to {{ callback_number }}.",
        )
    if marketing and "US" in definition.countries and not _is_toll_free(definition.callback_number):
        yield _error(
            "callback_number",
            "a marketing message on a machine in the United States must give a toll-free number to end the calls with.",
            "Use a toll-free number, or take `voicemail:` away.",
        )


def placeholder_findings(definition: CampaignDefinition) -> Iterator[Finding]:
    """Numbers that nobody has: those of the ready campaigns, still to be replaced."""
    numbers = {"caller_id": definition.caller_id, "callback_number": definition.callback_number}
    targets = {f"transfer.{name}": target.address for name, target in definition.transfer.items()}
    for where, number in (numbers | targets).items():
        if not number.startswith("sip") and (
            _FICTIONAL.fullmatch(number) or not phonenumbers.is_valid_number(phonenumbers.parse(number, None))
        ):
            message = "this is an example: nobody has this number."
            yield Finding(Severity.INFO, where, message, "Put in your own before you call people.")


def _error(where: str, message: str, fix: str) -> Finding:
    return Finding(Severity.ERROR, where, message, fix)


def _named_first(brand: str, text: str) -> bool:
    before, there, _ = text.partition(brand)
    return bool(there) and _SENTENCE_END.search(before) is None


def _says(words: tuple[str, ...], text: str) -> bool:
    return any(word.casefold() in text.casefold() for word in words)


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _is_toll_free(number: str) -> bool:
    return bool(phonenumbers.number_type(phonenumbers.parse(number, None)) == PhoneNumberType.TOLL_FREE)
