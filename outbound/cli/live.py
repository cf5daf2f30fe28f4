"""What a person sees while calls are placed: the calls in progress, the last results, how far it is.

Decides only how news is shown. Numbers are masked; on a terminal that is none, results are printed line by line.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from campaigns.outcomes import Disposition
from campaigns.store import Store, StoreUnavailable
from outbound.cli import output
from outbound.clock import Clock
from outbound.dialing.news import (
    CampaignPaused,
    ClockStepped,
    Finished,
    Happened,
    News,
    Placed,
    Refused,
    RouteIsBack,
    RouteRests,
    StoreIsAway,
    StoreIsBack,
)
from outbound.dialing.progress import Gauge, Progress
from outbound.dialogue.actions import Save, Say, Transfer
from outbound.dialogue.events import Answered, Corrected, Heard, Pressed, Ringing, Screened
from outbound.dialogue.records import kind_of, record

_LAST = 6
_STYLE = {
    Disposition.COMPLETED: "green",
    Disposition.TRANSFERRED: "green",
    Disposition.CALLBACK: "cyan",
    Disposition.OPTED_OUT: "yellow",
    Disposition.WRONG_NUMBER: "yellow",
    Disposition.FAILED: "red",
    Disposition.INTERRUPTED: "red",
    Disposition.CRISIS: "bold red",
}


@dataclass(slots=True)
class _Call:
    placed: Placed
    state: str = "dialing"
    words: str = ""


@dataclass(slots=True)
class LiveView:
    """A live table of calls; a context manager whose `watch` is the dialer's."""

    show_numbers: bool = False
    quiet: bool = False
    _calls: dict[int, _Call] = field(default_factory=dict)
    _last: deque[tuple[Placed, Finished]] = field(default_factory=lambda: deque(maxlen=_LAST))
    _counts: Counter[Disposition] = field(default_factory=Counter)
    _refusals: Counter[str] = field(default_factory=Counter)
    _progress: Progress | None = None
    _alarm: str = ""
    _now: datetime | None = None
    _live: Live | None = None

    def __enter__(self) -> Self:
        if output.out.is_terminal and not self.quiet:
            self._live = Live(get_renderable=self._picture, console=output.out, refresh_per_second=8)
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, error, trace)

    @property
    def counts(self) -> Counter[Disposition]:
        """The dispositions so far."""
        return self._counts

    def watch(self, news: News | Progress) -> None:
        """Take note of what the dialer tells."""
        match news:
            case Progress():
                self._progress, self._now = news, news.at
            case Placed():
                self._calls[news.call_id] = _Call(news)
                self._now = news.at
            case Happened(call_id, what) if call_id in self._calls:
                self._note(self._calls[call_id], what)
            case Finished():
                self._finish(news)
            case Refused():
                self._refusals.update(str(reason.rule) for reason in news.verdict.reasons)
                self._now = news.at
            case _ if (said := _said(news)) is not None:
                self._alarm = said
                if self._live is None:
                    output.note(said)

    @staticmethod
    def _note(call: _Call, what: object) -> None:
        match what:
            case Ringing():
                call.state = "ringing"
            case Answered():
                call.state = "answered"
            case Screened(party):
                call.state = str(party)
            case Say(text=text) if text:
                call.words = f"» {text}"
            case Heard(intent, _, words) | Corrected(intent, _, words):
                call.words = f"« {words or '…'} [{intent}]"
            case Pressed(key):
                call.words = f"« key {key}"
            case Save(result):
                call.state = f"saved {type(result).__name__}"
            case Transfer():
                call.state = "transferring"

    def _finish(self, news: Finished) -> None:
        self._now = news.at
        self._counts[news.disposition] += 1
        call = self._calls.pop(news.call_id, None)
        if call is None:
            return
        self._last.append((call.placed, news))
        if self._live is None and not self.quiet:
            output.out.print(
                f"{news.at:%H:%M:%S}  {news.campaign}  {self._number(call.placed)}  "
                f"{news.disposition}  {news.seconds:.0f} s"
            )

    def _number(self, placed: Placed) -> str:
        return output.masked(placed.number, self.show_numbers)

    def _picture(self) -> RenderableType:
        calls = Table(box=None, pad_edge=False, expand=True, header_style="bold")
        for name, width in (("campaign", 14), ("number", 14), ("state", 16)):
            calls.add_column(name, width=width, no_wrap=True)
        calls.add_column("last words", ratio=1, no_wrap=True, overflow="ellipsis")
        for call in list(self._calls.values()):
            calls.add_row(call.placed.campaign, self._number(call.placed), call.state, Text(call.words))
        for placed, finished in reversed(list(self._last)):
            style = _STYLE.get(finished.disposition, "")
            calls.add_row(
                Text(finished.campaign, style="dim"),
                Text(self._number(placed), style="dim"),
                Text(str(finished.disposition), style=style),
                Text(f"{finished.seconds:.0f} s", style="dim"),
            )
        done = "   ".join(f"{disposition} {count}" for disposition, count in self._counts.most_common())
        held = "   ".join(f"{rule} {count}" for rule, count in self._refusals.most_common())
        when = f"{self._now:%a %d %b %H:%M} UTC" if self._now else ""
        return Group(
            calls,
            Text(f"\n{when}   {sum(self._counts.values())} calls   {done}", style="bold"),
            Text(_far(self._progress) if self._progress else ""),
            Text(f"not now: {held}" if held else "", style="dim"),
            Text(self._alarm, style="bold red"),
        )


def _far(progress: Progress) -> str:
    """How far it is, in one line."""
    if not progress.contacts:
        return "nobody waits any more"
    parts = [f"{progress.done} of {progress.contacts} done", f"{progress.in_flight} in flight"]
    if progress.held:
        parts.append(f"{progress.held} held")
    parts.append(f"{progress.calls_per_hour:.0f} calls/h")
    if progress.calling_left is not None:
        minutes = round(progress.calling_left.total_seconds() / 60)
        parts.append(f"about {minutes // 60} h {minutes % 60:02} min of calling left")
    if progress.last_due is not None and progress.last_due > progress.at:
        parts.append(f"last one due {progress.last_due:%a %d %b %H:%M} UTC")
    if progress.opt_out_percent is not None:
        parts.append(f"opt-outs {progress.opt_out_percent:.1f} %")
    return "   ".join(parts)


def _said(news: News) -> str | None:
    """What the operator should know besides the calls, in one sentence."""
    match news:
        case RouteRests(route, until, failed, calls):
            return f"the line {route} rests until {until:%H:%M:%S} UTC: {failed} of {calls} calls failed on our side"
        case RouteIsBack(route):
            return f"the line {route} is back"
        case StoreIsAway(problem):
            return f"nothing is dialled: {problem}"
        case StoreIsBack():
            return "the store is back"
        case ClockStepped(seconds):
            return f"the clock was changed by {seconds:.0f} s: for an hour a call must be allowed by both times"
        case CampaignPaused(campaign, because):
            return f"{campaign} has paused: {because}"
        case _:
            return None


@dataclass(slots=True)
class Reader:
    """Whoever takes what a run tells: a terminal, a pipe.

    Attributes:
        left: is called once, when nobody takes it any more.
        gone: that has happened; nothing more is told.
    """

    show: Callable[[News | Progress], None]
    left: Callable[[], None] = lambda: None
    gone: bool = False

    def tell(self, news: News | Progress) -> None:
        """Show it, as long as there is somebody."""
        if self.gone:
            return
        try:
            self.show(news)
        except (OSError, SystemExit):  # the console leaves by the latter
            self.gone = True
            self.left()


@contextmanager
def telling(
    gauge: Gauge,
    store: Store,
    names: list[str] | None,
    clock: Clock,
    show: Callable[[Progress], None],
    every_seconds: float,
) -> Iterator[None]:
    """Tells every so often how far it is, while the block lasts, and once at its end."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(every_seconds)
            try:
                remaining = await asyncio.to_thread(store.remaining, names)
            except StoreUnavailable:
                continue  # the dialer says so
            show(gauge.progress(remaining, clock.now()))

    task = asyncio.ensure_future(tell())
    try:
        yield
        with suppress(StoreUnavailable):  # the dialer has said so
            show(gauge.progress(store.remaining(names), clock.now()))
    finally:
        task.cancel()


def as_event(news: News | Progress, show_numbers: bool = False) -> dict[str, object]:
    """News as one JSON object of an event stream: its kind, then its facts; numbers masked unless asked for."""
    match news:
        case Placed():
            number = output.masked(news.number, show_numbers)
            return {"event": "placed", **_facts(news), "number": number}
        case Happened(call_id, what):
            return {"event": "happened", "call_id": call_id, "what": record(what)}
        case _:
            return {"event": kind_of(type(news)), **_facts(news)}


def _facts(news: News | Progress) -> dict[str, object]:
    return {f.name: getattr(news, f.name) for f in fields(news)}
