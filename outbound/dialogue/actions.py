"""What the dialogue wants done.

Actions are carried out in order; a `Save` is on disk before the next one begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.intents import Intent
from campaigns.outcomes import Disposition, Result


@dataclass(frozen=True, slots=True)
class Say:
    """Speak. A new Say replaces one that is still playing; an empty text is a way to fall silent.

    Attributes:
        say_id: comes back in `SaidAll`.
        interruptible: speech of the callee stops it. Keys and words of opt-out or crisis always do.
        pace: 1.0 is the voice's own speed.
    """

    say_id: int
    text: str
    interruptible: bool = True
    pace: float = 1.0


@dataclass(frozen=True, slots=True)
class Listen:
    """Understand from now on, also while speaking, until the next Listen.

    Attributes:
        expecting: the step's own intents; the global ones are always understood.
        phrases: the step's own phrases, each an answer of its own (`Heard.choice`).
        seconds: after the robot's last word, how long before `Silence`; None while no answer is asked for.
    """

    expecting: frozenset[Intent] = frozenset()
    phrases: tuple[str, ...] = field(default=())
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """`TimerFired(name)` in `seconds`; starting a name again replaces it."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect a person. `TransferSettled` tells the final outcome."""

    target: str = field(repr=False)
    summary: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Save:
    """Write this down, durably, before anything else is done."""

    result: Result


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call; the disposition is its one outcome. Always the last action of a call."""

    disposition: Disposition


Action = Say | Listen | StartTimer | Transfer | Save | HangUp
