"""`outbound call`: one call, now, to see and hear how it goes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.definition import CampaignDefinition, example_fields, parse
from campaigns.store import Store
from outbound import wiring
from outbound.cli import output, trial
from outbound.cli.fields import Fields, given
from outbound.cli.lazily import group
from outbound.cli.live import as_event
from outbound.cli.results import told
from outbound.cli.run import Trunk
from outbound.cli.seat import Meter, keyboard, say_what_was_found
from outbound.cli.stores import opened
from outbound.clock import Clock, SystemClock
from outbound.dialing.news import Finished, Happened, News, Refused
from outbound.dialogue.actions import Save, Say, Transfer
from outbound.dialogue.events import Answered, Corrected, Heard, Pressed, Ringing, Screened, Silence, WentOn
from outbound.lines.microphone import MicrophoneLine, Speakers
from outbound.lines.recorded import RecordedLine
from outbound.lines.sip import SipSettings


class LineName(StrEnum):
    """What the call is placed on."""

    SIMULATED = "simulated"
    TEXT = "text"
    MICROPHONE = "microphone"
    SIP = "sip"


app = typer.Typer(cls=group({"replay": "replay:replay"}), invoke_without_command=True)


@app.callback()
def call(
    ctx: typer.Context,
    campaign: Annotated[
        str | None, typer.Option("--campaign", "-c", help="A campaign's file, or its name in the store.")
    ] = None,
    line: Annotated[
        LineName,
        typer.Option(
            help="simulated: with real speech; text: without sound; microphone: you are called, here; sip: a telephone."
        ),
    ] = LineName.SIMULATED,
    callee: Annotated[str | None, typer.Option(help="Rehearsals: who answers, by name; see --callees.")] = None,
    callees: Annotated[
        Path | None, typer.Option(help="Rehearsals: a YAML file of callees instead of the ready ones.")
    ] = None,
    contact: Annotated[
        int | None, typer.Option(help="microphone: this contact of the campaign; what you say is saved as theirs.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --contact: save nothing.")] = False,
    to: Annotated[str | None, typer.Option(metavar="NUMBER", help="sip: the telephone to ring, +4930…")] = None,
    trunk: Trunk = None,
    fields: Fields = None,
    language: Annotated[str | None, typer.Option("--language", "-l", help="One of the campaign's languages.")] = None,
    speakers: Annotated[
        Speakers, typer.Option(help="microphone: auto listens whether the robot comes back to the microphone.")
    ] = Speakers.AUTO,
    microphone: Annotated[str | None, typer.Option(metavar="NAME", help="Another one than the system's.")] = None,
    speaker: Annotated[str | None, typer.Option(metavar="NAME", help="Another one than the system's.")] = None,
    record: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="microphone: keep the sound, the robot left, you right."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Rehearsals: the same seed gives the same callee.")] = 1,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Place one call of a campaign and show every word, what was understood and what was saved.

    On the simulated line, in text and on the microphone the call is a rehearsal in a scratch store: nothing of it is
    kept unless --contact names whose call it is. A telephone is rung through the same gate as in a campaign, and the
    call is kept under the campaign's name with "-test" behind it.
    Exits with 0 when the call was made, whatever came of it; with 3 when it was not allowed; with 1 when it failed.
    Example: outbound call --campaign my.yaml --line microphone --field name=Dana
    """
    if ctx.invoked_subcommand is not None:
        return
    if campaign is None:
        output.fail(
            "say which campaign to call with", "--campaign my.yaml, or a name from: outbound campaign list", code=2
        )
    definition, source = _definition(campaign, db)
    seen: list[News] = []
    wanted = trial.Wanted(
        definition, source, example_fields(definition, given(fields)), language or definition.language
    )

    def watch(news: News) -> None:
        if isinstance(news, (Finished, Refused)):
            seen.append(news)
        if json:
            output.emit_json_line(as_event(news))
        else:
            _show(news)

    async def on_a_simulated_line(clock: Clock, store: Store, contact_id: int) -> None:
        directory = wiring.cast(seed, callees, callee)
        async with wiring.opened_route(line, clock, channels=1, directory=directory) as route:
            await wiring.dialer(store, route, clock, watch=watch).call_once(contact_id)

    async def at_the_microphone(clock: Clock, store: Store, contact_id: int) -> None:
        meter = Meter()
        seat = MicrophoneLine(speakers, microphone=microphone, speaker=speaker, level=meter.level)
        place = seat if record is None else RecordedLine(seat, record)
        async with wiring.spoken_route(place, clock, wiring.recordings_for(store)) as route:
            say_what_was_found(seat.setup)
            with keyboard(seat), meter.shown():
                await wiring.dialer(store, route, clock, watch=watch).call_once(contact_id)

    async def on_the_telephone(clock: Clock, store: Store, contact_id: int) -> None:
        settings = SipSettings.load(trunk)
        telephone = wiring.sip_line(store, settings, clock)
        async with wiring.spoken_route(telephone, clock, wiring.recordings_for(store)) as route:
            await wiring.dialer(store, route, clock, watch=watch, allow=settings.allow).call_once(contact_id)

    if record is not None and line is not LineName.MICROPHONE:
        output.fail(
            "only a call at the microphone is kept in a folder", "for others, set record: true in the campaign", 2
        )
    match line:
        case LineName.SIP:
            if to is None:
                output.fail("say which telephone to ring", "--to +4930…", code=2)
            with opened(db) as store, trial.test_call(store, wanted, to) as contact_id:
                wiring.check_kind(store, line)
                wiring.run(line, lambda clock: on_the_telephone(clock, store, contact_id), SystemClock().now())
        case LineName.MICROPHONE if contact is not None and not dry_run:
            with opened(db) as store:
                wiring.check_kind(store, line)
                wiring.run(line, lambda clock: at_the_microphone(clock, store, contact), SystemClock().now())
        case LineName.MICROPHONE:
            if contact is not None:
                with opened(db) as store:
                    wanted = wanted.as_if_to(store.contact(contact))
            with trial.rehearsal(wanted) as (store, contact_id, start):
                wiring.run_from(start, lambda clock: at_the_microphone(clock, store, contact_id))
        case _:
            with trial.rehearsal(wanted) as (store, contact_id, start):
                wiring.run(line, lambda clock: on_a_simulated_line(clock, store, contact_id), start)
    if not any(isinstance(news, Finished) for news in seen):
        raise typer.Exit(output.REFUSED_EXIT if seen else 1)


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
            output.out.print(f"robot   {text}", markup=False, soft_wrap=True)
        case Happened(_, Heard(intent, confidence, words) | Corrected(intent, confidence, words)):
            output.out.print(
                f"callee  {words or '…'}   [{intent}, {confidence:.0%}]", markup=False, style="cyan", soft_wrap=True
            )
        case Happened(_, WentOn(words)):
            output.out.print(f"callee  {words}   [goes on]", markup=False, style="cyan", soft_wrap=True)
        case Happened(_, Pressed(key)):
            output.out.print(f"callee  presses {key}", style="cyan", soft_wrap=True)
        case Happened(_, Silence()):
            output.out.print("callee  says nothing", style="cyan")
        case Happened(_, Save(result)):
            output.out.print(f"saved   {told(result)}", markup=False, style="green", soft_wrap=True)
        case Happened(_, Transfer()):
            output.out.print("… connecting a person", style="dim")
        case Finished():
            output.out.print(f"{news.disposition}, {news.seconds:.0f} s", style="bold")
        case Refused():
            for reason in news.verdict.reasons:
                output.note(f"not allowed: {reason.text} ({reason.source})")
