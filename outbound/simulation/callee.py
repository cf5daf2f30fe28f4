"""A scripted callee: who picks up, what is said, pressed or left unsaid, and how the call goes on for them.

Decides the form of a callee file (YAML) and its meaning. How a callee sounds is `outbound/lines/simulated.py`; how one
is met without sound is `text.py`. A callee knows nothing of the robot's script: it takes turns, like people do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from outbound.dialogue.actions import Listen
from outbound.errors import OutboundError
from outbound.lines.base import EndCause

ENGLISH = "en-US"
KEYS = frozenset("0123456789*#ABCD")


class Answerer(StrEnum):
    """Who or what takes the call, or why nobody does."""

    PERSON = "person"
    VOICEMAIL = "voicemail"
    SCREENER = "screener"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    ROUTE_DOWN = "route_down"
    FAILED = "failed"

    @property
    def end(self) -> EndCause | None:
        """How the call ends unanswered; None if it is answered."""
        return _ENDS.get(self)


_ENDS = {one: EndCause(one.value) for one in Answerer if one.value in {cause.value for cause in EndCause}}
GREETINGS = {
    Answerer.PERSON: "hello?",
    Answerer.VOICEMAIL: "You have reached my voicemail. I cannot take your call right now. Please leave a message "
    "after the tone.",
    Answerer.SCREENER: "Hi, the person you are calling is using a screening service. Go ahead and say your name and "
    "why you are calling.",
}


@dataclass(frozen=True, slots=True)
class Says:
    """Speak. `after`: seconds into the robot's turn (an interruption); None: when the robot has finished."""

    words: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Presses:
    """Press keys, one after the other."""

    keys: str
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Noise:
    """A noise that is no speech: a cough, a door, the street."""

    seconds: float
    after: float | None = None


@dataclass(frozen=True, slots=True)
class HangsUp:
    after: float | None = None


@dataclass(frozen=True, slots=True)
class StaysSilent:
    """Let a turn of the robot pass without a sound."""

    after: None = None


Doing = Says | Presses | Noise | HangsUp | StaysSilent


@dataclass(frozen=True, slots=True)
class Callee:
    """One person, machine or dead number.

    Attributes:
        rings: seconds of ringing before the answer.
        greeting: the first words; empty: picks up in silence.
        does: one for each turn of the robot, in order; after the last one the callee stays silent, or asks `then`.
        thinks: seconds between the robot's last word and the callee's reaction.
        transfer_reached: whether somebody takes the call when the robot connects a person, and after how long.
        then: decides each further turn from what the robot listens for; only met in text, and in no file.
    """

    name: str
    answers: Answerer = Answerer.PERSON
    rings: float = 4.0
    greeting: str = GREETINGS[Answerer.PERSON]
    does: tuple[Doing, ...] = ()
    thinks: float = 0.7
    transfer_reached: bool = True
    transfer_seconds: float = 4.0
    then: Callable[[Listen], Doing] | None = field(default=None, compare=False, repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """Everything this callee may say."""
        said = [doing.words for doing in self.does if isinstance(doing, Says)]
        return tuple(dict.fromkeys(words for words in (self.greeting, *said) if words))


@dataclass(frozen=True, slots=True)
class _File:
    """Where a callee is read from, for messages."""

    origin: str
    known: frozenset[str] = field(
        default=frozenset({"answers", "rings", "greeting", "does", "thinks", "transfer", "transfer_seconds"})
    )

    def wrong(self, what: str) -> OutboundError:
        return OutboundError(f"{self.origin}: {what}", "see outbound/simulation/callees for working examples")


@cache
def ready_callees(language: str = ENGLISH) -> dict[str, Callee]:
    """The callees that come with the product, by name, as far as they are there in that language; else in English."""
    return {**_ready(ENGLISH), **_ready(language)}


def _ready(language: str) -> dict[str, Callee]:
    file = resources.files("outbound.simulation") / "callees" / f"{language}.yaml"
    return {one.name: one for one in parse(file.read_text(encoding="utf-8"), file.name)} if file.is_file() else {}


def read_callees(path: Path) -> tuple[Callee, ...]:
    """The callees of a file.

    Raises:
        OutboundError: the file cannot be read or says something a callee cannot do.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise OutboundError(f"cannot read {path}: {error.strerror}", "give a YAML file of callees") from error


def parse(text: str, origin: str) -> tuple[Callee, ...]:
    """Callees from YAML: a mapping of names to what each one does.

    Raises:
        OutboundError: it is no YAML, or says something a callee cannot do.
    """
    file = _File(origin)
    try:
        # All values are text here, so that `say: yes` is the word.
        data = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes texts, lists and mappings, nothing else
    except yaml.YAMLError as error:
        raise file.wrong(f"not readable as YAML: {error}") from error
    if not isinstance(data, dict):
        raise file.wrong("expected names of callees with what each one does")
    return tuple(_callee(str(name), details or {}, file) for name, details in data.items())


def callee_from(name: str, details: Mapping[str, Any], origin: str) -> Callee:
    """One callee from what a file says of it.

    Raises:
        OutboundError: it says something a callee cannot do.
    """
    return _callee(name, details, _File(origin))


def details_of(callee: Callee) -> dict[str, Any]:
    """What a file says of a callee: `callee_from` reads it back."""
    return {
        "answers": callee.answers.value,
        "rings": callee.rings,
        "greeting": callee.greeting,
        "does": [_written(doing) for doing in callee.does],
        "thinks": callee.thinks,
        "transfer": "reached" if callee.transfer_reached else "nobody",
        "transfer_seconds": callee.transfer_seconds,
    }


def _written(doing: Doing) -> str | dict[str, Any]:
    match doing:
        case StaysSilent():
            return "silent"
        case HangsUp(None):
            return "hang_up"
        case HangsUp(after):
            return {"hang_up": {"after": after}}
        case Says(words, after):
            written: dict[str, Any] = {"say": words}
        case Presses(keys, after):
            written = {"press": keys}
        case Noise(seconds, after):
            written = {"noise": seconds}
    return written if after is None else {**written, "after": after}


def _callee(name: str, details: Mapping[str, Any], file: _File) -> Callee:
    unknown = set(details) - file.known
    if unknown:
        raise file.wrong(f"{name}: unknown {', '.join(sorted(unknown))}")
    try:
        answers = Answerer(details.get("answers", Answerer.PERSON))
        return Callee(
            name,
            answers,
            rings=float(details.get("rings", 4.0)),
            greeting=str(details.get("greeting", GREETINGS.get(answers, ""))),
            does=tuple(_doings(details.get("does", ()), name, file)),
            thinks=float(details.get("thinks", 0.7)),
            transfer_reached=details.get("transfer", "reached") == "reached",
            transfer_seconds=float(details.get("transfer_seconds", 4.0)),
        )
    except (TypeError, ValueError) as error:
        raise file.wrong(f"{name}: {error}") from error


def _doings(listed: Iterable[Any], name: str, file: _File) -> Iterable[Doing]:
    for item in listed:
        match item:
            case "silent":
                yield StaysSilent()
            case "hang_up":
                yield HangsUp()
            case {"hang_up": {"after": after}}:
                yield HangsUp(float(after))
            case {"say": words, **rest}:
                yield Says(str(words), _after(rest))
            case {"press": keys, **rest} if set(str(keys)) <= KEYS:
                yield Presses(str(keys), _after(rest))
            case {"noise": seconds, **rest}:
                yield Noise(float(seconds), _after(rest))
            case _:
                raise file.wrong(f"{name}: a callee cannot do {item!r}; it can say, press, noise, silent, hang_up")


def _after(rest: Mapping[Any, Any]) -> float | None:
    return float(rest["after"]) if "after" in rest else None
