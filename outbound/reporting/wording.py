"""How figures and names of a report are written, the same on the terminal and on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from campaigns.outcomes import Disposition
from campaigns.reports.model import CampaignReport, Funnel, Hour
from campaigns.reports.statistics import Difference, Proportion

NOTHING = "–"
"""Where there is nothing to compute a figure from."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Who(StrEnum):
    """Who or what was met in a call."""

    PERSON = "a person"
    MACHINE = "a machine"
    NOBODY = "nobody"
    BROKEN = "cut off by us"


_MET = {
    Disposition.VOICEMAIL: Who.MACHINE,
    Disposition.SCREENED: Who.MACHINE,
    Disposition.FAILED: Who.BROKEN,
    Disposition.ROUTE_DOWN: Who.BROKEN,
    Disposition.INTERRUPTED: Who.BROKEN,
}


def met(disposition: Disposition) -> Who:
    return Who.PERSON if disposition.reached else _MET.get(disposition, Who.NOBODY)


def count(number: int) -> str:
    """1234567 is 1 234 567, with narrow spaces that do not break."""
    return f"{number:,}".replace(",", "\u202f")


def calls(number: int) -> str:
    return f"{count(number)} call{'' if number == 1 else 's'}"


def percent(share: float | None, digits: int = 1) -> str:
    """A share between 0 and 1; never 0.0 % for something, nor 100.0 % for not everything."""
    if share is None:
        return NOTHING
    least = 10**-digits
    value = share * 100
    if 0 < value < least:
        return f"< {least:.{digits}f} %"
    if 100 - least < value < 100:
        return f"> {100 - least:.{digits}f} %"
    return f"{value:.{digits}f} %"


def interval(of: Proportion) -> str:
    """The 95 % interval of a share."""
    return "" if of.low is None or of.high is None else f"{of.low * 100:.1f}–{of.high * 100:.1f} %"


def out_of(of: Proportion) -> str:
    return f"{count(of.hits)} of {count(of.of)}"


def points(difference: Difference | None) -> str:
    """A difference of shares in percentage points, with its interval; marked where chance alone may have made it."""
    if difference is None:
        return NOTHING
    value, low, high = (_signed(one) for one in (difference.value, difference.low, difference.high))
    chance = ", may be chance" if difference.may_be_chance else ""
    return f"{value} points ({low} to {high}{chance})"


def _signed(share: float) -> str:
    return f"{share * 100:+.1f}".replace("-", "−")


def seconds(value: int | None) -> str:
    return NOTHING if value is None else f"{count(value)} s"


def rating(mean: float | None) -> str:
    return NOTHING if mean is None else f"{mean:.2f}"


def ending(disposition: Disposition) -> str:
    return disposition.value.replace("_", " ")


def facts(campaign: CampaignReport) -> str:
    """What kind of campaign it is and how it stands, in one line."""
    state = f"{campaign.state}: {campaign.because}" if campaign.because else campaign.state
    return " · ".join([campaign.brand, campaign.matter.replace("_", " "), campaign.purpose, state])


def stages(funnel: Funnel) -> Sequence[tuple[str, int]]:
    return (
        ("contacts", funnel.contacts),
        ("attempted", funnel.attempted),
        ("person reached", funnel.reached),
        ("message heard", funnel.heard),
        ("answered", funnel.answered),
        ("rated", funnel.rated),
    )


def by_hour_of_day(hours: Sequence[Hour]) -> Mapping[int, Mapping[Disposition, int]]:
    """The endings of each hour of the day, the days of the week together; no hour left out between first and last."""
    if not hours:
        return {}
    first, last = min(one.hour for one in hours), max(one.hour for one in hours)
    found: dict[int, dict[Disposition, int]] = {hour: {} for hour in range(first, last + 1)}
    for one in hours:
        for disposition, calls in one.endings.items():
            found[one.hour][disposition] = found[one.hour].get(disposition, 0) + calls
    return found


def whom_met(endings: Mapping[Disposition, int]) -> Mapping[Who, int]:
    """Endings, counted by who or what was met; all four."""
    found = dict.fromkeys(Who, 0)
    for disposition, calls in endings.items():
        found[met(disposition)] += calls
    return found
