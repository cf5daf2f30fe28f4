"""`outbound campaign list|show|start|pause|resume|stop`: the campaigns of a store.

Decides nothing: what runs is the store's word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns import templates
from campaigns.definition import CampaignDefinition, load, parse
from campaigns.pacing import Pace
from campaigns.preflight import preflight, unmet_duties
from campaigns.script import Purpose
from campaigns.store import CampaignState, Store
from outbound.cli import campaign_file, output
from outbound.cli.compliance import print_preflight, print_unmet
from outbound.cli.lists import Actor, who
from outbound.cli.paces import PerHour, PerSecond, WarmUp, pace_of, told
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock

Campaign = Annotated[str, typer.Argument(help="A campaign's name, or its file.", metavar="CAMPAIGN")]


def list_(
    db: output.Db = None,
    ready: Annotated[bool, typer.Option("--templates", help="List the ready campaigns instead.")] = False,
    json: output.Json = False,
) -> None:
    """List the campaigns in the store, or the ready ones that 'campaign new' offers."""
    if ready:
        known = templates.templates()
        if json:
            output.emit_json(known)
        else:
            output.table("Ready campaigns", ["language", "names"], [(tag, ", ".join(known[tag])) for tag in known])
        return
    with opened(db) as store:
        records = store.campaigns()
        counts = {record.name: store.contact_counts(record.name) for record in records}
    if json:
        output.emit_json(
            [
                {
                    "name": r.name,
                    "brand": r.brand,
                    "purpose": r.purpose,
                    "state": r.state,
                    "because": r.because,
                    "version": r.version,
                    "contacts": counts[r.name],
                }
                for r in records
            ]
        )
    elif not records:
        output.note("no campaign yet; begin with: outbound campaign new shipping --file my.yaml")
    else:
        output.table(
            "",
            ["campaign", "brand", "purpose", "state", ">version", ">open", ">closed"],
            [
                (
                    r.name,
                    r.brand,
                    r.purpose,
                    r.state,
                    r.version,
                    counts[r.name]["open"] + counts[r.name]["calling"],
                    counts[r.name]["closed"],
                )
                for r in records
            ],
        )
        for record in records:
            if record.because:
                output.note(f"{record.name}: {record.because}")


def show(campaign: Campaign, db: output.Db = None, json: output.Json = False) -> None:
    """Show one campaign of the store: its state, its contacts and the file it was started from."""
    with opened(db) as store:
        record = store.campaign(campaign_name(campaign))
        counts = store.contact_counts(record.name)
    if json:
        output.emit_json({"campaign": record, "contacts": counts})
        return
    output.table(
        "",
        ["campaign", "state", "version", "purpose", ">open", ">calling", ">closed"],
        [
            (
                record.name,
                record.state,
                record.version,
                record.purpose,
                counts["open"],
                counts["calling"],
                counts["closed"],
            )
        ],
    )
    if record.because:
        output.out.print(f"\n{record.because}", markup=False)
    output.out.print()
    output.out.print(record.source, markup=False, soft_wrap=True)


def start(campaign: Campaign, actor: Actor = None, db: output.Db = None) -> None:
    """Let a campaign's contacts be called, as far as the rules allow. A file is saved as the newest version first.

    First says how many will be called when, how many not, and why. Exits with 3, and saves and starts nothing, for a
    marketing campaign without the duties that the rule packs ask for; with 1 for one that is not fit to be heard.
    Example: outbound campaign start my.yaml && outbound run --line simulated
    """
    with opened(db) as store:
        now = SystemClock().now()
        path = Path(campaign)
        if path.suffix in (".yaml", ".yml"):
            definition = load(path)
            _refuse_unfit(definition, path)
            store.save_campaign(definition, path.read_text(encoding="utf-8"), now, actor=who(actor))
            name = definition.name
        else:
            name = campaign
            _refuse_unfit(parse(store.campaign(name).source, name), name)
        found = preflight(store, name, now)
        print_preflight(found)
        store.set_state(name, CampaignState.RUNNING, now, actor=who(actor))
    waiting = found.contacts
    output.note(f"{name} is running; {waiting} contact{'' if waiting == 1 else 's'} to call. Next: outbound run")


def pause(campaign: Campaign, actor: Actor = None, db: output.Db = None) -> None:
    """Place no further call for a campaign until it is resumed. Calls in progress end by themselves."""
    _change(campaign, actor, db, CampaignState.PAUSED, {CampaignState.RUNNING})


def resume(campaign: Campaign, actor: Actor = None, db: output.Db = None) -> None:
    """Go on with a paused campaign."""
    _change(campaign, actor, db, CampaignState.RUNNING, {CampaignState.PAUSED})


def stop(campaign: Campaign, actor: Actor = None, db: output.Db = None) -> None:
    """End a campaign for good; contacts that were not called yet stay uncalled."""
    _change(
        campaign, actor, db, CampaignState.STOPPED, {CampaignState.RUNNING, CampaignState.PAUSED, CampaignState.DRAFT}
    )


def pace(
    campaign: Campaign,
    in_flight: Annotated[int | None, typer.Option(min=1, help="At most so many calls at a time.")] = None,
    per_second: PerSecond = None,
    per_hour: PerHour = None,
    warm_up: WarmUp = None,
    from_file: Annotated[bool, typer.Option("--from-file", help="The campaign file's own pace again.")] = False,
    actor: Actor = None,
    db: output.Db = None,
) -> None:
    """Change how quickly a campaign calls, also while it runs; without an option, tell it.

    Example: outbound campaign pace shipping --per-hour 300
    """
    asked = pace_of(in_flight, per_second, per_hour, warm_up)
    with opened(db) as store:
        record = store.campaign(campaign_name(campaign))
        if from_file or asked != Pace():
            store.set_pace(record.name, None if from_file else asked, SystemClock().now(), actor=who(actor))
        now = store.pace(record.name)
    output.note(f"{record.name}: {told(now)}")


def _change(campaign: str, actor: str | None, db: str | None, to: CampaignState, out_of: set[CampaignState]) -> None:
    with opened(db) as store:
        record = store.campaign(campaign_name(campaign))
        if record.state is to:
            output.note(f"{record.name} is {to} already")
            return
        if record.state not in out_of:
            output.fail(f"{record.name} is {record.state}", _way_on(store, record.state))
        store.set_state(record.name, to, SystemClock().now(), actor=who(actor))
    output.note(f"{record.name} is {to}")


def _way_on(_store: Store, state: CampaignState) -> str:
    if state is CampaignState.STOPPED:
        return "a stopped campaign does not come back: give it a new name and start that"
    return "start it with: outbound campaign start"


def _refuse_unfit(definition: CampaignDefinition, origin: Path | str) -> None:
    """What the law asks comes before how it sounds: a duty is found by both, and its exit code is the law's."""
    if definition.purpose is Purpose.MARKETING and (unmet := unmet_duties(definition)):
        print_unmet(unmet)
        output.fail(
            f"{definition.name} was not started",
            "meet what is named above, then start it again",
            code=output.REFUSED_EXIT,
        )
    blocking = [finding for finding in campaign_file.findings_of(definition) if finding.blocks]
    if blocking:
        first = blocking[0]
        output.fail(
            f"{origin} is not safe to call with: {first.where}: {first.message}",
            f"see all {len(blocking)} with: outbound campaign check {origin}",
        )
