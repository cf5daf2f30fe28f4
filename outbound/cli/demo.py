"""`outbound demo`: the main job from beginning to end, on a simulated line with real speech.

Decides nothing but the order of the commands it plays: three ready campaigns, three order lists with mistakes in them,
people who answer in their own ways, one process that dies in mid-call, and what comes out.
"""

from __future__ import annotations

import csv
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import phonenumbers
import typer

from campaigns import templates
from campaigns.audience import read_contacts, rejects_file
from campaigns.definition import parse
from campaigns.dnc import ExportFormat
from campaigns.reports import report
from campaigns.script import Purpose
from campaigns.store import Basis, CampaignState, Consent, Permit, Store, open_store
from outbound import wiring
from outbound.cli import output
from outbound.cli.live import LiveView
from outbound.cli.report import show
from outbound.clock import Clock
from outbound.lines.base import DialOrder
from outbound.simulation import callee

CAMPAIGNS = ("shipping", "renewal", "price-drop")
BEGINS = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
"""A Tuesday, 10:00 in New York: the same every time, so that the same is said and the outcome is the same."""
CONSENT = "Yes, Bluebird Books may call me with an automatic voice about my membership and things I saved."


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo's store and files go; made anew each time.")] = Path(
        "demo"
    ),
    line: Annotated[str, typer.Option(help="simulated: with real speech; text: without sound, in a moment.")] = (
        "simulated"
    ),
    in_flight: Annotated[int, typer.Option(min=1, help="At most so many calls at a time.")] = 6,
) -> None:
    """Play the main job: three campaigns and their lists go in, people are called, results come out.

    Nobody's phone rings: callees are scripted. What they say is synthesised, sent through a telephone band and
    understood by the recogniser; what the robot says is synthesised, too. Run twice, it gives the same outcomes.
    """
    began = time.perf_counter()
    _start_over(folder)
    store = open_store(str(folder / "demo.db"))
    source = resources.files("outbound.simulation") / "demo"
    people = {name: _people(source / f"{name}.csv") for name in CAMPAIGNS}
    for name in CAMPAIGNS:
        _bring_in(store, name, source / f"{name}.csv", folder)
    _die_in_mid_call(store)
    output.out.print("price-drop: a process died in the middle of a call; nobody is dialled again for it", style="dim")
    with LiveView() as view:

        async def main(clock: Clock) -> None:
            directory = _Cast(store, people)
            async with wiring.opened_route(line, clock, channels=in_flight, directory=directory) as route:
                await wiring.dialer(store, route, clock, watch=view.watch, calls_in_flight=in_flight).run()

        wiring.run(line, main, BEGINS)
    show(report(store, now=BEGINS))
    dnc = folder / "do-not-call.csv"
    _export(store, dnc)
    output.out.print(f"\ndo-not-call list: {dnc}")
    output.out.print(f"the store:        {folder / 'demo.db'}   (outbound report --db {folder / 'demo.db'})")
    output.out.print(f"{sum(view.counts.values())} calls, played in {time.perf_counter() - began:.0f} s")
    store.close()


def _start_over(folder: Path) -> None:
    """Only a folder that an earlier demo made is emptied."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "demo.db").exists():
        output.fail(f"{folder} holds something else", "choose another folder with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _bring_in(store: Store, name: str, source: Traversable, folder: Path) -> None:
    """A ready campaign and its list, as a marketer would bring them in."""
    text = templates.template_text(name)
    definition = parse(text, f"{name}.yaml")
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / f"{name}.csv").write_text(source.read_text("utf-8"), encoding="utf-8")
    store.save_campaign(definition, text, BEGINS)
    list_file = folder / f"{name}.csv"
    audience = read_contacts(list_file, definition)
    consent = Consent(Purpose.MARKETING, Basis.WRITTEN, CONSENT) if definition.purpose is Purpose.MARKETING else None
    with rejects_file(folder / f"{name}.rejects.csv", audience, list_file) as bad:
        added = store.add_contacts(name, bad.pass_on(audience.rows), BEGINS, consent=consent)
    store.set_state(name, CampaignState.RUNNING, BEGINS)
    output.out.print(f"{name}: {added.new} contacts, {bad.count} rejected")
    if bad.count:
        for row in bad.first:
            output.out.print(f"  row {row.row}: {row.reason}", style="dim", soft_wrap=True)
        output.out.print(f"  they stand in {bad.path} to be mended and imported again", style="dim", soft_wrap=True)


def _die_in_mid_call(store: Store) -> None:
    """A process that got as far as writing its call row, and no further: its outcome is unknown, and stays so."""
    last = list(store.contacts("price-drop"))[-1]
    store.lease("a process that dies", BEGINS, seconds=0.5)
    permit = store.authorise(last.id, BEGINS, line="simulated", owner="a process that dies")
    assert isinstance(permit, Permit)
    store.release_lease("a process that dies")


def _export(store: Store, path: Path) -> None:
    store.export_entries(path, ExportFormat.CSV, BEGINS, "demo")


def _people(source: Traversable) -> dict[str, list[str]]:
    """Who is at a number: one callee for each attempt."""
    people: dict[str, list[str]] = {}
    for row in csv.DictReader(source.read_text("utf-8").splitlines()):
        number = phonenumbers.parse(row["phone"], "US")
        people[phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)] = row["callee"].split(" > ")
    return people


class _Cast:
    """The demo's directory: each attempt meets the next callee of its row, the last one for good."""

    def __init__(self, store: Store, people: Mapping[str, Mapping[str, list[str]]]) -> None:
        text = (resources.files("outbound.simulation") / "demo" / "callees.yaml").read_text("utf-8")
        self._callees = {one.name: one for one in callee.parse(text, "callees.yaml")}
        self._store = store
        self._people = people
        self._attempts: Counter[tuple[str, str]] = Counter()

    def __call__(self, order: DialOrder) -> callee.Callee:
        campaign = self._store.call(order.call_id).campaign
        names = self._people[campaign][order.number]
        attempt = self._attempts[campaign, order.number]
        self._attempts[campaign, order.number] += 1
        return self._callees[names[min(attempt, len(names) - 1)]]
