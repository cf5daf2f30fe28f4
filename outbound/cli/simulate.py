"""`outbound simulate`: a whole campaign on people who do not exist, before anybody is called.

Decides what a marketer may ask and how the answer is shown. What happens in between is the real dialer, gate,
dialogue and store on a clock that jumps (`outbound/simulation/trial.py`).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from campaigns import templates
from campaigns.definition import parse
from campaigns.script import Purpose
from campaigns.store import SCRATCH, Store, open_store
from outbound import wiring
from outbound.cli import output
from outbound.cli.forecasts import show, show_survived
from outbound.clock import SystemClock
from outbound.dialing.news import Finished, News
from outbound.simulation.faults import Faults
from outbound.simulation.forecast import Forecast, Tally, forecast
from outbound.simulation.ordeal import survive
from outbound.simulation.population import read_habits
from outbound.simulation.sample import Sample, Spoken, spoken
from outbound.simulation.trial import Question, Trial

_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d"]
_SHOWN_EVERY = 100
_LONGEST_DAYS = 3_650
_YEARS = range(2001, 2090)
"""In which a campaign may begin: its days, and the year of calls before it, are in everybody's calendar."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One forecast, with the calls of it that were held again with real speech."""

    forecast: Forecast
    spoken: tuple[Spoken, ...] = ()


def simulate(
    campaign: Annotated[str, typer.Argument(help="A campaign file (YAML), or a ready campaign: shipping, renewal …")],
    contacts: Annotated[int, typer.Option(min=1, help="How many people to invent.")] = 10_000,
    contacts_file: Annotated[
        Path | None, typer.Option(help="A contact list of your own (CSV, XLSX) instead of invented people.")
    ] = None,
    lines: Annotated[
        str, typer.Option(help="Calls in progress at a time; several to compare: 20,50.", metavar="N[,N…]")
    ] = "20",
    days: Annotated[float, typer.Option(min=0.01, max=_LONGEST_DAYS, help="How long the campaign may go on.")] = 30.0,
    until: Annotated[
        datetime | None, typer.Option(formats=_FORMATS, metavar="DATE", help="The same as a date, UTC.")
    ] = None,
    start: Annotated[
        datetime | None,
        typer.Option(formats=_FORMATS, metavar="DATE", help="When it is started, UTC.  [default: now]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same people and the same result.")] = 1,
    population: Annotated[
        Path | None,
        typer.Option(help="What people are like, in a file of your own; see docs/simulation.md.", metavar="FILE"),
    ] = None,
    audio: Annotated[
        int, typer.Option(min=0, help="Hold so many of the calls once more with real speech, and compare.")
    ] = 0,
    faults: Annotated[
        int | None,
        typer.Option(
            metavar="SEED",
            help="Break things on purpose, by this seed, and ask a witness whether anybody was wronged.",
        ),
    ] = None,
    db: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Keep the store: a new file, or an empty PostgreSQL.  [default: thrown away]"),
    ] = None,
    json: output.Json = False,
) -> None:
    """Ask how a campaign would go, before the first call: how long, how many reached, which hours, how many lines.

    The real dialer, rules, dialogue and store call people who do not exist, on a clock that jumps over every pause: a
    month passes in minutes. Nobody's phone rings. What people are like is assumed, and the answer says what was
    assumed. Ctrl-C gives the answer so far.

    Examples:

    outbound simulate shipping --contacts 5000 --lines 20

    outbound simulate my.yaml --contacts-file orders.csv --lines 10,20,50 --start 2026-03-02T14:00

    outbound simulate shipping --contacts 2000 --faults 7
    """
    counts = _counts(lines)
    if db is not None and len(counts) > 1:
        output.fail("one store cannot hold several answers", "give one number of --lines, or no --db", code=2)
    if audio and len(counts) > 1:
        output.fail("calls are compared for one number of lines", "give one number of --lines with --audio", code=2)
    source = _source(campaign)
    begins = _utc(start) or SystemClock().now().replace(second=0, microsecond=0)
    ends = _utc(until)
    question = Question(
        definition=parse(source, campaign),
        source=source,
        contacts=contacts,
        contacts_file=contacts_file,
        lines=counts[0],
        start=begins,
        days=days if ends is None else (ends - begins) / timedelta(days=1),
        seed=seed,
        habits=read_habits(population),
    )
    if begins.year not in _YEARS:
        output.fail(f"the rules of {begins.year} are not known", "give a --start in this century", code=2)
    if question.days <= 0:
        output.fail("the campaign would end before it begins", "give a later --until", code=2)
    if question.days > _LONGEST_DAYS:
        output.fail("nobody can say how a campaign of so many years would go", "give an earlier --until", code=2)
    if faults is not None:
        if audio or len(counts) > 1:
            output.fail("faults are met by one campaign in text", "give one number of --lines, no --audio", code=2)
        _ordeal(question, faults, db, json)
        return
    if len(counts) == 1:
        answers = [_answered(question, db, audio, quiet=json)]
    else:
        answers = _side_by_side([replace(question, lines=count) for count in counts])
    assumed = _assumed(question)
    if json:
        output.emit_json({"seed": seed, "days": question.days, "assumed": assumed, "answers": answers})
        return
    show(question, [answer.forecast for answer in answers], answers[0].spoken, assumed)
    if db is not None:
        output.note(f"the store is kept: outbound report --db {db}")


def _counts(lines: str) -> list[int]:
    counts = [int(part) for part in lines.replace(" ", "").split(",") if part.isdecimal()]
    if not counts or min(counts) < 1 or len(counts) != len(lines.split(",")):
        output.fail(f"{lines!r} is no number of lines", "give one number, or several: --lines 20,50", code=2)
    return counts


def _source(campaign: str) -> str:
    path = Path(campaign)
    if path.suffix not in (".yaml", ".yml"):
        return templates.template_text(campaign)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        output.fail(
            f"cannot read {path}: {error.strerror}", "begin with: outbound campaign new shipping --file my.yaml"
        )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _assumed(question: Question) -> list[str]:
    """What the answer rests on, besides the campaign itself."""
    said = [f"people: {' '.join(question.habits.source.split())}"]
    if question.definition.purpose is Purpose.MARKETING:
        said.append("consent: everybody on the list has agreed in writing")
    said.append("do-not-call: nobody is listed at the start; who asks for it in a simulated call is")
    if question.contacts_file is None:
        said.append("contacts: invented, with numbers that ring nowhere and the campaign's example fields")
    said.append("text: what people say is understood by the real model of meaning, but nothing is misheard")
    return said


@contextmanager
def _store(db: str | None) -> Iterator[tuple[Store, str]]:
    """An empty store, thrown away afterwards unless it is named; and a folder for journals, which is."""
    with tempfile.TemporaryDirectory(prefix="outbound-simulate-") as folder:
        # A simulation that a power cut ends is begun anew: it does not wait for the disk.
        store = open_store(db or SCRATCH, durable=False, shared=db is not None)
        try:
            if store.campaigns():
                output.fail("that store holds campaigns already", "name a new file with --db", code=2)
            wiring.check_kind(store, "text")
            yield store, folder
        finally:
            store.close()


def _answered(question: Question, db: str | None = None, audio: int = 0, *, quiet: bool = False) -> Answered:
    tally, sample = Tally(), Sample(audio)
    with _store(db) as (store, _), _Bar(question, quiet=quiet) as bar:
        trial = Trial(store, question)
        bar.contacts = trial.fill()

        def watch(news: News) -> None:
            tally.watch(news)
            sample.watch(news)
            if isinstance(news, Finished) and tally.calls % _SHOWN_EVERY == 0:
                bar.show(tally)

        with _stopping(trial):
            trial.run(watch, sample.remembering)
        bar.show(tally)
        made = forecast(store, question.definition.name, tally, lines=question.lines, start=question.start)
        compared = spoken(question, sample.met, trial.zone_of) if audio else []
    return Answered(made, tuple(compared))


def _ordeal(question: Question, seed: int, db: str | None, json: bool) -> None:
    """The campaign among faults, to its end; exits with 1 if anybody was wronged."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # what breaks on purpose is told in thousands of lines
    try:
        with _store(db) as (_, folder):
            survived = survive(db or SCRATCH, question, Faults(seed=seed), Path(folder), shared=db is not None)
    finally:
        logging.disable(before)
    if json:
        output.emit_json({"seed": question.seed, "faults": seed, "survived": survived})
    else:
        show_survived(survived)
    if survived.wrongs or not survived.complete:
        raise typer.Exit(1)


def _side_by_side(questions: Sequence[Question]) -> list[Answered]:
    """One process for each answer, as many at a time as there are processors."""
    output.note(f"{len(questions)} simulations, side by side")
    processes = min(len(questions), os.cpu_count() or 1)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the simulations: each answers so far
    try:
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            return list(pool.map(_quietly, questions))
    finally:
        signal.signal(signal.SIGINT, before)


def _quietly(question: Question) -> Answered:
    return _answered(question, quiet=True)


@contextmanager
def _stopping(trial: Trial) -> Iterator[None]:
    """Ctrl-C ends the simulation, and what happened so far is the answer."""
    before = signal.signal(signal.SIGINT, lambda *_: trial.stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Bar:
    """How far a simulation is, on stderr."""

    def __init__(self, question: Question, *, quiet: bool) -> None:
        self.contacts = question.contacts
        self._question = question
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=output.err, disable=quiet or not output.err.is_terminal)
        self._task = self._progress.add_task(question.definition.name, total=None, said="filling the store")

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, tally: Tally) -> None:
        """The calls so far."""
        day = (tally.last - self._question.start).days + 1 if tally.last else 1
        said = f"day {day}, {tally.calls:,} calls"
        self._progress.update(self._task, total=self.contacts, completed=tally.settled, said=said)
