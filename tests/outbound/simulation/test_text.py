"""Callees without sound: they speak for as long as their words take, whatever the robot does meanwhile."""

from __future__ import annotations

from campaigns.intents import Intent
from outbound.dialogue.actions import Listen, Say
from outbound.dialogue.events import Event, Heard, SaidAll, Silence
from outbound.simulation.callee import Callee, Says
from outbound.simulation.clock import run_virtually
from outbound.simulation.text import TextConversation, seconds_to_say
from tests.outbound.calls import NOON
from tests.outbound.rehearsals import RING_SECONDS

SENTENCE = "Your parcel is on its way and comes on Thursday. Will somebody be there?"
ANSWER = "yes yes I know that already and somebody will be there"


def told(callee: Callee) -> list[Event]:
    """What a callee makes of one sentence, up to the first answer or silence."""

    async def call() -> list[Event]:
        conversation = TextConversation(
            callee,
            lambda words, _listen: Heard(Intent.YES, 1.0, words),
            language="en-US",
            ring_seconds=RING_SECONDS,
            local_now=lambda: NOON,
        )
        for _ringing_answered_screened in range(3):
            await conversation.next_event()
        conversation.perform(Say(1, SENTENCE, interruptible=True))
        conversation.perform(Listen(seconds=4.0))
        events: list[Event] = []
        while not events or not isinstance(events[-1], Heard | Silence):
            events.append(await conversation.next_event())
        return events

    return run_virtually(call())


def test_who_begins_to_speak_before_the_robot_has_ended_is_heard_to_the_end() -> None:
    just_before_the_end = seconds_to_say(SENTENCE, "en-US") - 0.5
    events = told(Callee("eager", does=(Says(ANSWER, after=just_before_the_end), Says("four"))))
    assert events == [SaidAll(1), Heard(Intent.YES, 1.0, ANSWER)]
