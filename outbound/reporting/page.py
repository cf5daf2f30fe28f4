"""A report as one HTML page that needs nothing else: no scripts, no fonts, no pictures from elsewhere.

Decides which figures stand where; the form is `page.html`, the looks `page.css`, the plots `charts.py`. Everything that
comes from a campaign or a callee is escaped.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from campaigns.reports import CampaignReport, Report, survey
from outbound.reporting import charts, wording


def rendered(report: Report) -> str:
    """The page's text."""
    return (
        _environment()
        .get_template("page.html")
        .render(report=report, survey=survey, plots={campaign.name: _plots(campaign) for campaign in report.campaigns})
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("outbound", "reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"wording": wording, "week": _week}
    environment.filters |= {
        "count": wording.count,
        "calls": wording.calls,
        "percent": wording.percent,
        "interval": wording.interval,
        "out_of": wording.out_of,
        "points": wording.points,
        "seconds": wording.seconds,
        "rating": wording.rating,
        "ending": wording.ending,
    }
    return environment


def _plots(campaign: CampaignReport) -> dict[str, Markup]:
    by_hour = wording.by_hour_of_day(campaign.hours)
    met = {hour: wording.whom_met(endings) for hour, endings in by_hour.items()}
    return {
        "hours": charts.hours(met),
        "survey": charts.shares(
            [(one.about.partition(",")[0], one.own, one.survey) for one in campaign.comparisons],
            f"This campaign beside the {survey.SOURCE}",
        ),
        "heard": charts.shares([(one.name, one.heard, None) for one in campaign.variants], "Heard, by variant"),
        "satisfied": charts.shares(
            [(one.name, one.satisfied, None) for one in campaign.variants], "Satisfied, by variant"
        ),
        "opted_out": charts.shares(
            [(one.name, one.opted_out, None) for one in campaign.variants], "Opted out, by variant"
        ),
    }


def _week(campaign: CampaignReport) -> dict[str, Any]:
    """The hours between the first and the last, and for each day its calls in them (None: no call)."""
    hours = list(wording.by_hour_of_day(campaign.hours))
    found = {(one.day, one.hour): one for one in campaign.hours}
    days = [(name, [found.get((day, hour)) for hour in hours]) for day, name in enumerate(wording.DAYS)]
    return {"hours": hours, "days": [(name, cells) for name, cells in days if any(cells)]}
