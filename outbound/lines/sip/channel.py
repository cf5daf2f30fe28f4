"""One call of the robot over SIP: what happens on the leg, as the signals of `outbound/lines/base.py`.

Decides how long it may ring, when a silent route counts as down, when a call without sound counts as lost, and the
one end cause. The meaning of a status is `outcomes.py`; connecting the callee to a person is `transfer.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audio.pcm import FRAME_SECONDS, Samples
from outbound.lines.base import (
    Answered,
    DialOrder,
    EarlyMedia,
    EndCause,
    Ended,
    Frame,
    Key,
    Ringing,
    Signal,
    TransferDone,
    TransferOrder,
)
from outbound.lines.sip.guard import Guard
from outbound.lines.sip.leg import Leg, LegAnswers, LegEnds, LegEvent, LegHolds, LegKey, LegRings
from outbound.lines.sip.outcomes import TRANSFERRED_TEXT, cause_after_answer, cause_before_answer, detail_of
from outbound.lines.sip.pulse import Pulse
from outbound.lines.sip.settings import SipSettings
from outbound.lines.sip.stack import Stack
from outbound.lines.sip.transfer import Bridge, Switchboard


@dataclass(frozen=True, slots=True)
class Shared:
    """What all calls of one line use together."""

    settings: SipSettings
    stack: Stack
    pulse: Pulse
    guard: Guard
    switchboard: Switchboard


class SipChannel:
    """Made by the line. `over` is told once, with the bridge that goes on in the channel's place, if any."""

    def __init__(self, order: DialOrder, shared: Shared, over: Callable[[SipChannel, Bridge | None], None]) -> None:
        self._order = order
        self._shared = shared
        self._over = over
        self._signals: asyncio.Queue[Signal] = asyncio.Queue()
        self._leg: Leg | None = None
        self._our_end: Ended | None = None
        self._ended = False
        self._answered_at: float | None = None
        self._held = False
        self._silent_seconds = 0.0
        self._silence = np.zeros(round(self.rate * FRAME_SECONDS), dtype=np.int16)
        self._timers: list[asyncio.TimerHandle] = []
        self._transfer: asyncio.Task[None] | None = None

    @property
    def rate(self) -> int:
        return self._shared.settings.rate

    async def receive(self) -> Signal:
        return await self._signals.get()

    def send(self, frame: Samples) -> None:
        if self._leg is not None and self._answered_at is not None and not self._ended:
            self._leg.media.write(frame)

    def press(self, keys: str) -> None:
        """Send keys to the far end (RFC 4733), as a call screener may ask for. Ignored before the answer."""
        if self._leg is not None and self._answered_at is not None:
            self._leg.press(keys)

    def transfer(self, order: TransferOrder) -> None:
        if self._ended or self._transfer is not None or self._answered_at is None:
            return
        self._transfer = asyncio.get_running_loop().create_task(self._connect(order))

    def hang_up(self) -> None:
        self._leave(Ended(EndCause.NEAR_END))

    # -- placing the call

    async def place(self) -> None:
        """Send the INVITE; what becomes of it comes as signals."""
        from baresip import BaresipError, CommandTimeout

        settings, loop = self._shared.settings, asyncio.get_running_loop()
        self._timers = [
            loop.call_later(self._order.ring_seconds, self._leave, Ended(EndCause.NO_ANSWER, "rang out")),
            loop.call_later(settings.trunk_silence_seconds, self._route_is_silent),
        ]
        try:
            address = settings.address(self._order.number)
            leg = await self._shared.stack.place(address, self._order.caller_id, {}, self._on_leg)
        except CommandTimeout:
            # The INVITE may be on its way: an attempt, whatever became of it.
            self._end(Ended(EndCause.FAILED, "the SIP stack does not answer"))
            return
        except BaresipError as error:
            self._end(Ended(EndCause.ROUTE_DOWN, detail_of(str(error))))
            return
        self._leg = leg
        if self._our_end is not None:
            leg.hang_up()
        elif not self._ended:
            self._shared.pulse.add(self._tick, self._broke)

    def refuse(self, ended: Ended) -> None:
        """End the call before any INVITE."""
        self._end(ended)

    # -- what happens

    def _on_leg(self, event: LegEvent) -> None:
        if self._ended:
            return
        match event:
            case LegRings():
                self._put(Ringing())
            case LegAnswers():
                self._stop_timers()
                self._answered_at = asyncio.get_running_loop().time()
                self._put(Answered())
            case LegKey(key):
                self._put(Key(key))
            case LegHolds(held):
                self._held = held
                self._silent_seconds = 0.0
            case LegEnds():
                self._on_leg_end(event)

    def _on_leg_end(self, event: LegEnds) -> None:
        if self._our_end is not None:
            self._end(self._our_end)
        elif event.text == TRANSFERRED_TEXT:
            self._put(TransferDone(reached=True))
            self._end(Ended(EndCause.TRANSFERRED))
        elif self._answered_at is not None:
            self._end(Ended(cause_after_answer(event.text), detail_of(event.text)))
        else:
            cause = cause_before_answer(event.text)
            wait = event.facts.retry_after_seconds if event.facts and cause is EndCause.ROUTE_DOWN else None
            self._end(Ended(cause, detail_of(event.text), wait))

    def _tick(self) -> None:
        assert self._leg is not None
        samples = self._leg.media.read()
        if self._answered_at is None:
            if samples is not None:
                self._put(EarlyMedia(samples))
            return
        if samples is not None:
            self._silent_seconds = 0.0
            self._put(Frame(samples))
        else:
            self._put(Frame(self._silence, lost=not self._held))
            if not self._held:
                self._silent_seconds += FRAME_SECONDS
        settings = self._shared.settings
        if self._silent_seconds >= settings.media_timeout_seconds:
            self._leave(Ended(EndCause.LOST, "no sound arrives any more"))
        elif asyncio.get_running_loop().time() - self._answered_at > settings.max_call_seconds:
            self._leave(Ended(EndCause.NEAR_END, "the longest a call may last"))

    def _route_is_silent(self) -> None:
        if self._leg is None or self._leg.route_answered is False:
            self._leave(Ended(EndCause.ROUTE_DOWN, "the route does not answer"))

    def _broke(self) -> None:
        self._leave(Ended(EndCause.FAILED, "an error on our side"))

    # -- transfer

    async def _connect(self, order: TransferOrder) -> None:
        assert self._leg is not None
        self._held = True  # our own hold, while the two are being joined, is no loss of media
        settled = await self._shared.switchboard.connect(self._leg, order)
        self._held = False
        self._silent_seconds = 0.0
        self._transfer = None
        if self._ended:
            return
        self._put(TransferDone(settled.reached, settled.reason))
        if settled.bridge is not None:
            self._end(Ended(EndCause.TRANSFERRED), settled.bridge)

    # -- the end

    def _leave(self, ended: Ended) -> None:
        """We end the call, for the reason given; the first reason counts."""
        if self._ended or self._our_end is not None:
            return
        self._our_end = ended
        if self._leg is not None:
            self._leg.hang_up()

    def _end(self, ended: Ended, bridge: Bridge | None = None) -> None:
        self._ended = True
        self._stop_timers()
        self._shared.pulse.discard(self._tick)
        if self._transfer is not None:
            self._transfer.cancel()
            if ended.cause is not EndCause.TRANSFERRED:
                self._put(TransferDone(reached=False, reason="the call ended first"))
        self._put(ended)
        self._over(self, bridge)

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _put(self, signal: Signal) -> None:
        self._signals.put_nowait(signal)
