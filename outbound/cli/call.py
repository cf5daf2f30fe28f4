"""`outbound call`: one call, now, to see and hear how it goes."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience import NewContact
from campaigns.definition import CampaignDefinition, example_fields, parse
from campaigns.script import Purpose
from campaigns.store import Basis, CampaignState, Consent, Store, open_store
from outbound import wiring
from outbound.cli import output
from outbound.cli.fields import Fields, given
from outbound.cli.live import as_event
from outbound.cli.stores import opened
from outbound.clock import Clock, SystemClock
from outbound.dialer import Finished, Happened, News, Refused
from outbound.dialogue.actions import Save, Say, Transfer
from outbound.dialogue.events import Answered, Heard, Pressed, Ringing, Screened, Silence


class LineName(StrEnum):
    """What the call is placed on."""

    SIMULATED = "simulated"
    TEXT = "text"


def call(
    campaign: Annotated[str, typer.Option("--campaign", "-c", help="A campaign's file, or its name in the store.")],
    line: Annotated[LineName, typer.Option(help="simulated: with real speech; text: without sound.")] = (
        LineName.SIMULATED
    ),
    callee: Annotated[str | None, typer.Option(help="Who answers, by name; see --callees.")] = None,
    callees: Annotated[Path | None, typer.Option(help="A YAML file of callees instead of the ready ones.")] = None,
    fields: Fields = None,
    language: Annotated[str | None, typer.Option("--language", "-l", help="One of the campaign's languages.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same callee.")] = 1,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Place one call of a campaign and show every word, what was understood and what was saved.

    The call is a rehearsal in a scratch store: nothing of it is kept, and the gate is asked as for any other call.
    Example: outbound call --campaign my.yaml --callee stops
    """
    definition, source = _definition(campaign, db)
    store = _scratch(definition, source, given(fields), language or definition.language)
    contact = next(store.contacts(definition.name))

    def watch(news: News) -> None:
        if json:
            output.emit_json_line(as_event(news))
        else:
            _show(news)

    async def main(clock: Clock) -> None:
        directory = wiring.cast(seed, callees, callee)
        async with wiring.opened_route(line, clock, channels=1, directory=directory) as route:
            await wiring.dialer(store, route, clock, watch=watch).call_once(contact.id)

    # A rehearsal may be heard at any hour: its clock begins when the gate would next say yes.
    now = wiring.rehearsal_start(store)
    verdict = store.may_call(contact.id, now)
    wiring.run(line, main, now if verdict.allowed else (verdict.next_allowed or now) + timedelta(seconds=1))
    store.close()


def _definition(campaign: str, db: str | None) -> tuple[CampaignDefinition, str]:
    path = Path(campaign)
    if path.suffix in (".yaml", ".yml"):
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        if not source:
            output.fail(f"there is no file {path}", "make one with: outbound campaign new shipping --file my.yaml")
        return parse(source, campaign), source
    with opened(db) as store:
        source = store.campaign(campaign).source
    return parse(source, campaign), source


def _scratch(definition: CampaignDefinition, source: str, values: dict[str, str], language: str) -> Store:
    """A store in memory with one contact: the fields given, and the campaign's examples for the others."""
    now = SystemClock().now()
    store = open_store(":memory:")
    store.save_campaign(definition, source, now)
    fields = example_fields(definition, values)
    contact = NewContact(definition.caller_id, None, language, fields, None, definition.countries[0])
    consent = Consent(Purpose.MARKETING, Basis.WRITTEN, "a rehearsal")
    store.add_contacts(definition.name, [contact], now, consent=consent)
    store.set_state(definition.name, CampaignState.RUNNING, now)
    return store


def _show(news: News) -> None:
    """One line for everything worth seeing."""
    match news:
        case Happened(_, Ringing()):
            output.out.print("… ringing", style="dim")
        case Happened(_, Answered()):
            output.out.print("… answered", style="dim")
        case Happened(_, Screened(party)):
            output.out.print(f"… {party}", style="dim")
        case Happened(_, Say(text=text)) if text:
            output.out.print(f"robot   {text}", markup=False)
        case Happened(_, Heard(intent, confidence, words)):
            output.out.print(f"callee  {words or '…'}   [{intent}, {confidence:.0%}]", markup=False, style="cyan")
        case Happened(_, Pressed(key)):
            output.out.print(f"callee  presses {key}", style="cyan")
        case Happened(_, Silence()):
            output.out.print("callee  says nothing", style="cyan")
        case Happened(_, Save(result)):
            output.out.print(f"saved   {result}", markup=False, style="green")
        case Happened(_, Transfer()):
            output.out.print("… connecting a person", style="dim")
        case Finished():
            output.out.print(f"{news.disposition}, {news.seconds:.0f} s", style="bold")
        case Refused():
            for reason in news.verdict.reasons:
                output.note(f"not allowed: {reason.text} ({reason.source})")
