"""What only the SIP messages themselves tell, and keeping numbers out of the logs.

The stack reports a closed call in one line of text. Whether the trunk has answered at all and how long it asks
us to wait (Retry-After, RFC 3261 section 20.33) stand in the messages, which the stack traces into a logger:
here is their only reader. What the facts mean is decided by `channel.py`.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from outbound.lines.sip.wakeups import is_about_player

_TRACE = logging.getLogger("baresip.native.sip")
_STACK = logging.getLogger("baresip")
_OURS = logging.getLogger("outbound.lines.sip.stack")
_CALL_ID = re.compile(r"^(?:Call-ID|i):[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_RETRY_AFTER = re.compile(r"^Retry-After:[ \t]*(\d+)", re.IGNORECASE | re.MULTILINE)
_PRIVATE = re.compile(r"sips?:[^\s;>]+|\+?\d{5,}")


@dataclass(slots=True)
class Facts:
    """Of one call: was there any answer to our INVITE, has the last word come, and what did it ask for?"""

    answered_by_route: bool = False
    refused: bool = False
    retry_after_seconds: float | None = None


class Trace(logging.Handler):
    """Reads the trace of SIP messages while it is attached. Called on the stack's log thread."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._facts: dict[str, Facts] = {}
        self._asked_at: dict[str, float] = {}
        self.round_trip_seconds: float | None = None
        """The shortest time so far from a request of ours to the first answer to it."""
        self._discreet = _Discreet()

    def attach(self) -> None:
        """Take the stack's logs: the trace is read and goes nowhere else, the rest reaches our log without numbers."""
        for logger, handler in ((_TRACE, self), (_STACK, self._discreet)):
            logger.addHandler(handler)
            logger.propagate = False
        _TRACE.setLevel(logging.DEBUG)

    def detach(self) -> None:
        for logger, handler in ((_TRACE, self), (_STACK, self._discreet)):
            logger.removeHandler(handler)
            logger.propagate = True
        _TRACE.setLevel(logging.NOTSET)

    def facts(self, call_id: str) -> Facts | None:
        """What is known of a call we placed; None when its INVITE was not seen."""
        return self._facts.get(call_id)

    def forget(self, call_id: str) -> None:
        self._facts.pop(call_id, None)
        self._asked_at.pop(call_id, None)

    def emit(self, record: logging.LogRecord) -> None:
        header, _, message = record.getMessage().partition("\n")
        found = _CALL_ID.search(message)
        if found is None:
            return
        if header.startswith("TX") and message.startswith(("INVITE ", "REGISTER ")):
            self._asked_at.setdefault(found[1], record.created)
            if message.startswith("INVITE "):
                self._facts.setdefault(found[1], Facts())
        elif header.startswith("RX") and found[1] in self._asked_at:
            took = record.created - self._asked_at.pop(found[1])
            self.round_trip_seconds = min(took, self.round_trip_seconds or took)
        facts = self._facts.get(found[1])
        if facts is None or not header.startswith("RX") or not message.startswith("SIP/2.0 "):
            return
        facts.answered_by_route = True
        wait = _RETRY_AFTER.search(message)
        if wait is not None:
            facts.retry_after_seconds = float(wait[1])
        facts.refused = message[len("SIP/2.0 ")] in "3456"


class _Discreet(logging.Handler):
    """Passes the stack's own words on without addresses and numbers in them."""

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if record.levelno >= logging.WARNING and not is_about_player(line):
            _OURS.log(record.levelno, "%s", _PRIVATE.sub("…", line).strip())
