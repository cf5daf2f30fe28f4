"""`outbound tasks`: what calls left for people to do.

Decides nothing: what becomes a task, and which comes first, is the store's word.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from outbound.cli import output
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock

app = typer.Typer(
    help="What people must do: call back who was promised a person, answer complaints, follow up a crisis.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    campaign: Annotated[str | None, typer.Argument(help="Only this campaign, by name or file.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only one kind: crisis, callback or complaint.")] = None,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """List open tasks, the most urgent first: words of self-harm, then by the time promised.

    Numbers are shown with --show-numbers, for whoever makes the calls.
    """
    now = SystemClock().now()
    with opened(db) as store:
        name = store.campaign(campaign_name(campaign)).name if campaign else None
        found = [
            replace(task, number=output.masked(task.number, show_numbers))
            for task in store.open_tasks()
            if name in (None, task.campaign) and kind in (None, task.kind)
        ]
    if json:
        output.emit_json(found)
    elif not found:
        output.note("nothing is waiting for a person")
    else:
        output.table(
            "",
            [">id", "what", "campaign", "number", "by (UTC)", "in their words"],
            [
                (
                    task.id,
                    task.kind,
                    task.campaign,
                    task.number,
                    f"{task.due_at:%Y-%m-%d %H:%M}{' overdue' if task.due_at < now else ''}" if task.due_at else "",
                    task.words,
                )
                for task in found
            ],
        )
        output.note("when one is done: outbound tasks settle ID --by NAME")


@app.command()
def settle(
    task: Annotated[int, typer.Argument(help="Its id, from 'outbound tasks list'.", metavar="ID")],
    by: Annotated[str, typer.Option(help="Who did it.", metavar="NAME")],
    note: Annotated[str, typer.Option(help="What came of it.", metavar="TEXT")] = "",
    db: output.Db = None,
) -> None:
    """Mark a task as done. A callback settled here counts as kept in the report.

    Example: outbound tasks settle 7 --by Kim --note "reached her, all well"
    """
    with opened(db) as store:
        store.settle_task(task, SystemClock().now(), by, note)
    output.note(f"task {task} is settled")
