"""Keys heard in the sound, for callees whose network sends no RFC 4733 events.

Decides that a key counts once: gateways often send the event and leave the tone in the sound. Detecting the tones is
`audio/tones.py`.
"""

from __future__ import annotations

from audio.pcm import Samples


class InBandKeys:
    """One call's key tones. As soon as one event has come, the sound is no longer listened to."""

    def __init__(self, rate: int) -> None:
        self._off = False

    def heard_by_event(self) -> None:
        self._off = True

    def feed(self, samples: Samples) -> list[str]:
        """The keys completed in the next 20 ms."""
        return []
