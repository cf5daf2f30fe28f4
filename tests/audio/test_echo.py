"""The robot's own sound on its way back into the microphone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audio.echo import Canceller, EchoPath, EchoRemover, Gate, path_of, probe, remover_for
from audio.pcm import WIDEBAND_RATE, Samples, Sound, silence, to_int16
from audio.synthesis import voice_for

RATE = WIDEBAND_RATE
DELAY_SECONDS = 0.15
PATH = EchoPath(DELAY_SECONDS, -6.0)
REMOVERS = [Canceller, Gate]


@cache
def robot() -> Sound:
    text = "Hello, this is Sun Shop. Your parcel was shipped this morning, and it arrives on Tuesday before noon."
    return voice_for("en-US", "piper", repeatable=True).speak(text).at(RATE)


@cache
def person() -> Sound:
    spoken = voice_for("en-US").speak("please stop calling me").at(RATE)
    return spoken.louder(-16 - spoken.level_dbfs)


def in_a_room(sound: Sound, gain: float, seed: int = 1) -> Samples:
    """Its echo: later, softer, with a little reverberation and hiss."""
    chance = np.random.default_rng(seed)
    room = np.exp(-np.arange(800) / 150) * chance.normal(size=800)
    reverberant = np.convolve(sound.samples.astype(float), room / np.sqrt(np.sum(room**2)))[: len(sound.samples)]
    late = np.concatenate((np.zeros(round(DELAY_SECONDS * RATE)), gain * reverberant))
    return to_int16(late + chance.normal(0.0, 10.0, len(late)))


def through(remover: EchoRemover, played: Samples, heard: Samples) -> Samples:
    size = round(RATE * 0.02)
    cleaned = []
    for start in range(0, len(played) - size + 1, size):
        remover.played(played[start : start + size])
        cleaned.append(remover.heard(heard[start : start + size]))
    return np.concatenate(cleaned)


def level(samples: Samples) -> float:
    return Sound(samples, RATE).level_dbfs


@pytest.mark.parametrize("gain", [0.1, 0.5, 1.0])
def test_the_way_back_is_found_in_a_room(gain: float) -> None:
    chance = np.random.default_rng(2)
    late = np.concatenate((np.zeros(round(DELAY_SECONDS * RATE)), gain * probe().samples, np.zeros(RATE)))
    path = path_of(Sound(to_int16(late + chance.normal(0.0, 30.0, len(late))), RATE))
    assert path is not None
    assert path.delay_seconds == pytest.approx(DELAY_SECONDS, abs=0.002)
    assert path.coupling_db == pytest.approx(20 * np.log10(gain), abs=1.0)


def test_a_room_that_rings_on_is_still_a_room() -> None:
    path = path_of(Sound(in_a_room(Sound(np.pad(probe().samples, (0, RATE)), RATE), 0.5), RATE))
    assert path is not None
    assert path.delay_seconds == pytest.approx(DELAY_SECONDS, abs=0.03)


def test_with_a_headset_nothing_comes_back() -> None:
    hiss = np.random.default_rng(3).normal(0.0, 50.0, 20_000)
    assert path_of(Sound(to_int16(hiss), RATE)) is None
    assert path_of(silence(1.0, RATE)) is None
    assert path_of(silence(0.1, RATE)) is None


def test_somebody_who_talks_meanwhile_is_no_echo() -> None:
    assert path_of(robot()) is None


@pytest.mark.parametrize("kind", REMOVERS)
def test_the_robot_does_not_hear_itself(kind: type[Canceller | Gate]) -> None:
    echo = in_a_room(robot(), 0.5)
    cleaned = through(kind(PATH), robot().samples, echo)
    assert level(cleaned) < level(echo[: len(cleaned)]) - 25


@pytest.mark.parametrize("kind", REMOVERS)
@pytest.mark.parametrize("late_seconds", [-0.06, 0.2])
def test_the_robot_does_not_hear_itself_when_the_sound_card_loses_its_place(
    kind: type[Canceller | Gate], late_seconds: float
) -> None:
    """An echo comes sooner or later than before, since some of the microphone's or the speaker's sound was lost."""
    played, echo = (np.tile(sound, 2) for sound in (robot().samples, in_a_room(robot(), 0.5)[: robot().samples.size]))
    lost, middle = round(abs(late_seconds) * RATE), len(played) // 2 // 320 * 320
    after = np.concatenate((np.zeros(lost, np.int16), echo[middle:])) if late_seconds > 0 else echo[middle + lost :]
    remover = kind(PATH)
    through(remover, played[:middle], echo[:middle])
    remover.disturbed()
    cleaned = through(remover, played[middle : middle + len(after)], after)
    assert level(cleaned) < level(after) - 25


@pytest.mark.parametrize("kind", REMOVERS)
def test_the_robot_is_audible_until_its_last_echo(kind: type[Canceller | Gate]) -> None:
    remover, quiet = kind(PATH), silence(0.02, RATE).samples
    assert not remover.audible
    remover.played(robot().samples[RATE : RATE + 320])
    audible = 0
    while remover.audible:
        remover.played(quiet)
        audible += 1
    assert DELAY_SECONDS < audible * 0.02 < 0.6


@pytest.mark.parametrize("kind", REMOVERS)
def test_a_person_who_is_louder_than_the_echo_gets_through(kind: type[Canceller | Gate]) -> None:
    heard = in_a_room(robot(), 0.3).astype(np.float64)
    start = 2 * RATE
    heard[start : start + len(person().samples)] += person().samples
    cleaned = through(kind(EchoPath(DELAY_SECONDS, -10.0)), robot().samples, to_int16(heard))
    assert level(cleaned[start : start + len(person().samples)]) > person().level_dbfs - 3


@pytest.mark.parametrize("kind", REMOVERS)
def test_a_person_who_speaks_while_the_robot_is_silent_is_heard_as_they_are(kind: type[Canceller | Gate]) -> None:
    quiet = silence(person().seconds, RATE).samples
    cleaned = through(kind(PATH), quiet, person().samples)
    assert level(cleaned) == pytest.approx(person().level_dbfs, abs=1.5)


def test_the_canceller_is_taken_where_it_is_installed() -> None:
    assert isinstance(remover_for(None, 0.1), Canceller)
