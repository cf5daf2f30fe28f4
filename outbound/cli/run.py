"""`outbound run`: places the calls of the running campaigns."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AbstractAsyncContextManager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audio.synthesis import PromptCache
from campaigns.compliance.verdict import Rule
from campaigns.store import Store
from outbound import wiring
from outbound.cli import output
from outbound.cli.live import LiveView, Reader, as_event, telling
from outbound.cli.paces import PerHour, PerSecond, WarmUp, pace_of
from outbound.cli.stores import campaign_name, opened
from outbound.clock import Clock
from outbound.dialer import Dialer
from outbound.dialing.news import News
from outbound.dialing.progress import Gauge, Progress
from outbound.folders import cache_folder
from outbound.lines.sip import SipSettings
from outbound.routes import Route
from outbound.scheduler import RETAINED, SOUND_ONLY, Calendar, scheduled


class LineName(StrEnum):
    """What calls are placed on."""

    SIMULATED = "simulated"
    TEXT = "text"
    SIP = "sip"


Trunk = Annotated[
    Path | None,
    typer.Option(envvar="OUTBOUND_TRUNK", help="The telephone: a YAML file with its settings; see docs/sip.md."),
]


def run(
    line: Annotated[
        LineName,
        typer.Option(help="simulated: scripted callees with real speech; text: without sound; sip: the telephone."),
    ] = LineName.SIP,
    campaigns: Annotated[
        list[str] | None,
        typer.Option("--campaign", "-c", help="Only this campaign, by name or file; may be repeated."),
    ] = None,
    trunk: Trunk = None,
    in_flight: Annotated[int, typer.Option(min=1, help="At most so many calls at a time.")] = 4,
    per_second: PerSecond = None,
    per_hour: PerHour = None,
    warm_up: WarmUp = None,
    seed: Annotated[int, typer.Option(help="Rehearsals: the same seed gives the same callees.")] = 1,
    callees: Annotated[
        Path | None, typer.Option(help="Rehearsals: a YAML file of callees instead of the ready ones.")
    ] = None,
    keep_running: Annotated[
        bool, typer.Option("--keep-running", help="Wait for new contacts when everybody has been called.")
    ] = False,
    export_to: Annotated[
        Path | None, typer.Option(help="Real calls: write the do-not-call register to this folder every day.")
    ] = None,
    purge: Annotated[
        bool,
        typer.Option("--purge", help="Real calls: let go of transcripts after 90 days and of numbers after 400, too."),
    ] = False,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Place the calls of every running campaign until nobody waits any more, or until Ctrl-C.

    Ctrl-C once: no further call is placed, those in progress end by themselves. Twice: they are ended politely.
    A closed terminal, or a pipe that nobody reads any more, counts like the first. Whatever happens, nobody is called
    twice for one attempt; run it again to go on.

    A rehearsal (--line simulated or text) needs a store of its own and runs on a clock that jumps from one due call to
    the next: days pass in seconds.

    Example: outbound run --line simulated --db rehearsal.db
    """
    names = [campaign_name(campaign) for campaign in campaigns] if campaigns else None
    pace = pace_of(in_flight, per_second, per_hour, warm_up)
    with opened(db) as store, LiveView(show_numbers, quiet=json) as view:
        wiring.check_kind(store, line)
        for name in names or ():
            store.campaign(name)

        gauge, rehearsing = Gauge(), line in wiring.REHEARSALS

        def show(news: News | Progress) -> None:
            view.watch(news)
            if json:
                output.emit_json_line(as_event(news, show_numbers))

        def watch(news: News) -> None:
            gauge.watch(news)
            reader.tell(news)

        reader = Reader(show)
        settings = SipSettings.load(trunk) if line is LineName.SIP else None
        recordings = wiring.recordings_for(store)

        def opened_line(clock: Clock) -> AbstractAsyncContextManager[Route]:
            if settings is not None:
                return wiring.spoken_route(wiring.sip_line(store, settings, clock), clock, recordings)
            directory = wiring.cast(seed, callees)
            return wiring.opened_route(line, clock, channels=in_flight, directory=directory, recordings=recordings)

        async def main(clock: Clock) -> None:
            # Another trunk may dial what the last one might not.
            store.reopen(held_by=[Rule.LINE])
            async with opened_line(clock) as route:
                dialer = wiring.dialer(
                    store,
                    route,
                    clock,
                    watch=watch,
                    calls_in_flight=in_flight,
                    pace=pace,
                    campaign_names=names,
                    allow=settings.allow if settings else None,
                )
                reader.left = dialer.drain
                with _signals(dialer), telling(gauge, store, names, clock, reader.tell, 900.0 if rehearsing else 5.0):
                    if rehearsing:
                        await dialer.run(until_done=not keep_running)
                    else:
                        retention = RETAINED if purge else SOUND_ONLY
                        sounds = PromptCache(cache_folder())
                        with scheduled(store, clock, Calendar(export_to, retention=retention, sounds=sounds)):
                            await dialer.run(until_done=not keep_running)

        start = wiring.rehearsal_start(store)
        wiring.run(line, main, start)
        if reader.gone:
            output.be_silent()
            output.fail("nobody reads what the run tells, so that it stopped", "run it again to go on")
        _say_what_is_next(store, view, json)


def _say_what_is_next(store: Store, view: LiveView, json: bool) -> None:
    if json:
        return
    paused = [record for record in store.campaigns() if record.because]
    for record in paused:
        output.note(f"{record.name} is {record.state}: {record.because}")
    if not sum(view.counts.values()):
        running = [record.name for record in store.campaigns() if record.state == "running"]
        hint = "their contacts are all closed" if running else "start one with: outbound campaign start my.yaml"
        output.note(f"no call was placed{'' if paused else f': {hint}'}")
    else:
        output.note("what came of it: outbound report")


class _signals:  # noqa: N801  a context manager in the shape of a function
    """SIGINT, SIGTERM and SIGHUP drain the dialer; a second one ends the calls in progress."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._asked = False
        self._numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup has it ignored: a closed terminal is meant to be
            self._numbers.append(signal.SIGHUP)

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            loop.add_signal_handler(number, self._stop)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        for number in self._numbers:
            loop.remove_signal_handler(number)

    def _stop(self) -> None:
        if self._asked:
            self._dialer.hang_up_all()
            return
        self._asked = True
        self._dialer.drain()
        with suppress(OSError):  # the terminal may be gone
            output.note("no further call is placed; once more ends those in progress")
