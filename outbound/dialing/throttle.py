"""How many calls may begin now, and when to look again: the route's breaker, the line's pace, each campaign's.

Decides by asking all of them: the strictest counts. Each keeps its own rule; this only counts the calls for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.outcomes import Disposition
from campaigns.pacing import Pace, Pacer
from campaigns.store import Running
from outbound.dialing.breaker import Breaker, Closed, Opened


@dataclass(slots=True, eq=False)
class Slot:
    """A call that has begun: its campaign, whether the gate said yes to it, whether it tries the route."""

    campaign: str
    is_try: bool
    placed: bool = False


class Throttle:
    """Of one dialer on one route."""

    def __init__(self, line: Pace, breaker: Breaker) -> None:
        self._line = Pacer(line)
        self._breaker = breaker
        self._pacers: dict[str, Pacer] = {}
        self._slots: set[Slot] = set()
        self._undecided: set[Slot] = set()
        """Those of them that the gate has not said yes to."""
        self._in_flight: Counter[str] = Counter()

    def hold_to(self, running: Iterable[Running]) -> None:
        """The campaigns as they run now; a changed pace holds from here on."""
        before, self._pacers = self._pacers, {}
        for one in running:
            pacer = self._pacers[one.name] = before.get(one.name) or Pacer(one.pace)
            pacer.pace = one.pace

    @property
    def in_flight(self) -> Counter[str]:
        """Calls that have begun and not ended, by campaign."""
        return self._in_flight

    @property
    def undecided(self) -> Counter[str]:
        """Of these, the ones that the gate has not been asked about."""
        return Counter(slot.campaign for slot in self._undecided)

    def room(self, now: datetime, channels: int) -> int:
        """How many calls may begin on the route."""
        rooms = (
            channels - len(self._slots),
            self._line.room(now, len(self._slots), len(self._undecided)),
            self._breaker.room(now),
        )
        return max(0, min(room for room in rooms if room is not None))

    def rooms(self, now: datetime) -> dict[str, int]:
        """How many calls of a campaign may begin; without those that may have any number."""
        in_flight, undecided = self.in_flight, self.undecided
        found = {name: pacer.room(now, in_flight[name], undecided[name]) for name, pacer in self._pacers.items()}
        return {name: room for name, room in found.items() if room is not None}

    def route_opens_at(self, now: datetime) -> datetime | None:
        """When the route takes the next call, if no call ends before; None: only then."""
        moments = (self._line.opens_at(now, len(self._slots)), self._breaker.opens_at(now))
        return max((moment for moment in moments if moment is not None and moment > now), default=None)

    def campaign_opens_at(self, name: str, now: datetime) -> datetime | None:
        """When a campaign may place the next call, if none of its calls ends before; None: only then."""
        moment = self._pacers[name].opens_at(now, self.in_flight[name])
        return moment if moment is not None and moment > now else None

    def begin(self, campaign: str) -> Slot:
        """A contact goes to the gate."""
        slot = Slot(campaign, self._breaker.begin())
        self._slots.add(slot)
        self._undecided.add(slot)
        self._in_flight[campaign] += 1
        return slot

    def placed(self, slot: Slot, now: datetime) -> None:
        """The gate said yes: it is dialled."""
        slot.placed = True
        self._undecided.discard(slot)
        self._line.placed(now)
        if slot.campaign in self._pacers:
            self._pacers[slot.campaign].placed(now)

    def ended(
        self, slot: Slot, disposition: Disposition, now: datetime, asked_seconds: float | None
    ) -> Opened | Closed | None:
        """How a dialled call ended; what it changes for the route."""
        asked = timedelta(seconds=asked_seconds) if asked_seconds is not None else None
        return self._breaker.ended(disposition, now, was_try=slot.is_try, asked=asked)

    def leave(self, slot: Slot) -> None:
        """It takes no channel any more."""
        self._slots.remove(slot)
        self._undecided.discard(slot)
        self._in_flight[slot.campaign] -= 1
        if slot.is_try and not slot.placed:
            self._breaker.gave_up()
