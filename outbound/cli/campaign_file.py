"""`outbound campaign new|check|draw|preview|schema`: a campaign file, before anybody is called.

Decides nothing about campaigns: what is wrong is found by `campaigns/checks`, what is drawn by `campaigns/drawing`.
What takes long to load, voices and workbooks, is loaded by the command that needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audio.errors import AudioError
from campaigns import templates
from campaigns.checks import Finding, check
from campaigns.checks.sayable import unsayable_fields
from campaigns.definition import CampaignDefinition, example_fields, json_schema, line_of, load, parse
from campaigns.drawing import chart_of, mermaid, svg
from campaigns.script import Script
from outbound.cli import output
from outbound.cli.fields import Fields, given
from outbound.clock import SystemClock
from outbound.folders import cache_folder

if TYPE_CHECKING:
    from campaigns.audience import Rejected

File = Annotated[Path, typer.Argument(help="The campaign file (YAML).", metavar="FILE")]
Language = Annotated[
    str | None, typer.Option("--language", "-l", help="One of the campaign's languages.  [default: its first]")
]
Variant = Annotated[str | None, typer.Option(help="One of the campaign's variants.  [default: its first]")]


def new(
    template: Annotated[str, typer.Argument(help="A ready campaign: shipping, renewal, price-drop …")],
    file: Annotated[Path, typer.Option("--file", "-f", help="Where to write the campaign file.")],
    language: Annotated[str, typer.Option("--language", "-l", help="en-US, zh-CN or ko-KR.")] = "en-US",
    name: Annotated[str | None, typer.Option(help="The campaign's name.  [default: the file's]")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a ready campaign into a file of your own, to put in your brand and your numbers.

    Example: outbound campaign new shipping --file my.yaml
    """
    text = templates.template_text(template, language)
    if file.exists() and not force:
        output.fail(f"{file} is there already", "choose another name, or overwrite it with --force")
    text = text.replace(f"\ncampaign: {template}\n", f"\ncampaign: {name or file.stem}\n", 1)
    parse(text, str(file))
    with output.writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    output.note(f"{file} is ready: put in your brand and your numbers, then: outbound campaign check {file}")


def check_file(
    file: File,
    contacts: Annotated[
        Path | None,
        typer.Option("--contacts", help="A list (CSV or XLSX): which rows could not be called or said, and why."),
    ] = None,
    region: Annotated[str | None, typer.Option(help="Country of numbers without a country code.", metavar="XX")] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Take times from words per minute instead of from the voice.")
    ] = False,
    json: output.Json = False,
) -> None:
    """Prove that a campaign is fit to be heard, before anybody hears it.

    Every step is reached and every path ends; no answer can be taken for another, not even by ear; who calls comes
    first and the way out right after it where the purpose is marketing; every text is there and can be said; the call
    is short enough with the voice that will say it. Exits with 1 when something must be mended.

    Example: outbound campaign check my.yaml --contacts orders.csv
    """
    definition = load(file)
    text = file.read_text("utf-8-sig")
    lines = {finding: line_of(text, finding.where) for finding in findings_of(definition, estimate=estimate)}
    findings = sorted(lines, key=lambda finding: (finding.severity.rank, lines[finding]))
    sifted = _sifted(contacts, definition, region) if contacts is not None else _Sifted()
    by_keys = _not_understood(definition)
    if json:
        told = [
            {"severity": f.severity, "line": lines[f], "where": f.where, "message": f.message, "fix": f.fix}
            for f in findings
        ]
        rows = [{"row": r.row, "field": r.field, "reason": r.reason, "fix": r.fix} for r in sifted.rejected]
        unsaid = [
            {"field": name, "value": value, "language": language, "characters": wrong}
            for (name, value, language), wrong in sifted.unsayable.items()
        ]
        fit = not any(f.blocks for f in findings)
        result = {"campaign": definition.name, "fit": fit, "findings": told, "keys_only": by_keys}
        of_list = {"contacts": sifted.good, "rejected": rows, "unsayable": unsaid}
        output.emit_json(result if contacts is None else {**result, **of_list})
    else:
        for finding in findings:
            _show(finding, f"{file}:{lines[finding]}")
        for row in sifted.rejected:
            output.out.print(f"{contacts}:{row.row}  {row.reason} {row.fix}", markup=False, soft_wrap=True)
        for (name, value, language), wrong in sifted.unsayable.items():
            output.out.print(
                f'{contacts}: {name} "{value}": the voice of {language} cannot say {wrong}. '
                "Write it as it is read in that language.",
                markup=False,
                soft_wrap=True,
            )
        if contacts is not None:
            output.out.print(f"{sifted.good} contacts could be called, {len(sifted.rejected)} rows could not.")
        for language in by_keys:
            output.note(
                f"nothing here understands spoken {language}: callees answer by keys. "
                f"Bring a model with: outbound speech fetch {language}"
            )
    if any(finding.blocks for finding in findings):
        if not json:
            output.note(f"{definition.name} must be mended before anybody is called.")
        raise typer.Exit(1)
    if not json:
        output.out.print(f"{definition.name} is fit to be heard in {', '.join(definition.languages)}.")


def findings_of(definition: CampaignDefinition, *, estimate: bool = False) -> list[Finding]:
    """What a check finds with the voices that would speak; by words per minute where there are none."""
    if estimate:
        return check(definition)
    try:
        return check(definition, speak_seconds=_speak_seconds(definition))
    except AudioError as error:
        output.note(f"times are estimates, because {error}")
        return check(definition)


_DRAWN = frozenset({".svg", ".mmd", ".md", ".txt"})
"""A picture, and files that may hold Mermaid text."""


def draw(
    file: File,
    to: Annotated[
        Path | None, typer.Option("--file", help="NAME.svg for a picture.  [default: Mermaid text on the screen]")
    ] = None,
    language: Language = None,
    variant: Variant = None,
) -> None:
    """Draw a campaign's script: a picture (SVG) that a browser shows, or Mermaid text for a document.

    Example: outbound campaign draw my.yaml --file my.svg
    """
    if to is not None and to.suffix not in _DRAWN:
        output.fail(f"no {to.suffix or 'such'} file can be drawn", "name it .svg for a picture, or .mmd for Mermaid", 2)
    definition = load(file)
    chart = chart_of(_example(definition, language, variant, {}))
    if to is None:
        output.out.print(mermaid(chart), markup=False, end="", soft_wrap=True)
        return
    with output.writing(to):
        to.write_text(svg(chart, definition.name) if to.suffix == ".svg" else mermaid(chart), encoding="utf-8")
    output.note(f"the script is drawn in {to}")


def preview(
    file: File,
    to: Annotated[
        Path | None, typer.Option("--file", help="Write a WAV file.  [default: play it on the speaker]")
    ] = None,
    language: Language = None,
    variant: Variant = None,
    fields: Fields = None,
    keys: Annotated[
        str, typer.Option(help="Keys pressed at the questions, such as 2,1,5.  [default: the first answer each time]")
    ] = "",
    voicemail: Annotated[bool, typer.Option("--voicemail", help="The message on a machine instead.")] = False,
    telephone: Annotated[bool, typer.Option("--telephone", help="As it sounds on a telephone line.")] = False,
) -> None:
    """Listen to a call of a campaign: every word that would be said, with the answers given by keys.

    Example: outbound campaign preview my.yaml --file call.wav --keys 2,1,5
    """
    from audio.pcm import over_telephone, write_wav
    from audio.synthesis import PromptCache, voice_for
    from outbound.preview import heard, previewed

    if to is not None and to.suffix.lower() != ".wav":
        output.fail(f"{to} would be no sound that a player knows by its name", "name it .wav", 2)
    definition = load(file)
    script = _example(definition, language, variant, given(fields))
    settings = script.voice
    cached = PromptCache(cache_folder())
    voice = voice_for(script.language, settings.engine, settings.name, pace=settings.pace, cache=cached)
    if voicemail:
        if not script.voicemail:
            output.fail(f"{file} has no message for machines", "write one under `voicemail:`")
        sound = voice.speak(script.voicemail)
    else:
        sound = heard(previewed(script, keys.split(",") if keys else [], SystemClock().now()), voice)
    sound = over_telephone(sound) if telephone else sound
    if to is not None:
        with output.writing(to):
            write_wav(to, sound)
        output.note(f"{to}: {sound.seconds:.0f} s")
        return
    from audio.devices import play

    play(sound)


def schema(
    to: Annotated[Path | None, typer.Option("--file", help="Write it into a file.  [default: the screen]")] = None,
) -> None:
    """Print the JSON Schema of campaign files, with which an editor completes and checks while you write.

    In the first line of a campaign file: # yaml-language-server: $schema=campaign.schema.json

    Example: outbound campaign schema --file campaign.schema.json
    """
    if to is None:
        output.emit_json(json_schema())
        return
    with output.writing(to):
        output.write_json(to, json_schema())
    output.note(f"the schema is in {to}")


def _not_understood(definition: CampaignDefinition) -> list[str]:
    """The campaign's languages that no engine of this machine understands."""
    from audio.recognition import available

    understood = {language.partition("-")[0] for engine in available() for language in engine.languages}
    return [language for language in definition.languages if language.partition("-")[0] not in understood]


@dataclass(slots=True)
class _Sifted:
    """A list beside its campaign: how many rows are good, the others, and what of the good ones no voice can say."""

    good: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    unsayable: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """The characters, by field, value and language."""


def _sifted(contacts: Path, definition: CampaignDefinition, region: str | None) -> _Sifted:
    from campaigns.audience import NewContact, read_contacts

    sifted = _Sifted()
    for row in read_contacts(contacts, definition, region).rows:
        if isinstance(row, NewContact):
            sifted.good += 1
            for name, value, wrong in unsayable_fields(row.fields, row.language):
                sifted.unsayable[name, value, row.language] = wrong
        else:
            sifted.rejected.append(row)
    return sifted


def _show(finding: Finding, place: str) -> None:
    style = {"error": "red", "warning": "yellow", "info": "dim"}[finding.severity]
    output.out.print(f"[{style}]{finding.severity}[/]  ", end="")
    output.out.print(
        f"{place}  {finding.where}: {finding.message} {finding.fix}".rstrip(), markup=False, soft_wrap=True
    )


def _example(
    definition: CampaignDefinition, language: str | None, variant: str | None, values: dict[str, str]
) -> Script:
    """The script of the example contact."""
    if language is not None and language not in definition.languages:
        output.fail(f"{definition.name} does not speak {language}", f"it speaks {', '.join(definition.languages)}")
    if variant is not None and variant not in definition.variants:
        known = ", ".join(definition.variants) or "none"
        output.fail(f"{definition.name} has no variant {variant}", f"it has {known}")
    return definition.example_script(language or definition.language, example_fields(definition, values), variant)


def _speak_seconds(definition: CampaignDefinition) -> Callable[[str, str], float]:
    from audio.synthesis import PromptCache, Voice, voice_for

    cached = PromptCache(cache_folder())

    @cache
    def voice(language: str) -> Voice:
        settings = definition.voice_for(language)
        return voice_for(language, settings.engine, settings.name, cache=cached)

    return lambda language, text: voice(language).speak(text).seconds
