"""What a report says: figures of campaigns, with how sure they are, and nobody's name or number.

Decides the form of a report for everybody who shows one. How figures are found is `queries.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigns.outcomes import Disposition
from campaigns.reports.statistics import Difference, Proportion


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far contacts came, each counted once, every stage a part of the one before.

    Attributes:
        contacts: all that the campaign has, in whatever period.
        attempted: were dialled.
        reached: a person was on the phone; machines and call screeners are nobody.
        heard: heard the message to its end, or answered it.
        answered: answered a question of the script; a rating is an answer.
        rated: said how the call was for them.
    """

    contacts: int
    attempted: int
    reached: int
    heard: int
    answered: int
    rated: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How many calls ended in one way; `share` of all that ended."""

    disposition: Disposition
    calls: int
    share: float


@dataclass(frozen=True, slots=True)
class Hour:
    """The calls of one hour of the week on the callees' clocks; `day` 0 is Monday, `hour` 0 to 23.

    Attributes:
        reached: a person was on the phone.
        endings: disposition to calls.
    """

    day: int
    hour: int
    calls: int
    reached: int
    endings: Mapping[Disposition, int]


@dataclass(frozen=True, slots=True)
class Durations:
    """Of the calls in which a person was reached, from the answer to the end; None without such calls."""

    calls: int
    median_seconds: int | None
    p95_seconds: int | None


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What the callees said from 1 (worst) to 5 (best).

    Attributes:
        ratings: how many rated.
        satisfied: those who said 4 or 5.
        counts: rating to how often, all five.
    """

    ratings: int
    mean: float | None
    satisfied: Proportion
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said after a low rating, in their own words; long numbers and the contact's fields blotted out."""

    rating: int
    words: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Transfers:
    """Calls in which a person was asked for.

    Attributes:
        reached: a person took the call.
        promised: nobody took it, and a call by a person was promised instead.
    """

    asked: int
    reached: Proportion
    promised: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Promises to call again, by the robot or by a person.

    Attributes:
        kept: the robot called again, or a person settled the task.
        open: still to be kept; `overdue` of them should have been by now.
        dropped: will not be kept: the contact was closed meanwhile, for instance by an opt-out.
    """

    promised: int
    kept: Proportion
    open: int
    overdue: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Variant:
    """How one wording did. The `…_more` differences are against the first variant, and None for that one."""

    name: str
    attempted: int
    reached: int
    heard: Proportion
    """Of those reached."""
    satisfied: Proportion
    """4 or 5, of those who rated."""
    mean_rating: float | None
    opted_out: Proportion
    """Of those reached."""
    heard_more: Difference | None
    satisfied_more: Difference | None
    opted_out_more: Difference | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure of the campaign beside one of the survey (`survey.py`)."""

    about: str
    own: Proportion
    survey: float


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """Everything about one campaign.

    Attributes:
        because: why it stands as it does, where nobody decided it: its alarm, its budget.
        in_flight: calls that have not ended yet.
        endings: the most frequent first.
        hours: those hours of the week in which calls were dialled.
        attempts: number of attempts to the number of contacts that took so many.
        opted_out, wrong_number: of the contacts reached.
        crises: calls with words of self-harm.
    """

    name: str
    brand: str
    purpose: str
    matter: str
    state: str
    because: str
    funnel: Funnel
    in_flight: int
    endings: tuple[Ending, ...]
    hours: tuple[Hour, ...]
    attempts: Mapping[int, int]
    durations: Durations
    satisfaction: Satisfaction
    remarks: tuple[Remark, ...]
    opted_out: Proportion
    wrong_number: Proportion
    complaints: int
    crises: int
    transfers: Transfers
    callbacks: Callbacks
    variants: tuple[Variant, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Campaigns by name, from calls dialled in [since, before); None is no bound."""

    made_at: datetime
    since: datetime | None
    before: datetime | None
    campaigns: tuple[CampaignReport, ...]
