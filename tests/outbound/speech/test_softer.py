"""A voice well below the callee's: somebody else in the room, or a callee who has moved away from the telephone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from audio.pcm import FRAME_SECONDS, TELEPHONE_RATE, Samples, Sound
from campaigns.intents import Intent
from outbound.dialogue.actions import Listen
from outbound.dialogue.events import Event, Heard, HungUp, Silence
from outbound.intents import understanding_for
from outbound.lines.base import Answered, EndCause, Ended, Frame, Signal, TransferOrder
from outbound.simulation.clock import run_virtually
from outbound.speech import SpokenConversation
from tests.audio.spoken import line, said
from tests.outbound.calls import NOON
from tests.outbound.spoken import english, robot_voice

ASKED = Listen(frozenset({Intent.YES, Intent.NO}), seconds=4.0)
OPEN = Listen(seconds=4.0)
HELLO = "Hello, who is there?"
TALK = "They said on the radio that it would rain all week, so we stayed at home and painted the kitchen instead."


class Played:
    """A line on which one sound is heard, frame by frame. Implements `outbound.lines.base.Channel`."""

    rate = TELEPHONE_RATE

    def __init__(self, sound: Sound) -> None:
        self._signals: Iterator[Signal] = iter(
            [Answered(), *(Frame(frame) for frame in sound.frames()), Ended(EndCause.FAR_END)]
        )

    async def receive(self) -> Signal:
        await asyncio.sleep(FRAME_SECONDS)
        return next(self._signals)

    def send(self, frame: Samples) -> None:
        """Nobody listens to the robot."""

    def transfer(self, order: TransferOrder) -> None:
        raise AssertionError("nothing is transferred here")

    def hang_up(self) -> None:
        """The sound goes on to its end."""


def after_hello(listen: Listen, *parts: Sound | float) -> list[tuple[float, Event]]:
    """What a silent robot hears once the callee has said hello, with the seconds since it asked."""
    hello = line(0.3, said(HELLO), 1.0)

    async def call() -> list[tuple[float, Event]]:
        loop = asyncio.get_running_loop()
        conversation = SpokenConversation(
            Played(line(hello, *parts)),
            voice=robot_voice(),
            recognizer=english(),
            understanding=understanding_for("en-US"),
            texts=(),
            local_now=lambda: NOON,
        )
        asked = loop.time() + hello.seconds
        loop.call_at(asked, conversation.perform, listen)
        found = []
        while not isinstance(event := await conversation.next_event(), HungUp):
            if loop.time() > asked and isinstance(event, Heard | Silence):
                found.append((loop.time() - asked, event))
        await conversation.close()
        return found

    return run_virtually(call())


@pytest.mark.parametrize("below_db", [12, 16])
def test_talk_next_door_neither_answers_a_question_nor_puts_off_the_silence(below_db: float) -> None:
    talk = said(TALK).louder(-below_db)
    ((seconds, event), *_) = after_hello(ASKED, 0.5, talk, 0.3, talk, 0.3, talk)
    assert isinstance(event, Silence)
    assert 4.0 <= seconds <= 8.1  # a softer sentence is heard to its end, but for 4 s at most


def test_talk_as_loud_as_the_callee_is_an_answer_that_is_not_understood() -> None:
    ((_, event), *_) = after_hello(ASKED, 0.5, said(TALK), 5.0)
    assert isinstance(event, Heard)
    assert event.intent is Intent.OTHER


@pytest.mark.parametrize("below_db", [6, 9, 12])
@pytest.mark.parametrize(("text", "intent"), [("yes please", Intent.YES), ("stop calling me", Intent.OPT_OUT)])
def test_a_softer_answer_that_means_something_is_an_answer(text: str, intent: Intent, below_db: float) -> None:
    ((seconds, event), *_) = after_hello(ASKED, 0.5, said(text).louder(-below_db), 3.0)
    assert isinstance(event, Heard)
    assert event.intent is intent
    assert seconds < 3.0


def test_where_any_words_are_an_answer_softer_ones_count_when_nobody_louder_says_anything() -> None:
    ((seconds, event), *_) = after_hello(OPEN, 0.5, said("it was on the porch").louder(-12), 6.0)
    assert isinstance(event, Heard)
    assert "porch" in event.words
    assert seconds == pytest.approx(4.0, abs=0.1)


def test_where_any_words_are_an_answer_the_callee_s_own_take_the_place_of_softer_ones() -> None:
    ((_, event), *_) = after_hello(
        OPEN, 0.3, said("put the kettle on").louder(-14), 0.8, said("it was on the porch"), 3.0
    )
    assert isinstance(event, Heard)
    assert "porch" in event.words
    assert "kettle" not in event.words
