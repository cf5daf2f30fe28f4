"""The SIP line: it opens the trunk or the account, and hands out channels.

Decides how many calls run at once and which orders do not leave at all. One call is `channel.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from outbound.lines.base import Channel, DialOrder, EndCause, Ended
from outbound.lines.inband import InbandKeys
from outbound.lines.sip.channel import Shared, SipChannel
from outbound.lines.sip.guard import Guard, Spent
from outbound.lines.sip.pulse import Pulse
from outbound.lines.sip.settings import SipSettings
from outbound.lines.sip.stack import Stack
from outbound.lines.sip.transfer import Announce, Bridge, Switchboard

_CLOSING_SECONDS = 2.0
"""For the BYEs of calls that are still up when the line closes."""


class SipLine:
    """Calls over one trunk or account.

    Args:
        settings: where and how.
        now: the current moment, aware; for the caps of a day.
        password: the account's secret, `settings.password()`.
        announce: speaks the sentence of a warm transfer; without it the person gets the headers only.
        spent: what was spent in the last 24 hours before this line was opened.
    """

    def __init__(
        self,
        settings: SipSettings,
        now: Callable[[], datetime],
        password: str = "",
        announce: Announce | None = None,
        spent: Iterable[Spent] = (),
    ) -> None:
        guard = Guard(settings.allow, settings.max_calls_per_day, settings.max_minutes_per_day, now, spent)
        pulse, stack = Pulse(), Stack(settings, password, guard, self._on_dead)
        switchboard = Switchboard(settings, stack, pulse, guard, announce)
        self._shared = Shared(settings, stack, pulse, guard, switchboard)
        self._in_use: set[SipChannel | Bridge] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._placing: set[asyncio.Task[None]] = set()
        self._dead = False

    @property
    def name(self) -> str:
        return "sip"

    @property
    def channels(self) -> int:
        """What callees who talk to people over our bridge leave of them."""
        return self._shared.settings.channels - sum(isinstance(one, Bridge) for one in self._in_use)

    @property
    def in_use(self) -> int:
        """Calls and bridges that take a channel now."""
        return len(self._in_use)

    @property
    def round_trips(self) -> tuple[float | None, float | None]:
        """Seconds there and back, of messages and of sound (RTCP), as last seen; None where nothing was."""
        return self._shared.stack.round_trip_seconds, self._shared.stack.sound_round_trip_seconds

    async def idle(self) -> None:
        """Wait until no call and no bridge is left."""
        await self._idle.wait()

    async def open(self) -> None:
        await self._shared.stack.start()

    async def dial(self, order: DialOrder) -> Channel:
        channel = SipChannel(order, self._shared, self._on_over)
        self._in_use.add(channel)
        self._idle.clear()
        refused = self._refusal(order)
        if refused is not None:
            channel.refuse(refused)
        else:
            self._shared.guard.placed()
            task = asyncio.get_running_loop().create_task(channel.place())
            self._placing.add(task)
            task.add_done_callback(self._placing.discard)
        return InbandKeys(channel) if self._shared.settings.inband_keys else channel

    async def close(self) -> None:
        for one in tuple(self._in_use):
            one.hang_up()
        if self._in_use:
            try:
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await self.idle()
            except TimeoutError:
                pass  # closing the stack ends what is left
        await self._shared.stack.close()

    def _refusal(self, order: DialOrder) -> Ended | None:
        if self._dead:
            return Ended(EndCause.ROUTE_DOWN, "the SIP stack has died; start a new process")
        if len(self._in_use) > self._shared.settings.channels:
            return Ended(EndCause.ROUTE_DOWN, "all channels are in use")
        if not self._shared.guard.allows(order.number):
            return Ended(EndCause.FAILED, "the number is not on the line's allow-list")
        spent = self._shared.guard.spent_up()
        return Ended(EndCause.ROUTE_DOWN, spent.reason, spent.retry_after_seconds) if spent else None

    def _on_over(self, channel: SipChannel, bridge: Bridge | None) -> None:
        self._in_use.discard(channel)
        if bridge is not None:
            bridge.over = self._on_bridge_over
            self._in_use.add(bridge)
        self._look_idle()

    def _on_bridge_over(self, bridge: Bridge) -> None:
        self._in_use.discard(bridge)
        self._look_idle()

    def _look_idle(self) -> None:
        if not self._in_use:
            self._idle.set()

    def _on_dead(self) -> None:
        self._dead = True
