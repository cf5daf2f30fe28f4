"""A farm of talking callees behind one SIP address, in a process of its own: who is dialled answers as scripted.

Run as a module, it is that process. It hears and speaks through its own user agent of the SIP library; what a callee
does is `outbound/simulation/callee.py`, as on the simulated line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import numpy as np

from audio.pcm import TELEPHONE_RATE, Sound, read_wav, write_wav
from audio.synthesis import voice_for
from outbound.lines.sip.media import Media
from outbound.lines.sip.pulse import Pulse
from outbound.simulation.callee import Answerer, Callee, parse
from outbound.simulation.presence import FRAME_SAMPLES, Presence
from tests.outbound.lines.sip.exchange import Exchange, Refusal
from tests.outbound.lines.sip.sipp import free_port

_SPOKEN_DBFS = -22.0
_MOST_CALLS = 400
_QUIET = np.zeros(FRAME_SAMPLES, dtype=np.int16)
_DIALLED = re.compile(r"sip:(\+?\d+)@")


@contextlib.asynccontextmanager
async def callee_farm(
    folder: Path, callees: str, cast: Mapping[str, str], refusals: Mapping[str, Refusal] | None = None
) -> AsyncIterator[int]:
    """Run a farm; yields its port.

    Args:
        callees: YAML, as in a file of callees.
        cast: who is at a number (E.164), by name.
        refusals: what numbers answer at which nobody is.
    """
    port = free_port()
    (folder / "callees.yaml").write_text(callees)
    (folder / "cast.json").write_text(json.dumps(dict(cast)))
    people = parse(callees, "callees")
    await asyncio.to_thread(_speak, folder, sorted({words for one in people for words in one.words}))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, str(port), str(folder), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"READY"
        if refusals is None:
            yield port
        else:
            agent = ("127.0.0.1", port)
            exchange, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: Exchange(agent, refusals), local_addr=("127.0.0.1", 0)
            )
            yield exchange.get_extra_info("sockname")[1]
            exchange.close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _speak(folder: Path, texts: list[str]) -> None:
    """Every text as a WAV file, named by its place."""
    voice = voice_for("en-US", "piper", repeatable=True)
    (folder / "texts.json").write_text(json.dumps(texts))
    for place, text in enumerate(texts):
        sound = voice.speak(text).at(TELEPHONE_RATE)
        write_wav(folder / f"{place}.wav", sound.louder(_SPOKEN_DBFS - sound.level_dbfs))


class _Farm:
    def __init__(self, folder: Path) -> None:
        people = {one.name: one for one in parse((folder / "callees.yaml").read_text(), "callees")}
        self._cast = {number: people[name] for number, name in json.loads((folder / "cast.json").read_text()).items()}
        texts = json.loads((folder / "texts.json").read_text())
        self._sounds: dict[str, Sound] = {text: read_wav(folder / f"{place}.wav") for place, text in enumerate(texts)}
        self._pulse = Pulse()
        self._tasks: set[asyncio.Task[None]] = set()

    def ring(self, call: object) -> None:
        task = asyncio.get_running_loop().create_task(self._live(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self, call: object) -> None:
        import baresip

        assert isinstance(call, baresip.Call)
        found = _DIALLED.search(call.headers.get("To", ""))
        callee = self._cast[found[1]] if found else None
        with contextlib.suppress(baresip.BaresipError):
            if callee is None or callee.answers is Answerer.BUSY:
                await call.reject()
            elif callee.answers is not Answerer.NO_ANSWER:
                await asyncio.sleep(callee.rings)
                await call.answer()
                await call.wait_established()
                await self._talk(call, callee)

    async def _talk(self, call: object, callee: Callee) -> None:
        import baresip

        assert isinstance(call, baresip.Call)
        media, over = Media(call.audio, TELEPHONE_RATE, (60, 200)), asyncio.Event()
        presence = Presence(callee, self._sounds, seed=len(callee.name))
        errands: list[asyncio.Task[None]] = []

        def tick() -> None:
            if call.state is not baresip.CallState.ESTABLISHED:
                over.set()
                return
            heard = media.read()
            moment = presence.frame(_QUIET if heard is None else heard)
            media.write(moment.samples)
            if moment.key is not None:
                errands.append(asyncio.get_running_loop().create_task(call.send_dtmf(moment.key)))
            if moment.hangs_up:
                over.set()

        self._pulse.add(tick, over.set)
        await over.wait()
        self._pulse.discard(tick)
        await asyncio.gather(*errands, return_exceptions=True)
        await call.hangup()


async def _serve(port: int, folder: Path) -> None:
    import baresip

    farm = _Farm(folder)
    runtime = baresip.Runtime()
    await runtime.start(
        baresip.Config(
            net_interface="127.0.0.1",
            max_concurrent_calls=_MOST_CALLS,
            expose_headers=("To",),
            extra_config_text=(
                f"sip_listen 127.0.0.1:{port}\nrtp_ports 40000-50000\ncall_hold_other_calls no\n"
                "audio_jitter_buffer_type off\n"
            ),
        )
    )
    account = baresip.Account(
        user="farm", domain=f"127.0.0.1:{port}", password="", reg_interval=0, extra_params=("catchall=yes",)
    )
    agent = await baresip.UserAgent.create(runtime, account)
    agent.on_incoming(farm.ring)
    print("READY", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
