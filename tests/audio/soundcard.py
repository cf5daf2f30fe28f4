"""A sound card made of software: PulseAudio with two null sinks, one as the robot's speaker, one as its microphone.

What is played on the speaker can be recorded by a test, and what a test plays is heard by the microphone. PortAudio
and every other program take it for a real card. Debian packages pulseaudio, pulseaudio-utils, libasound2-plugins.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ALSA = """</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""
SPEAKER, MICROPHONE = "speaker", "microphone"
_STREAM = ["--raw", "--format=s16le", "--channels=1", "--latency-msec=20"]


@dataclass(frozen=True, slots=True)
class SoundCard:
    """A running card. `environment` leads programs to it."""

    environment: dict[str, str]

    def what_is_played(self, rate: int) -> subprocess.Popen[bytes]:
        """A recorder of the robot's speaker: int16 at `rate` Hz on its stdout."""
        command = ["parec", f"--rate={rate}", f"--device={SPEAKER}.monitor", *_STREAM]
        return subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment)

    def into_microphone(self, rate: int) -> subprocess.Popen[bytes]:
        """A player to the robot's microphone: takes int16 at `rate` Hz on its stdin."""
        command = ["pacat", f"--rate={rate}", f"--device={MICROPHONE}", *_STREAM]
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=self.environment)

    def echo(self, delay_ms: int) -> None:
        """From now on the microphone hears the speaker, as in a room without a headset."""
        self._control(
            "load-module", "module-loopback", f"source={SPEAKER}.monitor", f"sink={MICROPHONE}",
            f"latency_msec={delay_ms}", "source_dont_move=true", "sink_dont_move=true",
        )  # fmt: skip

    def quieter_echo(self, percent: int) -> None:
        """How much of the speaker the microphone hears."""
        listed = subprocess.run(
            ["pactl", "list", "short", "sink-inputs"], env=self.environment, capture_output=True, check=True, text=True
        )
        for line in listed.stdout.splitlines():
            self._control("set-sink-input-volume", line.split("\t")[0], f"{percent}%")

    def is_up(self) -> bool:
        return subprocess.run(["pactl", "info"], env=self.environment, capture_output=True, check=False).returncode == 0

    def _control(self, *words: str) -> None:
        subprocess.run(["pactl", *words], env=self.environment, check=True, capture_output=True)


@contextmanager
def sound_card(folder: Path) -> Iterator[SoundCard]:
    """Run a sound server of our own in `folder` (a short path: sockets have limits)."""
    alsa, socket = folder / "asound.conf", folder / "native"
    alsa.write_text(_ALSA)
    environment = os.environ | {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
        "PULSE_SINK": SPEAKER,
        "PULSE_SOURCE": f"{MICROPHONE}.monitor",
        "ALSA_CONFIG_PATH": str(alsa),
    }
    card = SoundCard(environment)
    server = subprocess.Popen(
        ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
         "-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1",
         *(part for sink in (SPEAKER, MICROPHONE)
           for part in ("-L", f"module-null-sink sink_name={sink} rate=16000 channels=1"))],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            if card.is_up():
                break
            assert server.poll() is None, "PulseAudio did not start"
            time.sleep(0.05)
        yield card
    finally:
        server.terminate()
        server.wait()
