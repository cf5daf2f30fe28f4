"""`outbound may-call`, `preflight`, `audit` and `privacy`: the questions of the people who answer for the calls.

Decides nothing: verdicts are the gate's, the past is the ledger's. Numbers are masked on screen unless asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaigns.compliance.duties import Unmet
from campaigns.compliance.verdict import Verdict
from campaigns.dnc import e164
from campaigns.preflight import Preflight
from campaigns.preflight import preflight as fly
from campaigns.store import AuditFilter, Retention
from outbound.cli import output
from outbound.cli.lists import Actor, Moment, Region, moment, who
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock
from outbound.folders import cache_folder

if TYPE_CHECKING:
    from audio.synthesis import PromptCache

_LONGEST_DAYS = 36_500
Number = Annotated[str, typer.Argument(help="A telephone number, like +12125550123.")]
CampaignName = Annotated[str, typer.Argument(help="A campaign's name, or its file.", metavar="CAMPAIGN")]


def may_call(
    number: Number,
    campaign: Annotated[str, typer.Option(help="For which campaign, by name or file.")],
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="When, like 2025-06-01T09:30Z.  [default: now]")
    ] = None,
    state: Annotated[str, typer.Option(help="The part of the country, e.g. FL, where it is known.")] = "",
    region: Region = None,
    show_numbers: output.ShowNumbers = False,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Say whether a number may be called for a campaign, and if not, by which rule, and when it may be.

    The gate's own answer, as if the campaign were running; nothing is changed and nobody called. Exits with 0 for yes
    and with 3 for no. Example: outbound may-call +12125550123 --campaign shipping --at 2025-06-01T23:00Z
    """
    wanted = e164(number, region)
    now = moment(at) or SystemClock().now()
    with opened(db) as store:
        verdict = store.may_call_number(wanted, campaign_name(campaign), now, state=state)
    shown = output.masked(wanted, show_numbers)
    if json:
        found = {"number": shown, "at": now, "allowed": verdict.allowed}
        found |= {"reasons": verdict.reasons, "next_allowed": verdict.next_allowed}
        output.emit_json(found | {"unconfirmed": verdict.unconfirmed})
    else:
        _print_verdict(shown, verdict)
        _print_unconfirmed(verdict.unconfirmed)
    if not verdict.allowed:
        raise typer.Exit(output.REFUSED_EXIT)


def _print_verdict(shown: str, verdict: Verdict) -> None:
    if verdict.allowed:
        output.out.print(f"yes: {shown} may be called")
        return
    output.table(
        f"no: {shown} may not be called",
        ["rule", "why", "says who", "until"],
        [
            (one.rule, one.text, one.source, f"{one.until:%Y-%m-%d %H:%M} UTC" if one.until else "")
            for one in verdict.reasons
        ],
    )
    if verdict.next_allowed is not None:
        output.note(f"the next moment a call would be allowed: {verdict.next_allowed:%Y-%m-%d %H:%M} UTC")
    else:
        output.note("waiting does not help: something else has to change first")


def _print_unconfirmed(sources: Sequence[str]) -> None:
    if sources:
        many = "1 rule is" if len(sources) == 1 else f"{len(sources)} rules are"
        output.note(f"{many} unconfirmed: let your counsel read what these say.")
        for source in sources:
            output.note(f"  {source}")


def preflight(campaign: CampaignName, db: output.Db = None, json: output.Json = False) -> None:
    """Say how many contacts of a campaign will be called when, how many will not, and why. Nobody is called.

    Exits with 3 for a marketing campaign that does not meet what the law asks of it.
    """
    with opened(db) as store:
        found = fly(store, campaign_name(campaign), SystemClock().now())
    if json:
        plain: dict[str, object] = {
            "campaign": found.campaign,
            "contacts": found.contacts,
            "now": found.now,
            "later": found.later,
        }
        when = {hour.isoformat(): count for hour, count in found.when.items()}
        plain |= {"when": when, "skipped": found.skipped, "unmet": found.unmet}
        output.emit_json(plain | {"unconfirmed": found.unconfirmed})
    else:
        print_preflight(found)
    if found.refused:
        raise typer.Exit(output.REFUSED_EXIT)


def print_preflight(found: Preflight) -> None:
    """The same on a screen."""
    skipped = found.contacts - found.now - found.later
    output.out.print(
        f"{found.campaign}: {found.now} contacts may be called now, {found.later} later, {skipped} not as things stand"
    )
    days: Counter[str] = Counter()
    for hour, count in found.when.items():
        days[f"{hour:%Y-%m-%d}"] += count
    if found.later:
        output.table("may be called first on (UTC)", ["day", ">contacts"], sorted(days.items()))
    if found.skipped:
        output.table(
            "not as things stand",
            [">contacts", "why", "says who", "for example"],
            [(one.count, one.text, one.source, ", ".join(map(str, one.examples))) for one in found.skipped],
        )
    print_unmet(found.unmet)
    _print_unconfirmed(found.unconfirmed)


def print_unmet(duties: Iterable[Unmet]) -> None:
    """What a campaign must do and does not, and whose rule it is."""
    for duty in duties:
        output.note(f"{duty.source}: {duty.text} {duty.fix}")


def audit(
    since: Moment = None,
    before: Moment = None,
    actor: Annotated[str | None, typer.Option(help="Only what this person or process did.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, e.g. dnc, dnc.add, consent, campaign.")] = None,
    number: Annotated[str | None, typer.Option(help="Only what was done about this number.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 100,
    region: Region = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Show who changed what in register, consents, lists and campaigns, and when: the ledger, oldest first.

    It holds no numbers; what stands for one is its keyed hash. Example: outbound audit --action dnc --since 2025-06-01
    """
    about = e164(number, region) if number else None
    filters = AuditFilter(moment(since), moment(before), actor, action, about)
    with opened(db) as store:
        found = list(islice(store.audit(filters), limit + 1))
    if json:
        output.emit_json(found[:limit])
        return
    output.evidence(
        "",
        [">link", "when (UTC)", "who", "what", "about", "details"],
        [
            (
                one.seq,
                f"{one.at:%Y-%m-%d %H:%M:%S}",
                one.actor,
                one.action,
                one.subject[:8],
                ", ".join(f"{name} {_told(value)}" for name, value in one.what.items() if value and name != "digest"),
            )
            for one in found[:limit]
        ],
    )
    if len(found) > limit:
        output.note(f"there are more than {limit}; see them with --limit")


def _told(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


privacy = typer.Typer(help="What is held about a person's number, and its erasure.", no_args_is_help=True)


@privacy.command()
def export(
    number: Number,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Where to write it.  [default: print it]")] = None,
    region: Region = None,
    db: output.Db = None,
) -> None:
    """Everything held about a number, as JSON: contacts, calls, what was said, tasks, entries, consents, lists, ledger.

    For the person who asks; whole numbers and words stand in it. Of recordings it names the places.

    Example: outbound privacy export +12125550123
    """
    with opened(db) as store:
        held = store.held_about(e164(number, region))
    if file is None:
        output.emit_json(held)
    else:
        with output.writing(file):
            file.write_text(output.json_text(held), encoding="utf-8")
        output.note(f"{sum(map(len, held.values()))} records stand in {file}")
    for call in held["calls"]:
        if call["recording"]:
            output.note(f"the sound of call {call['id']} is held too: {call['recording']}")


@privacy.command()
def erase(
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    region: Region = None,
    actor: Actor = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Erase a number and all that was said. A keyed hash stays in its place, so that it is never called again.

    Rendered speech on this computer is removed too, all of it: nobody can tell whose name a sound says.

    Cannot be undone. Example: outbound privacy erase +12125550123
    """
    wanted = e164(number, region)
    if not yes:
        typer.confirm(f"Erase {output.masked(wanted)} for good?", abort=True, err=True)
    with opened(db) as store:
        done = store.erase(wanted, SystemClock().now(), who(actor))
    sounds = _rendered().forget()
    if json:
        output.emit_json({**asdict(done), "rendered_sounds": sounds})
        return
    output.out.print(
        f"erased from {done.contacts} contacts, {done.calls} calls and {done.entries} entries, "
        f"and {done.recordings} recordings; {sounds} rendered sounds removed"
    )


@privacy.command()
def purge(
    transcripts_days: Annotated[
        int, typer.Option(min=0, max=_LONGEST_DAYS, help="Keep what was said for so long.")
    ] = 90,
    numbers_days: Annotated[
        int, typer.Option(min=1, max=_LONGEST_DAYS, help="Keep numbers of closed contacts for so long.")
    ] = 400,
    recordings_days: Annotated[
        int, typer.Option(min=0, max=_LONGEST_DAYS, help="Keep the sound of calls for so long.")
    ] = 30,
    actor: Actor = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Erase what is older than it may be kept: recordings, transcripts, numbers and fields of done contacts.

    Rendered speech on this computer goes like recordings, from its last use on.
    """
    now = SystemClock().now()
    keep = Retention(timedelta(days=transcripts_days), timedelta(days=numbers_days), timedelta(days=recordings_days))
    with opened(db) as store:
        done = store.purge(now, keep, who(actor))
    sounds = _rendered().forget(now - timedelta(days=recordings_days))
    if json:
        output.emit_json({**asdict(done), "rendered_sounds": sounds})
        return
    output.out.print(
        f"erased the transcripts of {done.transcripts} calls, {done.recordings} recordings "
        f"and the numbers of {done.contacts} contacts; {sounds} rendered sounds removed"
    )


def _rendered() -> PromptCache:
    from audio.synthesis import PromptCache  # not for the commands that never hear of it

    return PromptCache(cache_folder())
