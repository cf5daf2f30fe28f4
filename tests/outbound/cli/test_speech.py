"""What the commands about voices and engines show, with real engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import vosk
from typer.testing import CliRunner, Result

from audio.errors import AudioError
from audio.pcm import Sound, joined, silence, write_wav
from audio.recognition import confidence
from audio.tones import tone
from campaigns.intents import Intent
from outbound.cli import speech
from outbound.folders import thresholds_folder
from outbound.intents.thresholds import Thresholds, thresholds_for
from outbound.simulation.callee import GREETINGS, Answerer
from tests.audio.spoken import said

_DIGITS = ("one", "two", "three", "four", "five")


@pytest.fixture(autouse=True)
def _nothing_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield
    confidence._in_force.cache_clear()


def typed(*words: str | Path) -> Result:
    return CliRunner().invoke(speech.app, [str(word) for word in words])


def document(*words: str | Path) -> dict[str, object]:
    result = typed(*words, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_list_says_what_each_language_falls_back_to() -> None:
    listens = document("list")["languages"]
    assert listens == {
        "en-US": ["whisper", "pocketsphinx", "keys"],
        "ko-KR": ["vosk", "keys"],
        "zh-CN": ["keys"],
    }
    assert "pocketsphinx, then" in typed("list").stdout


def test_hear_tells_the_meaning_and_what_took_how_long(tmp_path: Path) -> None:
    write_wav(tmp_path / "yes.wav", said("yes please"))
    heard = document("hear", tmp_path / "yes.wav", "--expecting", "yes", "--expecting", "no")
    assert heard["meaning"]["intent"] == "yes"  # type: ignore[index]
    assert heard["complete"] is True
    assert heard["turn_ends_after_seconds"] == 0.2
    assert 0 < heard["recognising_seconds"] < 60  # type: ignore[operator]
    assert "recognising" in typed("hear", tmp_path / "yes.wav").stdout


def test_hear_tells_how_long_a_call_waits_after_these_words(tmp_path: Path) -> None:
    waits = {"stop calling me": 0.2, "the weather is nice": 0.4, "I would like to": 0.8}
    for text, seconds in waits.items():
        write_wav(tmp_path / "answer.wav", said(text))
        assert document("hear", tmp_path / "answer.wav")["turn_ends_after_seconds"] == seconds, text


def test_hear_shows_what_else_was_heard(tmp_path: Path) -> None:
    write_wav(tmp_path / "answer.wav", said("나중에 전화해 주세요", "pyttsx3", "ko-KR"))
    heard = document("hear", tmp_path / "answer.wav", "--language", "ko-KR")
    assert heard["transcript"]["alternatives"]  # type: ignore[index]
    # Vosk dithers its input: which readings they are differs from time to time.
    assert "it may also be: " in typed("hear", tmp_path / "answer.wav", "--language", "ko-KR").stdout


def test_hear_wants_a_file_or_the_microphone() -> None:
    assert typed("hear").exit_code == 2


def test_screen_tells_a_voicemail_by_its_announcement_and_its_beep(tmp_path: Path) -> None:
    greeting = said(GREETINGS[Answerer.VOICEMAIL])
    sound = joined([silence(0.5), greeting, silence(0.8), tone((1_000.0,), 0.5), silence(1.0)], 8_000)
    write_wav(tmp_path / "machine.wav", sound)
    screened = document("screen", tmp_path / "machine.wav")
    assert screened["verdict"]["party"] == "machine"  # type: ignore[index]
    assert "its beep of 1000 Hz" in " ".join(typed("screen", tmp_path / "machine.wav").stdout.split())


def test_screen_tells_a_person_by_a_short_greeting(tmp_path: Path) -> None:
    write_wav(tmp_path / "human.wav", joined([silence(0.3), said("hello?"), silence(2.0)], 8_000))
    assert document("screen", tmp_path / "human.wav")["verdict"]["party"] == "human"  # type: ignore[index]


def test_screen_tells_a_call_screener_by_its_words_where_an_engine_is_named(tmp_path: Path) -> None:
    asks = said("Hello. Please state your name and why you are calling.")
    write_wav(tmp_path / "screener.wav", joined([silence(0.5), asks, silence(2.0)], 8_000))
    by_words = document("screen", tmp_path / "screener.wav", "--engine", "whisper")
    assert by_words["verdict"]["party"] == "screener"  # type: ignore[index]
    assert document("screen", tmp_path / "screener.wav")["verdict"]["party"] != "screener"  # type: ignore[index]


def test_fetch_without_a_network_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk, "MODEL_LIST_URL", "http://127.0.0.1:9/list.json")
    result = typed("fetch", "de-DE")
    assert isinstance(result.exception, AudioError)
    assert "could not be downloaded" in str(result.exception)


def corpus(folder: Path, count: int) -> Path:
    """Digits said at different levels, half of them labelled as what they are not."""
    folder.mkdir()
    rows = ["file\tintent\ttext\tset"]
    for number in range(count):
        digit = _DIGITS[number % 5]
        quiet: Sound = said(digit).louder(-(number // 5))
        write_wav(folder / f"{number}.wav", quiet)
        text = digit if number % 2 else "something else"
        rows.append(f"{number}.wav\trating_{number % 5 + 1}\t{text}\town")
    (folder / "labels.tsv").write_text("\n".join(rows) + "\n")
    return folder


def test_calibrate_keeps_what_makes_the_engine_more_honest(tmp_path: Path) -> None:
    found = document("calibrate", corpus(tmp_path / "corpus", 60), "--engine", "pocketsphinx")
    (closed,) = found["calibrations"]  # type: ignore[misc]
    assert closed["name"] == "pocketsphinx closed"  # type: ignore[has-type]
    assert closed["loss_after"] < closed["loss_before"]  # type: ignore[has-type]
    assert list(confidence.load(confidence.users_file())) == ["pocketsphinx closed"]


def strict() -> Thresholds:
    """Somebody's own thresholds, at which nothing is ever acted on."""
    own = Thresholds(dict.fromkeys([intent for intent in Intent if intent is not Intent.OTHER], 1.0), 1.0, 1.0)
    own.save("en-US", thresholds_folder())
    return own


def test_hear_acts_at_the_users_own_thresholds(tmp_path: Path) -> None:
    write_wav(tmp_path / "stop.wav", said("stop calling me"))
    strict()
    assert document("hear", tmp_path / "stop.wav")["meaning"]["intent"] == "other"  # type: ignore[index]


def test_calibrate_moves_the_thresholds_that_calls_read(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    rows = ["file\tintent\ttext\tset"]
    for number in range(50):
        text, intent = (("see you at the station", "other"), ("stop calling me", "opt_out"))[number % 2]
        write_wav(folder / f"{number}.wav", said(text).louder(-(number // 10)))
        rows.append(f"{number}.wav\t{intent}\t{text}\town")
    (folder / "labels.tsv").write_text("\n".join(rows) + "\n")
    strict()
    found = document("calibrate", folder, "--engine", "whisper")
    assert found["thresholds"]["moved"] == ["opt_out"]  # type: ignore[index]
    assert found["thresholds"]["cost_after"] < found["thresholds"]["cost_before"]  # type: ignore[index]
    own = thresholds_for("en-US", thresholds_folder())
    assert own.accept[Intent.OPT_OUT] < own.accept[Intent.YES] == 1.0


def test_calibrate_says_when_there_is_too_little(tmp_path: Path) -> None:
    result = typed("calibrate", corpus(tmp_path / "corpus", 10), "--engine", "pocketsphinx")
    assert result.exit_code == 1
    assert "too little" in result.stderr
