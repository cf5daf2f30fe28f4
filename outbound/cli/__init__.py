"""The command line: one module for each audience, joined here."""

from __future__ import annotations

import logging
import sys

import typer

from outbound.cli import output

app = typer.Typer(
    name="outbound",
    help=(
        "An outbound voice-notification robot: short, wanted calls that do at once what they are asked.\n\n"
        "Begin with 'outbound demo', or with a campaign of your own: 'outbound campaign new shipping --file my.yaml'."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _join() -> None:
    from outbound.cli.call import call
    from outbound.cli.campaign import app as campaign
    from outbound.cli.contacts import app as contacts
    from outbound.cli.demo import demo
    from outbound.cli.dnc import app as dnc
    from outbound.cli.doctor import doctor
    from outbound.cli.report import report
    from outbound.cli.run import run
    from outbound.cli.speech import app as speech

    for name, group in (("campaign", campaign), ("contacts", contacts), ("dnc", dnc), ("speech", speech)):
        app.add_typer(group, name=name)
    for command in (run, call, report, doctor, demo):
        app.command(command.__name__)(command)


def main() -> None:
    """The entry point `outbound`: errors that a user can mend become `error:` and `hint:`, and exit code 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    _join()
    try:
        app()
    except output.OURS as error:
        output.report_error(str(error), getattr(error, "hint", ""))
        sys.exit(1)
    except KeyboardInterrupt:
        output.note("stopped")
        sys.exit(130)
