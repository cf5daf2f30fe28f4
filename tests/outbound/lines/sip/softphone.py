"""Debian's baresip as a phone: it answers by itself, hums one tone, records what it hears, follows a transfer.

An independent program of its own (package baresip-core), steered over its control port.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from audio.pcm import Sound, read_wav, write_wav
from tests.audio.sounds import hum
from tests.outbound.lines.sip.sipp import free_port

_CONFIGURATION = """
poll_method epoll
sip_listen 127.0.0.1:{port}
net_interface 127.0.0.1
call_max_calls 20
audio_source aufile,{says}
audio_player aubridge,nowhere
snd_path {home}
ausrc_srate 8000
auplay_srate 8000
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class Softphone:
    """A running phone."""

    def __init__(self, port: int, home: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.port = port
        self._home = home
        self.events: list[dict[str, Any]] = []
        self._writer = writer
        self._changed = asyncio.Condition()
        self._reading = asyncio.ensure_future(self._read(reader))

    @property
    def address(self) -> str:
        return f"sip:phone@127.0.0.1:{self.port}"

    def recording(self) -> Sound:
        """What it heard in its one call."""
        (path,) = self._home.glob("dump-*-dec.wav")
        return read_wav(path)

    async def command(self, name: str, params: str = "") -> None:
        text = json.dumps({"command": name, "params": params})
        self._writer.write(f"{len(text)}:{text},".encode())
        await self._writer.drain()

    async def until(self, kind: str, count: int = 1) -> dict[str, Any]:
        """Wait for the event of that type, e.g. CALL_ESTABLISHED."""
        async with asyncio.timeout(15), self._changed:
            while len(found := [event for event in self.events if event.get("type") == kind]) < count:
                await self._changed.wait()
            return found[count - 1]

    async def close(self) -> None:
        self._reading.cancel()
        self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                message = json.loads((await reader.readexactly(length + 1))[:-1])
                async with self._changed:
                    self.events.append(message)
                    self._changed.notify_all()


@contextlib.asynccontextmanager
async def softphone(
    folder: Path, user: str = "phone", hertz: int = 600, answers: bool = True
) -> AsyncIterator[Softphone]:
    port, control = free_port(), free_port(socket.SOCK_STREAM)
    home = folder / f"phone{port}"
    home.mkdir()
    says = home / "says.wav"
    write_wav(says, hum(hertz, 60))
    (home / "config").write_text(_CONFIGURATION.format(port=port, control=control, says=says, home=home))
    mode = "auto" if answers else "manual"
    (home / "accounts").write_text(
        f"<sip:{user}@127.0.0.1:{port}>;regint=0;answermode={mode};audio_codecs=PCMU/8000/1\n"
    )
    process = await asyncio.create_subprocess_exec(
        "baresip", "-f", str(home), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    phone: Softphone | None = None
    try:
        phone = Softphone(port, home, *await _connected(control, process))
        yield phone
    finally:
        if phone is not None:
            await phone.close()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _connected(
    port: int, process: asyncio.subprocess.Process
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(250):
        if process.returncode is not None:
            raise RuntimeError("baresip did not start")
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
    raise RuntimeError("baresip does not listen")
