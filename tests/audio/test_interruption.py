"""What stops the robot while it speaks, and what does not."""

from __future__ import annotations

import pytest

from audio.activity import VoiceActivity
from audio.interruption import Interruption
from audio.ownvoice import OwnVoice
from audio.pcm import Sound, mixed, silence
from tests.audio.spoken import line, noise, said

PROMPT = "Your order has shipped and will arrive on Tuesday. Would you like to hear where it is right now?"


def interrupted(came_in: Sound, played: Sound) -> list[float]:
    """The moments in seconds at which the robot is interrupted."""
    activity, interruption = VoiceActivity(came_in.rate), Interruption(came_in.rate)
    own_voice, nothing = OwnVoice(came_in.rate), silence(0.02).samples
    moments = []
    sent = iter(played.frames())
    for number, frame in enumerate(came_in.frames(), 1):
        windows = own_voice.without(frame, activity.feed(frame), next(sent, nothing))
        if interruption.feed(frame, windows):
            moments.append(number * 0.02)
    return moments


@pytest.mark.parametrize("text", ["Stop calling me", "I want to talk to a person", "Sorry, what was that?"])
def test_speech_stops_the_robot_within_300_ms(text: str) -> None:
    moments = interrupted(line(1.5, said(text), 1.0), said(PROMPT))
    assert 1.5 < moments[0] <= 1.5 + 0.3 + 0.04  # a soft first consonant is no speech yet


@pytest.mark.parametrize(
    "sound",
    [noise(4, -45), line(1.5, noise(0.25, -15), 1.5), line(1.5, noise(0.1, -8), 0.2, noise(0.1, -8), 1.5)],
    ids=["a noisy room", "a cough", "a door"],
)
def test_noise_does_not_stop_the_robot(sound: Sound) -> None:
    assert interrupted(sound, said(PROMPT)) == []


@pytest.mark.parametrize(("delay", "loss_db"), [(0.02, -6), (0.12, -12), (0.4, -20), (0.55, -15)])
def test_the_robots_own_echo_does_not_stop_it(delay: float, loss_db: float) -> None:
    prompt = said(PROMPT)
    assert interrupted(line(delay, prompt.louder(loss_db), 0.5), prompt) == []


def test_a_callee_is_heard_over_the_echo() -> None:
    prompt = said(PROMPT)
    came_in = mixed(line(0.1, prompt.louder(-18)), said("No, stop, I want a person now").louder(4), 1.5)
    assert 1.5 < interrupted(came_in, prompt)[0] < 2.5


def test_a_word_of_a_new_prompt_needs_new_speech() -> None:
    activity, interruption = VoiceActivity(8_000), Interruption(8_000)
    counted = 0
    for frame in line(0.3, said("Stop calling me, please, and do not call again")).frames():
        counted += interruption.feed(frame, activity.feed(frame))
        interruption.reset()
    assert counted == 0


TALK = "They said on the radio that it would rain all week, so we stayed at home and painted the kitchen instead."


@pytest.mark.parametrize("below_db", [14, 18, 24])
def test_talk_next_door_does_not_stop_the_robot_once_the_callee_has_spoken(below_db: float) -> None:
    next_door = said(TALK).louder(-below_db)
    assert all(moment < 2.0 for moment in interrupted(line(0.3, said("Hello?"), 1.0, next_door, 0.5), said(PROMPT)))


def test_whether_the_callee_spoke_lately_is_told_by_loudness() -> None:
    hello = said("Hello?")
    activity, interruption = VoiceActivity(hello.rate), Interruption(hello.rate)
    told = []
    for sound in (hello, said(TALK).louder(-18), said("Stop calling me")):
        for frame in line(sound, 0.8).frames():
            interruption.feed(frame, activity.feed(frame))
        told.append(interruption.callee_spoke)
    assert told == [True, False, True]


def test_a_callee_who_speaks_softer_than_before_still_stops_the_robot() -> None:
    came_in = line(0.3, said("Hello, who is there?"), 2.0, said("I want to talk to a person").louder(-6))
    begins = came_in.seconds - said("I want to talk to a person").seconds
    assert any(begins < moment <= begins + 0.34 for moment in interrupted(came_in, said(PROMPT)))


def test_who_takes_over_the_telephone_with_a_softer_voice_is_the_callee_after_a_minute() -> None:
    soft = said("Sorry, what was that?").louder(-14)
    soon, late = (line(0.3, said("Hello?"), pause, soft) for pause in (2.0, 60.0))
    assert all(moment < 2.0 for moment in interrupted(soon, said(PROMPT)))
    assert interrupted(late, said(PROMPT))[-1] > 60.0


def test_a_softer_voice_of_which_nothing_came_does_not_stop_the_robot_again_for_half_a_minute() -> None:
    hello = said("Hello?")
    soft = hello.louder(-6)
    activity, interruption = VoiceActivity(hello.rate), Interruption(hello.rate)

    def stopped(sound: Sound) -> bool:
        return sum(interruption.feed(frame, activity.feed(frame)) for frame in sound.frames()) > 0

    stopped(line(0.3, hello, 1.0))
    assert stopped(line(soft, 1.0))
    interruption.came_to_nothing()
    assert not stopped(line(soft, 1.0))
    assert stopped(line(hello, 1.0))
    assert stopped(line(30.0, soft, 1.0))


def test_the_callees_own_uh_huh_makes_nobody_wary() -> None:
    hello, soft = said("Hello?"), said("I want to talk to a person").louder(-6)
    activity, interruption = VoiceActivity(hello.rate), Interruption(hello.rate)
    for sound in (line(0.3, hello, 1.0), line(hello, 1.0)):
        for frame in sound.frames():
            interruption.feed(frame, activity.feed(frame))
    interruption.came_to_nothing()
    assert any(interruption.feed(frame, activity.feed(frame)) for frame in line(soft, 0.5).frames())
