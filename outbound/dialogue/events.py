"""What can happen in a call, as the dialogue sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns.intents import Intent
from outbound.lines.base import EndCause


class Party(StrEnum):
    """Who or what picked up."""

    HUMAN = "human"
    MACHINE = "machine"
    SCREENER = "screener"
    """A phone's own assistant asking for name and reason."""
    UNCERTAIN = "uncertain"
    """Behaves as human."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The far end rings."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody or something picked up.

    Attributes:
        local_now: the callee's local time (aware), against which "tomorrow at three" is understood.
    """

    local_now: datetime


@dataclass(frozen=True, slots=True)
class Screened:
    """What picked up is known (better). `ready` for a machine: its beep is over, a message may start."""

    party: Party
    ready: bool = False


@dataclass(frozen=True, slots=True)
class SaidAll:
    """The sound of the last `Say` has been played to its end. `say_id` is that action's."""

    say_id: int


@dataclass(frozen=True, slots=True)
class Heard:
    """The callee said something. `intent` is OTHER for what is unclear or no answer.

    Attributes:
        choice: which of the step's own phrases it was (`Listen.phrases`), if one of them.
        interrupted: the robot was speaking; its speech has been stopped already.
    """

    intent: Intent
    confidence: float
    words: str
    choice: str | None = None
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Corrected:
    """The callee takes back the answer just given ("Yes. | No!"): this one holds. The fields are those of `Heard`."""

    intent: Intent
    confidence: float
    words: str
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class WentOn:
    """The callee went on with an answer that was taken, and said nothing beyond it. For the record."""

    words: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key. If the robot was speaking, its speech has been stopped already."""

    key: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The listening time is over and nobody spoke."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    name: str


@dataclass(frozen=True, slots=True)
class TransferSettled:
    """The final outcome of a transfer."""

    reached: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The channel is gone, whoever ended it; nothing can be said any more.

    Attributes:
        retry_after_seconds: what a route that took no call asks us to wait, None if it did not say.
        detail: the line's own words; without numbers or names.
    """

    cause: EndCause
    retry_after_seconds: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SaveFailed:
    """The store did not take a result. It is safe in the journal; the call is to end politely."""


Event = (
    Ringing
    | Answered
    | Screened
    | SaidAll
    | Heard
    | Corrected
    | WentOn
    | Pressed
    | Silence
    | TimerFired
    | TransferSettled
    | HungUp
    | SaveFailed
)
