"""How long a call takes: answered at once, and at the longest.

Decides the estimate of a text's length where no voice is at hand, and what is too long: a call that would be cut short,
a delivery notice of more than a minute (FCC exemption for package deliveries, 2014).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from campaigns.checks.findings import Finding, Severity
from campaigns.checks.specimens import Specimen
from campaigns.definition import CampaignDefinition, Matter
from campaigns.script import Collecting, Script, Step

SpeakSeconds = Callable[[str, str], float]
"""How long a voice takes at its engine's own speed: (language, text) to seconds."""

LONGEST_DELIVERY_NOTICE_SECONDS = 60
ANSWER_SECONDS = 2.0
"""A short answer with the pauses around it."""
COMMENT_SECONDS = 8.0
"""What a callee may say after a low rating."""
_WORD_SECONDS = 60 / 180
_CHARACTER_SECONDS = 0.27
"""A Chinese character."""
_SYLLABLE_SECONDS = 0.21
"""A Korean one."""
_PAUSE_SECONDS = 0.35
_COMMA_SECONDS = 0.15


class Stopwatch:
    """Measures texts, each once; estimates by words per minute without a voice."""

    def __init__(self, speak_seconds: SpeakSeconds | None = None) -> None:
        self._speak_seconds = speak_seconds or _estimate
        self._known: dict[tuple[str, str], float] = {}

    def __call__(self, script: Script, text: str, pace: float = 1.0) -> float:
        """Seconds in which a script's voice says a text; `pace` 1.0 is the script's own."""
        if not text:
            return 0.0
        key = (script.language, text)
        if key not in self._known:
            self._known[key] = self._speak_seconds(*key)
        return self._known[key] / (script.voice.pace * pace)


def _estimate(language: str, text: str) -> float:
    characters = len(re.findall(r"[\u3400-\u9fff]", text))
    syllables = len(re.findall(r"[\uac00-\ud7a3]", text))
    words = len(re.findall(r"[^\W_\u3400-\u9fff\uac00-\ud7a3]+(?:['’][^\W_]+)*", text))
    stops = len(re.findall(r"[.!?;:](?=\s)|[。！？；：]", text))
    commas = len(re.findall(r"[,，、]", text))
    said = characters * _CHARACTER_SECONDS + syllables * _SYLLABLE_SECONDS + words * _WORD_SECONDS
    return said + stops * _PAUSE_SECONDS + commas * _COMMA_SECONDS


@dataclass(frozen=True, slots=True)
class CallLength:
    """Seconds from the first word to the last.

    Attributes:
        shortest, usual: the shortest and the longest way through the script, every question answered at once.
        longest: the longest way, every question asked twice and a low rating explained; going round again not counted.
    """

    shortest: float
    usual: float
    longest: float


def call_length(script: Script, stopwatch: Stopwatch) -> CallLength:
    """How long the call takes if the callee lets the script run its course."""
    opening = stopwatch(script, script.phrases.opening)

    def quick(step: Step) -> float:
        return _step_seconds(script, step, stopwatch, patient=False)

    def slow(step: Step) -> float:
        return _step_seconds(script, step, stopwatch, patient=True)

    return CallLength(
        opening + _way(script, quick, min), opening + _way(script, quick, max), opening + _way(script, slow, max)
    )


def _way(script: Script, seconds: Callable[[Step], float], pick: Callable[[Sequence[float]], float]) -> float:
    """The length of the way that `pick` prefers; a way back to a step is not taken a second time."""
    done: dict[str, float] = {}

    def onward(name: str, before: frozenset[str]) -> float:
        if name not in done:
            step = script.steps[name]
            ahead = [
                onward(target, before | {name})
                for target in dict.fromkeys(_targets(step))
                if target not in before and target != name
            ]
            done[name] = seconds(step) + (pick(ahead) if ahead else 0.0)
        return done[name]

    return onward(script.start, frozenset())


def _targets(step: Step) -> Iterator[str]:
    yield from (choice.next for choice in step.choices)
    yield from (case.next for case in step.cases)
    if step.next is not None:
        yield step.next


def _step_seconds(script: Script, step: Step, stopwatch: Stopwatch, *, patient: bool) -> float:
    phrases = script.phrases
    seconds = stopwatch(script, step.say, step.pace)
    if not step.choices and step.collect is None:
        return seconds
    seconds += ANSWER_SECONDS
    if patient:
        seconds += step.listen_seconds + stopwatch(script, step.reprompt, step.pace)
    if step.collect is Collecting.RATING:
        if patient and phrases.low_rating_question:
            seconds += stopwatch(script, phrases.low_rating_question) + COMMENT_SECONDS
            return seconds + stopwatch(script, phrases.comment_thanks)
        seconds += stopwatch(script, phrases.rating_thanks)
    return seconds


def timing_findings(
    definition: CampaignDefinition, specimens: Sequence[Specimen], stopwatch: Stopwatch
) -> Iterator[Finding]:
    """What is too long, and how long the calls are."""
    allowed = definition.calling.longest_seconds
    delivery = definition.matter is Matter.DELIVERY
    if delivery and allowed > LONGEST_DELIVERY_NOTICE_SECONDS:
        yield Finding(
            Severity.ERROR if "US" in definition.countries else Severity.WARNING,
            "calling.longest_seconds",
            f"a delivery notice lasts at most {LONGEST_DELIVERY_NOTICE_SECONDS} s.",
            f"Write `longest_seconds: {LONGEST_DELIVERY_NOTICE_SECONDS}`.",
        )
    lengths = [(call_length(specimen.script, stopwatch), specimen) for specimen in specimens]
    for length, specimen in lengths:
        polite = specimen.script.polite_end_seconds
        if length.usual > polite:
            yield Finding(
                Severity.ERROR,
                "calling.longest_seconds",
                f"a call with quick answers takes {length.usual:.0f} s {specimen.told} and would be cut short after "
                f"{polite:.0f} s.",
                "Say less, or allow more.",
            )
        message = stopwatch(specimen.script, specimen.script.voicemail)
        if delivery and message > LONGEST_DELIVERY_NOTICE_SECONDS:
            what = f"the message takes {message:.0f} s {specimen.told}; a delivery notice lasts at most 60 s."
            yield Finding(Severity.ERROR, "voicemail", what, "Say less.")
    if lengths:
        shortest = min(length.shortest for length, _ in lengths)
        usual, longest = (max(getattr(length, name) for length, _ in lengths) for name in ("usual", "longest"))
        cut = " and then comes to a polite end" if longest > min(s.script.polite_end_seconds for s in specimens) else ""
        yield Finding(
            Severity.INFO,
            "script",
            f"a call takes {shortest:.0f} to {usual:.0f} s with quick answers; "
            f"with every question asked twice {min(longest, allowed):.0f} s{cut}.",
        )
