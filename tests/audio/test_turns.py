"""Where an answer begins and where it is over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.activity import WINDOW_SECONDS, VoiceActivity, Window
from audio.pcm import Sound
from audio.tones import tone
from audio.turns import Patience, SpeechStarted, TurnEnded, TurnEvent, Turns
from tests.audio.spoken import line, noise, noisy, said


def heard(sound: Sound, complete: bool | None = None) -> list[TurnEvent]:
    activity, turns = VoiceActivity(sound.rate), Turns()
    events: list[TurnEvent] = []
    for frame in sound.frames():
        turns.complete(complete)
        events += turns.feed(activity.feed(frame))
    return events


def ended(events: list[TurnEvent]) -> list[TurnEnded]:
    return [event for event in events if isinstance(event, TurnEnded)]


@pytest.mark.parametrize("text", ["No.", "Yes please.", "Five.", "I would like to speak to a person."])
@pytest.mark.parametrize("background", [-70, -42])
def test_an_answer_is_one_turn(text: str, background: float) -> None:
    answer = said(text)
    started, over = heard(noisy(line(0.6, answer, 1.2), background))
    assert isinstance(started, SpeechStarted)
    assert isinstance(over, TurnEnded)
    assert started.at_seconds == pytest.approx(0.6, abs=0.2)
    assert over.end_seconds == pytest.approx(0.6 + answer.seconds, abs=0.25)


def test_a_complete_answer_is_over_at_once_and_an_unfinished_one_waits() -> None:
    sound = line(0.5, said("Stop calling me"), 1.5)
    waits = {complete: _wait(ended(heard(sound, complete))[0]) for complete in (True, None, False)}
    assert waits[True] == pytest.approx(0.2, abs=0.04)
    assert waits[None] == pytest.approx(0.4, abs=0.04)
    assert waits[False] == pytest.approx(0.8, abs=0.04)


def _wait(turn: TurnEnded) -> float:
    return turn.decided_seconds - turn.end_seconds


def test_a_pause_to_think_does_not_end_an_unfinished_answer() -> None:
    sound = line(0.5, said("I would like to"), 0.5, said("speak to a person"), 1.5)
    assert len(ended(heard(sound, complete=False))) == 1
    assert len(ended(heard(sound, complete=True))) == 2


@pytest.mark.parametrize(
    "sound",
    [
        line(3.0),
        noise(3, -30),
        line(1.0, noise(0.15, -12), 1.0),
        line(0.5, tone((440,), 1.5), 0.5),
        line(0.5, tone((262, 330, 392), 0.8), tone((294, 370, 440), 0.8), 0.5),
    ],
    ids=["silence", "noise", "a knock", "a beep", "chords"],
)
def test_what_is_no_speech_is_no_turn(sound: Sound) -> None:
    assert heard(sound) == []


def test_a_turn_that_does_not_end_is_cut() -> None:
    turns = Turns(Patience(longest=2.0))
    spoken = [Window(n * WINDOW_SECONDS, (n + 1) * WINDOW_SECONDS, -20, 1.0, active=True) for n in range(80)]
    cut = ended(turns.feed(spoken))[0]
    assert cut.cut
    assert cut.decided_seconds == pytest.approx(2.0, abs=WINDOW_SECONDS)


def test_a_turn_that_is_reset_never_ends() -> None:
    turns = Turns()
    spoken = [Window(n * WINDOW_SECONDS, (n + 1) * WINDOW_SECONDS, -20, 1.0, active=n < 8) for n in range(60)]
    turns.feed(spoken[:8])
    assert turns.speaking
    turns.reset()
    assert turns.feed(spoken[8:]) == []


@given(active=st.lists(st.booleans(), max_size=300), verdicts=st.lists(st.none() | st.booleans(), max_size=300))
def test_turns_begin_and_end_alternately_and_lie_in_order(active: list[bool], verdicts: list[bool | None]) -> None:
    turns = Turns()
    events: list[TurnEvent] = []
    for number, speaks in enumerate(active):
        turns.complete(verdicts[number] if number < len(verdicts) else None)
        window = Window(number * WINDOW_SECONDS, (number + 1) * WINDOW_SECONDS, -20, float(speaks), speaks)
        events += turns.feed([window])
    assert [isinstance(event, TurnEnded) for event in events] == [bool(n % 2) for n in range(len(events))]
    latest = 0.0
    for turn in ended(events):
        assert latest <= turn.start_seconds < turn.end_seconds <= turn.decided_seconds
        latest = turn.end_seconds
