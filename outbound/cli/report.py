"""`outbound report`: how campaigns did.

Decides nothing: the figures are `campaigns/reports`, how they look is `outbound/reporting`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.reports import Report
from campaigns.reports import report as make_report
from outbound.cli import output
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock
from outbound.reporting import page, terminal

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def report(
    campaigns: Annotated[
        list[str] | None, typer.Argument(help="By name or file.  [default: all]", metavar="[CAMPAIGN]...")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, metavar="DATE", help="Only calls dialled from then on, UTC.")
    ] = None,
    before: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, metavar="DATE", help="Only calls dialled before, UTC.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page to keep or to send; it needs nothing else.", metavar="FILE")
    ] = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Show how campaigns did: how far contacts came, how calls ended and when, satisfaction, opt-outs, promises.

    Every share comes with its 95 % interval. No names, no numbers: what people said is blotted where it could tell.
    Example: outbound report shipping --since 2026-03-01 --html report.html
    """
    with opened(db) as store:
        names = [campaign_name(campaign) for campaign in campaigns] if campaigns else None
        made = make_report(store, names, _utc(since), _utc(before), now=SystemClock().now())
    if html is not None:
        with output.writing(html):
            html.parent.mkdir(parents=True, exist_ok=True)
            html.write_text(page.rendered(made), encoding="utf-8")
        output.note(f"the report stands in {html}")
    if json:
        output.emit_json(made)
    elif html is None:
        show(made)


def show(made: Report) -> None:
    """The report on the terminal."""
    if not made.campaigns:
        output.note("no campaign yet; begin with: outbound campaign new shipping --file my.yaml")
    else:
        output.out.print(terminal.rendered(made))


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)
