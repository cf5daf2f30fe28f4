"""A call held with somebody at the keyboard, and its recording: a call that can be held again by itself.

Decides that a rehearsal takes place on a jumping clock at a set moment, so that the callee's turns alone bring the same
call again; the form of a recording (YAML); and what of a call is compared. How turns are asked for and shown is the
command line's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
import yaml

from campaigns.compliance.windows import Window, next_open, zones_of
from campaigns.definition import CampaignDefinition, example_fields
from campaigns.outcomes import Disposition, Result
from campaigns.script import Script
from campaigns.store.terms import Terms
from outbound.call import CallOutcome, conduct
from outbound.dialogue import Dialogue
from outbound.dialogue.actions import Action, Listen
from outbound.dialogue.events import Event
from outbound.dialogue.records import record
from outbound.errors import OutboundError
from outbound.promises import calendar_of, windows_for
from outbound.routes import meaning_in
from outbound.simulation.callee import KEYS, Callee, Doing, HangsUp, Presses, Says, StaysSilent, callee_from, details_of
from outbound.simulation.clock import run_virtually
from outbound.simulation.text import TextConversation


@dataclass(frozen=True, slots=True)
class Setting:
    """What a rehearsal is held under.

    Attributes:
        fields: as they were given; the campaign's examples stand for the rest.
        at: the callee's local time (aware) for the whole call.
    """

    language: str
    variant: str
    fields: Mapping[str, str]
    at: datetime

    def script(self, definition: CampaignDefinition) -> Script:
        """Raises CampaignError: a field is not one of the campaign's, or cannot be read."""
        values = example_fields(definition, self.fields)
        return definition.example_script(self.language, values, self.variant or None)


def zone_for(definition: CampaignDefinition) -> ZoneInfo:
    """Where the person of a rehearsal lives: where an ordinary number of the campaign's first country is."""
    ordinary = phonenumbers.example_number(definition.countries[0])
    number = phonenumbers.format_number(ordinary, phonenumbers.PhoneNumberFormat.E164) if ordinary else ""
    zones = zones_of(number, None)
    return zones[0] if zones else ZoneInfo("UTC")


def moment_for(definition: CampaignDefinition, now: datetime) -> datetime:
    """When that person may be called, on the clock there: now, or when the campaign's hours next begin."""
    zone = zone_for(definition)
    opens = next_open(_windows(definition), [zone], now)
    return (opens or now).astimezone(zone).replace(microsecond=0)


def _windows(definition: CampaignDefinition) -> tuple[Window, ...]:
    return windows_for(definition, Terms.of(definition), "", definition.countries[0])


@dataclass(frozen=True, slots=True)
class Held:
    """A rehearsal that has taken place: the callee with every turn, and what came of it."""

    callee: Callee
    outcome: CallOutcome
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A rehearsal to be held again, and what is expected of it; results in their plain form, in order."""

    name: str
    setting: Setting
    callee: Callee
    disposition: Disposition
    results: tuple[Mapping[str, Any], ...]


Seen = Callable[[Event | Action, Dialogue], None]


def _unseen(_what: Event | Action, _dialogue: Dialogue) -> None:
    """Nobody is watching."""


def hold(
    definition: CampaignDefinition,
    setting: Setting,
    callee: Callee,
    then: Callable[[], Doing] | None = None,
    seen: Seen = _unseen,
) -> Held:
    """Hold one call without a store: nothing is kept of it, and nobody is called.

    Args:
        then: decides each turn that the callee's own list leaves open; must not raise.
        seen: is shown every event and action with the dialogue as it stands then.

    Raises:
        CampaignError: a field is missing or cannot be read.
    """
    script = setting.script(definition)
    zone = zone_for(definition)
    calendar = calendar_of(_windows(definition), definition.caller_id, zone.key, definition.transfer)
    dialogue = Dialogue(script, calendar)
    results: list[Result] = []
    turns = list(callee.does)

    async def save(result: Result) -> None:
        results.append(result)

    def decided(_listen: Listen) -> Doing:
        assert then is not None
        turns.append(then())
        return turns[-1]

    async def call() -> CallOutcome:
        conversation = TextConversation(
            replace(callee, then=decided if then is not None else None),
            meaning_in(script.language),
            language=script.language,
            ring_seconds=definition.calling.ring_seconds,
            local_now=lambda: setting.at.astimezone(zone),
        )
        return await conduct(dialogue, conversation, save, results.append, lambda what: seen(what, dialogue))

    outcome = run_virtually(call())
    return Held(replace(callee, does=tuple(turns)), outcome, tuple(results))


def typed(line: str | None) -> Doing:
    """What a typed line means: keys are pressed, words are said, an empty line is silence, None (the end) hangs up."""
    if line is None:
        return HangsUp()
    words = line.strip()
    if not words:
        return StaysSilent()
    return Presses(words) if set(words) <= KEYS - set("ABCD") else Says(words)


def recording_of(name: str, setting: Setting, held: Held) -> Recording:
    """What was held, as what is expected from now on."""
    results = tuple(record(result) for result in held.results)
    return Recording(name, setting, held.callee, held.outcome.disposition, results)


@dataclass(frozen=True, slots=True)
class Change:
    """Something of a call that is not as it was recorded: `what` is `disposition` or `results`."""

    what: str
    expected: Any
    found: Any


def changes(expected: Recording, held: Held) -> tuple[Change, ...]:
    """How a call came out differently; none: as recorded. Wordings of the robot may change, outcomes may not."""
    found = recording_of(expected.name, expected.setting, held)
    pairs = (
        ("disposition", expected.disposition.value, found.disposition.value),
        ("results", list(expected.results), list(found.results)),
    )
    return tuple(Change(*pair) for pair in pairs if pair[1] != pair[2])


def written(recording: Recording) -> str:
    """A recording as YAML; `read_recording` reads it back."""
    setting = recording.setting
    content = {
        "rehearsal": recording.name,
        "language": setting.language,
        "variant": setting.variant,
        "fields": dict(setting.fields),
        "at": setting.at.isoformat(),
        "callee": details_of(recording.callee),
        "expected": {"disposition": recording.disposition.value, "results": [dict(one) for one in recording.results]},
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def read_recording(path: Path) -> Recording:
    """The recording in a file.

    Raises:
        OutboundError: the file cannot be read, or is no recording.
    """
    hint = "record one with: outbound campaign rehearse my.yaml --record FILE"
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        name = str(content["rehearsal"])
        fields = {str(field): str(value) for field, value in (content.get("fields") or {}).items()}
        at = datetime.fromisoformat(str(content["at"]))
        if at.tzinfo is None:
            raise ValueError("`at` needs an offset, such as -05:00")
        return Recording(
            name,
            Setting(str(content["language"]), str(content.get("variant") or ""), fields, at),
            callee_from(name, content["callee"], str(path)),
            Disposition(content["expected"]["disposition"]),
            tuple(content["expected"]["results"] or ()),
        )
    except OSError as error:
        raise OutboundError(f"cannot read {path}: {error.strerror}", hint) from error
    except KeyError as error:
        raise OutboundError(f"{path}: {error.args[0]} is missing", hint) from error
    except (yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
        raise OutboundError(f"{path} is no recording of a rehearsal: {error}", hint) from error
