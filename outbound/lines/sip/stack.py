"""The SIP stack of this process: started once, it places legs and turns away everybody else.

Decides the stack's configuration, the identities it calls from, and that nobody steers it from outside: incoming
calls are refused, transfers asked of us are refused, redirects are not followed. One call's life is `leg.py`.

The native stack is global: one per process. When its thread dies, only a new process can place calls again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from audio.errors import MissingExtra
from outbound.errors import OutboundError
from outbound.lines.sip.guard import Guard
from outbound.lines.sip.leg import Leg, LegEvent
from outbound.lines.sip.media import Media
from outbound.lines.sip.settings import CallerIdIn, SipSettings
from outbound.lines.sip.trace import Trace
from outbound.lines.sip.wakeups import NO_PLAYER, runtime

if TYPE_CHECKING:
    from baresip import Call, Runtime, StackEvent, UserAgent

_SPARE_CALLS = 4
"""Room for strangers' calls while they are being refused."""
_log = logging.getLogger(__name__)


class Stack:
    """One running stack.

    Args:
        settings: the trunk or account.
        password: its secret; kept no longer than it takes to make the identities.
        guard: is told how long legs are connected.
        died: told once if the stack's thread dies.
    """

    def __init__(self, settings: SipSettings, password: str, guard: Guard, died: Callable[[], None]) -> None:
        self._settings = settings
        self._guard = guard
        self._password = password
        self._died = died
        self._trace = Trace()
        self._runtime: Runtime | None = None
        self._agents: dict[str, UserAgent] = {}
        self._making_agent = asyncio.Lock()
        self._legs: dict[int, Leg] = {}
        self._early: dict[int, list[StackEvent]] = {}
        self._refusals: set[asyncio.Task[None]] = set()
        self.sound_round_trip_seconds: float | None = None
        """As the far end's RTCP reports (RFC 3550 section 6.4.1) had it last; None: there were none."""

    @property
    def round_trip_seconds(self) -> float | None:
        """From a request to the first answer of the trunk; None while nothing has come back."""
        return self._trace.round_trip_seconds

    async def start(self) -> None:
        """Bring the stack up and register where the settings say so.

        Raises:
            OutboundError: the extra is missing, the stack cannot start, or the registrar refuses.
        """
        try:
            import baresip
        except ImportError as error:
            raise OutboundError(str(MissingExtra("sip", "sip")), MissingExtra("sip", "sip").hint) from error
        stack = runtime()
        stack.on_dead = self._on_dead
        self._trace.attach()
        try:
            await stack.start(self._configuration())
        except baresip.BaresipError as error:
            self._trace.detach()
            raise OutboundError(
                f"the SIP stack did not start: {error}",
                "another SIP line in this process, or a taken port? Check local_address and local_port",
            ) from error
        self._runtime = stack
        stack.subscribe(self._on_event)
        try:
            main = await self._agent(self._settings.user)
            if self._settings.register_account:
                await main.register()
        except baresip.RegistrationError as error:
            await self.close()
            raise OutboundError(
                f"the registrar refused us: {error.status or ''} {error.reason or error}".replace("  ", " "),
                "check server, user, auth_user and the password" if error.status else "is the server reachable?",
            ) from error
        except baresip.BaresipError as error:
            await self.close()
            raise OutboundError(f"the SIP account was not accepted: {error}", "check the SIP settings") from error

    async def place(
        self, address: str, caller_id: str | None, headers: Mapping[str, str], listener: Callable[[LegEvent], None]
    ) -> Leg:
        """Send an INVITE. Everything that follows reaches the listener, in order, from the loop.

        Raises:
            BaresipError: the stack did not take the call; no INVITE is on its way, as far as it knows.
        """
        agent, identity = await self._identity(caller_id)
        call: Call = await agent.dial(address, {**identity, **headers})
        media = Media(call.audio, self._settings.rate, self._settings.jitter_ms)
        leg = Leg(call, media, listener, self._trace, self._guard)
        self._legs[call.handle] = leg
        for event in self._early.pop(call.handle, ()):
            # The library's own object came too late for these as well: without them a call that was answered at
            # once would never count as established for it, and one that was refused at once would never be let go.
            call._on_stack_event(event)
            self._deliver(leg, event)
        return leg

    async def close(self) -> None:
        """Stop the stack; legs that are left end with it."""
        import baresip

        if self._runtime is not None:
            with contextlib.suppress(baresip.BaresipError):
                if self._settings.register_account:
                    await self._agents[self._settings.user].unregister(timeout=2)
            with contextlib.suppress(baresip.BaresipError):
                await self._runtime.close()
        self._runtime = None
        self._trace.detach()

    def _configuration(self) -> object:
        import baresip

        settings = self._settings
        lines = [
            f"sip_listen {_host(settings.local_address)}:{settings.local_port}" if settings.local_address else "",
            f"rtp_ports {settings.rtp_ports[0]}-{settings.rtp_ports[1]}",
            "audio_jitter_buffer_type off",  # `playout.py`
            "call_hold_other_calls no",
            "call_local_timeout 600",  # ring time is ours
            f"sip_cafile {settings.ca_file}" if settings.ca_file else "",
            "sip_verify_server yes" if settings.transport == "tls" else "",
        ]
        return baresip.Config(
            net_interface=settings.local_address,
            audio_player=NO_PLAYER,
            max_concurrent_calls=2 * settings.channels + _SPARE_CALLS,
            sip_trace=True,
            extra_config_text="\n".join(line for line in lines if line) + "\n",
        )

    async def _identity(self, caller_id: str | None) -> tuple[UserAgent, dict[str, str]]:
        """Who calls: the agent, and the headers that carry the number where it is not in From."""
        settings = self._settings
        number = caller_id or settings.caller_id
        if number is None:
            return await self._agent(settings.user), {}
        if settings.caller_id_in is CallerIdIn.FROM:
            return await self._agent(number if settings.plus else number.removeprefix("+")), {}
        name = "P-Asserted-Identity" if settings.caller_id_in is CallerIdIn.ASSERTED else "P-Preferred-Identity"
        return await self._agent(settings.user), {name: f"<sip:{number}@{settings.server}>"}

    async def _agent(self, user: str) -> UserAgent:
        import baresip

        async with self._making_agent:
            if user not in self._agents:
                settings = self._settings
                registers = settings.register_account and user == settings.user
                account = baresip.Account(
                    user=user,
                    domain=settings.server,
                    password=self._password,
                    registrar=f"sip:{settings.proxy};transport={settings.transport}" if settings.proxy else None,
                    reg_interval=settings.register_seconds if registers else 0,
                    transport=settings.transport,
                    audio_codecs=tuple(codec.spec for codec in settings.codecs),
                    auth_user=settings.auth_user or settings.user,
                )
                assert self._runtime is not None
                agent = await baresip.UserAgent.create(self._runtime, account, transfer_policy="reject")
                agent.on_incoming(self._refuse)
                self._agents[user] = agent
        return self._agents[user]

    def _on_event(self, event: StackEvent) -> None:
        from baresip import Event

        if event.event is Event.CALL_OUTGOING:
            # The leg is made when the command that placed it has returned; until then its events are kept.
            self._early[event.call] = [event]
        elif event.call in self._early:
            self._early[event.call].append(event)
        elif (leg := self._legs.get(event.call)) is not None:
            self._deliver(leg, event)

    def _deliver(self, leg: Leg, event: StackEvent) -> None:
        from baresip import Event

        if event.event is Event.CALL_CLOSED:
            self._legs.pop(event.call, None)
        measured = event.stats.get("rtcp", {}).get("rtt_us", 0)
        if measured:
            self.sound_round_trip_seconds = measured / 1e6
        leg.take(event)

    def _refuse(self, call: Call) -> None:
        """A stranger calls us: 486, and nothing else."""
        _log.info("an incoming call was refused")
        task = asyncio.get_running_loop().create_task(_reject(call))
        self._refusals.add(task)
        task.add_done_callback(self._refusals.discard)

    def _on_dead(self) -> None:
        for leg in tuple(self._legs.values()):
            leg.stack_died()
        self._legs.clear()
        self._died()


async def _reject(call: Call) -> None:
    from baresip import BaresipError

    with contextlib.suppress(BaresipError):
        await call.reject()


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address
