"""What the SIP stack's threads cost: mostly being woken.

Decides two things that leave the sound as it is and save a third of the stack's computing. Its threads may be
woken a little late, several at once: for every call there is one that looks every 4 ms whether a packet is due, on an
absolute schedule. And no loudspeaker is opened, which would be one more thread for each call; what arrives is taken
before it gets there.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baresip import Runtime

NO_PLAYER = "aufile,/dev/null/nowhere"
"""A file that cannot come into being. The stack goes on without a player, says so for each call, and loses no sound."""
_SLACK_SECONDS = 0.004
"""Packets leave this much later at most. More would save little, and be heard as jitter."""
_PR_SET_TIMERSLACK = 29


def runtime() -> Runtime:
    """The stack, not yet started: the threads of its calls may be woken late.

    Its own thread may not, which takes what arrives. A thread may be woken as late as the one that started it could be
    then (prctl(2); Linux only), and the stack starts those of a call when it has read the answer's SDP and has told
    so, on its own thread. If it told it otherwise, calls would cost more, and nothing else.
    """
    from baresip import Event, Runtime

    class Lenient(Runtime):  # type: ignore[misc]
        def _on_native_event(self, ev: int, handle: int, payload: bytes | None) -> None:
            _wake_late(ev == _first_event() + Event.CALL_REMOTE_SDP)
            super()._on_native_event(ev, handle, payload)

    return Lenient()


@cache
def _first_event() -> int:
    """The stack's events are counted from there; what is below is an answer to a command."""
    from baresip._native import lib

    first: int = lib.BP_EV_BASE
    return first


@cache
def _prctl() -> Callable[..., int] | None:
    function = getattr(ctypes.CDLL(None), "prctl", None)
    if function is not None:
        function.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return function


def _wake_late(late: bool) -> None:
    """This thread from now on, and those that it starts; 0 is a thread's own default."""
    prctl = _prctl()
    if prctl is not None:
        prctl(_PR_SET_TIMERSLACK, round(_SLACK_SECONDS * 1e9) if late else 0, 0, 0, 0)


def is_about_player(line: str) -> bool:
    """Whether a line of the stack's log only says that there is no player."""
    return NO_PLAYER.partition(",")[2] in line
