"""Many talking callees behind one SIP address, for next to no computing: what the load test rings.

They play recorded mu-law, listen to whether the robot speaks, and answer in turn: a greeting, then one recording after
each time that the robot has been quiet for a second. One process, one loop, one socket for the sound of all; and of SIP
what a caller on this machine needs who dials and hangs up (RFC 3261 over UDP; nothing is sent twice). Callees that do
what a script says are `tests/outbound/lines/sip/farm.py`.

Run as a module, it is that process: `python -m benchmarks.crowd PORT RINGS FOLDER`.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import re
import select
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import numpy as np

from audio.pcm import TELEPHONE_RATE, Sound, to_int16, to_mulaw
from audio.synthesis import voice_for
from tests.outbound.lines.sip.sipp import free_port

QUIET_ROOM_DBFS = -62.0
_HOST = "127.0.0.1"
_FRAME_BYTES = 160
_FRAME_SECONDS = 0.02
_SPOKEN_DBFS = -22.0
_PICKUP_FRAMES = 20
_THINKS_FRAMES = 50
_LOUD = bytes((byte & 0x7F) < 0x40 for byte in range(256))
"""By mu-law byte: louder than about -36 dB below full scale."""
_LOUD_BYTES = 4
"""So many of a frame's samples make it speech."""
Address = tuple[str, int]


@contextlib.asynccontextmanager
async def crowd(
    folder: Path, answers: Sequence[str], rings_seconds: Sequence[float], room_dbfs: float = QUIET_ROOM_DBFS
) -> AsyncIterator[int]:
    """Run one; yields its SIP port. The number that is dialled tells which of the ring times is its callee's.

    Args:
        answers: what everybody says, the greeting first; nothing: they pick up in silence.
        room_dbfs: how loud the steady noise is where they are.
    """
    port = free_port()
    await asyncio.to_thread(_record, folder, answers, room_dbfs)
    rings = ",".join(str(seconds) for seconds in rings_seconds)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(port), rings, str(folder), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"READY"
        yield port
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _record(folder: Path, texts: Sequence[str], room_dbfs: float) -> None:
    room = np.random.default_rng(1).normal(0.0, 32_767 * 10 ** (room_dbfs / 20), TELEPHONE_RATE)
    (folder / "room.ulaw").write_bytes(to_mulaw(to_int16(room)).tobytes())
    for place, text in enumerate(texts):
        sound: Sound = voice_for("en-US", "piper", repeatable=True).speak(text).at(TELEPHONE_RATE)
        sound = sound.louder(_SPOKEN_DBFS - sound.level_dbfs)
        noisy = sound.samples.astype(np.float64) + np.resize(room, len(sound.samples))
        (folder / f"said{place}.ulaw").write_bytes(to_mulaw(to_int16(noisy)).tobytes())


def _frames(recording: Path) -> list[bytes]:
    sound = recording.read_bytes()
    return [sound[at : at + _FRAME_BYTES] for at in range(0, len(sound) - _FRAME_BYTES + 1, _FRAME_BYTES)]


class _Callee:
    """Somebody on the telephone."""

    def __init__(self, to: Address, room: list[bytes], says: list[list[bytes]], number: int) -> None:
        self.to = to
        self._room = itertools.islice(itertools.cycle(room), number % len(room), None)
        self._answers = iter(says)
        self._saying: Iterator[bytes] = itertools.chain(
            itertools.islice(self._room, _PICKUP_FRAMES), next(self._answers, ())
        )
        self._source, self._sent = number, 0
        self._robot_spoke = False
        self._quiet = 0

    def hear(self, payload: bytes) -> None:
        if payload.translate(_LOUD).count(1) >= _LOUD_BYTES:
            self._robot_spoke, self._quiet = True, 0

    def packet(self) -> bytes:
        """The next 20 ms as RTP (RFC 3550), PCMU."""
        self._quiet += 1
        if self._robot_spoke and self._quiet >= _THINKS_FRAMES:
            self._robot_spoke, self._saying = False, iter(next(self._answers, ()))
        frame = next(self._saying, None) or next(self._room)
        self._sent += 1
        head = struct.pack("!BBHII", 0x80, 0, self._sent & 0xFFFF, self._sent * _FRAME_BYTES, self._source)
        return head + frame


class _Crowd:
    def __init__(self, port: int, rings_seconds: Sequence[float], folder: Path) -> None:
        self._rings_seconds = rings_seconds
        self._room = _frames(folder / "room.ulaw")
        self._says = [_frames(path) for path in sorted(folder.glob("said*.ulaw"))]
        self._sip, self._sound = _socket(port), _socket(0)
        self._answers: list[tuple[float, str, bytes, Address]] = []
        """What is to be sent when a telephone has rung long enough: when, the call, the 200, to whom."""
        self._ringing: dict[str, _Callee] = {}
        self._talking: dict[str, _Callee] = {}
        self._by_address: dict[Address, _Callee] = {}
        self._numbers = itertools.count(1)

    def run(self) -> None:
        due = time.monotonic() + _FRAME_SECONDS
        while True:
            wait = max(0.0, due - time.monotonic())
            if select.select([self._sip], [], [], wait)[0]:
                data, caller = self._sip.recvfrom(65_535)
                self._take(data.decode(errors="replace"), caller)
            while time.monotonic() >= due:
                due += _FRAME_SECONDS
                self._beat()

    def _beat(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                data, sender = self._sound.recvfrom(2048)
                callee = self._by_address.get(sender)
                if callee is not None:
                    callee.hear(data[12:])
        for callee in self._talking.values():
            self._sound.sendto(callee.packet(), callee.to)
        while self._answers and self._answers[0][0] <= time.monotonic():
            _, call, answer, caller = heapq.heappop(self._answers)
            if call in self._ringing:
                self._sip.sendto(answer, caller)

    def _take(self, message: str, caller: Address) -> None:
        call = _header(message, "Call-ID")
        method = message.partition(" ")[0]
        if method == "INVITE" and call not in self._ringing and call not in self._talking:
            self._ring(message, call, caller)
        elif method == "ACK" and call in self._ringing:
            callee = self._talking[call] = self._ringing.pop(call)
            self._by_address[callee.to] = callee
        elif method in ("BYE", "CANCEL"):
            self._sip.sendto(_reply(message, "200 OK"), caller)
            self._ringing.pop(call, None)
            gone = self._talking.pop(call, None)
            if gone is not None:
                del self._by_address[gone.to]

    def _ring(self, invite: str, call: str, caller: Address) -> None:
        found = re.search(r"^m=audio (\d+) ", invite, re.MULTILINE)
        assert found is not None
        number = next(self._numbers)
        self._ringing[call] = _Callee((_HOST, int(found[1])), self._room, self._says, number)
        self._sip.sendto(_reply(invite, "180 Ringing"), caller)
        dialled = re.match(r"INVITE sip:\+?(\d+)@", invite)
        rings = self._rings_seconds[int(dialled[1] if dialled else 0) % len(self._rings_seconds)]
        body = (
            f"v=0\r\no=- {number} 1 IN IP4 {_HOST}\r\ns=-\r\nc=IN IP4 {_HOST}\r\nt=0 0\r\n"
            f"m=audio {self._sound.getsockname()[1]} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
        )
        contact = f"Contact: <sip:{_HOST}:{self._sip.getsockname()[1]}>\r\nContent-Type: application/sdp\r\n"
        answer = _reply(invite, "200 OK", contact, body)
        heapq.heappush(self._answers, (time.monotonic() + rings, call, answer, caller))


def _socket(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
    made.bind((_HOST, port))
    made.setblocking(False)
    return made


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:[ \t]*(.*?)\r?$", message, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _reply(request: str, status: str, headers: str = "", body: str = "") -> bytes:
    """What is copied is said in RFC 3261 section 8.2.6."""
    copied = [
        line for line in request.split("\r\n") if re.match(r"(?:via|from|call-id|cseq|record-route):", line, re.I)
    ]
    to = _header(request, "To")
    tag = "" if ";tag=" in to else ";tag=crowd"
    head = "\r\n".join([f"SIP/2.0 {status}", *copied, f"To: {to}{tag}"])
    return f"{head}\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


if __name__ == "__main__":
    people = _Crowd(int(sys.argv[1]), [float(seconds) for seconds in sys.argv[2].split(",")], Path(sys.argv[3]))
    print("READY", flush=True)
    people.run()
