"""The plug for a line: something a call can be placed on.

Decides what every line offers: one `Channel` per call that delivers signals in the order in which they
happened and keeps the 20 ms clock of the telephone. What is said and understood on it is
`outbound/speech.py`; which call may be placed was decided by the gate before a line is ever touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from audio.pcm import Samples


@dataclass(frozen=True, slots=True)
class DialOrder:
    """One authorised attempt.

    Attributes:
        call_id: the call row that was written when the gate said yes.
        number: E.164; not in `repr`, because reprs end up in logs.
        caller_id: E.164 shown to the callee; None for the line's own.
        ring_seconds: how long it may ring before the line gives up with `EndCause.NO_ANSWER`.
    """

    call_id: int
    number: str = field(repr=False)
    caller_id: str | None
    ring_seconds: float


class EndCause(StrEnum):
    """Why a channel ended."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    ROUTE_DOWN = "route_down"
    """The line took no call: not the contact's fault, no attempt counted."""
    FAILED = "failed"
    FAR_END = "far_end"
    """The callee hung up."""
    NEAR_END = "near_end"
    """We hung up."""
    TRANSFERRED = "transferred"
    """The callee is with a person now, and the line has let go."""
    LOST = "lost"
    """The network or the media died under an answered call."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """The far end rings; may come more than once or not at all."""


@dataclass(frozen=True, slots=True, eq=False)
class EarlyMedia:
    """20 ms of sound before the answer (183): evidence, never a conversation."""

    samples: Samples


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody or something picked up; from now on a `Frame` comes every 20 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """20 ms of the callee's sound at the channel's rate.

    Attributes:
        lost: by the network: the samples are silence.
        own_voice: the robot was heard by the microphone meanwhile: what was taken out of the sound may be in it still.
    """

    samples: Samples
    lost: bool = False
    own_voice: bool = False


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed: one of 0-9, *, #, A-D."""

    key: str


@dataclass(frozen=True, slots=True)
class TransferDone:
    """The final outcome of a transfer; provisional ones are not reported."""

    reached: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last signal of every channel.

    Attributes:
        detail: the line's own words, e.g. "486 Busy Here"; without numbers or names.
        retry_after_seconds: what a route that is down asks us to wait (Retry-After), None if it did not say.
    """

    cause: EndCause
    detail: str = ""
    retry_after_seconds: float | None = None


Signal = Ringing | EarlyMedia | Answered | Frame | Key | TransferDone | Ended


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Connect the callee to a person.

    Attributes:
        target: where: a number, a SIP address, or what the line understands; not in `repr`.
        summary: one sentence for the person who takes the call: who is calling and why.
        urgent: words of self-harm: skip queues where the line can.
    """

    target: str = field(repr=False)
    summary: str
    ring_seconds: float = 20.0
    urgent: bool = False


class Channel(Protocol):
    """One call on a line."""

    @property
    def rate(self) -> int:
        """Hz of the frames in both directions; 20 ms each (160 samples at 8 kHz)."""

    async def receive(self) -> Signal:
        """The next signal. After `Ended` there is none, and asking for it is an error."""

    def send(self, frame: Samples) -> None:
        """Play 20 ms to the callee: once for each `Frame` received. Ignored before the answer."""

    def transfer(self, order: TransferOrder) -> None:
        """Begin a transfer; `TransferDone` tells its final outcome. The callee stays until then."""

    def hang_up(self) -> None:
        """End the call, or give up dialling; `Ended` follows. Harmless when it has ended already."""


class Line(Protocol):
    """Something calls can be placed on. Its errors are signals: a busy callee is no exception."""

    @property
    def name(self) -> str:
        """simulated, microphone, sip."""

    @property
    def channels(self) -> int:
        """How many calls it carries at once, now."""

    async def open(self) -> None:
        """Get ready. Raises OutboundError with a hint when it cannot."""

    async def dial(self, order: DialOrder) -> Channel:
        """Place a call. Returns at once; what becomes of it comes as signals."""

    async def close(self) -> None:
        """End what is left and let go of everything."""
