"""What an answer of the telephone network means for the contact.

Decides the end cause of every SIP status (RFC 3261 section 21, RFC 8197, RFC 8688) as outbound dialling reads
it: whose fault it was, so that a route that is down never costs a contact an attempt. When to retry is the
planner's.
"""

from __future__ import annotations

from outbound.lines.base import EndCause

TRANSFERRED_TEXT = "Call transfered"
"""The stack's words (and spelling) for a call that ended because its transfer succeeded."""
DEAD_TEXT = "the SIP stack has died"
"""Ours: what the callee noticed is unknown."""
_BYE_TEXT = "Connection reset by peer"
"""The stack's words for a BYE from the far end."""

_CAUSES = {
    EndCause.BUSY: (486, 600),
    EndCause.REJECTED: (603, 607, 608),
    EndCause.NO_ANSWER: (408, 480, 487),
    EndCause.UNREACHABLE: (404, 410, 414, 416, 484, 485, 604),
    # The route knows neither us nor what we send: no callee can help that.
    EndCause.ROUTE_DOWN: (401, 402, 403, 407, 429, 433, 436, 437, 438),
    EndCause.FAILED: (400, 406, 415, 420, 421, 423, 481, 482, 483, 488, 491, 493, 606),
}
_BY_STATUS = {status: cause for cause, statuses in _CAUSES.items() for status in statuses}


def split_status(text: str) -> tuple[int | None, str]:
    """The status and the reason of "486 Busy Here"; no status where the stack speaks of the transport."""
    head, _, reason = text.partition(" ")
    return (int(head), reason) if len(head) == 3 and head.isdigit() else (None, text)


def cause_before_answer(text: str) -> EndCause:
    """Why a call that was never answered ended.

    A redirect (3xx) is not followed, because it lets others choose whom we call: the number as such is unreachable.
    Errors of servers (5xx) and of the transport are the route's; so is what nobody has heard of.
    """
    if text == DEAD_TEXT:
        return EndCause.FAILED
    status, _ = split_status(text)
    if status is None or 500 <= status < 600:
        return EndCause.ROUTE_DOWN
    if 300 <= status < 400:
        return EndCause.UNREACHABLE
    return _BY_STATUS.get(status, EndCause.FAILED)


def cause_after_answer(text: str) -> EndCause:
    """Why an answered call ended although we did not hang up: a BYE, or the dialog broke."""
    return EndCause.FAR_END if text.startswith(_BYE_TEXT) else EndCause.LOST


def detail_of(text: str) -> str:
    """The network's words, fit for logs: a status line keeps its reason phrase, without digits in it."""
    status, reason = split_status(text)
    words = "".join(letter for letter in reason if letter.isalpha() or letter in " -'/")[:60].strip()
    return f"{status} {words}".strip() if status is not None else words
