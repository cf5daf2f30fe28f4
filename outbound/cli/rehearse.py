"""`outbound campaign rehearse|test|coverage`: talk with a campaign by typing, and keep it talking that way.

Decides how a rehearsal looks on the screen. The call itself is `outbound/rehearsal.py`, what was tried is
`outbound/coverage.py`.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from audio import synthesis
from audio.errors import AudioError
from campaigns.definition import CampaignDefinition, example_fields, load, parse
from campaigns.script import Script
from outbound.cli import output
from outbound.cli.campaign_file import File, Language, Variant
from outbound.cli.fields import Fields, given
from outbound.cli.results import told, told_of
from outbound.cli.stores import campaign_name, opened
from outbound.clock import SystemClock
from outbound.coverage import Way, coverage_of
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action, Save, Say, Transfer
from outbound.dialogue.events import Event, Heard, HungUp, Pressed, Silence
from outbound.folders import cache_folder
from outbound.rehearsal import Change, Setting, changes, hold, moment_for, read_recording, recording_of, typed, written
from outbound.simulation.callee import Callee, Doing


def rehearse(
    file: File,
    fields: Fields = None,
    language: Language = None,
    variant: Variant = None,
    speak: Annotated[bool, typer.Option("--speak", help="Let the robot be heard, too.")] = False,
    nobody_there: Annotated[bool, typer.Option("--nobody-there", help="Nobody takes a transfer.")] = False,
    recording: Annotated[
        Path | None, typer.Option("--record", help="Keep the rehearsal as a test, for 'campaign test'.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a recording that is there.")] = False,
) -> None:
    """Talk with a campaign's robot by typing, and see what it understands and would save. Nothing is kept.

    Words are said; digits, * and # are pressed; an empty line is silence; the end of input (ctrl-D) hangs up.

    Example: outbound campaign rehearse my.yaml --field name=Dana --record wants-it.yaml
    """
    if recording is not None and recording.exists() and not force:
        output.fail(f"{recording} is there already", "choose another name, or overwrite it with --force")
    definition = load(file)
    setting = _setting(definition, language, variant, given(fields))
    output.note("Type what the callee says, or keys (9, 0, *, 12#). Empty line: silence. ctrl-D: hang up.")
    heard = _voice(setting.script(definition)) if speak else _unheard

    def seen(what: Event | Action, dialogue: Dialogue) -> None:
        _show(what, dialogue)
        if isinstance(what, Say) and what.text:
            heard(what)

    name = recording.stem if recording is not None else "you"
    held = hold(definition, setting, Callee(name, transfer_reached=not nobody_there), _asked, seen)
    output.out.print(f"{held.outcome.disposition}, about {held.outcome.seconds:.0f} s", style="bold")
    if recording is not None:
        with output.writing(recording):
            recording.write_text(written(recording_of(name, setting, held)), encoding="utf-8")
        output.note(f"recorded; hold it again with: outbound campaign test {file} {recording}")


def hold_again(
    file: File,
    recordings: Annotated[list[Path], typer.Argument(help="Recordings of rehearsals.", metavar="RECORDING…")],
    json: output.Json = False,
) -> None:
    """Hold recorded rehearsals again, and compare how they end and what is saved. Exits with 1 on a difference.

    What the robot says may be worded anew; what a callee's answers come to may not change unseen.

    Example: outbound campaign test my.yaml rehearsals/*.yaml
    """
    definition = load(file)
    found: dict[Path, tuple[Change, ...]] = {}
    for path in recordings:
        expected = read_recording(path)
        _check_known(definition, expected.setting.language, expected.setting.variant)
        found[path] = changes(expected, hold(definition, expected.setting, expected.callee))
    if json:
        output.emit_json([{"recording": path, "same": not found[path], "changes": found[path]} for path in found])
    else:
        for path, changed in found.items():
            output.out.print(f"{path}: {'different' if changed else 'as recorded'}", markup=False, soft_wrap=True)
            for one in changed:
                output.out.print(f"  {one.what}")
                for label, value in (("expected", one.expected), ("found", one.found)):
                    _print_outcome(label, value)
    if any(found.values()):
        raise typer.Exit(1)


def _print_outcome(label: str, outcome: Any) -> None:
    """A disposition, or results in their plain form, one below the other."""
    lines = [outcome] if isinstance(outcome, str) else [told_of(one) for one in outcome] or ["nothing"]
    for place, line in enumerate(lines):
        output.out.print(f"    {'' if place else label:<8}  {line}", markup=False, soft_wrap=True)


def coverage(
    campaign: Annotated[str, typer.Argument(help="A campaign's name, or its file.", metavar="CAMPAIGN")],
    rehearsals: Annotated[
        list[Path] | None, typer.Option("--recording", help="Count this recorded rehearsal, too.", metavar="FILE")
    ] = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Show what of a campaign's newest script its calls have reached, and what nobody has tried.

    Counted are the calls in the store, rehearsed or real, in which a step was reached, a way was taken or something was
    meant, by voice or by key.

    Example: outbound campaign coverage my --recording wants-it.yaml
    """
    with opened(db) as store:
        kept = store.campaign(campaign_name(campaign))
        logs = list(store.call_events(kept.name))
    definition = parse(kept.source, kept.name)
    for path in rehearsals or ():
        expected = read_recording(path)
        _check_known(definition, expected.setting.language, expected.setting.variant)
        logs.append(hold(definition, expected.setting, expected.callee).outcome.log)
    reached = coverage_of(definition.example_script(definition.language, example_fields(definition)), logs)
    if json:
        ways = [{"from": way.source, "to": way.target, "by": way.label, "calls": n} for way, n in reached.ways.items()]
        output.emit_json({"calls": reached.calls, "steps": reached.steps, "ways": ways, "intents": reached.intents})
        return
    _table("step", reached.steps)
    _table("way", {_told(way): calls for way, calls in reached.ways.items()})
    _table("meaning", {intent.value: calls for intent, calls in reached.intents.items()})
    counts = [*reached.steps.values(), *reached.ways.values(), *reached.intents.values()]
    calls = f"{reached.calls} call{'' if reached.calls == 1 else 's'}"
    output.note(f"{sum(map(bool, counts))} of {len(counts)} were tried in {calls}.")


def _table(title: str, counts: Mapping[str, int]) -> None:
    rows = [(name, calls or "nobody has tried") for name, calls in counts.items()]
    output.table("", [title, ">calls"], rows)
    output.out.print()


def _told(way: Way) -> str:
    label = way.label.replace("\n", ", ")
    return f"{way.source} → {way.target}" + (f"  ({label})" if label else "")


def _setting(
    definition: CampaignDefinition, language: str | None, variant: str | None, fields: dict[str, str]
) -> Setting:
    chosen = language or definition.language
    wording = variant or next(iter(definition.variants), "")
    _check_known(definition, chosen, wording)
    return Setting(chosen, wording, fields, moment_for(definition, SystemClock().now()))


def _check_known(definition: CampaignDefinition, language: str, variant: str) -> None:
    if language not in definition.languages:
        output.fail(f"{definition.name} does not speak {language}", f"it speaks {', '.join(definition.languages)}")
    if variant and variant not in definition.variants:
        known = ", ".join(definition.variants) or "none"
        output.fail(f"{definition.name} has no variant {variant}", f"it has {known}")


def _asked() -> Doing:
    """The next turn, from the keyboard."""
    # A rehearsal waits here for as long as one likes: ctrl-C must end the waiting, not only what comes after it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return typed(_read_line())
    except KeyboardInterrupt:
        return typed(None)
    finally:
        signal.signal(signal.SIGINT, before)


def _read_line() -> str | None:
    try:
        return input("you     " if sys.stdin.isatty() else "")
    except EOFError:
        return None


def _unheard(_say: Say) -> None:
    """In text only."""


def _voice(script: Script) -> Callable[[Say], None]:
    """Speaks on the speaker; where there is no voice or speaker, that is told once and the rehearsal goes on."""
    settings = script.voice
    working = True

    def speak(say: Say) -> None:
        nonlocal working
        if not working:
            return
        from audio.devices import play

        try:
            play(voice.speak(say.text, pace=say.pace))
        except AudioError as error:
            working = False
            output.note(f"the robot is not heard: {error}")

    try:
        voice = synthesis.voice_for(
            script.language,
            settings.engine,
            settings.name,
            pace=settings.pace,
            cache=synthesis.PromptCache(cache_folder()),
        )
    except AudioError as error:
        output.note(f"the robot is not heard: {error}")
        return _unheard
    return speak


def _show(what: Event | Action, dialogue: Dialogue) -> None:
    """One line for everything worth seeing."""
    place = f"{dialogue.state} · {dialogue.step}" if dialogue.step else str(dialogue.state)
    match what:
        case Say(text=text) if text:
            output.out.print(f"robot   {text}   ({place})", markup=False, soft_wrap=True)
        case Heard(intent, confidence, words, choice):
            meant = f"{intent}, {confidence:.0%}" if choice is None else f"answer {choice!r}, {confidence:.0%}"
            output.out.print(f"callee  {words}   [{meant}]", markup=False, style="cyan", soft_wrap=True)
        case Pressed(key):
            output.out.print(f"callee  presses {key}", style="cyan")
        case Silence():
            output.out.print("callee  says nothing", style="cyan")
        case HungUp():
            output.out.print("callee  hangs up", style="cyan")
        case Save(result):
            output.out.print(f"saved   {told(result)}", markup=False, style="green", soft_wrap=True)
        case Transfer():
            output.out.print("… connecting a person", style="dim")
