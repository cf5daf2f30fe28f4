"""What the line played before anybody answered: evidence of how a call failed, never a conversation.

Decides what the tones of an exchange add to the end of a call that nobody answered. Some routes let such a call ring
until we give up, and play why: the number is out of service, or busy. To call those people again and again as if they
had not picked up would be wrong. Nothing that was heard here says who or what picks up later.
"""

from __future__ import annotations

from dataclasses import replace

from audio.pcm import Samples
from audio.tones import Progress, Tone, ToneTracker, progress_of
from outbound.lines.base import EndCause, Ended

_MEANS = {Progress.INTERCEPT: EndCause.UNREACHABLE, Progress.BUSY: EndCause.BUSY}
"""What a tone says about the number. Congestion is the network's, and ringback says nothing."""


class BeforeTheAnswer:
    """Listens to one call until it is answered."""

    def __init__(self, rate: int) -> None:
        self._tracker = ToneTracker(rate)
        self._tones: list[Tone] = []

    def feed(self, samples: Samples) -> None:
        """Take early media (RFC 3960): int16 at the line's rate."""
        self._tones += self._tracker.feed(samples)

    def explained(self, ended: Ended) -> Ended:
        """The end of a call that nobody answered, with what was heard before it in its detail.

        A call that we gave up is one that could not be reached, or a busy one, where the exchange said so.
        """
        progress = progress_of(self._tones)
        if progress is None or progress is Progress.RINGBACK:
            return ended
        heard = f"the exchange played the tone for {progress.value}"
        detail = f"{ended.detail}; {heard}" if ended.detail else heard
        gave_up = ended.cause is EndCause.NO_ANSWER
        return replace(ended, cause=_MEANS.get(progress, ended.cause) if gave_up else ended.cause, detail=detail)
