"""`outbound consent`: who agreed to be called, for what, in which words.

Decides nothing: which consent a call needs is the rule packs' business, keeping it the store's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.dnc import ListFormat, e164, format_of, read_list
from campaigns.script import Purpose
from campaigns.store import Basis, Consent
from outbound.cli import output
from outbound.cli.lists import Actor, Moment, Region, Rejects, moment, rejected_lines, tell, who
from outbound.cli.stores import opened
from outbound.clock import SystemClock

app = typer.Typer(
    help="Who agreed to be called, for what, in which words: give, withdraw, import, show.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(help="A telephone number, like +12125550123.")]
Brand = Annotated[str, typer.Option(help="To whom it was given, as the campaign file has it.")]
PurposeOption = Annotated[Purpose, typer.Option(help="For which calls; marketing covers information too.")]
BasisOption = Annotated[Basis, typer.Option(help="What kind of consent it is.")]
Wording = Annotated[str, typer.Option(help="What was agreed to, word for word.")]
Evidence = Annotated[str, typer.Option(help="Where the proof is kept: a form's id, a recording.")]


@app.command()
def give(
    number: Number,
    brand: Brand,
    wording: Wording,
    purpose: PurposeOption = Purpose.MARKETING,
    basis: BasisOption = Basis.WRITTEN,
    evidence: Evidence = "",
    given: Moment = None,
    expires: Moment = None,
    region: Region = None,
    actor: Actor = None,
    db: output.Db = None,
) -> None:
    """Write down that a person agreed. Contacts that waited for it are called as soon as the rules allow.

    Example: outbound consent give +12125550123 --brand "Bluebird Books" --wording "Yes, call me about offers"
    """
    wanted = e164(number, region)
    consent = _consent(brand, Consent(purpose, basis, wording, evidence, moment(given), moment(expires)))
    with opened(db) as store:
        store.give_consent(wanted, brand, consent, SystemClock().now(), who(actor))
    output.note(f"{output.masked(wanted)} may be called by {brand}: {basis} consent to {purpose} calls")


@app.command()
def withdraw(number: Number, brand: Brand, region: Region = None, actor: Actor = None, db: output.Db = None) -> None:
    """End every consent of a number to a brand, at once. That calls end altogether is: outbound dnc add."""
    wanted = e164(number, region)
    with opened(db) as store:
        ended = store.withdraw_consent(wanted, brand, SystemClock().now(), who(actor))
    output.note(f"{ended} {'consent' if ended == 1 else 'consents'} of {output.masked(wanted)} to {brand} ended")


@app.command("import")
def import_(
    list_file: Annotated[Path, typer.Argument(help="The numbers of those who agreed.", metavar="LIST")],
    brand: Brand,
    wording: Wording,
    purpose: PurposeOption = Purpose.MARKETING,
    basis: BasisOption = Basis.WRITTEN,
    evidence: Annotated[str, typer.Option(help="Where the proof is kept.  [default: the file's name]")] = "",
    given: Moment = None,
    expires: Moment = None,
    form: Annotated[ListFormat | None, typer.Option("--format", help="[default: by its name]")] = None,
    region: Region = None,
    rejects: Rejects = None,
    actor: Actor = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Write down that everybody in a list agreed to the same words. May be repeated without adding anything twice."""
    proof = evidence or list_file.name
    consent = _consent(brand, Consent(purpose, basis, wording, proof, moment(given), moment(expires)))
    bad = rejected_lines(rejects, list_file)
    lines = read_list(list_file, form or format_of(list_file), region, when_in_doubt=False)
    with opened(db) as store, bad:
        numbers = (line.number for line in bad.pass_on(lines))
        added = store.import_consents(numbers, brand, consent, SystemClock().now(), who(actor))
    if json:
        output.emit_json({"new": added, "rejected": bad.count, "rejects_file": bad.path if bad.count else None})
        return
    output.out.print(f"{added} new, {bad.count} rejected")
    tell(bad, [(row.line, row.reason) for row in bad.first])


def _consent(brand: str, consent: Consent) -> Consent:
    """The same, if it can prove anything."""
    now = SystemClock().now()
    if not brand.strip() or not consent.wording.strip():
        output.fail("consent to nobody, or without its wording, proves nothing", "give --brand and --wording", code=2)
    if consent.given_at is not None and consent.given_at > now:
        output.fail("nobody has agreed on a day to come", "give the day they agreed with --given", code=2)
    if consent.expires_at is not None and consent.expires_at <= now:
        output.fail("the consent would have ended already", "give a later --expires, or none", code=2)
    return consent


@app.command()
def show(
    number: Number,
    region: Region = None,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Show every consent of a number, withdrawn and expired ones too."""
    wanted = e164(number, region)
    with opened(db) as store:
        found = store.consents(wanted)
    if json:
        plain = [{name: getattr(one, name) for name in one.__dataclass_fields__ if name != "number"} for one in found]
        output.emit_json({"number": output.masked(wanted, show_numbers), "consents": plain})
        return
    output.evidence(
        output.masked(wanted, show_numbers),
        [">id", "brand", "purpose", "basis", "given", "ends", "withdrawn", "wording", "proof"],
        [
            (
                one.id,
                one.brand,
                one.purpose,
                one.basis,
                f"{one.given_at:%Y-%m-%d}",
                one.expires_at and f"{one.expires_at:%Y-%m-%d}",
                one.withdrawn_at and f"{one.withdrawn_at:%Y-%m-%d}",
                one.wording,
                one.evidence,
            )
            for one in found
        ],
    )
