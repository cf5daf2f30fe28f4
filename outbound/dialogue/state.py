"""The states of a call, as the dialogue sees it.

Decides where a call can be. What can happen in each state stands in `table.py`.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where the call is."""

    DIALING = "dialing"
    """The line has the order; nothing has come back."""
    RINGING = "ringing"
    OPENING = "opening"
    """Saying who calls. Ordinary speech does not stop it; it is answered afterwards."""

    TELLING = "telling"
    """Saying a step that asks nothing."""
    ASKING = "asking"
    """A step's question is being said, or its answer is awaited."""
    ASIDE = "aside"
    """Saying something between two things: an answer to a question, a thank-you."""
    WAITING = "waiting"
    """The callee asked for a moment."""
    SCHEDULING = "scheduling"
    """Asking when another call would suit."""
    OFFERING = "offering"
    """Asking whether the callee wants a person."""
    COMMENTING = "commenting"
    """The one open question after a low rating."""

    ANNOUNCING = "announcing"
    """Saying that a person comes to the phone."""
    CONNECTING = "connecting"
    """A transfer is under way."""
    CARING = "caring"
    """Words of self-harm were heard; saying the caring sentence."""
    CONNECTING_URGENTLY = "connecting_urgently"
    """An urgent transfer is under way."""
    OPTING_OUT = "opting_out"
    """The opt-out is saved; saying the one short confirmation."""
    CLOSING = "closing"
    """Saying the last words."""

    AWAITING_BEEP = "awaiting_beep"
    """A machine took the call and is still talking."""
    LEAVING_MESSAGE = "leaving_message"
    AT_SCREENER = "at_screener"
    """A phone's call screener asked who calls; it may put the call through."""

    ENDED = "ended"
    """The dialogue has hung up."""


BEFORE_ANSWER = frozenset({State.DIALING, State.RINGING})
MACHINES = frozenset({State.AWAITING_BEEP, State.LEAVING_MESSAGE, State.AT_SCREENER})
"""What is said here is no person's."""
LISTENING = frozenset(
    {
        State.TELLING,
        State.ASKING,
        State.ASIDE,
        State.WAITING,
        State.SCHEDULING,
        State.OFFERING,
        State.COMMENTING,
    }
)
"""Every global answer works here, by voice and by key."""
