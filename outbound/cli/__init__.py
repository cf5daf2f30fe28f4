"""The command line: one module for each audience, joined here."""

from __future__ import annotations

import io
import logging
import sys

import typer

from outbound.cli import output
from outbound.cli.lazily import group

COMMANDS = {
    "campaign": "campaign:app",
    "contacts": "contacts:app",
    "preflight": "compliance:preflight",
    "run": "run:run",
    "call": "call:app",
    "report": "report:report",
    "tasks": "tasks:app",
    "dnc": "dnc:app",
    "consent": "consent:app",
    "may-call": "compliance:may_call",
    "audit": "compliance:audit",
    "privacy": "compliance:privacy",
    "speech": "speech:app",
    "doctor": "doctor:doctor",
    "simulate": "simulate:simulate",
    "demo": "demo:demo",
}
"""Where each stands: a module of this package, and a group or a function in it. It is imported when it is asked for."""


app = typer.Typer(
    cls=group(COMMANDS),
    name="outbound",
    help=(
        "An outbound voice-notification robot: short, wanted calls that do at once what they are asked.\n\n"
        "Begin with 'outbound demo', or with a campaign of your own: 'outbound campaign new shipping --file my.yaml'."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _outbound() -> None:
    """A group has a function of its own."""


def main() -> None:
    """The entry point `outbound`: errors that a user can mend become `error:` and `hint:`, and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character shows its number
    try:
        app()
    except UnicodeEncodeError:
        output.report_error("What was given holds bytes that are no text.", "Write it in UTF-8.")
        sys.exit(1)
    except output.OURS as error:
        output.report_error(str(error), getattr(error, "hint", ""))
        sys.exit(1)
    except KeyboardInterrupt:
        output.note("stopped")
        sys.exit(130)
