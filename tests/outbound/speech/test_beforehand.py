"""What an exchange plays before anybody answers, and what becomes of it."""

from __future__ import annotations

import asyncio

import pytest

from audio.pcm import Sound, over_telephone, silence
from audio.synthesis import voice_for
from audio.tones import Progress, progress_tone
from outbound.dialogue.events import HungUp
from outbound.intents import Understanding
from outbound.lines.base import Answered, EarlyMedia, EndCause, Ended, Signal, TransferOrder
from outbound.speech import SpokenConversation
from tests.outbound.calls import NOON


class Played:
    """A call of which everything is known beforehand. Implements `outbound.lines.base.Channel`."""

    rate = 8_000

    def __init__(self, *signals: Signal) -> None:
        self._signals = list(signals)

    async def receive(self) -> Signal:
        return self._signals.pop(0)

    def send(self, frame: object) -> None:
        """Nobody hears it."""

    def transfer(self, order: TransferOrder) -> None:
        """Nobody is there."""

    def hang_up(self) -> None:
        """It ends by itself."""


def end_of(early: Sound, ended: Ended, *, answered: bool = False) -> HungUp:
    """How a call ends for the dialogue."""

    async def call() -> HungUp:
        media = [EarlyMedia(frame) for frame in over_telephone(early).frames()]
        conversation = SpokenConversation(
            Played(*media, *([Answered()] if answered else []), ended),
            voice=voice_for("en-US"),
            recognizer=None,
            understanding=Understanding(None, None),
            texts=(),
            local_now=lambda: NOON,
        )
        while not isinstance(event := await conversation.next_event(), HungUp):
            pass
        await conversation.close()
        return event

    return asyncio.run(call())


@pytest.mark.parametrize(
    ("tone", "cause"),
    [
        (Progress.INTERCEPT, EndCause.UNREACHABLE),
        (Progress.BUSY, EndCause.BUSY),
        (Progress.CONGESTION, EndCause.NO_ANSWER),
        (Progress.RINGBACK, EndCause.NO_ANSWER),
    ],
)
def test_a_call_that_was_given_up_failed_for_the_reason_the_exchange_played(tone: Progress, cause: EndCause) -> None:
    event = end_of(progress_tone(tone, 13), Ended(EndCause.NO_ANSWER, "nobody answered"))
    assert event.cause is cause
    assert (tone.value in event.detail) is (tone is not Progress.RINGBACK)
    assert event.detail.startswith("nobody answered")


def test_a_cause_that_the_line_knows_stays_and_the_evidence_is_kept() -> None:
    event = end_of(progress_tone(Progress.INTERCEPT, 5), Ended(EndCause.REJECTED, "603 Decline"))
    assert (event.cause, event.detail) == (
        EndCause.REJECTED,
        "603 Decline; the exchange played the tone for intercept",
    )


def test_silence_before_the_answer_says_nothing() -> None:
    assert end_of(silence(5.0), Ended(EndCause.NO_ANSWER)) == HungUp(EndCause.NO_ANSWER)


def test_what_was_played_before_the_answer_says_nothing_about_the_call() -> None:
    event = end_of(progress_tone(Progress.BUSY, 8), Ended(EndCause.FAR_END), answered=True)
    assert event == HungUp(EndCause.FAR_END)
