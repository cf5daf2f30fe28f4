"""`outbound campaign`: from a ready campaign to one that runs; its commands, in the order in which they are used."""

from __future__ import annotations

import typer

from outbound.cli.lazily import group

COMMANDS = {
    "new": "campaign_file:new",
    "check": "campaign_file:check_file",
    "draw": "campaign_file:draw",
    "preview": "campaign_file:preview",
    "schema": "campaign_file:schema",
    "rehearse": "rehearse:rehearse",
    "test": "rehearse:hold_again",
    "coverage": "rehearse:coverage",
    "list": "campaigns:list_",
    "show": "campaigns:show",
    "start": "campaigns:start",
    "pause": "campaigns:pause",
    "resume": "campaigns:resume",
    "stop": "campaigns:stop",
    "pace": "campaigns:pace",
}

app = typer.Typer(
    cls=group(COMMANDS),
    help="What to say, to whom, when: define, check, start and stop campaigns.",
    no_args_is_help=True,
)


@app.callback()
def _campaign() -> None:
    """A group has a function of its own."""
