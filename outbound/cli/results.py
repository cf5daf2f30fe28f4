"""What a call has saved, in one line for a person to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.outcomes import Result
from outbound.dialogue.records import record


def told(result: Result) -> str:
    """The result's kind, then what is known of it."""
    return told_of(record(result))


def told_of(known: Mapping[str, Any]) -> str:
    """The same for a result in its plain form."""
    facts = (f"{name}: {value}" for name, value in known.items() if name != "kind" and value not in (None, ""))
    return f"{known['kind']}   {', '.join(facts)}"
