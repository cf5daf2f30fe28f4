"""Microphone and speaker, on a sound card made of software."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from audio import devices
from audio.errors import DeviceError
from audio.pcm import WIDEBAND_RATE, Samples, Sound
from tests.audio.soundcard import SoundCard, sound_card
from tests.audio.sounds import hum, pitch

pytestmark = pytest.mark.telephones
RATE = WIDEBAND_RATE


def relook() -> None:
    """PortAudio looks for devices once, when it starts."""
    import sounddevice

    sounddevice._terminate()
    sounddevice._initialize()


def refuse(*_: object, **__: object) -> None:
    """PortAudio's no."""
    import sounddevice

    raise sounddevice.PortAudioError("Error querying device -1")


@pytest.fixture
def card(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundCard]:
    with sound_card(tmp_path_factory.mktemp("c")) as card:
        for name, value in card.environment.items():
            monkeypatch.setenv(name, value)
        relook()
        yield card
        relook()


def heard(recorder: subprocess.Popen[bytes], seconds: float) -> Samples:
    """What a recorder takes from its first loud moment on."""
    assert recorder.stdout is not None
    while True:
        block = np.frombuffer(recorder.stdout.read(640), dtype=np.int16)
        if np.abs(block).max() > 1_000:
            break
    return np.frombuffer(recorder.stdout.read(round(seconds * RATE) * 2), dtype=np.int16)


def keep_playing(player: subprocess.Popen[bytes], sound: Sound) -> None:
    assert player.stdin is not None
    player.stdin.write(sound.samples.tobytes())
    player.stdin.flush()


def test_the_devices_of_the_system_are_listed_with_what_they_can_do(card: SoundCard) -> None:
    defaults = [device for device in devices.available() if device.default]
    assert defaults
    assert all(device.inputs and device.outputs for device in defaults)


def test_a_sound_of_any_rate_is_played_as_it_is(card: SoundCard) -> None:
    with card.what_is_played(RATE) as recorder:
        playing = threading.Thread(target=devices.play, args=(hum(500, 0.8, 22_050),))
        playing.start()
        taken = heard(recorder, 0.4)
        playing.join()
        recorder.terminate()
    assert pitch(taken, RATE) == pytest.approx(500, abs=5)


def test_the_microphone_is_recorded_for_as_long_as_asked(card: SoundCard) -> None:
    with card.into_microphone(RATE) as player:
        keep_playing(player, hum(700, 3.0, RATE))
        taken = devices.record(1.0)
        player.terminate()
    assert taken.seconds == pytest.approx(1.0, abs=0.01)
    assert pitch(taken.part(0.5).samples, RATE) == pytest.approx(700, abs=5)


@pytest.mark.parametrize("obliging", [True, False])
def test_both_ways_at_once_frames_come_every_20_ms_and_go_out_in_between(
    card: SoundCard, obliging: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At our rate, and at the devices' own where they take no other."""
    if not obliging:
        import sounddevice

        for check in ("check_input_settings", "check_output_settings"):
            monkeypatch.setattr(sounddevice, check, refuse)
    taken: list[Samples] = []
    given: list[Samples] = []
    enough = threading.Event()
    size = round(RATE * 0.02)
    tone = hum(500, 0.4, RATE).samples

    def heard_frame(frame: Samples) -> None:
        taken.append(frame)
        start = len(taken) * size % len(tone)
        duplex.write(tone[start : start + size])
        if len(taken) == 100:
            enough.set()

    duplex = devices.Duplex(RATE, heard_frame, given.append)
    with card.what_is_played(RATE) as recorder, card.into_microphone(RATE) as player:
        with duplex:
            keep_playing(player, hum(700, 6.0, RATE))
            assert enough.wait(20)
            assert 0 < duplex.latency_seconds < 1
            out = heard(recorder, 2.0)[-RATE:]
        player.terminate()
        recorder.terminate()
    assert {len(frame) for frame in taken} == {size}
    assert pitch(np.concatenate(taken[60:100]), RATE) == pytest.approx(700, abs=10)
    assert pitch(out, RATE) == pytest.approx(500, abs=10)
    assert pitch(np.concatenate(given[-50:]), RATE) == pytest.approx(500, abs=10)


def test_a_device_that_is_not_there_is_named(card: SoundCard) -> None:
    with pytest.raises(DeviceError, match="there is no microphone 'of gold'") as caught:
        devices.record(1.0, "of gold")
    assert "doctor" in caught.value.hint


def test_a_machine_without_a_sound_card_says_so(card: SoundCard, monkeypatch: pytest.MonkeyPatch) -> None:
    import sounddevice

    monkeypatch.setattr(sounddevice, "query_devices", refuse)
    with pytest.raises(DeviceError, match="no speaker on this machine") as caught:
        devices.play(hum(500, 0.1))
    assert caught.value.hint


def test_a_machine_without_portaudio_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice")
    with pytest.raises(DeviceError, match="PortAudio") as caught:
        devices.available()
    assert "libportaudio2" in caught.value.hint
