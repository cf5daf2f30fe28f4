"""Telephone numbers as people write them in lists.

Decides what is a number: it has a country, its own or the given one, and a length that exists there. Whether
somebody answers it is nobody's business here: a number that is listed needlessly does no harm.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from campaigns.errors import CampaignError

_LETTER = re.compile(r"\d.*[^\W\d_]")
"""Behind a digit: before it may stand "Tel."."""
_NANP = re.compile(r"\+?1?([2-9]\d{2}[2-9]\d{6})")


class NotANumber(CampaignError):
    """The text is no telephone number that could be called."""


def e164(text: str, region: str | None = None) -> str:
    """The number in E.164, e.g. "+12125550123".

    Args:
        text: as written: "+1 212 555 0123", "tel:+12125550123", or without the country where `region` tells it.
        region: two letters (ISO 3166) of the country of numbers without one.

    Raises:
        NotANumber: with what to do about it.
    """
    text = text.strip()
    region = region.upper() if region else None
    if region == "US" or text.startswith("+1"):  # most of the long lists
        plain = _NANP.fullmatch(text)
        if plain:
            return f"+1{plain[1]}"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not text.startswith("+"):
            raise NotANumber(
                "The number has no country.", "Write it with + and the country code, or name the region."
            ) from error
        raise NotANumber("This is not a telephone number.", "Correct it, best with + and the country code.") from error
    if _LETTER.search(text) and not number.extension:
        raise NotANumber("There are letters in the number.", "Write its digits.")
    if number.extension:
        raise NotANumber("A number with an extension cannot be listed.", "Give the number without the extension.")
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:  # not a local part either
        raise NotANumber("There is no such telephone number.", "Correct it, best with + and the country code.")
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
