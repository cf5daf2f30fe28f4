"""Reading American English aloud. Numbers come from num2words, the names of months from Babel."""

from __future__ import annotations

import re
from typing import Final

from babel.dates import get_month_names
from num2words import num2words

from audio.synthesis.reading import patterns
from audio.synthesis.reading.patterns import APART, CLOCK, ENDED, NAME_ENDED, NUMBER, Rule, rule

_DIGITS: Final = {str(digit): str(num2words(digit)) for digit in range(10)}
_LARGEST: Final = 15
"""Digits of the longest number that is read as an amount (trillions); longer ones are read digit by digit."""
_MONEY: Final = {
    "$": ("dollar", "cent"),
    "USD": ("dollar", "cent"),
    "€": ("euro", "cent"),
    "EUR": ("euro", "cent"),
    "£": ("pound", "pence"),
    "GBP": ("pound", "pence"),
    "¥": ("yuan", "fen"),
    "CNY": ("yuan", "fen"),
    "₩": ("won", "jeon"),
    "KRW": ("won", "jeon"),
}
_UNCOUNTED: Final = frozenset({"pence", "yuan", "fen", "won", "jeon"})
_SYMBOLS: Final = "|".join(re.escape(mark) for mark in _MONEY)
_MONTHS: Final = {number: str(name) for number, name in get_month_names("wide", locale="en_US").items()}
_MONTH_NUMBERS: Final = {name[:3].lower(): number for number, name in _MONTHS.items()}
_MONTH_NAME: Final = (
    r"(?P<name>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_SUFFIX: Final = r"(?:\s?(?P<half>[ap])(?:m\b|\.m\.(?=[,;:!?]|\s+(?-i:[a-z0-9]))|\.m\b))"
_UNITS: Final = {
    "kg": "kilogram",
    "g": "gram",
    "km": "kilometer",
    "cm": "centimeter",
    "mm": "millimeter",
    "lb": "pound",
    "lbs": "pound",
    "oz": "ounce",
    "mi": "mile",
    "hrs": "hour",
    "hr": "hour",
    "min": "minute",
    "mins": "minute",
    "GB": "gigabyte",
    "MB": "megabyte",
}
_SHORT_FORMS: Final = {
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Miz",
    "Dr.": "Doctor",
    "No.": "number",
    "approx.": "about",
    "vs.": "versus",
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "and so on",
}


def cardinal(digits: str) -> str:
    """An amount in words; digit by digit when it has more than 15 digits."""
    if len(digits) > _LARGEST:
        return spelled(digits)
    # American usage has no "and" before the tens, and commas would be heard as pauses.
    return str(num2words(int(digits))).replace(" and ", " ").replace(",", "")


def ordinal(digits: str) -> str:
    if len(digits) > _LARGEST:
        return spelled(digits)
    return str(num2words(int(digits), to="ordinal")).replace(" and ", " ").replace(",", "")


def number(text: str) -> str:
    """A number with thousands separators and decimals in words."""
    whole, decimals = patterns.amount(text)
    return f"{cardinal(whole)} point {_one_by_one(decimals)}" if decimals else cardinal(whole)


def spelled(code: str) -> str:
    """Letters by name and digits one by one, with a comma where people pause."""
    parts = [part for run in patterns.runs(code) for part in (patterns.grouped(run) if run.isdigit() else [run])]
    between = " " if sum(map(len, parts)) <= 4 else ", "
    return between.join(_one_by_one(part) for part in parts)


def _one_by_one(characters: str) -> str:
    # A lone "A" before a word is read as the article; "eh" has the sound of the letter.
    return " ".join(_DIGITS.get(c) or ("eh" if c in "aA" else c.upper()) for c in characters)


def _telephone(match: re.Match[str]) -> str:
    groups = []
    for group in patterns.lone_digits(match[0]):
        hundreds = len(group) == 3 and group.endswith("00") and group[0] != "0"
        groups.append(cardinal(group) if hundreds else _one_by_one(group))
    return ", ".join(groups)


def _year(digits: str) -> str:
    year = int(digits)
    return str(num2words(year, to="year")).replace(" and ", " ") if 1000 <= year <= 2999 else cardinal(digits)


def _date(match: re.Match[str]) -> str:
    day = patterns.calendar_date(match)
    if day is None:
        return spelled(match[0])
    return f"{_MONTHS[day.month]} {ordinal(str(day.day))}, {_year(match['year'])}"


def _named_date(match: re.Match[str]) -> str:
    month = _MONTHS[_MONTH_NUMBERS[match["name"][:3].lower()]]
    year = f", {_year(match['year'])}" if match["year"] else ""
    return f"{month} {ordinal(match['day'])}{year}"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = match["half"]
    if half is None and minute == 0 and hour in (0, 12, 24):
        return "noon" if hour == 12 else "midnight"
    afternoon = half.lower() == "p" if half else 12 <= hour < 24
    minutes = "" if minute == 0 else f" oh {_DIGITS[str(minute)]}" if minute < 10 else f" {cardinal(str(minute))}"
    return f"{cardinal(str(hour % 12 or 12))}{minutes} {'PM' if afternoon else 'AM'}"


def _money(match: re.Match[str]) -> str:
    unit, cent = _MONEY[(match["mark"] or match["code"]).upper()]
    whole, decimals = patterns.amount(match["amount"])
    if match["scale"]:
        return f"{number(match['amount'])} {match['scale'].lower()} {_plural(unit, 2)}"
    cents = int((decimals + "00")[:2]) if decimals else 0
    words = [f"{cardinal(whole)} {_plural(unit, int(whole))}"] if int(whole) or not cents else []
    if cents:
        words.append(f"{cardinal(str(cents))} {_plural(cent, cents)}")
    return " and ".join(words)


def _plural(unit: str, count: int) -> str:
    return unit if count == 1 or unit in _UNCOUNTED else f"{unit}s"


def _unit(match: re.Match[str]) -> str:
    return f"{number(match['number'])} {_plural(_UNITS[match['unit']], 1 if match['number'] == '1' else 2)}"


def _fraction(match: re.Match[str]) -> str:
    common = {
        ("1", "2"): "one half",
        ("1", "4"): "one quarter",
        ("3", "4"): "three quarters",
        ("1", "3"): "one third",
    }
    plain = f"{cardinal(match['number'])} out of {cardinal(match['of'])}"
    return common.get((match["number"], match["of"]), plain)


def _address(address: str) -> str:
    words = {
        ".": " dot ",
        "/": " slash ",
        "@": " at ",
        "-": " dash ",
        "_": " underscore ",
        "+": " plus ",
        "%": " percent ",
    }
    spaced = "".join(words.get(c, c) for c in re.sub(r"([0-9]+)", r" \1 ", address.rstrip("/")).replace("~", ""))
    return " ".join(_one_by_one(part) if part.isdigit() else part for part in spaced.split())


RULES: Final[tuple[Rule, ...]] = (
    rule(patterns.EMAIL, lambda m: _address(m[0])),
    rule(patterns.URL, lambda m: _address(m["address"])),
    rule(patterns.ISO_DATE, _date),
    rule(rf"{APART}(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})/(?P<year>[0-9]{{4}}){ENDED}", _date),
    rule(
        rf"\b{_MONTH_NAME}\.?\s+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<year>[12][0-9]{{3}}))?(?!:){NAME_ENDED}",
        _named_date,
    ),
    rule(
        rf"\b(?P<word>in|of|since|until|by|year)\s+(?P<year>(?:19|20)[0-9]{{2}})(?![:%]|\s+[a-z]+s\b){NAME_ENDED}",
        lambda m: f"{m['word']} {_year(m['year'])}",
    ),
    rule(rf"{CLOCK}{_SUFFIX}?(?![A-Za-z])", _time),
    rule(rf"{APART}(?P<hour>0?[1-9]|1[0-2])(?P<minute>){_SUFFIX}(?![A-Za-z])", _time),
    rule(
        rf"(?:(?P<mark>[$€£¥₩])\s?(?P<amount>{NUMBER})(?P<code>))(?:\s(?P<scale>thousand|million|billion)\b)?",
        _money,
    ),
    rule(
        rf"{APART}(?P<amount>{NUMBER})(?:\s(?P<scale>thousand|million|billion))?\s?(?P<mark>)(?P<code>USD|EUR|GBP|CNY|KRW)\b",
        _money,
    ),
    rule(rf"{APART}(?P<mark>)(?P<code>USD|EUR|GBP|CNY|KRW)\s?(?P<amount>{NUMBER})(?P<scale>)", _money),
    rule(patterns.INTERNATIONAL, _telephone),
    rule(patterns.TELEPHONE, _telephone),
    rule(
        r"\b(?P<word>order|tracking|code|PIN|reference|ref|account|invoice|member(?:ship)?|number|no\.)"
        rf"(?P<gap>\s+(?:number|no\.|is|code)?\s*:?\s*#?|\s*#\s*)(?P<digits>[0-9]{{3,}}){NAME_ENDED}",
        lambda m: f"{m['word']}{m['gap'].replace('#', '')}{spelled(m['digits'])}",
    ),
    rule(
        rf"#\s?(?P<digits>[0-9]+){ENDED}",
        lambda m: f"number {cardinal(m['digits']) if len(m['digits']) < 3 else spelled(m['digits'])}",
    ),
    rule(rf"{APART}(?P<digits>[0-9]+)(?:st|nd|rd|th)\b", lambda m: ordinal(m["digits"])),
    rule(
        rf"{APART}(?P<number>{NUMBER})\s?(?P<unit>(?-i:{'|'.join(_UNITS)}))\b",
        _unit,
    ),
    rule(rf"{APART}(?P<number>{NUMBER})\s?%", lambda m: f"{number(m['number'])} percent"),
    rule(rf"{APART}(?P<number>{NUMBER})\s?°\s?(?P<scale>[CF])\b", lambda m: f"{number(m['number'])} degrees"),
    rule(rf"{APART}24/7{ENDED}", "around the clock"),
    rule(rf"{APART}(?P<number>[0-9]+)[/⁄](?P<of>[0-9]+){ENDED}", _fraction),
    rule(patterns.CODE, lambda m: spelled(m[0])),
    rule(patterns.LONG_DIGITS, lambda m: spelled(m[0])),
    rule(
        rf"{APART}(?P<low>{NUMBER})\s?[-–—]\s?(?P<high>{NUMBER})(?![A-Za-z0-9]|-[0-9])",
        lambda m: f"{number(m['low'])} to {number(m['high'])}",
    ),
    rule(rf"(?<![\w.])[-−](?P<number>{NUMBER})", lambda m: f"minus {number(m['number'])}"),
    rule(NUMBER, lambda m: f" {number(m[0])} "),
    rule(
        "|".join(rf"(?<!\w){re.escape(form)}" for form in _SHORT_FORMS),
        lambda m: _SHORT_FORMS.get(m[0]) or m[0].rstrip("."),
    ),
    rule(r"\s?&\s?", " and "),
    rule(r"(?<=\bpress )\*", "star"),
    rule(r"(?<=\bpress )#", "pound"),
    rule(r"[*_#~^|<>\\\[\]{}=`\"“”@+/]", " "),
    rule(r"\s+(?=[,.;:!?])", ""),
)
