"""One SIP call, whoever it is for: a callee, or the person a callee is passed on to.

Decides how the stack's events become a few plain ones and how a leg ends exactly once. What an end means, how long
to wait and what to say is `channel.py` and `transfer.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outbound.lines.sip.guard import Guard
from outbound.lines.sip.media import Media
from outbound.lines.sip.outcomes import DEAD_TEXT, split_status
from outbound.lines.sip.trace import Facts, Trace

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from baresip import Call, StackEvent

_TRACE_LAG_SECONDS = 0.5
_TRACE_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class LegRings:
    """180."""


@dataclass(frozen=True, slots=True)
class LegAnswers:
    """200, and the media is set up."""


@dataclass(frozen=True, slots=True)
class LegKey:
    """A key by RFC 4733 or SIP INFO."""

    key: str


@dataclass(frozen=True, slots=True)
class LegHolds:
    """The far end put us on hold, or took us back."""

    held: bool


@dataclass(frozen=True, slots=True)
class LegEnds:
    """The last event of a leg.

    Attributes:
        text: the stack's words: a status line, or what happened to the dialog.
        by_us: we hung up.
        facts: what the messages told beyond that, None when they were not seen.
    """

    text: str
    by_us: bool
    facts: Facts | None


LegEvent = LegRings | LegAnswers | LegKey | LegHolds | LegEnds


class Leg:
    """Made by the stack when it has placed a call."""

    def __init__(
        self, call: Call, media: Media, listener: Callable[[LegEvent], None], trace: Trace, guard: Guard
    ) -> None:
        self.media = media
        self._call = call
        self._listener = listener
        self._trace = trace
        self._guard = guard
        self._call_id = ""
        self._by_us = False
        self._over = False
        self._errands: set[asyncio.Task[None]] = set()

    def listen(self, listener: Callable[[LegEvent], None]) -> None:
        """From now on somebody else is told."""
        self._listener = listener

    @property
    def route_answered(self) -> bool | None:
        """Has anything come back for our INVITE, if only 100 Trying? None when the messages are not seen."""
        facts = self._trace.facts(self._call_id)
        return None if facts is None else facts.answered_by_route

    def take(self, event: StackEvent) -> None:
        """One event of the stack."""
        from baresip import Event

        self._call_id = self._call_id or event.call_id or ""
        if self._over:
            return
        match event.event:
            case Event.CALL_RINGING:
                self._listener(LegRings())
            case Event.CALL_ESTABLISHED:
                self._guard.answered(self)
                self._listener(LegAnswers())
            case Event.CALL_DTMF_START if event.text:
                self._listener(LegKey(event.text[0].upper()))
            case Event.CALL_HOLD | Event.CALL_RESUME:
                self._listener(LegHolds(event.event is Event.CALL_HOLD))
            case Event.CALL_CLOSED:
                self._close(event.text or "")
            case _:
                pass

    def hang_up(self) -> None:
        """CANCEL or BYE, whichever fits; `LegEnds` follows at once, whatever becomes of the message."""
        if not self._over and not self._by_us:
            self._by_us = True
            self._run(self._call.hangup())

    def press(self, keys: str) -> None:
        """Send keys as the account's settings say (RFC 4733)."""
        if not self._over:
            self._run(self._call.send_dtmf(keys))

    async def refer(self, address: str, timeout_seconds: float) -> None:
        """Blind transfer (REFER). Raises BaresipError with the outcome unless it succeeded; then the leg ends."""
        await self._call.transfer(address, timeout=timeout_seconds)

    async def refer_to(self, person: Leg, timeout_seconds: float) -> None:
        """Attended transfer (REFER with Replaces): both legs end when it succeeds, both go on when it raises."""
        await self._call.attended_transfer(person._call, timeout=timeout_seconds)

    async def resume(self) -> None:
        """Off our hold again, after a transfer that failed."""
        from baresip import BaresipError

        with contextlib.suppress(BaresipError):
            await self._call.resume()

    def stack_died(self) -> None:
        self._end(DEAD_TEXT)

    def _close(self, text: str, patience_seconds: float = _TRACE_LAG_SECONDS) -> None:
        """A refusal is told when its message has been seen as well: that comes by another thread, a little later."""
        facts = self._trace.facts(self._call_id)
        refused = split_status(text)[0] is not None
        if refused and facts is not None and not facts.refused and patience_seconds > 0:
            loop = asyncio.get_running_loop()
            loop.call_later(_TRACE_LOOK_SECONDS, self._close, text, patience_seconds - _TRACE_LOOK_SECONDS)
        else:
            self._end(text)

    def _end(self, text: str) -> None:
        if not self._over:
            self._over = True
            self._guard.over(self)
            facts = self._trace.facts(self._call_id)
            self._trace.forget(self._call_id)
            self._listener(LegEnds(text, self._by_us, facts))

    def _run(self, errand: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._quietly(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _quietly(self, errand: Coroutine[object, object, None]) -> None:
        """A command to the stack whose failure says only that the leg is gone already."""
        from baresip import BaresipError, StaleHandleError

        try:
            await errand
        except StaleHandleError:
            pass  # its end is on its way as an event
        except BaresipError as error:
            if self._by_us:
                self._end(str(error))
