"""Human, machine or call screener, by what is heard after the answer."""

from __future__ import annotations

import pytest

from audio.activity import VoiceActivity
from audio.pcm import Sound
from audio.screening import Beep, Party, Screening, Verdict
from audio.tones import tone
from tests.audio.spoken import line, noisy, said

MACHINE = "You have reached the Millers. We are not at home right now, so please leave a message after the tone."


def screened(sound: Sound) -> tuple[Screening, list[Verdict | Beep]]:
    activity, screening = VoiceActivity(sound.rate), Screening(sound.rate)
    return screening, [found for frame in sound.frames() for found in screening.feed(frame, activity.feed(frame))]


@pytest.mark.parametrize("greeting", ["Hello?", "Yes, hello?", "Hi, this is Mark.", "Smith residence, who is calling?"])
@pytest.mark.parametrize("background", [-70, -45])
def test_a_short_greeting_and_then_waiting_is_a_human(greeting: str, background: float) -> None:
    answer = said(greeting)
    screening, found = screened(noisy(line(0.6, answer, 3.0), background))
    assert screening.verdict.party is Party.HUMAN
    assert not any(isinstance(one, Beep) for one in found)
    assert screening.verdict.at_seconds < 0.6 + answer.seconds + 1.7


def test_talking_on_is_a_machine_and_its_beep_ends_where_it_ends() -> None:
    announcement = said(MACHINE)
    before = 0.5 + announcement.seconds + 0.4
    screening, found = screened(line(0.5, announcement, 0.4, tone((1_000,), 0.4), 1.0))
    (beep,) = (one for one in found if isinstance(one, Beep))
    assert beep.end_seconds == pytest.approx(before + 0.4, abs=0.04)
    first = next(one for one in found if isinstance(one, Verdict) and one.party is Party.MACHINE)
    assert first.at_seconds < 5.0
    assert screening.verdict.party is Party.MACHINE


def test_a_short_announcement_is_a_machine_by_its_beep() -> None:
    screening, _ = screened(line(0.5, said("Hi, it's Sam. Leave a message."), 0.5, tone((700,), 0.3), 0.5))
    assert screening.verdict.party is Party.MACHINE


def test_a_machine_that_says_hello_first_is_found_out() -> None:
    screening, found = screened(line(0.5, said("Hello?"), 1.6, said(MACHINE), 0.4, tone((500,), 0.5), 1.0))
    parties = [one.party for one in found if isinstance(one, Verdict)]
    assert parties[0] is Party.HUMAN
    assert screening.verdict.party is Party.MACHINE


def test_silence_stays_uncertain() -> None:
    screening, _ = screened(line(6.0))
    assert screening.verdict.party is Party.UNCERTAIN


def test_a_long_answer_late_in_the_call_does_not_make_a_human_a_machine() -> None:
    story = said("Well, I ordered it last week and nobody told me when it would come, so I called twice and waited.")
    screening, _ = screened(line(0.5, said("Hello?"), 12.0, story, 1.0))
    assert screening.verdict.party is Party.HUMAN


@pytest.mark.parametrize(
    ("words", "party"),
    [
        ("please leave a message after the tone", Party.MACHINE),
        ("you've reached the voicemail of mark smith", Party.MACHINE),
        ("please state your name and why you're calling", Party.SCREENER),
        ("the person you are calling is using a screening service", Party.SCREENER),
        ("您好请在提示音后留言", Party.MACHINE),
        ("삐 소리 후 메시지를 남겨 주세요", Party.MACHINE),
        ("hello who is calling", Party.UNCERTAIN),
        ("i will leave a message for my wife", Party.UNCERTAIN),
    ],
)
def test_words_are_evidence(words: str, party: Party) -> None:
    screening = Screening(8_000)
    screening.heard(words)
    assert screening.verdict.party is party


def test_what_is_certain_is_not_taken_back_by_what_is_less_so() -> None:
    activity, screening = VoiceActivity(8_000), Screening(8_000)
    screening.heard("please state your name and why you are calling")
    for frame in line(0.5, said("Hello?"), 2.0).frames():
        screening.feed(frame, activity.feed(frame))
    assert screening.verdict.party is Party.SCREENER
