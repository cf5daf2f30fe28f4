"""How a forecast looks on the terminal: one column for each number of lines, and what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from campaigns.outcomes import Disposition
from campaigns.reports.statistics import Proportion
from outbound.cli import output
from outbound.simulation.forecast import MILESTONES, Forecast
from outbound.simulation.ordeal import Survived
from outbound.simulation.sample import Spoken
from outbound.simulation.trial import Question
from outbound.simulation.witness import WRONGS

_BAR = 30
_SHOWN_REFUSALS = 4


def show(question: Question, forecasts: Sequence[Forecast], spoken: Sequence[Spoken], assumed: Sequence[str]) -> None:
    """The answer: a table, the hours of the day of the first forecast, and all that was assumed."""
    first = forecasts[0]
    output.out.print(
        f"[bold]{question.definition.name}[/]: {first.contacts:,} contacts, started {_moment(first.began)} UTC, "
        f"at most {question.days:g} days, seed {question.seed}"
    )
    columns = ["", *(f">{one.lines} line{'s' if one.lines > 1 else ''}" for one in forecasts)]
    output.table("", columns, [(name, *(say(one) for one in forecasts)) for name, say in _ROWS])
    for one in forecasts:
        if one.paused:
            output.out.print(f"\n[yellow]paused by itself with {one.lines} lines:[/] {one.paused}", soft_wrap=True)
    if len(forecasts) == 1:
        _details(first)
    if spoken:
        _compare(spoken)
    output.out.print("\n[bold]assumed[/]")
    for line in assumed:
        output.out.print(f"  {line}", style="dim", soft_wrap=True)


def show_survived(survived: Survived) -> None:
    """What a campaign went through, how its calls ended, and what the witness says."""
    rows = [
        ("calls", survived.attempts),
        ("processes that died", survived.deaths),
        ("numbers listed meanwhile", survived.listings),
        ("lists imported meanwhile", survived.imports),
        ("times the clock was set", survived.clock_steps),
        *((f"ended: {ending}", calls) for ending, calls in survived.endings.items()),
    ]
    output.table("", ["", ">"], [(name, f"{count:,}") for name, count in rows])
    for wrong, times in survived.wrongs.items():
        output.out.print(f"[red]wrong:[/] {wrong}, {times:,} times")
    if not survived.complete:
        output.out.print("[red]wrong:[/] the campaign did not come to its end")
    if survived.complete and not survived.wrongs:
        never = ", ".join(WRONGS)
        output.out.print(f"\n[green]the witness:[/] nobody was wronged; not once: {never}", soft_wrap=True)


def _details(one: Forecast) -> None:
    attempts = one.report.attempts
    output.out.print("\n[bold]attempts[/]")
    for count, contacts in sorted(attempts.items()):
        output.out.print(f"  {count}  {_bar(contacts, max(attempts.values()))} {contacts:,}")
    calls: Counter[int] = Counter()
    reached: Counter[int] = Counter()
    for hour in one.report.hours:
        calls[hour.hour] += hour.calls
        reached[hour.hour] += hour.reached
    output.out.print("\n[bold]by hour[/] on the callees' clocks: calls, and how many of them reached a person")
    for clock in sorted(calls):
        share = reached[clock] / calls[clock]
        output.out.print(f"  {clock:02}:00  {_bar(calls[clock], max(calls.values()))} {calls[clock]:,}  {share:.0%}")
    if one.refused:
        said = ", ".join(f"{rule} {count:,}" for rule, count in list(one.refused.items())[:_SHOWN_REFUSALS])
        output.out.print(f"\nnot now, said the rules: {said}", style="dim")


def _compare(spoken: Sequence[Spoken]) -> None:
    same = sum(one.same for one in spoken)
    output.out.print(f"\n[bold]with real speech[/]: {same} of {len(spoken)} calls ended as in text")
    others = Counter((one.in_text, one.in_speech) for one in spoken if not one.same)
    for (text, speech), count in others.most_common():
        output.out.print(f"  {count} × {text} in text, {speech} in speech")


def _bar(count: int, most: int) -> str:
    return "█" * max(1, round(_BAR * count / most)) if count else ""


def _moment(at: datetime) -> str:
    return f"{at:%a %d %b %Y %H:%M}"


def _of(share: Proportion) -> str:
    return f"{share.hits:,} ({share.share:.1%} of those reached)" if share.share is not None else "0"


def _ended(disposition: Disposition) -> Callable[[Forecast], str]:
    def said(one: Forecast) -> str:
        calls = next((ending.calls for ending in one.report.endings if ending.disposition is disposition), 0)
        return f"{calls:,}"

    return said


def _waiting(one: Forecast) -> str:
    return ", ".join(f"{count:,} ({by})" for by, count in one.waiting.items()) or "nobody"


def _share(count: int, whole: int) -> str:
    return f"{count:,} ({count / whole:.1%})" if whole else "0"


def _reached_by(share: int) -> Callable[[Forecast], str]:
    return lambda one: f"{one.milestones[share]:%a %d %b %H:%M}" if share in one.milestones else "never"


_ROWS: tuple[tuple[str, Callable[[Forecast], str]], ...] = (
    ("takes", lambda one: f"{one.days:.1f} days" + ("" if one.complete else ", and is not done")),
    ("last call (UTC)", lambda one: f"{one.ended:%a %d %b %H:%M}"),
    *((f"{share} % of those reached by", _reached_by(share)) for share in MILESTONES),
    ("still waiting", _waiting),
    ("calls", lambda one: f"{one.calls:,}"),
    ("calls for each contact", lambda one: f"{one.calls / one.contacts:.2f}"),
    ("reached a person", lambda one: _share(one.report.funnel.reached, one.contacts)),
    ("heard the message", lambda one: _share(one.report.funnel.heard, one.contacts)),
    ("completed", _ended(Disposition.COMPLETED)),
    ("opted out", lambda one: _of(one.report.opted_out)),
    ("wanted a person", lambda one: f"{one.report.transfers.asked:,}"),
    ("rated", lambda one: f"{one.report.funnel.rated:,}"),
    ("minutes talked", lambda one: f"{one.talk_minutes:,.0f}"),
    ("minutes of line", lambda one: f"{one.line_minutes:,.0f}"),
    ("lines in use", lambda one: f"{one.line_use:.0%}, at most {one.most_at_once}"),
)
