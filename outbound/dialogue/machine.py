"""The dialogue of one call: events in, actions out.

Decides nothing of its own: it looks an event up in the table, lets the reaction change the record, and holds it to
the states that the table allows. No I/O, no clock, no threads; the same events at the same times give the same actions.
"""

from __future__ import annotations

from campaigns.script import Script
from outbound.dialogue.actions import Action
from outbound.dialogue.course import Calendar, Course
from outbound.dialogue.events import Event, SaidAll
from outbound.dialogue.state import State
from outbound.dialogue.table import TABLE, Race
from outbound.errors import OutboundError


class OutOfPlace(OutboundError):
    """An event came in a state in which it cannot happen."""


class Dialogue:
    """One call, from dialling to the end."""

    def __init__(self, script: Script, calendar: Calendar | None = None) -> None:
        self.script = script
        self._course = Course(script, calendar or Calendar())

    @property
    def state(self) -> State:
        return self._course.state

    @property
    def step(self) -> str:
        """The name of the script's current step; empty before the first."""
        return self._course.step.name if self._course.step is not None else ""

    @property
    def ended(self) -> bool:
        """The dialogue has hung up; it wants nothing more."""
        return self._course.state is State.ENDED

    @property
    def heard(self) -> bool:
        """A person has heard the message to its end, or answered it."""
        return self._course.delivered

    def receive(self, event: Event, seconds: float = 0.0) -> tuple[Action, ...]:
        """What is to be done about an event, in order.

        Args:
            seconds: since dialling, as the call's log has it.

        Raises:
            OutOfPlace: the event cannot happen in this state.
        """
        course = self._course
        course.seconds = seconds
        if isinstance(event, SaidAll) and event.say_id != course.says:
            # The sound of a sentence that was replaced: the newest sentence is the one that counts.
            return ()
        cell = TABLE[course.state].get(type(event))
        if cell is None:
            raise OutOfPlace(f"a call that is {course.state} cannot be told {type(event).__name__}")
        if isinstance(cell, Race):
            return ()
        before = course.state
        actions = cell.react(course, event)
        if course.state not in cell.leads_to:
            raise AssertionError(
                f"{type(event).__name__} led from {before} to {course.state}, which is not in the table"
            )
        return actions
