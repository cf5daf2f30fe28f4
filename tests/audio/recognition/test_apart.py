"""An engine in processes of its own: the same words, and its crash is nobody else's."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from audio.errors import AudioError
from audio.pcm import TELEPHONE_RATE, Sound, silence
from audio.recognition import Expected, recognizer_for
from audio.recognition.apart import ApartRecognizer
from audio.recognition.base import Recognizer, Transcript
from audio.recognition.buffered import BufferedListening
from audio.synthesis import voice_for

NUMBERS = Expected(("one", "two", "three", "four", "five"), closed=True)


class Parrot:
    """An engine that says what is expected, by the length of the sound in tenths of a second; it dies of 0.9 s."""

    engine = "parrot"

    def __init__(self, language: str) -> None:
        if language == "nobody":
            raise AudioError("there is no such model")
        self.language = language

    def listen(self, expected: Expected, rate: int) -> BufferedListening:
        def decode(sound: Sound) -> Transcript:
            if round(sound.seconds * 10) == 9:
                os.kill(os.getpid(), signal.SIGKILL)
            words = (*expected.phrases, *expected.wordings[-1:])
            return Transcript(f"{' '.join(words[:1])} {sound.seconds:.1f} {os.nice(0)}", 1.0, self.engine)

        return BufferedListening(decode, rate, partial=decode)


@pytest.fixture
def parrot() -> Iterator[ApartRecognizer]:
    recognizer = ApartRecognizer("en-US", "parrot", Parrot, processes=2)
    yield recognizer
    recognizer.close()


def heard(recognizer: Recognizer, seconds: float, expected: Expected = NUMBERS) -> Transcript:
    listening = recognizer.listen(expected, TELEPHONE_RATE)
    listening.feed(silence(seconds).samples)
    return listening.finish()


def test_what_is_decoded_there_comes_back_from_a_process_that_gives_way(parrot: ApartRecognizer) -> None:
    phrase, seconds, nice = heard(parrot, 0.5).text.split()
    assert (phrase, seconds) == ("one", "0.5")
    assert int(nice) >= os.nice(0) + 5


def test_many_calls_share_few_processes(parrot: ApartRecognizer) -> None:
    with ThreadPoolExecutor(8) as calls:
        texts = [text.split()[1] for text in calls.map(lambda n: heard(parrot, n / 10).text, range(1, 9))]
    assert texts == [f"0.{n}" for n in range(1, 9)]


def test_only_what_is_closed_is_looked_at_before_its_end(parrot: ApartRecognizer) -> None:
    partial = parrot.listen(NUMBERS, TELEPHONE_RATE).feed(silence(0.4).samples)
    assert partial is not None
    assert not partial.final
    assert parrot.listen(Expected(("one",)), TELEPHONE_RATE).feed(silence(0.4).samples) is None


def test_wordings_are_never_sent_along_and_known_all_the_same(
    parrot: ApartRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    submit = parrot._pool.submit

    def counted(work: Callable[..., Transcript], *args: Any) -> Future[Transcript]:
        sent.append(len(pickle.dumps(args)))
        return submit(work, *args)

    monkeypatch.setattr(parrot._pool, "submit", counted)
    for kind in ("sentence", "phrase"):
        expected = Expected(wordings=tuple(f"{kind}{n}" for n in range(9_000)))
        assert [heard(parrot, 0.1, expected).text.split()[0] for _ in range(5)] == [f"{kind}8999"] * 5
    assert max(sent) < 10_000


def test_wordings_that_somebody_tidied_away_are_written_again(parrot: ApartRecognizer) -> None:
    shutil.rmtree(parrot._folder)
    assert heard(parrot, 0.1, Expected(wordings=("yes", "maybe"))).text.startswith("maybe")


def test_a_crash_costs_one_utterance(parrot: ApartRecognizer) -> None:
    with pytest.raises(AudioError, match="crashed"):
        heard(parrot, 0.9)
    assert heard(parrot, 0.5).text.startswith("one 0.5")


def test_an_engine_that_does_not_load_there_is_an_error_with_a_hint() -> None:
    with pytest.raises(AudioError, match="cannot be loaded") as failure:
        ApartRecognizer("nobody", "parrot", Parrot, processes=1)
    assert failure.value.hint


def test_a_real_engine_hears_the_same_words_apart() -> None:
    sound = voice_for("en-US").speak("four")
    apart = recognizer_for("en-US", "pocketsphinx", processes=1)
    assert isinstance(apart, ApartRecognizer)
    near = recognizer_for("en-US", "pocketsphinx")
    assert near is not None
    texts = []
    for recognizer in (apart, near):
        listening = recognizer.listen(NUMBERS, sound.rate)
        listening.feed(sound.samples)
        texts.append(listening.finish().text)
    apart.close()
    assert texts == ["four", "four"]
