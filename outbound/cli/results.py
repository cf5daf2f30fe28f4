"""What a call has saved, in one line for a person to read."""

from __future__ import annotations

from campaigns.outcomes import Result
from outbound.dialogue.records import record


def told(result: Result) -> str:
    """The result's kind, then what is known of it."""
    known = record(result)
    facts = (f"{name}: {value}" for name, value in known.items() if name != "kind" and value not in (None, ""))
    return f"{known['kind']}   {', '.join(facts)}"
