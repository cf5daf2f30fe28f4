"""A second user agent of the SIP library, in a process of its own: for what Debian's baresip is too old for.

It answers every call, follows a REFER with Replaces, lets itself be replaced, and hums. Run as a module, it is that
process and prints one JSON line per event.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.outbound.lines.sip.sipp import free_port


class SecondAgent:
    def __init__(self, port: int, process: asyncio.subprocess.Process) -> None:
        self.port = port
        self.events: list[dict[str, Any]] = []
        self._process = process

    @property
    def address(self) -> str:
        return f"sip:phone@127.0.0.1:{self.port}"

    async def until(self, event: str) -> dict[str, Any]:
        """Wait for the next event of that name."""
        assert self._process.stdout is not None
        async with asyncio.timeout(15):
            while True:
                line = await self._process.stdout.readline()
                assert line, "the second agent has stopped"
                message: dict[str, Any] = json.loads(line)
                self.events.append(message)
                if message["event"] == event:
                    return message

    async def say(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())
        await self._process.stdin.drain()


@contextlib.asynccontextmanager
async def second_agent(
    user: str = "phone",
    codecs: str = "pcmu",
    transport: str = "udp",
    certificate: Path | None = None,
    hertz: int = 700,
) -> AsyncIterator[SecondAgent]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(port), user, codecs, transport, str(certificate or ""),
        str(hertz),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        agent = SecondAgent(port, process)
        await agent.until("READY")
        yield agent
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _serve(port: int, user: str, codecs: str, transport: str, certificate: str, hertz: str) -> None:
    import baresip
    import numpy as np

    from tests.audio.sounds import hum

    calls: list[baresip.Call] = []

    def tell(event: str, **details: Any) -> None:
        print(json.dumps({"event": event} | details), flush=True)

    async def feed(call: baresip.Call) -> None:
        await call.answer()
        await call.wait_established()
        tone, sent = b"", 0
        while call.state is baresip.CallState.ESTABLISHED:
            with contextlib.suppress(baresip.AudioNotActive, baresip.AudioRestarted):
                info = call.audio.info()
                if info.tx_ready and not tone:
                    sound = hum(float(hertz), 30, info.tx_sample_rate)
                    tone = np.repeat(sound.samples, info.tx_channels).tobytes()
                if info.tx_ready and info.tx_buffered < 12_000:
                    sent += call.audio.write(tone[sent : sent + 24_000])
                call.audio.read(16_000)
            await asyncio.sleep(0.02)

    feeding: set[asyncio.Task[None]] = set()

    def on_call(call: baresip.Call) -> None:
        calls.append(call)
        task = asyncio.get_running_loop().create_task(feed(call))
        feeding.add(task)

    runtime = baresip.Runtime()
    lines = [f"sip_listen 127.0.0.1:{port}", f"sip_certificate {certificate}" if certificate else ""]
    await runtime.start(
        baresip.Config(
            net_interface="127.0.0.1",
            max_concurrent_calls=None,
            expose_headers=("Subject", "Priority", "P-Asserted-Identity"),
            extra_config_text="\n".join(lines) + "\ncall_hold_other_calls no\n",
        )
    )
    runtime.subscribe(lambda e: tell(e.event.name, text=e.text, headers=e.headers, by=e.from_, peer=e.peer))
    account = baresip.Account(
        user=user, domain=f"127.0.0.1:{port}", password="", reg_interval=0, transport=transport,
        audio_codecs=tuple(codecs.split("+")),
    )  # fmt: skip
    agent = await baresip.UserAgent.create(runtime, account, transfer_policy="auto")
    agent.on_incoming(on_call)
    tell("READY")
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        match line:
            case ["press", keys]:
                await calls[-1].send_dtmf(keys)
            case ["refer", address]:
                feeding.add(loop.create_task(_refer(calls[-1], address, tell)))
            case ["dial", address]:
                calls.append(await agent.dial(address))
            case ["hang-up"]:
                await calls[-1].hangup()
    await runtime.close()


async def _refer(call: Any, address: str, tell: Any) -> None:
    import baresip

    try:
        await call.transfer(address, timeout=5)
    except baresip.TransferFailed as refused:
        tell("REFER_REFUSED", status=refused.status)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), *sys.argv[2:7]))
