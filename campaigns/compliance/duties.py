"""What the law asks of a campaign itself, before its first call.

Decides which duties of the rule packs a campaign does not meet. Those that every script meets by its build (the brand
first, a way out in every step, a number to call back) are listed for the person who answers for it, never as missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberType

from campaigns.compliance.packs import Duty, DutyRule


@dataclass(frozen=True, slots=True)
class Offer:
    """What a campaign does.

    Attributes:
        callback_number: E.164; said in the message and on machines.
        leaves_messages: on answering machines.
        longest_seconds: a call lasts at most.
    """

    callback_number: str
    leaves_messages: bool
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class Unmet:
    """A duty that the campaign does not meet: whose rule it is, and what to do."""

    duty: Duty
    source: str
    text: str
    fix: str


def unmet(duties: Iterable[DutyRule], offer: Offer) -> list[Unmet]:
    """The duties that are missing, in the packs' order, each once for each source."""
    found = []
    for rule in duties:
        match rule.duty:
            case Duty.TOLL_FREE_VOICEMAIL if offer.leaves_messages and not _toll_free(offer.callback_number):
                text = "A message left on a machine must name a toll-free number to opt out."
                found.append(
                    Unmet(rule.duty, rule.citation, text, "Give a toll-free callback_number, or no voicemail.")
                )
            case Duty.LONGEST if rule.seconds is not None and offer.longest_seconds > rule.seconds:
                text = f"Without consent such a call lasts {rule.seconds:.0f} s at most; here up to "
                text += f"{offer.longest_seconds:.0f} s."
                fix = f"Set longest_seconds: {rule.seconds:.0f} under calling."
                found.append(Unmet(rule.duty, rule.citation, text, fix))
    return list(dict.fromkeys(found))


def _toll_free(number: str) -> bool:
    return bool(phonenumbers.number_type(phonenumbers.parse(number)) == PhoneNumberType.TOLL_FREE)
