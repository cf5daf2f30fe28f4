"""`outbound contacts`: who is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience import read_contacts, rejects_file
from campaigns.definition import load, parse
from campaigns.store import Basis, Consent, Contact, ContactState
from outbound.cli import output
from outbound.cli.lists import Actor, Region, beside, tell, who
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock

app = typer.Typer(help="Whom a campaign calls: import lists, see where everybody stands.", no_args_is_help=True)


@app.command("import")
def import_(
    campaign: Annotated[str, typer.Argument(help="A campaign file, or the name of one in the store.")],
    list_file: Annotated[Path, typer.Argument(help="The contacts: CSV or XLSX.", metavar="LIST")],
    rejects: Annotated[
        Path | None, typer.Option(help="Where bad rows go.  [default: beside the list, NAME.rejects.csv]")
    ] = None,
    region: Region = None,
    consent: Annotated[
        Basis | None,
        typer.Option(help="How all of them agreed to be called: written or express. Marketing needs it."),
    ] = None,
    consent_wording: Annotated[
        str, typer.Option(help="What they agreed to, word for word; kept as evidence.", metavar="TEXT")
    ] = "",
    consent_evidence: Annotated[
        str, typer.Option(help="Where the proof is kept, e.g. a form's name and date.", metavar="TEXT")
    ] = "",
    actor: Actor = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Add a list of contacts to a campaign. Good rows are taken; bad ones are written to a file you can mend.

    The same number twice is no new contact, so an import can be repeated. Exits with 0 also when some rows were
    rejected. Example: outbound contacts import my.yaml orders.csv
    """
    now = SystemClock().now()
    if consent is not None and not consent_wording.strip():
        output.fail("consent without its wording proves nothing", "give the words with --consent-wording", code=2)
    with opened(db) as store:
        path = Path(campaign)
        if path.suffix in (".yaml", ".yml"):
            definition = load(path)
            store.save_campaign(definition, path.read_text(encoding="utf-8"), now, actor=who(actor))
        else:
            definition = parse(store.campaign(campaign).source, campaign)
        audience = read_contacts(list_file, definition, region)
        agreed = (
            Consent(definition.purpose, consent, consent_wording, consent_evidence) if consent is not None else None
        )
        with rejects_file(rejects or beside(list_file), audience, list_file) as bad:
            added = store.add_contacts(
                definition.name, bad.pass_on(audience.rows), now, actor=who(actor), consent=agreed
            )
    if json:
        output.emit_json(
            {
                "campaign": definition.name,
                "new": added.new,
                "duplicates": added.duplicates,
                "mended": added.mended,
                "listed": added.listed,
                "erased": added.erased,
                "rejected": bad.count,
                "rejects_file": bad.path if bad.count else None,
                "note": audience.note,
            }
        )
        return
    if audience.note:
        output.note(audience.note)
    output.out.print(
        f"{definition.name}: {added.new} new, {added.duplicates} known already ({added.mended} of them mended), "
        f"{added.listed} on the do-not-call list, {bad.count} rejected"
    )
    if added.erased:
        output.out.print(f"{added.erased} left out: these numbers were erased on request, and nobody calls them")
    tell(bad, [(row.row, row.reason) for row in bad.first], "row")


def _next(contact: Contact) -> str:
    if contact.state is not ContactState.OPEN:
        return ""
    return f"{contact.next_at:%Y-%m-%d %H:%M}" if contact.next_at else f"held: {contact.held_because}"


@app.command("list")
def list_(
    campaign: Annotated[str | None, typer.Argument(help="Only this campaign, by name or file.")] = None,
    state: Annotated[ContactState | None, typer.Option(help="Only contacts in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 50,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """List contacts and where each of them stands."""
    with opened(db) as store:
        rows = []
        for contact in store.contacts(campaign_name(campaign) if campaign else None, state=state):
            rows.append(contact)
            if len(rows) >= limit:
                break
    if json:
        output.emit_json(
            [
                {
                    "id": c.id,
                    "campaign": c.campaign,
                    "number": output.masked(c.number, show_numbers),
                    "reference": c.reference,
                    "state": c.state,
                    "closed_by": c.closed_by,
                    "attempts": c.attempts,
                    "last_disposition": c.last_disposition,
                    "next_at": c.next_at,
                }
                for c in rows
            ]
        )
        return
    output.table(
        "",
        [">id", "campaign", "number", "state", ">attempts", "last", "closed by", "next"],
        [
            (
                c.id,
                c.campaign,
                output.masked(c.number, show_numbers),
                c.state,
                c.attempts,
                c.last_disposition,
                c.closed_by,
                _next(c),
            )
            for c in rows
        ],
    )
