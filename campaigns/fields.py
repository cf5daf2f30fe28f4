"""The types of the fields that a contact brings, and how a cell of a list becomes one of them.

Decides what may stand in a cell (a date, a time, an amount of money …), the canonical text that is stored for it, and
the value that a script works with. How a value is spoken is `spoken.py`; which row is rejected, `audience.py`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from babel import Locale, UnknownLocaleError
from babel.numbers import NumberFormatError, get_territory_currencies, is_currency, parse_decimal

from campaigns.errors import CampaignError

LONGEST_VALUE = 300
"""Characters; what is longer is not something to say in a short call."""


class FieldType(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NAME = "name"
    """A person's name."""
    CODE = "code"
    """An order or booking number: said one character at a time."""
    DATE = "date"
    TIME = "time"
    MONEY = "money"
    NUMBER = "number"
    URL = "url"


class Code(str):
    """Letters and digits that are said one at a time."""

    __slots__ = ()


class Url(str):
    """A web address; said without its https://."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __lt__(self, other: object) -> bool:
        return self.amount < self._beside(other)

    def __le__(self, other: object) -> bool:
        return self.amount <= self._beside(other)

    def __gt__(self, other: object) -> bool:
        return self.amount > self._beside(other)

    def __ge__(self, other: object) -> bool:
        return self.amount >= self._beside(other)

    def _beside(self, other: object) -> Decimal:
        """What it is compared with: a number, as texts write it, or an amount of the same currency."""
        if isinstance(other, Money) and other.currency == self.currency:
            return other.amount
        if isinstance(other, int | Decimal):
            return Decimal(other)
        raise TypeError(f"{self.currency} cannot be compared with {other!r}")


Value = str | date | time | Decimal | Money
"""What a field is inside a script."""


class FieldError(CampaignError):
    """A cell does not hold what its field needs; the message is the reason, the hint the fix."""


def canonical(kind: FieldType, text: str, language: str, currency: str | None = None) -> str:
    """The text that is stored for a cell: an ISO date, "15:30", "12.50 USD", a plain number, or tidy text.

    Args:
        kind: what the field holds.
        text: the cell as written.
        language: a tag such as "en-US"; decides how 3/4/2026 and 1,299.50 are read, and the usual currency.
        currency: the currency of an amount without one.

    Raises:
        FieldError: the cell cannot be read as that.
    """
    tidy = " ".join(_without_controls(unicodedata.normalize("NFC", text)).split())
    if len(tidy) > LONGEST_VALUE:
        raise FieldError(f"the text is longer than {LONGEST_VALUE} characters", "Shorten it to what is to be said.")
    match kind:
        case FieldType.DATE:
            return _date(tidy, language).isoformat()
        case FieldType.TIME:
            return _time(tidy).strftime("%H:%M")
        case FieldType.MONEY:
            return str(_money(tidy, language, currency))
        case FieldType.NUMBER:
            return format(_number(tidy, language), "f")
        case FieldType.URL:
            if not re.fullmatch(r"(?:https?://)?[\w-]+(\.[\w-]+)+(?:[/?#]\S*)?", tidy):
                raise FieldError(f'"{tidy}" is not a web address', "Write it like shop.example.com.")
            return tidy
        case _:
            return tidy


def value(kind: FieldType, stored: str) -> Value:
    """The value of a canonical text (as `canonical` makes it).

    Raises:
        FieldError: it is not canonical.
    """
    try:
        match kind:
            case FieldType.DATE:
                return date.fromisoformat(stored)
            case FieldType.TIME:
                return time.fromisoformat(stored)
            case FieldType.MONEY:
                amount, currency = stored.split(" ")
                return Money(Decimal(amount), currency)
            case FieldType.NUMBER:
                return Decimal(stored)
            case FieldType.CODE:
                return Code(stored)
            case FieldType.URL:
                return Url(stored)
            case _:
                return stored
    except (ValueError, InvalidOperation) as error:
        raise FieldError(f'"{stored}" is not a {kind.value}', "Import the contacts again.") from error


def usual_currency(language: str) -> str | None:
    """The currency of a language tag's country: "ko-KR" gives KRW; None where the tag names no country."""
    territory = language.partition("-")[2]
    currencies = get_territory_currencies(territory) if territory else []
    return currencies[0] if currencies else None


def _without_controls(text: str) -> str:
    """Tabs and line ends become spaces; other control and format characters go (zero-width, direction marks)."""
    return "".join(
        " " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C"
    )


_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})\s*[.日일]?")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


def _date(text: str, language: str) -> date:
    """ISO and East Asian dates anywhere; 3/4/2026 as the language's country reads it."""
    without_midnight = re.sub(r"[ T]00:00(:00)?$", "", text)
    if match := _YEAR_FIRST.fullmatch(without_midnight):
        year, month, day = (int(part) for part in match.groups())
    elif match := _YEAR_LAST.fullmatch(without_midnight):
        first, second, year = (int(part) for part in match.groups())
        month, day = (first, second) if language == "en-US" else (second, first)
    else:
        raise FieldError(f'"{text}" is not a date', "Write the date like 2026-03-14.")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise FieldError(f'"{text}" is no day of the calendar', "Write the date like 2026-03-14.") from error


def _time(text: str) -> time:
    squeezed = text.upper().replace(" ", "").replace(".", "")
    for form in ("%H:%M", "%H:%M:%S", "%I:%M%p", "%I%p"):
        try:
            return datetime.strptime(squeezed, form).time()  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            continue
    raise FieldError(f'"{text}" is not a time of day', "Write the time like 15:30.")


def _number(text: str, language: str) -> Decimal:
    try:
        number = Decimal(text) if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text) else _local_number(text, language)
    except NumberFormatError as error:
        raise FieldError(f'"{text}" is not a number', "Write it like 1299.50.") from error
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise FieldError(f'"{text}" is too large a number to say', "Write it like 1299.50.")
    return number


def _local_number(text: str, language: str) -> Decimal:
    try:
        locale = Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        locale = Locale("en")
    return parse_decimal(text, locale=locale, strict=True)


_SIGNS = {
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "￦": "KRW",
    "원": "KRW",
    "元": "CNY",
    "¥": "",
    "￥": "",
}
_AMOUNT = re.compile(r"([^\d\s.,-]*)\s*(-?[\d.,\u00a0' ]*\d)\s*([^\d\s]*)")


def _money(text: str, language: str, currency: str | None) -> Money:
    """12.50, $12.50, 12.50 USD, 12,500원, ¥99: a bare yen or yuan sign is the usual currency's."""
    match = _AMOUNT.fullmatch(text)
    fix = "Write the amount like 12.50 or 12.50 USD."
    if match is None or (match[1] and match[3]):
        raise FieldError(f'"{text}" is not an amount of money', fix)
    sign = (match[1] or match[3]).strip().upper()
    unit = _SIGNS.get(sign, sign) or currency or usual_currency(language)
    if not unit or not is_currency(unit):
        what = f'"{sign}" is not a currency' if sign else f'"{text}" has no currency'
        raise FieldError(what, "Write the amount like 12.50 USD.")
    amount = _number(match[2].strip(), language)
    if amount < 0:
        raise FieldError(f'"{text}" is less than nothing', fix)
    return Money(amount, unit)
