"""Times as English callees say them ("quarter past two", "next week on monday", "in half an hour")."""

from __future__ import annotations

import re
from datetime import timedelta

from num2words import num2words

from outbound.intents.times.spoken import Part, SpokenTime

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_COMMON_WORDS = ("march", "may")
_WORDS = {num2words(n).replace("-", " "): n for n in range(60)}
_ORDINALS = {num2words(n, to="ordinal").replace("-", " "): n for n in range(1, 32)}
_NUMBER_WORDS = re.compile(rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b")

_PARTS = (
    (re.compile(r"\bmornings?\b|(?<=\d )a ?m\b"), Part.MORNING),
    (re.compile(r"\bafternoons?\b|(?<=\d )p ?m\b"), Part.AFTERNOON),
    (re.compile(r"\bevenings?\b"), Part.EVENING),
    (re.compile(r"\btonight\b|\bnights?\b"), Part.NIGHT),
    (re.compile(r"\bnoon\b|\bmidday\b|\blunch(?:time)?\b"), Part.NOON),
)
_AFTER_LUNCH = re.compile(r"\bafter lunch(?:time)?\b")
_GREETING = re.compile(r"\bgood (?:morning|afternoon|evening|night)\b")
_DELAY = re.compile(
    r"\b(?P<number>half an?|half|a quarter of an|quarter of an|an?|a couple(?: of)?|couple(?: of)?|\d{1,3})"
    r"(?P<half> and a half)? (?P<unit>hour|minute|min|day|week)s?(?P<half_after> and a half)?\b(?! ago)"
)
_DAYS = (
    (re.compile(r"\bday after tomorrow\b|\bnot tomorrow the day after\b"), 2),
    (re.compile(r"\b(?:tomorrow|tmrw)\b"), 1),
    (re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b"), 0),
)
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})s?\b")
_NEXT_WEEK = re.compile(rf"\bnext (?:week|{'|'.join(_WEEKDAYS)})\b")
_WEEKEND = re.compile(r"\bweekends?\b")
_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_DATE = rf"(?:(?P<word>{_ORDINAL})|(?P<digits>[1-9]|[12]\d|3[01])(?:st|nd|rd|th))\b"
_MONTH = rf"\b(?P<month>{'|'.join(_MONTHS)})\b"
_MONTH_DAYS = (
    re.compile(rf"{_MONTH} (?:the )?{_DATE}"),
    re.compile(rf"{_MONTH} (?P<digits>[1-9]|[12]\d|3[01])\b"),
    re.compile(rf"\b(?:the )?{_DATE} (?:of )?{_MONTH}"),
    re.compile(rf"\b(?:on|{'|'.join(_WEEKDAYS)}) the {_DATE}"),
)
_REFUSED = re.compile(
    r"\b(?:not|but|except)(?: for| not)?(?: on)? "
    rf"(?:tomorrow(?! the day after)|today|tonight|(?:{'|'.join(_WEEKDAYS)})s?)\b"
)
"""A day that is named to be left out."""
_ELSEWHEN = re.compile(
    r"\b(?:yesterday|last (?:night|week|month|year)|christmas|thanksgiving|easter|new year|holidays?|months?|years?)\b"
    rf"|\b(?:{'|'.join(month for month in _MONTHS if month not in _COMMON_WORDS)})\b"
    rf"|\b(?:in|until|till|next|after) (?:{'|'.join(_COMMON_WORDS)})\b"
)
"""A time that is past, too far ahead, or a day that no rule here knows: to take the rest for today would be wrong."""
_SAME_TIME = re.compile(r"\b(?:(?:this|same) time|same hour)\b")
_BEFORE = re.compile(r"(?<!not )\b(?:before|by|no later than)$")

_HOUR = r"(?P<hour>[01]?\d|2[0-3])\b"
_CLOCKS = (
    re.compile(rf"\b(?P<past>half|a quarter|quarter|\d{{1,2}}(?: minutes)?) (?:past|after) {_HOUR}"),
    re.compile(rf"\b(?P<to>a quarter|quarter|(?:5|10|20|25)(?: minutes)?) (?:to|till|before) {_HOUR}"),
    re.compile(
        rf"(?P<lead>\b(?:at|around|about|after|by|before|from|past|between|until|till|say) )"
        rf"(?:like |about |around )?{_HOUR}(?: (?P<minute>[0-5]\d))?\b"
    ),
    re.compile(r"\b(?P<hour>[01]?\d|2[0-3])(?::| )?(?P<minute>[0-5]\d)\b"),
    re.compile(rf"\b{_HOUR}(?= (?:oclock|o clock|am|pm|a m|p m|in the|at night|sharp|ish)\b)"),
)
_BARE_HOUR = re.compile(rf"\b{_HOUR}")


def understand(words: str) -> SpokenTime:
    """The parts of a time in the words."""
    text = _GREETING.sub(" ", _digits(words))
    if "midnight" in text:
        text = text.replace("midnight", "12 at night")
    text = _REFUSED.sub(" ", _AFTER_LUNCH.sub("at 1 in the afternoon", text))
    month_day = next((found for pattern in _MONTH_DAYS if (found := pattern.search(text))), None)
    if month_day is None and _ELSEWHEN.search(text):
        return SpokenTime()
    if delay := _DELAY.search(text):
        amount = _amount(delay["number"]) + (0.5 if delay["half"] or delay["half_after"] else 0)
        match delay["unit"]:
            case "hour":
                return SpokenTime(delay=timedelta(hours=amount))
            case "minute" | "min":
                return SpokenTime(delay=timedelta(minutes=amount))
        days = round(amount * (7 if delay["unit"] == "week" else 1))
        rest = text[: delay.start()] + " | " + text[delay.end() :]
        hour, minute, before = _clock(rest, expected=False)
        part = _part(rest)
        return SpokenTime(
            days=days,
            hour=hour,
            minute=minute,
            part=part,
            before=before,
            same_time=hour is None and part is None,
        )
    day = next((days for pattern, days in _DAYS if pattern.search(text)), None)
    weekday_said = _WEEKDAY.search(text)
    weekday = _WEEKDAYS.index(weekday_said[1]) if weekday_said else 5 if _WEEKEND.search(text) else None
    part = _part(text)
    same_time = bool(_SAME_TIME.search(text))
    named_day = day is not None or weekday is not None or month_day is not None
    rest = text.replace(month_day[0], " | ") if month_day else text
    hour, minute, before = _clock(rest, expected=named_day or part is not None)
    weeks = 1 if _NEXT_WEEK.search(text) else 0
    return SpokenTime(
        days=day,
        weekday=weekday,
        weeks=weeks,
        month=_MONTHS.index(month) + 1 if (month := month_day and month_day.groupdict().get("month")) else None,
        month_day=_day_of_month(month_day) if month_day else None,
        hour=hour,
        minute=minute,
        part=part,
        same_time=same_time and hour is None,
        before=before,
    )


def _digits(words: str) -> str:
    """Lower case with every number in digits: "four oh five" and "4:05" are both "4 05"."""
    text = re.sub(r"[^\w:' ]+", " ", words.lower().replace("a.m.", "am").replace("p.m.", "pm"))
    text = text.replace("o'clock", "oclock").replace("'", "").replace(":", " ")
    text = re.sub(r"(\d)(am|pm)\b", r"\1 \2", " ".join(text.split()))
    ordinal_words = "|".join(_ORDINALS)
    text = re.sub(
        rf"\b(?:twenty|thirty) (?:{ordinal_words})\b", lambda m: f"{_ORDINALS.get(m[0], 0)}th", text, flags=re.A
    )
    text = _NUMBER_WORDS.sub(lambda m: str(_WORDS[m[0]]), text)
    return re.sub(r"\boh? (\d)\b", r"0\1", text)


def _day_of_month(found: re.Match[str]) -> int:
    word = found.groupdict().get("word")
    return _ORDINALS[word] if word else int(found["digits"])


def _amount(words: str) -> float:
    if words.isdecimal():
        return int(words)
    if "quarter" in words:
        return 0.25
    if words.startswith("half"):
        return 0.5
    return 2 if "couple" in words else 1


def _part(text: str) -> Part | None:
    return next((part for pattern, part in _PARTS if pattern.search(text)), None)


def _clock(text: str, *, expected: bool) -> tuple[int | None, int, bool]:
    """Hour, minute, and whether it is a latest time. A lone number counts only where a time is expected."""
    found = next((match for pattern in _CLOCKS if (match := pattern.search(text))), None)
    if found is None:
        found = _BARE_HOUR.search(text) if expected else re.fullmatch(rf"\W*{_HOUR}\W*", text)
    if found is None:
        return None, 0, False
    groups = found.groupdict()
    hour, minute = int(groups["hour"]), int(groups.get("minute") or 0)
    if past := groups.get("past"):
        minute = _minutes(past)
    if to := groups.get("to"):
        hour, minute = (hour - 1) or 12, 60 - _minutes(to)
    lead = text[: found.start("hour")].rstrip() if groups.get("lead") else ""
    return hour % 24, minute % 60, bool(_BEFORE.search(lead))


def _minutes(words: str) -> int:
    if words == "half":
        return 30
    return 15 if "quarter" in words else int(words.split()[0])
