"""Connecting a callee to a person: blind, warm, or joined here.

Decides how the person is called and told who is coming, how the two are joined, and what counts as reached: the
final outcome of a REFER, or both talking over our bridge. What the callee hears when nobody comes is the dialogue's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

from audio.pcm import FRAME_SECONDS, Samples, Sound
from outbound.lines.base import TransferOrder
from outbound.lines.sip.guard import Guard
from outbound.lines.sip.leg import Leg, LegAnswers, LegEnds, LegEvent, LegHolds, LegKey
from outbound.lines.sip.outcomes import detail_of
from outbound.lines.sip.pulse import Pulse
from outbound.lines.sip.settings import Join, SipSettings
from outbound.lines.sip.stack import Stack

Announce = Callable[[str], Awaitable[Sound]]
"""Speaks the sentence that the person hears before the two are joined."""
_LONGEST_BRIDGE_SECONDS = 7_200.0
_PAUSE_SECONDS = 0.4
"""Between picking up and the sentence: phones swallow the first moment."""
_REFER_SECONDS = 15.0
"""For the outcome of joining two legs that both stand; nobody has to be rung any more."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome. With a bridge, the leg of the callee now belongs to it."""

    reached: bool
    reason: str = ""
    bridge: Bridge | None = None


class _NotReached(Exception):
    """The person did not take the call; the message says why."""


class Switchboard:
    """Connects callees of one line to people."""

    def __init__(
        self, settings: SipSettings, stack: Stack, pulse: Pulse, guard: Guard, announce: Announce | None
    ) -> None:
        self._settings = settings
        self._stack = stack
        self._pulse = pulse
        self._guard = guard
        self._announce = announce

    async def connect(self, callee: Leg, order: TransferOrder) -> Settled:
        """Try once. The callee's leg is on the line all the while; cancelling lets go of the person only."""
        from baresip import BaresipError

        address = self._address(order.target)
        if address is None:
            return Settled(False, "the target is not on the line's allow-list")
        try:
            if self._settings.join is Join.BLIND:
                await callee.refer(address, order.ring_seconds + _REFER_SECONDS)
                return Settled(True)
            return await self._warm(callee, address, order)
        except _NotReached as failure:
            return Settled(False, str(failure))
        except BaresipError as failure:
            return Settled(False, _outcome(failure))

    def _address(self, target: str) -> str | None:
        if target.startswith("+"):
            return self._settings.address(target) if self._guard.allows(target) else None
        if not target.startswith(("sip:", "sips:")) or any(sign in target for sign in " ?\r\n<>"):
            return None
        host = target.partition(":")[2].rpartition("@")[2].partition(";")[0]
        return target if host in (self._settings.server, *self._settings.transfer_hosts) else None

    async def _warm(self, callee: Leg, address: str, order: TransferOrder) -> Settled:
        from baresip import BaresipError

        refusal = self._guard.spent_up()
        if refusal is not None:
            raise _NotReached(refusal.reason)
        consultation = _Consultation(self._pulse)
        self._guard.placed()
        person = await self._stack.place(address, None, _context(order), consultation.on_leg)
        try:
            sentence = await self._sentence(order, consultation, person)
            await consultation.speak(person, sentence)
            if self._settings.join is Join.WARM:
                try:
                    await callee.refer_to(person, _REFER_SECONDS)
                    return Settled(True)
                except BaresipError:
                    await asyncio.gather(callee.resume(), person.resume())
            consultation.check()
        except BaseException:
            person.hang_up()
            raise
        return Settled(True, bridge=Bridge(callee, person, self._pulse, self._settings))

    async def _sentence(self, order: TransferOrder, consultation: _Consultation, person: Leg) -> Sound | None:
        """The person picks up while the sentence is being made."""
        making = asyncio.ensure_future(self._announce(order.summary)) if self._announce else None
        try:
            await consultation.answered(person, order.ring_seconds)
            return await making if making else None
        finally:
            if making is not None:
                making.cancel()


class _Consultation:
    """The leg to the person, until the two are joined."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._picked_up = asyncio.Event()
        self._ended: str | None = None
        self._changed = asyncio.Event()

    def on_leg(self, event: LegEvent) -> None:
        if isinstance(event, LegAnswers):
            self._picked_up.set()
        elif isinstance(event, LegEnds):
            self._ended = detail_of(event.text) or "hung up"
            self._picked_up.set()
            self._changed.set()

    def check(self) -> None:
        if self._ended is not None:
            raise _NotReached(self._ended)

    async def answered(self, person: Leg, ring_seconds: float) -> None:
        try:
            async with asyncio.timeout(ring_seconds):
                await self._picked_up.wait()
        except TimeoutError:
            raise _NotReached("nobody answered") from None
        self.check()

    async def speak(self, person: Leg, sentence: Sound | None) -> None:
        if sentence is None:
            return
        rate = person.media.rate
        lead = np.zeros(round(_PAUSE_SECONDS * rate), dtype=np.int16)
        frames = iter(Sound(np.concatenate((lead, sentence.at(rate).samples)), rate).frames())

        def tick() -> None:
            person.media.read()  # what the person says meanwhile is nobody's
            frame = next(frames, None)
            if frame is None:
                self._changed.set()
            else:
                person.media.write(frame)

        self._pulse.add(tick, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            self._pulse.discard(tick)
        self.check()


class Bridge:
    """Two legs joined here: sound and keys go across until either side hangs up.

    The line sets `over` and is told when both are gone.
    """

    def __init__(self, one: Leg, other: Leg, pulse: Pulse, settings: SipSettings) -> None:
        self._sides = (_Side(one), _Side(other))
        self._pulse = pulse
        self._longest_silence_seconds = settings.media_timeout_seconds
        self._since = asyncio.get_running_loop().time()
        self.over: Callable[[Bridge], None] = lambda bridge: None
        here, there = self._sides
        one.listen(lambda event: self._on_leg(here, there, event))
        other.listen(lambda event: self._on_leg(there, here, event))
        pulse.add(self._tick, self.hang_up)

    def hang_up(self) -> None:
        for side in self._sides:
            side.leg.hang_up()

    def _tick(self) -> None:
        one, other = self._sides
        one.pass_on(other)
        other.pass_on(one)
        talked = asyncio.get_running_loop().time() - self._since
        silent = max(side.silent_seconds for side in self._sides)
        if silent >= self._longest_silence_seconds or talked > _LONGEST_BRIDGE_SECONDS:
            self.hang_up()

    def _on_leg(self, side: _Side, other: _Side, event: LegEvent) -> None:
        match event:
            case LegKey(key):
                other.leg.press(key)
            case LegHolds(held):
                side.held = held
            case LegEnds():
                side.gone = True
                other.leg.hang_up()
                if other.gone:
                    self._pulse.discard(self._tick)
                    self.over(self)
            case _:
                pass


class _Side:
    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.held = False
        self.gone = False
        self.silent_seconds = 0.0
        self._silence: Samples = np.zeros(round(leg.media.rate * FRAME_SECONDS), dtype=np.int16)

    def pass_on(self, other: _Side) -> None:
        frame = self.leg.media.read()
        self.silent_seconds = 0.0 if frame is not None or self.held else self.silent_seconds + FRAME_SECONDS
        other.leg.media.write(self._silence if frame is None else frame)


def _context(order: TransferOrder) -> dict[str, str]:
    """What the person's phone can show before it is picked up (RFC 3261 sections 20.26 and 20.36)."""
    subject = " ".join(order.summary.split())
    headers = {"Subject": subject} if subject else {}
    return headers | ({"Priority": "emergency"} if order.urgent else {})


def _outcome(failure: Exception) -> str:
    status = getattr(failure, "status", None)
    reason = getattr(failure, "reason", "") or str(failure)
    return detail_of(f"{status} {reason}" if status else reason)
