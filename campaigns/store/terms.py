"""What the gate and the planning read of a campaign's definition.

Decides which values of a definition the store keeps beside its text, and in which JSON. The definition itself is
`campaigns/definition`; the store never reads its text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from typing import Protocol

from campaigns.compliance.windows import Hours, Window
from campaigns.outcomes import Disposition, Scope
from campaigns.planning import RetryRule
from campaigns.script import Purpose


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

    @classmethod
    def of(cls, definition: Definition) -> Terms:
        calling = definition.calling
        return cls(
            definition.caller_id,
            calling.ring_seconds,
            calling.longest_seconds,
            calling.max_attempts,
            Hours(calling.opens, calling.closes, frozenset(calling.days)),
            {disposition: RetryRule(rule.after, rule.times) for disposition, rule in definition.retry.items()},
            definition.opt_out_scope,
            dict(definition.variants),
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
            },
            sort_keys=True,
        )

    @classmethod
    @lru_cache(maxsize=256)
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
        )
