"""The options that say how quickly calls are placed, for a run and for a campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from campaigns.definition.values import duration
from campaigns.pacing import Pace
from outbound.cli import output

PerSecond = Annotated[float | None, typer.Option(min=0.01, max=100, help="At most so many calls begin in a second.")]
PerHour = Annotated[float | None, typer.Option(min=1, max=360_000, help="At most so many in an hour, evenly.")]
WarmUp = Annotated[
    str | None, typer.Option(metavar="TIME", help="Over so long the pace grows from a tenth to all of it, e.g. 5m.")
]


def pace_of(in_flight: int | None, per_second: float | None, per_hour: float | None, warm_up: str | None) -> Pace:
    """The pace that the options name."""
    try:
        warm = duration(warm_up) if warm_up is not None else timedelta()
    except ValueError as error:
        output.fail(str(error), code=2)
    return Pace(in_flight, per_second, per_hour, warm)


def told(pace: Pace) -> str:
    """A pace in words."""
    parts = [f"{pace.in_flight} calls at a time"] if pace.in_flight is not None else []
    parts += [f"{pace.per_second:g} a second"] if pace.per_second is not None else []
    parts += [f"{pace.per_hour:g} an hour"] if pace.per_hour is not None else []
    parts += [f"warmed up over {pace.warm_up}"] if pace.warm_up else []
    return ", ".join(parts) or "as many as the line takes"
