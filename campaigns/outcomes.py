"""What comes out of a call: its one disposition, and the results the callee left.

Decides the closed set of dispositions with what each says about trying again, and the results that are saved
before the next word is spoken. Storing them is `campaigns/store`; when a retry is due is `planning.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Disposition(StrEnum):
    """How a call ended."""

    COMPLETED = "completed"
    """A person heard the message and the script came to its end."""
    OPTED_OUT = "opted_out"
    TRANSFERRED = "transferred"
    """A person at the other end took the call."""
    CALLBACK = "callback"
    """The callee, or a failed transfer, was promised another call."""
    WRONG_NUMBER = "wrong_number"
    CRISIS = "crisis"
    """Words of self-harm; flagged for people to follow up, whatever the transfer did."""
    VOICEMAIL = "voicemail"
    SCREENED = "screened"
    """A phone's call screener answered and did not put the call through."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    """The callee, or the callee's phone, declined the call."""
    UNREACHABLE = "unreachable"
    """The number does not exist or cannot be called."""
    HUNG_UP = "hung_up"
    """The callee hung up before the message was over."""
    NO_RESPONSE = "no_response"
    """A person answered, and then neither spoke nor pressed a key; or was not understood twice."""
    FAILED = "failed"
    """Our side or the network broke; not the callee's doing."""
    ROUTE_DOWN = "route_down"
    """The line took no call at all: counts as no attempt."""
    INTERRUPTED = "interrupted"
    """The outcome is unknown (crash, power): never redialled by itself."""

    @property
    def reached(self) -> bool:
        """A person was on the phone. Only then may the call count as consent, refusal or satisfaction."""
        return self in _REACHED

    @property
    def closes(self) -> bool:
        """The contact is done: no retry, whatever the campaign's retry rules say."""
        return self in _CLOSES


_REACHED = frozenset(
    {
        Disposition.COMPLETED,
        Disposition.OPTED_OUT,
        Disposition.TRANSFERRED,
        Disposition.CALLBACK,
        Disposition.WRONG_NUMBER,
        Disposition.CRISIS,
        Disposition.HUNG_UP,
        Disposition.NO_RESPONSE,
    }
)
_CLOSES = frozenset(
    {
        Disposition.COMPLETED,
        Disposition.OPTED_OUT,
        Disposition.TRANSFERRED,
        Disposition.WRONG_NUMBER,
        Disposition.CRISIS,
        Disposition.UNREACHABLE,
        Disposition.HUNG_UP,
        Disposition.NO_RESPONSE,
        Disposition.REJECTED,
        Disposition.INTERRUPTED,
    }
)


class Stage(IntEnum):
    """How far a call came; each stage holds the ones before it."""

    NOBODY = 0
    """No person: not answered, a machine, a call screener."""
    REACHED = 1
    """A person was on the phone."""
    HEARD = 2
    """The message was heard to its end, or answered."""
    ANSWERED = 3
    """A question of the script was answered; a rating is an answer."""
    RATED = 4


class Scope(StrEnum):
    """How far a do-not-call entry reaches."""

    EVERYONE = "everyone"
    """Every brand and campaign in this store."""
    BRAND = "brand"
    CAMPAIGN = "campaign"
    PURPOSE = "purpose"


class Source(StrEnum):
    """Where a do-not-call entry came from."""

    SPOKEN = "spoken"
    KEY = "key"
    IMPORT = "import"
    PERSON = "person"
    """Entered by staff."""
    COMPLAINT = "complaint"
    NATIONAL_LIST = "national_list"
    WRONG_NUMBER = "wrong_number"


class Via(StrEnum):
    """How the callee said it."""

    VOICE = "voice"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class OptOut:
    """Never call again. `words` are the callee's own, or the key."""

    via: Via
    words: str
    scope: Scope = Scope.BRAND


@dataclass(frozen=True, slots=True)
class Rating:
    """Satisfaction, 1 (worst) to 5 (best)."""

    value: int
    via: Via
    words: str


@dataclass(frozen=True, slots=True)
class Comment:
    """The callee's own words, after a low rating or with a complaint."""

    words: str
    about: str
    """What they were an answer to: rating, complaint, or a script's step."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered or collected at a step of the script."""

    step: str
    value: str
    via: Via
    words: str


@dataclass(frozen=True, slots=True)
class CallbackPromise:
    """Somebody was promised another call.

    Attributes:
        at: the moment promised (aware), None for "later".
        by_person: True when a person must make the call (a transfer nobody took), False when the robot may.
    """

    at: datetime | None
    by_person: bool
    words: str


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """The person at this number is not the contact, who lives elsewhere or no more."""

    via: Via
    words: str


@dataclass(frozen=True, slots=True)
class Complaint:
    words: str


@dataclass(frozen=True, slots=True)
class Crisis:
    """Words of self-harm: a person must follow up."""

    words: str


@dataclass(frozen=True, slots=True)
class TransferResult:
    """How a transfer ended; `reached` only on the line's final word."""

    target: str
    reached: bool
    reason: str


Result = OptOut | Rating | Comment | Answer | CallbackPromise | WrongNumber | Complaint | Crisis | TransferResult
"""One thing learned in a call; saved in its own transaction before the next word is spoken."""
