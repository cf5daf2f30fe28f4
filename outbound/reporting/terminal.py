"""A report on the terminal: tables and bars that fit 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from campaigns.reports import CampaignReport, Report, survey
from campaigns.reports.model import Callbacks, Satisfaction, Transfers, Variant
from campaigns.reports.statistics import Proportion
from outbound.reporting import wording
from outbound.reporting.wording import Who

_BAR = 28
"""Characters of the longest bar."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_STYLES = {Who.PERSON: "blue", Who.MACHINE: "yellow", Who.NOBODY: "bright_black", Who.BROKEN: "red"}
_SHADES = {Who.PERSON: "█", Who.MACHINE: "▓", Who.NOBODY: "░", Who.BROKEN: "▚"}
_RATINGS = {5: "blue", 4: "blue", 3: "bright_black", 2: "red", 1: "red"}
_REMARKS = 5


def rendered(report: Report) -> RenderableType:
    """Everything a person wants to see at a glance; the page (`page.py`) has more."""
    parts: list[RenderableType] = []
    if len(report.campaigns) > 1:
        parts += [_overview(report.campaigns), Text()]
    for campaign in report.campaigns:
        parts += _campaign(campaign)
    return Group(*parts)


def _overview(campaigns: Sequence[CampaignReport]) -> Table:
    table = _table("campaign", ">contacts", ">reached", ">heard", ">satisfied", ">opted out", title="Campaigns")
    for campaign in campaigns:
        funnel = campaign.funnel
        table.add_row(
            Text(campaign.name),
            wording.count(funnel.contacts),
            wording.count(funnel.reached),
            wording.count(funnel.heard),
            wording.percent(campaign.satisfaction.satisfied.share),
            wording.percent(campaign.opted_out.share),
        )
    return table


def _campaign(campaign: CampaignReport) -> Iterator[RenderableType]:
    yield Text.assemble((campaign.name, "bold"), "  ", (wording.facts(campaign), "dim"))
    yield Text()
    yield from _section("How far contacts came", _bars(wording.stages(campaign.funnel), campaign.funnel.contacts))
    if campaign.endings:
        calls = sum(ending.calls for ending in campaign.endings)
        rows = [(wording.ending(ending.disposition), ending.calls) for ending in campaign.endings]
        styles = [_STYLES[wording.met(ending.disposition)] for ending in campaign.endings]
        yield from _section(f"How {wording.calls(calls)} ended", _bars(rows, calls, styles))
        yield from _section("When, on the callees' clocks", _hours(campaign))
    if campaign.in_flight:
        yield from _section("", Text(f"  {wording.calls(campaign.in_flight)} still going on"))
    if campaign.satisfaction.ratings:
        yield from _section("Satisfaction", _satisfaction(campaign.satisfaction))
    if campaign.funnel.attempted:
        yield from _section("Also", _facts(campaign))
    if campaign.variants:
        yield from _section("Variants", _variants(campaign.variants))
    if campaign.funnel.reached:
        yield from _section(f"Beside the {survey.SOURCE}", _comparisons(campaign))
    if campaign.remarks:
        lines = [Text(f"  {remark.rating}  “{remark.words}”") for remark in campaign.remarks[:_REMARKS]]
        yield from _section("What low ratings came with", Group(*lines))


def _section(title: str, body: RenderableType) -> Iterator[RenderableType]:
    if title:
        yield Text(title, style="bold")
    yield body
    yield Text()


def _bars(rows: Sequence[tuple[str, int]], whole: int, styles: Sequence[str] = ()) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=18)
    table.add_column(width=10, justify="right")
    table.add_column(width=_BAR)
    table.add_column(width=9, justify="right")
    most = max((number for _, number in rows), default=0)
    for place, (label, number) in enumerate(rows):
        bar = Text(_bar(number / most if most else 0), style=styles[place] if styles else "blue")
        share = wording.percent(number / whole if whole else None)
        table.add_row(f"  {label}", wording.count(number), bar, share)
    return table


def _bar(share: float, width: int = _BAR) -> str:
    full, rest = divmod(round(share * width * 8), 8)
    bar = "█" * full + (_EIGHTHS[rest] if rest else "")
    return bar or ("▏" if share else "")


def _hours(campaign: CampaignReport) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=18)
    table.add_column(width=10, justify="right")
    table.add_column(width=_BAR)
    table.add_column(width=9, justify="right")
    hours = {hour: wording.whom_met(endings) for hour, endings in wording.by_hour_of_day(campaign.hours).items()}
    most = max((sum(whom.values()) for whom in hours.values()), default=0)
    for hour, whom in hours.items():
        calls = sum(whom.values())
        bar, drawn, so_far = Text(), 0, 0
        for who, number in whom.items():
            so_far += number
            end = round(so_far / most * _BAR)
            bar.append(_SHADES[who] * (end - drawn), style=_STYLES[who])
            drawn = end
        reached = wording.percent(whom[Who.PERSON] / calls if calls else None)
        table.add_row(f"  {hour:02}:00–{hour + 1:02}:00", wording.count(calls), bar, reached)
    legend = Text("  ")
    for who in Who:
        legend.append(_SHADES[who], style=_STYLES[who]).append(f" {who}   ")
    return Group(table, legend.append("%: a person reached"))


def _satisfaction(satisfaction: Satisfaction) -> RenderableType:
    rows = [(f"{value} of 5", satisfaction.counts[value]) for value in (5, 4, 3, 2, 1)]
    styles = [_RATINGS[value] for value in (5, 4, 3, 2, 1)]
    line = Text(f"  mean {wording.rating(satisfaction.mean)}; 4 or 5: {_sure(satisfaction.satisfied)}")
    return Group(_bars(rows, satisfaction.ratings, styles), line)


def _sure(share: Proportion) -> str:
    """A share with its interval and what it was made from."""
    if share.share is None:
        return wording.NOTHING
    return f"{wording.percent(share.share)} ({wording.interval(share)}), {wording.out_of(share)}"


def _facts(campaign: CampaignReport) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=20)
    table.add_column(width=57)
    attempts = ", ".join(
        f"{number}: {wording.count(contacts)} contacts" for number, contacts in sorted(campaign.attempts.items())
    )
    table.add_row("  opted out", f"{_sure(campaign.opted_out)} reached")
    table.add_row("  wrong number", f"{_sure(campaign.wrong_number)} reached")
    table.add_row("  asked for a person", _transfers(campaign.transfers))
    table.add_row("  callbacks", _callbacks(campaign.callbacks))
    table.add_row("  complaints", wording.count(campaign.complaints))
    if campaign.crises:
        crises = Text(f"{wording.calls(campaign.crises)} with words of self-harm: see outbound tasks list", "red")
        table.add_row("  crisis", crises)
    durations = campaign.durations
    table.add_row(
        "  conversation",
        f"median {wording.seconds(durations.median_seconds)}, "
        f"95 % within {wording.seconds(durations.p95_seconds)} ({wording.calls(durations.calls)})",
    )
    table.add_row("  attempts", attempts)
    return table


def _transfers(transfers: Transfers) -> str:
    if not transfers.asked:
        return "nobody"
    return f"{_sure(transfers.reached)} got one; {wording.count(transfers.promised)} promised a call instead"


def _callbacks(callbacks: Callbacks) -> str:
    if not callbacks.promised:
        return "none promised"
    return (
        f"{_sure(callbacks.kept)} kept; {wording.count(callbacks.open)} open "
        f"({wording.count(callbacks.overdue)} overdue), {wording.count(callbacks.dropped)} dropped"
    )


def _variants(variants: Sequence[Variant]) -> RenderableType:
    table = _table("", ">reached", ">heard", ">4 or 5", ">mean", ">opted out")
    for variant in variants:
        table.add_row(
            Text(f"  {variant.name}"),
            wording.count(variant.reached),
            wording.percent(variant.heard.share),
            wording.percent(variant.satisfied.share),
            wording.rating(variant.mean_rating),
            wording.percent(variant.opted_out.share),
        )
    lines = []
    for variant in variants[1:]:
        lines.append(Text(f"  {variant.name} against {variants[0].name}"))
        for what, more in (
            ("heard", variant.heard_more),
            ("4 or 5", variant.satisfied_more),
            ("opted out", variant.opted_out_more),
        ):
            lines.append(Text(f"    {what:10} {wording.points(more)}"))
    return Group(table, *lines)


def _comparisons(campaign: CampaignReport) -> Table:
    table = _table("", ">here", ">95 % interval", ">survey")
    for one in campaign.comparisons:
        table.add_row(
            f"  {one.about}", wording.percent(one.own.share), wording.interval(one.own), wording.percent(one.survey)
        )
    return table


def _table(*columns: str, title: str = "") -> Table:
    table = Table(title=title or None, title_justify="left", title_style="bold", header_style="dim", box=None)
    table.pad_edge = False
    for column in columns:
        table.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    return table
