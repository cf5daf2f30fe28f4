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
    from outbound.cli import call, campaign, contacts, demo, dnc, doctor, report, run, speech, tasks

    app.add_typer(campaign.app, name="campaign")
    app.add_typer(contacts.app, name="contacts")
    app.add_typer(dnc.app, name="dnc")
    app.add_typer(speech.app, name="speech")
    app.add_typer(tasks.app, name="tasks")
    app.command("run")(run.run)
    app.command("call")(call.call)
    app.command("report")(report.report)
    app.command("doctor")(doctor.doctor)
    app.command("demo")(demo.demo)


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
