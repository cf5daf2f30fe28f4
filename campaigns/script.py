"""The script of one call: named steps that say, ask, collect, branch, transfer and end.

Decides the form in which a dialogue reads a script: for one contact, in one language, every text already
rendered, so that all that can be said is known before the phone rings. How a marketer writes a script is
`definition.py`; rendering is `rendering.py`; whether it is safe to use is `checks.py`. Pure: no files, no clock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from campaigns.intents import Intent
from campaigns.outcomes import Scope


class Purpose(StrEnum):
    """Why a campaign calls; the rule packs ask more of marketing."""

    INFORMATIONAL = "informational"
    MARKETING = "marketing"


class Collecting(StrEnum):
    """What a collecting step wants."""

    RATING = "rating"
    """1-5, by voice or key."""
    DIGITS = "digits"
    YES_NO = "yes_no"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Choice:
    """One way on from an ask.

    Attributes:
        value: what is stored as the answer, e.g. "yes" or "neighbour".
        intent: the intent that takes this way, if one does.
        phrases: the script's own wordings that take this way.
        key: the key that takes this way; never one of the global keys.
        next: the step to go to.
    """

    value: str
    next: str
    intent: Intent | None = None
    phrases: tuple[str, ...] = ()
    key: str | None = None


class Test(Protocol):
    """A condition of a branch."""

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Whether it is true for what has been answered so far (step name to value). Never raises."""


@dataclass(frozen=True, slots=True)
class Case:
    """One arm of a branch; `test` None is the arm that is always taken."""

    test: Test | None
    next: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step. Exactly one of `choices`, `collect`, `cases`, `transfer`, `end` or a bare `next` says how it goes on.

    Attributes:
        say: spoken on entering; empty for a branch.
        transfer: the name of a target; one that is not among the script's targets has nobody there now.
        reprompt: said once after silence or something unclear; names the keys. Never empty where the step listens.
        listen_seconds: how long an answer may take to begin after the last word.
        digits: fewest and most digits for a `DIGITS` step.
        next: the following step after `say` or `collect`.
        end: the call is over after `say`, which holds the goodbye.
    """

    name: str
    say: str = ""
    choices: tuple[Choice, ...] = ()
    collect: Collecting | None = None
    cases: tuple[Case, ...] = ()
    transfer: str | None = None
    next: str | None = None
    end: bool = False
    reprompt: str = ""
    listen_seconds: float = 6.0
    digits: tuple[int, int] = (1, 12)
    interruptible: bool = True
    pace: float = 1.0


class Recording(StrEnum):
    """Whether the sound of a call may be kept, from the strictest to the freest."""

    NEVER = "never"
    ANNOUNCED = "announced"
    """Once the callee was told."""
    UNANNOUNCED = "unannounced"


@dataclass(frozen=True, slots=True)
class Phrases:
    """What every call needs and no script has to write, in one language, rendered for one contact.

    `callback_confirmed`, `callback_moved` and `callback_by_person` hold "{when}" for the moment promised; every other
    text is final.
    """

    opening: str
    """Who calls, first of all; for marketing with the way out right after it. Not interruptible."""
    way_out: str
    """The word and the key that end all calls; part of `opening` where the purpose is marketing."""
    opt_out_confirmed: str
    """Never again; empty where the call must end without another word."""
    opt_out_matter_confirmed: str
    """Never again about this; empty like the one above."""
    transferring: str
    still_connecting: str
    """While a person is being fetched: now and then, and before the next one is asked."""
    transfer_failed: str
    """Nobody took it: apology before `callback_by_person`."""
    callback_by_person: str
    callback_ask: str
    """When would suit you?"""
    callback_confirmed: str
    callback_moved: str
    """No call is allowed at the time that was asked for, and one near to it is promised."""
    callback_later: str
    """No time was said: we try again another day."""
    wrong_number: str
    condolence: str
    """Whom we wanted to speak to has died."""
    who_is_this: str
    why_me: str
    complaint: str
    """Noted, with the offer of a person."""
    crisis: str
    """A caring sentence before the transfer."""
    crisis_alone: str
    """When nobody takes the transfer: the emergency number of the callee's country."""
    wait: str
    slower: str
    not_understood: str
    """Said once where a person is offered and the answer is unclear; names the keys."""
    giving_up: str
    """The polite end after a second silence or a second misunderstanding."""
    no_answer_known: str
    """A question whose answer no field holds; offers a person."""
    rating_thanks: str
    low_rating_question: str
    """The one open question after a rating of 1 or 2."""
    comment_thanks: str
    cut_short: str
    """The call has reached its longest length."""
    goodbye: str


_BETWEEN_SENTENCES = re.compile(r"(?<=[!?])\s+|(?<=[^\W\d_]{4}\.)\s+|(?<=\d\.)\s+|(?<=[。！？])(?=.)")
"""After a short word a full stop may be that of "Dr." or "p.m.": there a text is not parted."""


def question_in(text: str) -> str:
    """A text from its last question on, without the message before it; all of it if it asks nothing."""
    begins = [0, *(gap.end() for gap in _BETWEEN_SENTENCES.finditer(text))]
    tails = (text[begin:] for begin in reversed(begins))
    return next((tail for tail in tails if "?" in tail or "？" in tail), text)


LAST_WORDS_SECONDS = 10.0
"""Kept back from a call's longest length for its polite end."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """Which voice says a script; None is the best one present. A step's pace comes on top of the voice's."""

    engine: str | None = None
    name: str | None = None
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Script:
    """All that one call can say and understand.

    Attributes:
        answers: what the callee may ask at any time (question_when, question_price, question_which) and the answer
            from the contact's fields.
        voicemail: left after the beep; empty: hang up without a word.
        screener: who and why in one sentence, for a phone's call screener.
        transfer_targets: where "a person" is, by name; the first is the default, and whoever does not take a call is
            followed by the next. Empty: a callback is promised.
        summary: one sentence for the person who takes a transfer.
        opt_out_scope: how far "never call me again" reaches.
        longest_seconds: the call is brought to a polite end by then.
        variant: which of the A/B wordings this contact gets; empty where there are none.
        recording: whether the call's sound is kept; ANNOUNCED: the opening says so, and nothing is kept before its end.
    """

    language: str
    brand: str
    purpose: Purpose
    start: str
    steps: Mapping[str, Step]
    phrases: Phrases
    answers: Mapping[Intent, str] = field(default_factory=dict)
    voicemail: str = ""
    screener: str = ""
    transfer_targets: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    opt_out_scope: Scope = Scope.BRAND
    longest_seconds: float = 120.0
    variant: str = ""
    voice: VoiceSettings = VoiceSettings()
    recording: Recording = Recording.NEVER

    @property
    def polite_end_seconds(self) -> float:
        """When a call that is still going on is brought to its end."""
        return max(self.longest_seconds - LAST_WORDS_SECONDS, self.longest_seconds / 2)
