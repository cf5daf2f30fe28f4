"""`outbound dnc`: the do-not-call register for the people who answer for it.

Decides nothing: what an entry covers is `campaigns/dnc`, keeping and proving is the store. Numbers are masked on
screen unless asked for; an exported file holds them whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from campaigns.compliance.book import shipped
from campaigns.definition.problems import did_you_mean
from campaigns.dnc import (
    Entry,
    ExportFormat,
    ListFormat,
    NewEntry,
    Reach,
    e164,
    format_of,
    read_list,
    read_numbers,
)
from campaigns.outcomes import Scope, Source
from campaigns.script import Purpose
from campaigns.store import EntryFilter, Head, Store
from outbound.cli import output
from outbound.cli.lists import Actor, Moment, Region, Rejects, moment, rejected_lines, tell, who
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock

app = typer.Typer(
    help="Whom nobody may call: add, check, list, import and export, and prove that nothing was changed.",
    no_args_is_help=True,
)

LISTED_EXIT = 3
"""The exit code of `check` for a number that must not be called."""

ScopeOption = Annotated[Scope, typer.Option(help="How far it reaches.")]
Target = Annotated[
    str, typer.Option(help="Which brand, campaign or purpose is meant; not with scope everyone.", metavar="NAME")
]
Campaign = Annotated[str | None, typer.Option(help="Only entries made in calls of this campaign, by name or file.")]


@app.command()
def add(
    numbers: Annotated[list[str], typer.Argument(help="Telephone numbers, like +12125550123.", metavar="NUMBER...")],
    scope: ScopeOption = Scope.EVERYONE,
    target: Target = "",
    source: Annotated[Source, typer.Option(help="Where it comes from.")] = Source.PERSON,
    note: Annotated[str, typer.Option(help="What should be known about it, e.g. a ticket.")] = "",
    words: Annotated[str, typer.Option(help="What the person said or wrote.")] = "",
    expires: Moment = None,
    region: Region = None,
    actor: Actor = None,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """List numbers that must not be called. In force at once, for contacts that are queued already too.

    Listing a number twice changes nothing. Example: outbound dnc add +12125550123 --note "asked by mail"
    """
    reach = _reach(scope, target)
    until = moment(expires)
    if until is not None and until <= SystemClock().now():
        output.fail("the entry would have ended already", "give a later --expires, or none: then it never ends", code=2)
    entries = [NewEntry(e164(text, region), reach, source, words, "", note, until) for text in numbers]
    with opened(db) as store:
        _tell_of_nobody(store, reach)
        made = [store.add_entry(new, SystemClock().now(), who(actor)) for new in entries]
    if json:
        output.emit_json([_plain(entry, show_numbers) for entry in made])
    for entry in made if not json else ():
        output.out.print(f"entry {entry.id}: {output.masked(entry.number, show_numbers)} is listed for {_for(entry)}")


@app.command()
def check(
    number: Annotated[str, typer.Argument(help="A telephone number, like +12125550123.")],
    region: Region = None,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Say whether a number is listed, since when, for whom and why.

    Exits with 0 when it is not listed, and with 3 when it is, so that a script can ask.
    """
    wanted = e164(number, region)
    with opened(db) as store:
        found = store.entries_in_force(wanted, SystemClock().now())
    shown = output.masked(wanted, show_numbers)
    if json:
        listed = [_plain(entry, show_numbers) for entry in found]
        output.emit_json({"number": shown, "listed": bool(found), "entries": listed})
    elif not found:
        output.out.print(f"{shown} is not listed")
    else:
        _print_entries(f"{shown} must not be called", found, show_numbers)
    if found:
        raise typer.Exit(LISTED_EXIT)


@app.command("list")
def list_(
    since: Moment = None,
    before: Moment = None,
    scope: Annotated[Scope | None, typer.Option(help="Only this scope.")] = None,
    target: Annotated[str | None, typer.Option(help="Only this brand, campaign or purpose.", metavar="NAME")] = None,
    source: Annotated[Source | None, typer.Option(help="Only what came from there.")] = None,
    campaign: Campaign = None,
    everything: Annotated[bool, typer.Option("--all", help="Revoked and expired entries too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 50,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Show entries of the register, oldest first."""
    filters = _filters(since, before, scope, target, source, campaign, everything)
    with opened(db) as store:
        found = list(islice(store.entries(filters), limit + 1))
    if json:
        output.emit_json([_plain(entry, show_numbers) for entry in found[:limit]])
        return
    _print_entries("", found[:limit], show_numbers)
    if len(found) > limit:
        output.note(f"there are more than {limit}; see them with --limit, or take all with: outbound dnc export")


@app.command()
def remove(
    entry: Annotated[str, typer.Argument(help="The id of an entry, or a number: then all its entries in force.")],
    because: Annotated[str, typer.Option(help="Why; kept with the entry.", metavar="TEXT")],
    region: Region = None,
    actor: Actor = None,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Revoke entries. They stay to be seen, with who revoked them, when and why; who was closed stays closed.

    Example: outbound dnc remove +12125550123 --because "asked in writing to be called again"
    """
    now = SystemClock().now()
    with opened(db) as store:
        ids = [int(entry)] if re.fullmatch("[0-9]{1,9}", entry) else _ids(store, e164(entry, region), now)
        revoked = [store.remove_entry(entry_id, now, who(actor), because) for entry_id in ids]
    if json:
        output.emit_json([_plain(one, show_numbers) for one in revoked])
    for one in revoked if not json else ():
        output.out.print(f"entry {one.id}: {output.masked(one.number, show_numbers)} is revoked for {_for(one)}")


@app.command("import")
def import_(
    list_file: Annotated[Path, typer.Argument(help="The list.", metavar="LIST")],
    national: Annotated[
        str | None,
        typer.Option(help="It is a whole copy of this list, e.g. us-national or ca-national.", metavar="NAME"),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="The day the copy was made, with --national.", metavar="DATE")
    ] = None,
    smaller: Annotated[
        bool, typer.Option("--smaller", help="With --national: it may hold less than half of the copy before.")
    ] = False,
    form: Annotated[
        ListFormat | None,
        typer.Option("--format", help="What the list is; us: area code and seven digits.  [default: by its name]"),
    ] = None,
    scope: ScopeOption = Scope.EVERYONE,
    target: Target = "",
    region: Region = None,
    note: Annotated[str, typer.Option(help="Where the list comes from.  [default: the file's name]")] = "",
    rejects: Rejects = None,
    actor: Actor = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """List every number of a file. Good lines are kept; bad ones are written to a file with the reason.

    An import may be repeated, or stopped and begun again: what is listed already changes nothing. Lines that name a
    scope of their own keep it. Exits with 0 also when lines were rejected.

    With --national the file is a whole copy of a list that somebody else keeps, of up to tens of millions of numbers.
    It stands beside the register, takes the place of the copy before, and counts until it is too old for the rules.

    Example: outbound dnc import optouts.csv --scope brand --target "Bluebird Books"
    Example: outbound dnc import registry.txt --national us-national --as-of 2025-06-01
    """
    if national is None and as_of is not None:
        output.fail("only a copy of a national list has a day", "give --national NAME too, or no --as-of", code=2)
    if national is not None:
        _load(list_file, national, as_of, smaller, form, region, rejects, actor, db, json)
        return
    reach = _reach(scope, target)
    lines = read_list(list_file, form or format_of(list_file), region)
    bad = rejected_lines(rejects, list_file)
    with opened(db) as store, bad:
        _tell_of_nobody(store, reach)
        done = store.import_entries(
            bad.pass_on(lines), reach, SystemClock().now(), who(actor), note=note or list_file.name
        )
    if json:
        place = bad.path if bad.count else None
        output.emit_json({"new": done.new, "known": done.known, "rejected": bad.count, "rejects_file": place})
        return
    output.out.print(f"{done.new} new, {done.known} listed already, {bad.count} rejected")
    tell(bad, [(row.line, row.reason) for row in bad.first])


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    form: Annotated[
        ExportFormat | None,
        typer.Option("--format", help="us: area code and seven digits, as the US registry has it.  [default: by name]"),
    ] = None,
    since: Moment = None,
    before: Moment = None,
    scope: Annotated[Scope | None, typer.Option(help="Only this scope.")] = None,
    target: Annotated[str | None, typer.Option(help="Only this brand, campaign or purpose.", metavar="NAME")] = None,
    source: Annotated[Source | None, typer.Option(help="Only what came from there.")] = None,
    campaign: Campaign = None,
    everything: Annotated[bool, typer.Option("--all", help="Revoked and expired entries too.")] = False,
    actor: Actor = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Write the register to a file: each number with source, time, call and words.

    csv and xlsx are safe to open in a spreadsheet; jsonl, plain and us hold numbers as machines want them. Prints how
    many entries the file holds, its SHA-256, and where the ledger's chain stood: keep these three to prove it later.

    Example: outbound dnc export do-not-call.csv
    """
    form = form or _EXPORT_SUFFIXES.get(file.suffix.lower(), ExportFormat.CSV)
    filters = _filters(since, before, scope, target, source, campaign, everything)
    with opened(db) as store:
        done = store.export_entries(file, form, SystemClock().now(), who(actor), filters)
    if json:
        output.emit_json(done)
        return
    output.out.print(f"{file}: {done.entries} {'entry' if done.entries == 1 else 'entries'} ({done.format})")
    output.out.print(f"sha256 {done.sha256}", soft_wrap=True)
    output.out.print(f"chain  {done.chain.seq} {done.chain.hash}", soft_wrap=True)
    if done.left_out:
        noun = "number" if done.left_out == 1 else "numbers"
        output.note(f"without a form of that kind, and left out: {done.left_out} {noun} of other countries or erased")


@app.command()
def lists(db: output.Db = None, json: output.Json = False) -> None:
    """Show the copies of national lists, of which day they are, and the last day on which the rules take them."""
    with opened(db) as store:
        found = store.lists()
    ages = shipped().list_ages()
    last = {one.name: one.as_of + timedelta(days=ages[one.name]) for one in found if one.name in ages}
    if json:
        output.emit_json([asdict(one) | {"last_day": last.get(one.name)} for one in found])
        return
    output.table(
        "",
        ["list", "as of", "last day", ">numbers", "from", "by"],
        [
            (one.name, one.as_of, last.get(one.name, "no rule asks for it"), one.numbers, one.origin, one.actor)
            for one in found
        ],
    )


@app.command()
def verify(
    anchor: Annotated[
        Path | None,
        typer.Option(help="A file kept elsewhere that notes the chain's heads: it is checked, then added to."),
    ] = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Prove that register, consents, lists and ledger are what was written: every link and row is checked.

    Finds any edit, insertion, removal and reordering. Only an anchor, kept where who can change the store cannot change
    it, shows a tail that was cut off, or a chain that was computed anew. Exits with 1 when something is wrong.

    Example: outbound dnc verify --anchor /mnt/elsewhere/outbound.anchor
    """
    with opened(db) as store:
        found = store.verify(_noted(anchor))
    if anchor is not None and not found.findings:
        with output.writing(anchor):
            anchor.parent.mkdir(parents=True, exist_ok=True)
            with anchor.open("a", encoding="utf-8") as file:
                file.write(f"{found.head.seq} {found.head.hash} {SystemClock().now().isoformat()}\n")
    if json:
        output.emit_json({"whole": not found.findings, "verification": found})
    elif not found.findings:
        output.out.print(
            f"whole: {found.links} links, {found.entries} entries, {found.consents} consents are as they were written"
        )
        output.out.print(f"chain {found.head.seq} {found.head.hash}", soft_wrap=True)
    else:
        output.table("something was changed", [">link", "what"], [(one.link, one.text) for one in found.findings])
    if found.findings:
        raise typer.Exit(1)


def _noted(anchor: Path | None) -> list[Head]:
    if anchor is None or not anchor.exists():
        return []
    if not anchor.is_file():
        output.fail(f"{anchor} is no file", "give the file that notes the chain's heads")
    try:
        text = anchor.read_text("utf-8", "replace")
    except OSError as error:
        output.fail(f"{anchor} cannot be read: {error.strerror}", "give the file that notes the chain's heads")
    heads = []
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split()
        if len(parts) < 2 or not re.fullmatch("[0-9]{1,18}", parts[0]):
            output.fail(f"line {number} of {anchor} is no anchor", "each line is: link, hash, time")
        heads.append(Head(int(parts[0]), parts[1]))
    return heads


def _load(
    list_file: Path,
    name: str,
    as_of: str | None,
    smaller: bool,
    form: ListFormat | None,
    region: str | None,
    rejects: Path | None,
    actor: str | None,
    db: str | None,
    json: bool,
) -> None:
    """A copy of a national list."""
    day = moment(as_of)
    if day is None:
        output.fail("a copy of a list needs its day", "say of which day it is with --as-of, like 2025-06-01", code=2)
    now = SystemClock().now()
    if day.date() > (now + _AHEAD).date():
        output.fail("no copy is of a day to come", "it would seem young for too long; give the day it was made", code=2)
    bad = rejected_lines(rejects, list_file)
    with opened(db) as store, bad:
        before = next((one for one in store.lists() if one.name == name), None)
        if before is not None and before.as_of > day.date():
            output.fail(f"there is a newer copy, of {before.as_of}", "give the newest list there is, or its right day")
        fewest = 1 if smaller or before is None else max(1, before.numbers // 2)
        numbers = read_numbers(list_file, form or format_of(list_file), bad.write, region)
        copy = store.load_list(name, day.date(), numbers, now, who(actor), origin=list_file.name, fewest=fewest)
    if json:
        output.emit_json({"list": copy, "rejected": bad.count, "rejects_file": bad.path if bad.count else None})
        return
    output.out.print(f"{copy.name} of {copy.as_of}: {copy.numbers} numbers, {bad.count} lines rejected")
    tell(bad, [(row.line, row.reason) for row in bad.first])
    ages = shipped().list_ages()
    if name not in ages:
        output.note(f"no rule pack asks for a list of this name; they ask for {', '.join(sorted(ages))}")
    elif (now.date() - copy.as_of).days > ages[name]:
        output.note(
            f"it is older than {ages[name]} days: whoever it could name is not called until a newer one is here"
        )


_AHEAD = timedelta(hours=14)
"""So far ahead of UTC is the day somewhere."""
_EXPORT_SUFFIXES = {".jsonl": ExportFormat.JSON_LINES, ".xlsx": ExportFormat.XLSX, ".txt": ExportFormat.PLAIN}


def _reach(scope: Scope, target: str) -> Reach:
    if (scope is Scope.EVERYONE) != (target == ""):
        output.fail(
            f"scope {scope} {'has no' if target else 'needs a'} target",
            "give --target NAME with brand, campaign or purpose, and none with everyone",
            code=2,
        )
    if scope is Scope.PURPOSE and target not in set(Purpose):
        output.fail(f'there is no purpose "{target}"', f"give one of {', '.join(Purpose)}", code=2)
    return Reach(scope, target)


def _tell_of_nobody(store: Store, reach: Reach) -> None:
    """An entry for a brand or campaign that is not here may be right, or a slip that forbids nothing."""
    here = {one.brand if reach.scope is Scope.BRAND else one.name for one in store.campaigns()}
    if reach.scope in (Scope.BRAND, Scope.CAMPAIGN) and reach.target not in here:
        output.note(
            f'no {reach.scope} "{reach.target}" is in this store yet. {did_you_mean(reach.target, sorted(here))}'
        )


def _ids(store: Store, number: str, now: datetime) -> list[int]:
    found = [entry.id for entry in store.entries_in_force(number, now)]
    if not found:
        output.fail("this number is not listed", "see the entries with: outbound dnc list")
    return found


def _filters(
    since: str | None,
    before: str | None,
    scope: Scope | None,
    target: str | None,
    source: Source | None,
    campaign: str | None,
    everything: bool,
) -> EntryFilter:
    return EntryFilter(
        scope=scope,
        target=target,
        source=source,
        campaign=campaign_name(campaign) if campaign else None,
        since=moment(since),
        before=moment(before),
        in_force_at=None if everything else SystemClock().now(),
    )


def _for(entry: Entry) -> str:
    return entry.reach.scope if not entry.reach.target else f"{entry.reach.scope} {entry.reach.target}"


def _plain(entry: Entry, show_numbers: bool) -> dict[str, object]:
    return {
        "id": entry.id,
        "number": output.masked(entry.number, show_numbers),
        "scope": entry.reach.scope,
        "target": entry.reach.target,
        "source": entry.source,
        "added_at": entry.added_at,
        "campaign": entry.campaign or None,
        "call_id": entry.call_id,
        "words": entry.words,
        "recording": entry.recording,
        "actor": entry.actor,
        "note": entry.note,
        "expires_at": entry.expires_at,
        "revoked_at": entry.revoked_at,
        "revoked_by": entry.revoked_by,
        "revoked_because": entry.revoked_because,
    }


def _print_entries(title: str, entries: Iterable[Entry], show_numbers: bool) -> None:
    output.evidence(
        title,
        [">id", "number", "for", "source", "since", ">call", "campaign", "words", "note", "by", "ends"],
        [
            (
                one.id,
                output.masked(one.number, show_numbers),
                _for(one),
                one.source,
                f"{one.added_at:%Y-%m-%d %H:%M}",
                one.call_id,
                one.campaign,
                one.words,
                one.note,
                one.actor,
                f"revoked: {one.revoked_because}"
                if one.revoked_at
                else one.expires_at and f"{one.expires_at:%Y-%m-%d}",
            )
            for one in entries
        ],
    )
