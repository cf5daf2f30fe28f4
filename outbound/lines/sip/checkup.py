"""A look at one call on the telephone: does sound go both ways, do keys arrive, how far is it?

Decides what is asked of the person who picks up, and what each answer proves: whoever presses the key that the robot
asks for has heard it. Whether that telephone may be called was decided before; what to do about a fault is said here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from audio.activity import VoiceActivity
from audio.pcm import FRAME_SECONDS, Samples, Sound, silence
from audio.synthesis.base import Voice
from outbound.lines.base import Answered, Channel, EndCause, Ended, Frame, Key

ASKED_KEY = "1"
_ASK_KEY = "Hello, this is a check of the telephone line. If you hear me, please press one."
_ASK_VOICE = "Thank you. Now please say hello."
_THANKS = "Thank you, that was all. Goodbye."
_WAIT_SECONDS = 12.0
"""After a sentence, for what was asked."""
_SPEECH_WINDOWS = 3
_TOO_MANY_LOST = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at in the call."""

    what: str
    works: bool
    found: str
    hint: str = ""


async def checkup(channel: Channel, voice: Voice) -> list[Finding]:
    """Follow one call to its end."""
    return await _Checkup(channel, voice).run()


class _Checkup:
    def __init__(self, channel: Channel, voice: Voice) -> None:
        self._channel, self._voice = channel, voice
        self._activity = VoiceActivity(channel.rate)
        self._frames = 0
        self._lost = 0
        self._windows = 0
        self._keys: list[str] = []
        self._ended: Ended | None = None

    async def run(self) -> list[Finding]:
        loop = asyncio.get_running_loop()
        dialled = loop.time()
        sentences = [await asyncio.to_thread(self._spoken, text) for text in (_ASK_KEY, _ASK_VOICE, _THANKS)]
        if not await self._answered():
            assert self._ended is not None
            return [Finding("call", False, _why(self._ended), _HINTS.get(self._ended.cause, ""))]
        findings = [Finding("call", True, f"answered after {loop.time() - dialled:.1f} s")]
        await self._say(sentences[0], until=lambda: bool(self._keys))
        if self._keys:
            self._windows = 0  # what is said now is an answer
            await self._say(sentences[1], until=lambda: self._windows >= _SPEECH_WINDOWS)
        findings += [*self._heard_us(), self._heard_them(), self._whole()]
        await self._say(sentences[2], until=lambda: False, wait_seconds=0.3)
        self._channel.hang_up()
        while self._ended is None:
            await self._take()
        return findings

    def _spoken(self, text: str) -> Sound:
        return self._voice.speak(text).at(self._channel.rate)

    async def _answered(self) -> bool:
        while self._ended is None:
            signal = await self._channel.receive()
            if isinstance(signal, Answered):
                return True
            if isinstance(signal, Ended):
                self._ended = signal
        return False

    async def _say(self, sentence: Sound, until: Callable[[], bool], wait_seconds: float = _WAIT_SECONDS) -> None:
        """Speak, then wait; go on as soon as what was asked for has come."""
        for frame in sentence.frames():
            await self._take(frame)
            if until() or self._ended is not None:
                return
        for frame in silence(wait_seconds, self._channel.rate).frames():
            await self._take(frame)
            if until() or self._ended is not None:
                return

    async def _take(self, answer: Samples | None = None) -> None:
        """Signals up to the next 20 ms, answered by 20 ms of ours."""
        while self._ended is None:
            match await self._channel.receive():
                case Frame(samples, lost):
                    self._frames += 1
                    self._lost += lost
                    for window in self._activity.feed(samples):
                        self._windows += window.active
                    if answer is not None:
                        self._channel.send(answer)
                    return
                case Key(key):
                    self._keys.append(key)
                case Ended() as ended:
                    self._ended = ended
                case _:
                    pass

    def _heard_us(self) -> list[Finding]:
        if ASKED_KEY in self._keys:
            return [Finding("our sound", True, "heard"), Finding("keys", True, "they arrive")]
        if self._keys:
            return [
                Finding("our sound", False, "not certain: another key was pressed than the one asked for"),
                Finding("keys", True, f"{len(self._keys)} arrived"),
            ]
        hint = (
            "if you heard the question: ask the trunk for RFC 4733 events, or set inband_keys: true; "
            "if not: open rtp_ports to the trunk, and check local_address"
        )
        return [Finding("our sound and keys", False, "nobody pressed the key that was asked for", hint)]

    def _heard_them(self) -> Finding:
        if self._windows >= _SPEECH_WINDOWS:
            return Finding("their sound", True, "heard")
        arrived = self._frames - self._lost
        found = "sound arrives, but no speech in it" if arrived else "no sound arrives at all"
        return Finding("their sound", False, found, "" if arrived else "open rtp_ports in the firewall (UDP, inbound)")

    def _whole(self) -> Finding:
        share = self._lost / self._frames if self._frames else 1.0
        seconds = self._frames * FRAME_SECONDS
        found = f"{share:.1%} of the sound lost in {seconds:.0f} s"
        return Finding("network", share <= _TOO_MANY_LOST, found, "" if share <= _TOO_MANY_LOST else "raise jitter_ms")


def far(messages: float | None, sound: float | None) -> Finding:
    """How far away the trunk is, by what was measured: seconds there and back, of messages and of sound."""
    times = [
        f"{what} {1000 * seconds:.0f} ms" for what, seconds in (("messages", messages), ("sound", sound)) if seconds
    ]
    slow = max(messages or 0.0, sound or 0.0) > _FAR_SECONDS
    hint = "people will notice the delay: take a server nearer by, or look for a slow VPN on the way" if slow else ""
    return Finding("round trip", not slow, ", ".join(times) or "not measured: nothing came back", hint)


_FAR_SECONDS = 0.3
"""Half of it, one way, with the delay of playing out is what makes people talk at the same time (ITU-T G.114)."""
_HINTS = {
    EndCause.BUSY: "it is in a call, or the trunk has no line free: try again",
    EndCause.REJECTED: "pick up, and try again; or does that telephone block numbers it does not know?",
    EndCause.FAILED: "if it names 488, offer other codecs",
    EndCause.ROUTE_DOWN: "check server, user and password, and that the trunk accepts calls from this address",
    EndCause.UNREACHABLE: "does the trunk want numbers in another form? See plus and dial_prefix",
    EndCause.NO_ANSWER: "pick up, and try again",
}


def _why(ended: Ended) -> str:
    return f"{ended.cause.replace('_', ' ')} ({ended.detail})" if ended.detail else ended.cause.replace("_", " ")
