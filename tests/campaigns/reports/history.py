"""A small history of calls, made through the store's own doors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from campaigns.outcomes import Disposition, Result
from campaigns.store import Permit, Store
from tests.campaigns.samples import MONDAY_NOON, Definition, Person
from tests.campaigns.store.house import ask, running

MINUTE = timedelta(minutes=1)


class History:
    """Campaigns with contacts whose calls are written one after another."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._numbers = (f"+1212555{number:04d}" for number in range(10_000))

    def campaign(self, definition: Definition, contacts: int, now: datetime = MONDAY_NOON) -> Iterator[int]:
        """A running campaign; the ids of its contacts."""
        known = {contact.id for contact in self.store.contacts()}
        people = [Person(number=next(self._numbers), fields={"name": "Alice Chen"}) for _ in range(contacts)]
        running(self.store, *people, definition=definition, now=now)
        return iter([contact.id for contact in self.store.contacts() if contact.id not in known])

    def call(
        self,
        contact_id: int,
        ended: Disposition,
        *learned: Result,
        at: datetime = MONDAY_NOON,
        seconds: float = 0.0,
        heard: bool = False,
    ) -> Permit:
        """One call from the gate to its end."""
        permit = ask(self.store, contact_id, at)
        assert isinstance(permit, Permit), permit
        if seconds:
            self.store.answered(permit.call_id, at)
        for one in learned:
            self.store.save(permit.call_id, one, at)
        self.store.finish(permit.call_id, ended, at + MINUTE, seconds=seconds, heard=heard)
        return permit
