"""`outbound doctor`: what is here, what is missing, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from audio import recognition, synthesis
from audio.errors import AudioError
from campaigns.errors import CampaignError
from campaigns.store import open_store
from outbound.cli import output, telephone
from outbound.cli.checks import Check
from outbound.cli.run import Trunk
from outbound.cli.stores import store_url

_EXTRAS = {
    "natural": ("piper-tts", "a natural voice"),
    "whisper": ("faster-whisper", "understanding of free wording on the telephone"),
    "sip": ("baresip-python", "calls over a SIP trunk"),
    "echo": ("livekit", "talking over the robot on open speakers"),
    "postgres": ("psycopg", "a PostgreSQL store"),
}


class Part(StrEnum):
    """What is looked at closely."""

    SIP = "sip"


def doctor(
    part: Annotated[Part | None, typer.Argument(help="sip: the telephone; with --to, in a call to your own.")] = None,
    trunk: Trunk = None,
    to: Annotated[str | None, typer.Option(metavar="NUMBER", help="sip: your own telephone, which is rung.")] = None,
    db: output.Db = None,
    json: output.Json = False,
) -> None:
    """Look at everything a call needs, and say what is missing and what to do.

    Exits with 1 when something is missing that the main job cannot do without.
    Example: outbound doctor, or: outbound doctor sip --trunk trunk.yaml --to +4930123456
    """
    if part is Part.SIP:
        checks = list(telephone.look(trunk, to, db))
    else:
        checks = [*_python(), *_store(db), *_voices(), *_recognisers(), *_devices(), *_extras()]
    if json:
        output.emit_json(checks)
    else:
        mark = {True: "[green]yes[/]", False: "[red]no[/]"}
        for check in checks:
            output.out.print(f"{mark[check.works]:<14} {check.what}: {check.found}", soft_wrap=True)
            if check.hint:
                output.out.print(f"      [cyan]{check.hint}[/]", soft_wrap=True)
    if any(check.needed and not check.works for check in checks):
        raise typer.Exit(1)


def _python() -> Iterator[Check]:
    yield Check("Python", True, True, platform.python_version())


def _store(db: str | None) -> Iterator[Check]:
    try:
        store = open_store(store_url(db))
        where = "PostgreSQL" if store.postgresql else f"SQLite, {store_url(db).removeprefix('sqlite:///')}"
        store.close()
        yield Check("store", True, True, where)
    except CampaignError as error:
        yield Check("store", False, True, str(error), error.hint)


def _voices() -> Iterator[Check]:
    for language in ("en-US", "zh-CN", "ko-KR"):
        try:
            voice = synthesis.voice_for(language)
            voice.speak("1")
            yield Check(f"voice {language}", True, language == "en-US", voice.engine)
        except AudioError as error:
            yield Check(f"voice {language}", False, language == "en-US", str(error), error.hint)


def _recognisers() -> Iterator[Check]:
    for language in ("en-US", "zh-CN", "ko-KR"):
        tags = {language, language.partition("-")[0]}
        best = next((engine for engine in recognition.available() if tags & set(engine.languages)), None)
        if best is not None:
            yield Check(f"understanding {language}", True, False, best.engine)
        else:
            hint = f"outbound speech fetch {language} brings a Vosk model"
            yield Check(f"understanding {language}", False, False, "keys only", hint)


def _devices() -> Iterator[Check]:
    import audio.devices as devices

    try:
        found = ", ".join(device.name for device in devices.available())
        hint = "connect them; in a container, let its sound devices in"
        yield Check("microphone and speaker", bool(found), False, found or "none", "" if found else hint)
    except AudioError as error:
        yield Check("microphone and speaker", False, False, str(error), error.hint)


def _extras() -> Iterator[Check]:
    for extra, (package, use) in _EXTRAS.items():
        try:
            found = f"{package} {importlib.metadata.version(package)}"
            yield Check(f"extra {extra} ({use})", True, False, found)
        except importlib.metadata.PackageNotFoundError:
            hint = f"pip install 'outbound[{extra}]'"
            yield Check(f"extra {extra} ({use})", False, False, "not installed", hint)
