"""The call as a state machine without I/O: events in, actions out."""

from outbound.dialogue.course import Calendar
from outbound.dialogue.machine import Dialogue, OutOfPlace
from outbound.dialogue.state import State

__all__ = ["Calendar", "Dialogue", "OutOfPlace", "State"]
