"""The robot's own voice on an open loudspeaker is nobody speaking."""

from __future__ import annotations

import pytest

from audio.activity import VoiceActivity
from audio.ownvoice import OwnVoice
from audio.pcm import Sound, mixed, silence
from tests.audio.spoken import line, said

PROMPT = "Your order has shipped and will arrive on Tuesday. Would you like to hear where it is right now?"


def active_seconds(came_in: Sound, played: Sound) -> list[float]:
    """When somebody other than the robot speaks."""
    activity, own_voice = VoiceActivity(came_in.rate), OwnVoice(came_in.rate)
    sent, nothing = iter(played.frames()), silence(0.02).samples
    windows = [
        window
        for frame in came_in.frames()
        for window in own_voice.without(frame, activity.feed(frame), next(sent, nothing))
    ]
    return [window.start_seconds for window in windows if window.active]


@pytest.mark.parametrize(("delay", "loss_db"), [(0.02, -6), (0.12, -12), (0.4, -20), (0.55, -15)])
def test_what_was_played_is_nobody_speaking_when_it_comes_back(delay: float, loss_db: float) -> None:
    prompt = said(PROMPT)
    assert len(active_seconds(line(delay, prompt.louder(loss_db), 0.5), prompt)) * 0.032 < 0.1


def test_a_callee_is_somebody_speaking_over_the_echo() -> None:
    prompt = said(PROMPT)
    came_in = mixed(line(0.1, prompt.louder(-18)), said("No, stop, I want a person now").louder(4), 1.5)
    assert len([at for at in active_seconds(came_in, prompt) if at > 1.5]) * 0.032 > 0.7


def test_a_silent_robot_has_no_echo() -> None:
    sound = line(0.3, said("Who is calling?"), 0.3)
    assert len(active_seconds(sound, silence(sound.seconds))) * 0.032 > 0.5
