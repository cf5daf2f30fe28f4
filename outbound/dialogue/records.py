"""Events, actions and results as plain records (JSON), and back.

Decides the form of a call's log and of the journal. A record is the fields of a value and its kind, in snake case.
Where a person is put through to stays out: a log holds no numbers. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from campaigns.outcomes import Result
from outbound.dialogue.actions import Action
from outbound.dialogue.events import Event

Record = dict[str, Any]

_PLAIN = frozenset({str, int, float, bool, type(None)})
_HIDDEN = frozenset({("transfer", "target")})


def record(value: Event | Action | Result) -> Record:
    """A value as a JSON object: its kind, then its fields."""
    of: type = type(value)
    kind, shown = _form(of)
    made: Record = {"kind": kind}
    for name in shown:
        part = getattr(value, name)
        made[name] = part if type(part) in _PLAIN else _plain(part)  # asked here: most parts are
    return made


def event_from(data: Mapping[str, Any]) -> Event:
    """The event that `record` wrote."""
    event: Event = _restored(_EVENTS[data["kind"]], data)
    return event


def result_from(data: Mapping[str, Any]) -> Result:
    """The result that `record` wrote."""
    result: Result = _restored(_RESULTS[data["kind"]], data)
    return result


def kind_of(value_type: type[Any]) -> str:
    """SaidAll is said_all."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", value_type.__name__).lower()


@cache
def _form(value_type: Any) -> tuple[str, tuple[str, ...]]:
    """The kind of a type's records, and the fields that they show."""
    kind = kind_of(value_type)
    return kind, tuple(f.name for f in fields(value_type) if (kind, f.name) not in _HIDDEN)


_EVENTS: Mapping[str, type[Any]] = {kind_of(kind): kind for kind in get_args(Event)}
_RESULTS: Mapping[str, type[Any]] = {kind_of(kind): kind for kind in get_args(Result)}


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        return value._value_  # its property takes ten times as long
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return record(value) if is_dataclass(value) else value  # type: ignore[arg-type]  # one of ours, by the types above


def _restored(value_type: type[Any], data: Mapping[str, Any]) -> Any:
    hints = get_type_hints(value_type)
    return value_type(**{name: _typed(hints[name], data[name]) for name in hints if name in data})


def _typed(hint: Any, value: Any) -> Any:
    if get_origin(hint) in {Union, UnionType}:
        return None if value is None else _typed(next(h for h in get_args(hint) if h is not type(None)), value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value
