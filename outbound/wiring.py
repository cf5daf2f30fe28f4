"""The only place where objects are joined.

Decides which parts make up a run: which store, which route, which clock. Rehearsals (a simulated line, text) run on a
clock that jumps; real lines on the computer's own.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from platformdirs import user_data_path

from audio.pcm import Sound
from audio.synthesis import PromptCache, voice_for
from campaigns.pacing import Pace
from campaigns.store import Store
from outbound.clock import Clock, LoopClock, SystemClock
from outbound.dialer import Dialer
from outbound.dialing.news import Watch
from outbound.dialing.transactions import at_once, in_a_thread
from outbound.errors import OutboundError
from outbound.folders import cache_folder, thresholds_folder
from outbound.journal import Journal
from outbound.lines.base import DialOrder, Line
from outbound.lines.simulated import SimulatedLine
from outbound.lines.sip import SipLine, SipSettings
from outbound.lines.sip.guard import Spent
from outbound.memory import seldom_searched
from outbound.recordings import Recordings
from outbound.routes import Directory, Route, SpeechSettings, SpokenRoute, TextRoute
from outbound.simulation.callee import ENGLISH, Callee, read_callees, ready_callees
from outbound.simulation.clock import run_virtually
from outbound.simulation.voices import CalleeVoices

T = TypeVar("T")
REHEARSALS = ("simulated", "text")
"""Routes on which nobody's phone rings; their clock jumps."""
SPEECH_THREADS = 16
"""They mostly wait: for the processes that decode, for the voice's lock."""
_CALLEES_ABROAD = {"+82": "ko-KR", "+86": "zh-CN"}
"""By the country code of their numbers; all others speak English."""


_owners: set[str] = set()
"""What this process has called itself."""


def owner() -> str:
    """Names this process in the store, once and for all."""
    name = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
    _owners.add(name)
    return name


def has_ended(owner: str) -> bool:
    """Whether that process is known to be gone, so that nobody waits for its right to dial to run out.

    Only what ran on this machine can be known; of another machine nothing is. An earlier process of our own number is
    gone: in a container that was begun again, the robot has the same one each time.
    """
    host, process, _ = owner.split("/") if owner.count("/") == 2 else ("", "", "")
    if host != socket.gethostname() or not process.isdigit():
        return False
    if int(process) == os.getpid():
        return owner not in _owners
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def journal_for(store: Store) -> Journal:
    """Where results go when the store does not take them: one file for each store, beside the user's data."""
    return Journal(user_data_path("outbound") / "journals" / f"{_name_of(store)}.jsonl")


def recordings_for(store: Store) -> Recordings | None:
    """Where the sound of calls is kept: beside the store's file, or beside the user's data; None for one in memory."""
    file = store.engine.url.database
    if store.postgresql:
        folder = user_data_path("outbound") / "recordings" / _name_of(store)
    elif file in (None, "", ":memory:"):
        return None
    else:
        folder = Path(str(file)).with_suffix(".recordings")

    async def note(call_id: int, path: Path) -> None:
        await asyncio.to_thread(store.keep_recording, call_id, path)

    return Recordings(folder, note)


def _name_of(store: Store) -> str:
    """Tells stores apart in names of files, without saying where they are."""
    address = store.engine.url.render_as_string(hide_password=True)
    if not store.engine.url.database:  # nobody else's: gone with its process
        address += f" of process {os.getpid()}"
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def check_kind(store: Store, line: str) -> None:
    """Keeps rehearsals and real calls apart: what a rehearsal did must never pass for something that happened.

    Raises:
        OutboundError: the store has seen calls of the other kind.
    """
    used = store.lines_used()
    if line in REHEARSALS and used - set(REHEARSALS):
        raise OutboundError(
            "this store holds real calls, and a rehearsal would mix with them",
            "rehearse in a store of its own: --db rehearsal.db",
        )
    if line not in REHEARSALS and used & set(REHEARSALS):
        raise OutboundError(
            "this store was rehearsed in: its contacts count as called though nobody's phone rang",
            "import the contacts into a store of its own for real calls: --db calls.db",
        )


def rehearsal_start(store: Store) -> datetime:
    """When a rehearsal's clock begins: now, or where an earlier rehearsal of the store left it."""
    now, last = SystemClock().now(), store.last_moment()
    return now if last is None else max(now, last)


def cast(seed: int, file: Path | None = None, name: str | None = None) -> Directory:
    """Who is at a number in a rehearsal: the callee of that name, or drawn from all, the same for the same seed.

    Ready callees speak the language of the number's country.

    Raises:
        OutboundError: the file cannot be read, or there is nobody of that name.
    """
    own = {one.name: one for one in read_callees(file)} if file else {}
    known = own or ready_callees()
    if file and not own:
        raise OutboundError("there is nobody to call", "the file of callees is empty")
    if name is not None and name not in known:
        raise OutboundError(f"there is no callee {name!r}", f"there are {', '.join(known)}")

    def drawn(order: DialOrder) -> Callee:
        there = own or ready_callees(_spoken_at(order.number))
        return there[name] if name else Random(f"{seed}/{order.number}/{order.call_id}").choice(list(there.values()))

    return drawn


def _spoken_at(number: str) -> str:
    """The language of the scripted callee at a number."""
    return next((language for prefix, language in _CALLEES_ABROAD.items() if number.startswith(prefix)), ENGLISH)


def run(name: str, main: Callable[[Clock], Coroutine[Any, Any, T]], start: datetime) -> T:
    """Runs `main` to its end on the clock that fits the route: from `start` on a jumping one, or in real time."""

    async def virtually() -> T:
        return await main(LoopClock(start, asyncio.get_running_loop()))

    with seldom_searched():
        return run_virtually(virtually()) if name in REHEARSALS else asyncio.run(main(SystemClock()))


def run_from(start: datetime, main: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    """Runs `main` to its end in real time, on a clock that shows `start` at first: a rehearsal with a real person."""

    async def in_real_time() -> T:
        return await main(LoopClock(start, asyncio.get_running_loop()))

    return asyncio.run(in_real_time())


def dialer(
    store: Store,
    route: Route,
    clock: Clock,
    *,
    watch: Watch,
    calls_in_flight: int | None = None,
    pace: Pace | None = None,
    campaign_names: list[str] | None = None,
    allow: Sequence[str] | None = None,
) -> Dialer:
    """A dialer of a store on a route."""
    rehearsing = route.name in REHEARSALS
    return Dialer(
        store,
        route,
        clock,
        journal_for(store),
        owner=owner(),
        has_ended=has_ended,
        calls_in_flight=calls_in_flight,
        pace=pace,
        campaign_names=campaign_names,
        allow=allow,
        watch=watch,
        transact=at_once if rehearsing else in_a_thread,
        longest_wait_seconds=None if rehearsing else 0.5,
    )


@asynccontextmanager
async def opened_route(
    name: str, clock: Clock, *, channels: int, directory: Directory, recordings: Recordings | None = None
) -> AsyncIterator[Route]:
    """A route by name, ready for calls, closed again afterwards.

    Raises:
        OutboundError, AudioError: it cannot be opened; the hint says what is missing.
    """
    if name == "text":
        yield TextRoute(directory, clock, channels)
    elif name == "simulated":
        voice = CalleeVoices(PromptCache(cache_folder()))
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="callees") as executor:
            line = SimulatedLine(directory, voice, channels=channels, executor=executor)
            async with spoken_route(line, clock, recordings, repeatable=True) as route:
                yield route
    else:
        raise OutboundError(f"there is no rehearsal line {name!r}", f"there are {', '.join(REHEARSALS)}")


@asynccontextmanager
async def spoken_route(
    line: Line, clock: Clock, recordings: Recordings | None = None, *, repeatable: bool = False
) -> AsyncIterator[SpokenRoute]:
    """A line with ears and a mouth, open for calls, closed again afterwards.

    Raises:
        OutboundError, AudioError: it cannot be opened; the hint says what is missing.
    """
    # A clock that jumps stands still while we decode; a real one does not.
    decoders = 0 if line.name in REHEARSALS else min(line.channels, os.cpu_count() or 1)
    speech = SpeechSettings(
        cache=PromptCache(cache_folder()), thresholds=thresholds_folder(), repeatable=repeatable, decoders=decoders
    )
    with ThreadPoolExecutor(max_workers=SPEECH_THREADS, thread_name_prefix="speech") as executor:
        await line.open()
        try:
            yield SpokenRoute(line, clock, speech, executor, recordings)
        finally:
            await line.close()


def sip_line(store: Store, settings: SipSettings, clock: Clock) -> SipLine:
    """The telephone, with what was spent on it in the last day: a restart gives no fresh allowance.

    Raises:
        OutboundError: the password cannot be read.
    """
    spent = [Spent(at, seconds) for at, seconds in store.spent_on("sip", clock.now() - timedelta(days=1))]
    voice = voice_for("en-US", cache=PromptCache(cache_folder()))

    async def announce(sentence: str) -> Sound:
        return await asyncio.to_thread(voice.speak, sentence)

    return SipLine(settings, clock.now, settings.password(), announce, spent)
