"""How dates, times, amounts and codes are said aloud, per language.

Decides the words a voice reads, so that no engine has to guess what "3/4" or "$12.50" means. English, Chinese and
Korean are written out here, because people hear at once when they are not idiomatic; any other language gets the forms
of the Unicode locale data (Babel).
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

import phonenumbers
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names
from babel.numbers import format_currency, format_decimal
from num2words import num2words

from campaigns.fields import Code, Money, Url, Value


class Speech(Protocol):
    """What a language decides for itself."""

    def day(self, day: date) -> str: ...

    def weekday(self, day: date) -> str: ...

    def time(self, at: time) -> str: ...

    def money(self, money: Money) -> str: ...

    def number(self, number: Decimal) -> str: ...

    def ordinal(self, number: int) -> str: ...

    def moment(self, day: str, at: str) -> str: ...

    def near_day(self, days_ahead: int) -> str | None: ...

    dot: str


def say(value: Value, language: str) -> str:
    """A field's value as text that a voice reads."""
    speech = speech_of(language)
    match value:
        case Code():
            return spelled(value)
        case Url():
            return address(value, language)
        case datetime():
            return speech.moment(speech.day(value.date()), speech.time(value.time()))
        case date():
            return speech.day(value)
        case time():
            return speech.time(value)
        case Money():
            return speech.money(value)
        case Decimal():
            return speech.number(value)
        case _:
            return str(value)


def moment(at: datetime, now: datetime, language: str) -> str:
    """A promised moment, seen from now: "tomorrow at 3 p.m.". Both in the callee's own time zone."""
    speech = speech_of(language)
    near = speech.near_day((at.date() - now.date()).days)
    return speech.moment(near or speech.day(at.date()), speech.time(at.time()))


def spelled(code: str) -> str:
    """One character at a time, with a breath after every four: "A 1 7 3, 8 0"."""
    characters = [char for char in code.upper() if char.isalnum()]
    groups = [characters[start : start + 4] for start in range(0, len(characters), 4)]
    return ", ".join(" ".join(group) for group in groups)


def telephone(number: str) -> str:
    """A number in E.164 as its own country reads it, digit by digit: "2 0 2, 5 5 5, 0 1 2 3"."""
    try:
        parsed = phonenumbers.parse(number, None)
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        written = number
    groups = "".join(char if char.isdigit() else " " for char in written).split()
    return ", ".join(" ".join(group) for group in groups)


def address(url: str, language: str) -> str:
    """A web address without its scheme: "shop dot example dot com"."""
    bare = url.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return bare.replace(".", f" {speech_of(language).dot} ")


def speech_of(language: str) -> Speech:
    """The forms of a language tag such as "en-US"; its base language's where there is nothing closer."""
    own = _OWN.get(language.partition("-")[0])
    return own if own is not None else _LocaleData(language)


class _English:
    dot = "dot"

    def day(self, day: date) -> str:
        return format_date(day, "EEEE, MMMM d", locale="en_US")

    def weekday(self, day: date) -> str:
        return _weekday(day, "en_US")

    def time(self, at: time) -> str:
        if (at.hour, at.minute) in _NAMED_HOURS:
            return _NAMED_HOURS[at.hour, at.minute]
        minutes = f":{at.minute:02d}" if at.minute else ""
        return f"{at.hour % 12 or 12}{minutes} {'a' if at.hour < 12 else 'p'}.m."

    def money(self, money: Money) -> str:
        if money.currency not in _ENGLISH_MONEY:
            return _LocaleData("en-US").money(money)
        whole, hundredths = _parts(money.amount)
        (one, many), (cent, cents) = _ENGLISH_MONEY[money.currency]
        major = f"{whole:,} {one if whole == 1 else many}"
        minor = f"{hundredths} {cent if hundredths == 1 else cents}"
        if not hundredths:
            return major
        return f"{major} and {minor}" if whole else minor

    def number(self, number: Decimal) -> str:
        return format_decimal(number, locale="en_US")

    def ordinal(self, number: int) -> str:
        return str(num2words(number, lang="en", to="ordinal"))

    def moment(self, day: str, at: str) -> str:
        return f"{day} at {at}"

    def near_day(self, days_ahead: int) -> str | None:
        return {0: "today", 1: "tomorrow"}.get(days_ahead)


_NAMED_HOURS = {(12, 0): "noon", (0, 0): "midnight"}
_ENGLISH_MONEY = {
    "USD": (("dollar", "dollars"), ("cent", "cents")),
    "CAD": (("dollar", "dollars"), ("cent", "cents")),
    "AUD": (("dollar", "dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "GBP": (("pound", "pounds"), ("penny", "pence")),
}


class _Chinese:
    dot = "点"

    def day(self, day: date) -> str:
        return f"{day.month}月{day.day}号{self.weekday(day)}"

    def weekday(self, day: date) -> str:
        return _weekday(day, "zh_CN")

    def time(self, at: time) -> str:
        part = next(name for until, name in _CHINESE_DAY if at.hour < until)
        hour = at.hour if at.hour <= 12 else at.hour - 12
        spoken_hour = "两" if hour == 2 else str(hour)
        return f"{part}{spoken_hour}点" + ("半" if at.minute == 30 else f"{at.minute}分" if at.minute else "")

    def money(self, money: Money) -> str:
        if money.currency != "CNY":
            return _LocaleData("zh-CN").money(money).replace(",", "")
        whole, hundredths = _parts(money.amount)
        jiao, fen = divmod(hundredths, 10)
        if not fen:
            return f"{whole}块{jiao}" if jiao else f"{whole}元"
        return f"{whole}元{jiao}角{fen}分" if jiao else f"{whole}元零{fen}分"

    def number(self, number: Decimal) -> str:
        return format(number.normalize(), "f")

    def ordinal(self, number: int) -> str:
        return f"第{number}"

    def moment(self, day: str, at: str) -> str:
        return f"{day}{at}"

    def near_day(self, days_ahead: int) -> str | None:
        return {0: "今天", 1: "明天", 2: "后天"}.get(days_ahead)


_CHINESE_DAY = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


class _Korean:
    dot = "쩜"

    def day(self, day: date) -> str:
        return f"{day.month}월 {day.day}일 {self.weekday(day)}"

    def weekday(self, day: date) -> str:
        return _weekday(day, "ko_KR")

    def time(self, at: time) -> str:
        part = "오전" if at.hour < 12 else "오후"
        hour = _KOREAN_HOURS[at.hour % 12]
        return f"{part} {hour} 시" + (" 반" if at.minute == 30 else f" {at.minute}분" if at.minute else "")

    def money(self, money: Money) -> str:
        if money.currency != "KRW":
            return _LocaleData("ko-KR").money(money).replace(",", "")
        return f"{self.number(money.amount)}원"

    def number(self, number: Decimal) -> str:
        return format(number.normalize(), "f")

    def ordinal(self, number: int) -> str:
        return f"{_KOREAN_ORDINALS[number]} 번째" if number in _KOREAN_ORDINALS else f"{number}번째"

    def moment(self, day: str, at: str) -> str:
        return f"{day} {at}"

    def near_day(self, days_ahead: int) -> str | None:
        return {0: "오늘", 1: "내일", 2: "모레"}.get(days_ahead)


_KOREAN_HOURS = ("열두", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한")
_KOREAN_ORDINALS = {1: "첫", 2: "두", 3: "세", 4: "네", 5: "다섯"}


class _LocaleData:
    """Any other language, as the Unicode locale data writes it."""

    dot = "."

    def __init__(self, language: str) -> None:
        try:
            self._locale = Locale.parse(language, sep="-")
        except (ValueError, UnknownLocaleError):
            self._locale = Locale("en")

    def day(self, day: date) -> str:
        return format_date(day, "full", locale=self._locale).replace(f" {day.year}", "").rstrip(",")

    def weekday(self, day: date) -> str:
        return _weekday(day, self._locale)

    def time(self, at: time) -> str:
        return format_time(at, "short", locale=self._locale)

    def money(self, money: Money) -> str:
        return format_currency(money.amount, money.currency, locale=self._locale, format_type="name")

    def number(self, number: Decimal) -> str:
        return format_decimal(number, locale=self._locale)

    def ordinal(self, number: int) -> str:
        try:
            return str(num2words(number, lang=self._locale.language, to="ordinal"))
        except NotImplementedError:
            return str(number)

    def moment(self, day: str, at: str) -> str:
        return f"{day}, {at}"

    def near_day(self, days_ahead: int) -> str | None:
        return None


def _weekday(day: date, locale: Locale | str) -> str:
    return str(get_day_names("wide", locale=locale)[day.weekday()])


def _parts(amount: Decimal) -> tuple[int, int]:
    """Whole units and hundredths."""
    hundredths = int((amount * 100).to_integral_value())
    return divmod(hundredths, 100)


_OWN: dict[str, Speech] = {"en": _English(), "zh": _Chinese(), "ko": _Korean()}
