"""The plots of a report's page: small SVGs, coloured by the page's own style, readable without colour.

Decides geometry only. Every plot has a text alternative; what is exact stands in a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from campaigns.reports.statistics import Proportion
from outbound.reporting import wording
from outbound.reporting.wording import Who

_MARK = {Who.PERSON: "person", Who.MACHINE: "machine", Who.NOBODY: "nobody", Who.BROKEN: "broken"}
"""Who was met to the class that colours it."""


def hours(calls: Mapping[int, Mapping[Who, int]]) -> Markup:
    """A column for each hour of the day, stacked by who was met."""
    wide, high, foot, left = 960, 200, 26, 48
    most = max((sum(whom.values()) for whom in calls.values()), default=0)
    if not most:
        return Markup()
    top = _round_up(most)
    step = (wide - left) / len(calls)
    body = [*_grid(top, left, wide, high)]
    for place, (hour, whom) in enumerate(calls.items()):
        x, y = left + place * step + step * 0.14, float(high)
        for who, number in whom.items():
            tall = number / top * (high - 12)
            y -= tall
            if number:
                title = f"{hour:02}:00, {who}: {wording.calls(number)}"
                body.append(_bar(x, y, step * 0.72, tall, _MARK[who], title))
        body.append(_text(x + step * 0.36, high + 17, f"{hour:02}", "middle"))
    return _svg(wide, high + foot, "Calls by the hour of the day, by who was met", body)


def _grid(top: int, left: int, wide: int, high: int) -> Iterator[Markup]:
    for part in (0, 0.5, 1):
        y = high - part * (high - 12)
        if part in (0, 1) or top % 2 == 0:
            yield Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(left, wide, y, y)
            yield _text(left - 8, y + 4, wording.count(round(part * top)), "end")


def shares(rows: Sequence[tuple[str, Proportion, float | None]], about: str) -> Markup:
    """A dot with its interval for each row, on one scale, with a mark where the third figure (a survey's) lies."""
    wide, left, right, line = 960, 190, 90, 32
    known = [row for row in rows if row[1].share is not None]
    if not known:
        return Markup()
    bounds = [value for _, own, survey in known for value in (own.high, survey) if value is not None]
    top = min(1.0, next(limit for limit in (0.05, 0.1, 0.25, 0.5, 1.0) if limit >= max(bounds)))
    high = len(known) * line

    def x(share: float) -> float:
        return left + share / top * (wide - left - right)

    body = []
    for part in (0, 0.25, 0.5, 0.75, 1):
        at = x(part * top)
        body.append(Markup('<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="0" y2="{}"/>').format(at, at, high))
        body.append(_text(at, high + 16, f"{part * top * 100:g} %", "middle"))
    for place, (label, own, survey) in enumerate(known):
        assert own.share is not None
        assert own.low is not None
        assert own.high is not None
        y = place * line + line / 2
        body.append(_text(left - 12, y + 4, _short(label), "end", "label"))
        if survey is not None:
            body.append(
                Markup(
                    '<path class="survey" d="M{0:.1f} {1:.1f}v16"><title>survey: {2}</title></path>'
                ).format(x(survey), y - 8, wording.percent(survey))
            )  # fmt: skip
        body.append(
            Markup('<path class="whisker" d="M{0:.1f} {2:.1f}H{1:.1f}m0 -4v8M{0:.1f} {3:.1f}v8"/>').format(
                x(own.low), x(own.high), y, y - 4
            )
        )
        title = f"{label}: {wording.percent(own.share)}, {wording.interval(own)}"
        body.append(
            Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="5"><title>{}</title></circle>').format(
                x(own.share), y, title
            )
        )
        body.append(_text(wide, y + 4, wording.percent(own.share), "end", "value"))
    return _svg(wide, high + 24, about, body)


def _svg(wide: int, high: int, about: str, body: Iterable[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        wide, high, about, Markup("").join(body)
    )


def _bar(x: float, y: float, wide: float, high: float, mark: str, title: str) -> Markup:
    return Markup(
        '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{}</title></rect>'
    ).format(mark, x, y, wide, high, title)


def _text(x: float, y: float, text: str, anchor: str, mark: str = "tick") -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(mark, x, y, anchor, text)


def _short(label: str) -> str:
    return label if len(label) <= 24 else f"{label[:23]}…"


def _round_up(most: int) -> int:
    """The next number of one digit and noughts that halves well."""
    size: int = 10 ** (len(str(most)) - 1)
    return next(step * size for step in (1, 2, 4, 5, 6, 8, 10) if step * size >= most)
