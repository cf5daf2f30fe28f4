"""Values of a campaign file that have a written form of their own: durations, days, times, telephone numbers.

Decides what a marketer may write (15m, mon-fri, 9:00) and what the model holds for it.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Annotated, Any

import phonenumbers
from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=366)


def duration(written: Any) -> timedelta:
    """15m, 3h, 1d, 1h30m; a year at most. Raises ValueError: it is written otherwise."""
    parts = re.findall(r"(\d{1,4})\s*([smhd])", str(written))
    if not parts or re.sub(r"\d{1,4}\s*[smhd]", "", str(written)).strip():
        raise ValueError(f'"{written}" is not a duration. Write it like 15m, 3h or 1d')
    meant = timedelta(seconds=sum(int(count) * _UNITS[unit] for count, unit in parts))
    if meant > _LONGEST:
        raise ValueError(f'"{written}" is longer than a year. Write it like 15m, 3h or 1d')
    return meant


def _days(written: Any) -> frozenset[int]:
    names = written if isinstance(written, list) else str(written).replace(",", " ").split()
    days: set[int] = set()
    for name in names:
        first, dash, last = str(name).strip().lower().partition("-")
        if first[:3] not in _DAYS or (dash and last[:3] not in _DAYS):
            raise ValueError(f'"{name}" is not a day. Write days like mon-fri or mon, wed, sat')
        start = _DAYS.index(first[:3])
        end = _DAYS.index(last[:3]) if dash else start
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    if not days:
        raise ValueError("there are no days. Write days like mon-fri")
    return frozenset(days)


def _time_of_day(written: Any) -> time:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", str(written).strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f'"{written}" is not a time of day. Write it like 09:00 or 20:30')
    return time(int(match[1]), int(match[2]))


def _day(written: Any) -> date:
    try:
        return date.fromisoformat(str(written).strip())
    except ValueError as error:
        raise ValueError(f'"{written}" is not a day of the calendar. Write it like 2026-03-14') from error


def _number(written: Any) -> str:
    try:
        parsed = phonenumbers.parse(str(written), None)
    except phonenumbers.NumberParseException as error:
        raise ValueError(
            f'"{written}" is not an international telephone number. Write it with + and country code, like +12025550123'
        ) from error
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError(f'"{written}" is too short or too long for a telephone number of its country')
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _address(written: Any) -> str:
    text = str(written)
    if re.fullmatch(r"sips?:[^\s@]+@[^\s@]+", text):
        return text
    return _number(written)


def _digits(written: Any) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?", str(written).strip())
    if match is None:
        raise ValueError(f'"{written}" is not a count of digits. Write it like 4 or 4-6')
    fewest, most = int(match[1]), int(match[2] or match[1])
    if not 1 <= fewest <= most <= 20:
        raise ValueError("between 1 and 20 digits can be collected, the smaller count first")
    return fewest, most


def _list(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


Duration = Annotated[
    timedelta, PlainValidator(duration), WithJsonSchema({"type": "string", "pattern": r"^(\d+\s*[smhd]\s*)+$"})
]
"""15m, 3h, 1d, 1h30m."""
Days = Annotated[
    frozenset[int], PlainValidator(_days), WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}})
]
"""mon-fri, or a list; held as `date.weekday()` numbers, 0 is Monday."""
TimeOfDay = Annotated[
    time, PlainValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": r"^\d{1,2}:\d{2}$"})
]
Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})]
"""2026-03-14."""
Number = Annotated[str, PlainValidator(_number), WithJsonSchema({"type": ["string", "integer"]})]
"""A telephone number in E.164."""
Address = Annotated[str, PlainValidator(_address), WithJsonSchema({"type": ["string", "integer"]})]
"""A telephone number in E.164, or a sip: address."""
Digits = Annotated[tuple[int, int], PlainValidator(_digits), WithJsonSchema({"type": ["string", "integer"]})]
"""4, or 4-6."""
Several = BeforeValidator(_list, json_schema_input_type=str | list[str])
"""One thing may be written without the brackets of a list."""
