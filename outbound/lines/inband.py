"""Keys that come as tones in the sound, where a trunk sends no RFC 4733 events.

Decides which of both ways is believed when a trunk sends both: the events, for the rest of the call.
"""

from __future__ import annotations

from collections import deque

from audio.pcm import Samples
from audio.tones import KeyDetector
from outbound.lines.base import Channel, Frame, Key, Signal
from outbound.lines.wrapped import WrappedChannel

_SAME_PRESS_FRAMES = 25
"""A tone and an event this close together (0.5 s) are one press."""


class InbandKeys(WrappedChannel):
    """Adds keys to a channel; a `Key` follows the frame that completes its tone."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel)
        self._detector = KeyDetector(channel.rate)
        self._found: deque[Signal] = deque()
        self._told_by_tone: dict[str, int] = {}
        self._frames = 0
        self._events_come = False

    async def receive(self) -> Signal:
        while True:
            if self._found:
                return self._found.popleft()
            signal = await self._channel.receive()
            if isinstance(signal, Frame):
                self._listen(signal.samples)
            elif isinstance(signal, Key) and self._was_told(signal.key):
                continue
            return signal

    def _listen(self, samples: Samples) -> None:
        self._frames += 1
        for press in self._detector.feed(samples):
            if not self._events_come:
                self._told_by_tone[press.key] = self._frames
                self._found.append(Key(press.key))

    def _was_told(self, key: str) -> bool:
        """The first event of a call may report a press whose tone was heard before."""
        first, self._events_come = not self._events_come, True
        return first and self._frames - self._told_by_tone.get(key, -_SAME_PRESS_FRAMES) < _SAME_PRESS_FRAMES
