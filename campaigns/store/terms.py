"""What the gate and the planning read of a campaign's definition.

Decides which values of a definition the store keeps beside its text, and in which JSON. The definition itself is
`campaigns/definition`; the store never reads its text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Protocol

from campaigns.compliance.windows import Hours, Window
from campaigns.limits import Alarm, Budget
from campaigns.outcomes import Disposition, Scope
from campaigns.pacing import Pace
from campaigns.planning import MAX_CALLBACKS, NORMAL_PRIORITY, RetryRule
from campaigns.script import Purpose
from campaigns.store.database import making_sense


class Calling(Protocol):
    """When and how long to call; `days` 0 is Monday, times are the callee's."""

    @property
    def days(self) -> Set[int]: ...
    @property
    def opens(self) -> time: ...
    @property
    def closes(self) -> time: ...
    @property
    def ring_seconds(self) -> float: ...
    @property
    def longest_seconds(self) -> float: ...
    @property
    def max_attempts(self) -> int: ...
    @property
    def max_callbacks(self) -> int: ...
    @property
    def opens_on(self) -> date | None: ...
    @property
    def closes_on(self) -> date | None: ...


class Pacing(Protocol):
    @property
    def in_flight(self) -> int | None: ...
    @property
    def per_second(self) -> float | None: ...
    @property
    def per_hour(self) -> float | None: ...
    @property
    def warm_up(self) -> timedelta | None: ...


class Budgeting(Protocol):
    @property
    def calls(self) -> int | None: ...
    @property
    def minutes(self) -> float | None: ...


class Alarming(Protocol):
    @property
    def opt_outs(self) -> float: ...
    @property
    def conversations(self) -> int: ...


class Retry(Protocol):
    @property
    def after(self) -> timedelta: ...
    @property
    def times(self) -> int: ...


class Definition(Protocol):
    """The part of a campaign definition that the store reads."""

    @property
    def name(self) -> str: ...
    @property
    def brand(self) -> str: ...
    @property
    def purpose(self) -> Purpose: ...
    @property
    def matter(self) -> str: ...
    @property
    def caller_id(self) -> str | None: ...
    @property
    def calling(self) -> Calling: ...
    @property
    def retry(self) -> Mapping[Disposition, Retry]: ...
    @property
    def opt_out_scope(self) -> Scope: ...
    @property
    def variants(self) -> Mapping[str, int]: ...
    @property
    def pace(self) -> Pacing: ...
    @property
    def budget(self) -> Budgeting: ...
    @property
    def alarm(self) -> Alarming: ...
    @property
    def priority(self) -> int: ...
    @property
    def share(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms under which a campaign calls."""

    caller_id: str | None
    ring_seconds: float
    longest_seconds: float
    max_attempts: int
    hours: Hours
    retry: Mapping[Disposition, RetryRule]
    opt_out_scope: Scope
    variants: Mapping[str, int]
    max_callbacks: int = MAX_CALLBACKS
    opens_on: date | None = None
    closes_on: date | None = None
    pace: Pace = field(default_factory=Pace)
    budget: Budget = field(default_factory=Budget)
    alarm: Alarm = field(default_factory=Alarm)
    priority: int = NORMAL_PRIORITY
    share: int = 1

    @classmethod
    def of(cls, definition: Definition) -> Terms:
        calling, pace = definition.calling, definition.pace
        return cls(
            definition.caller_id,
            calling.ring_seconds,
            calling.longest_seconds,
            calling.max_attempts,
            Hours(calling.opens, calling.closes, frozenset(calling.days)),
            {disposition: RetryRule(rule.after, rule.times) for disposition, rule in definition.retry.items()},
            definition.opt_out_scope,
            dict(definition.variants),
            calling.max_callbacks,
            calling.opens_on,
            calling.closes_on,
            Pace(pace.in_flight, pace.per_second, pace.per_hour, pace.warm_up or timedelta()),
            Budget(definition.budget.calls, definition.budget.minutes),
            Alarm(definition.alarm.opt_outs, definition.alarm.conversations),
            definition.priority,
            definition.share,
        )

    def window(self, campaign: str) -> Window:
        return Window(f"campaign {campaign}", (self.hours,))

    def to_json(self) -> str:
        return json.dumps(
            {
                "caller_id": self.caller_id,
                "ring_seconds": self.ring_seconds,
                "longest_seconds": self.longest_seconds,
                "max_attempts": self.max_attempts,
                "days": sorted(self.hours.days),
                "opens": self.hours.opens.isoformat(),
                "closes": self.hours.closes.isoformat(),
                "retry": {name: [rule.after.total_seconds(), rule.times] for name, rule in sorted(self.retry.items())},
                "opt_out_scope": self.opt_out_scope,
                "variants": list(self.variants.items()),  # their order counts
            }
            | self._unusual(),
            sort_keys=True,
        )

    def _unusual(self) -> dict[str, object]:
        """What is not as it is by default: so a file that says nothing of it is no new version in an older store."""
        kept = {
            "max_callbacks": (self.max_callbacks, MAX_CALLBACKS),
            "opens_on": (self.opens_on and self.opens_on.isoformat(), None),
            "closes_on": (self.closes_on and self.closes_on.isoformat(), None),
            "pace": (pace_to_json(self.pace), pace_to_json(Pace())),
            "budget": ([self.budget.calls, self.budget.minutes], [None, None]),
            "alarm": ([self.alarm.opt_outs, self.alarm.conversations], [Alarm().opt_outs, Alarm().conversations]),
            "priority": (self.priority, NORMAL_PRIORITY),
            "share": (self.share, 1),
        }
        return {name: value for name, (value, default) in kept.items() if value != default}

    @classmethod
    @making_sense()
    def from_json(cls, text: str) -> Terms:
        """The terms that `to_json` wrote."""
        kept = json.loads(text)
        return cls(
            kept["caller_id"],
            kept["ring_seconds"],
            kept["longest_seconds"],
            kept["max_attempts"],
            Hours(time.fromisoformat(kept["opens"]), time.fromisoformat(kept["closes"]), frozenset(kept["days"])),
            {
                Disposition(name): RetryRule(timedelta(seconds=seconds), times)
                for name, (seconds, times) in kept["retry"].items()
            },
            Scope(kept["opt_out_scope"]),
            dict(kept.get("variants", ())),  # not kept by the first stores
            kept.get("max_callbacks", MAX_CALLBACKS),
            _day(kept.get("opens_on")),
            _day(kept.get("closes_on")),
            pace_from_json(kept["pace"]) if "pace" in kept else Pace(),
            Budget(*kept.get("budget", ())),
            Alarm(*kept.get("alarm", ())),
            kept.get("priority", NORMAL_PRIORITY),
            kept.get("share", 1),
        )


def pace_to_json(pace: Pace) -> str:
    """A pace as it is kept."""
    return json.dumps([pace.in_flight, pace.per_second, pace.per_hour, pace.warm_up.total_seconds()])


@making_sense()
def pace_from_json(text: str) -> Pace:
    """The pace that `pace_to_json` wrote."""
    in_flight, per_second, per_hour, warm_up_seconds = json.loads(text)
    return Pace(in_flight, per_second, per_hour, timedelta(seconds=warm_up_seconds))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
