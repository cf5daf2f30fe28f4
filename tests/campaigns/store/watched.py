"""A house under watch: whatever its processes do, in whatever order, no forbidden call is ever placed.

Every action goes to the real store; beside it a plain account is kept of what was asked for, by other code than the
rules': lists in memory, and arithmetic. When the gate says yes, the account must agree. Processes die between any two
writes, and in the middle of a transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from unittest import mock
from zoneinfo import ZoneInfo

import holidays

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import CallbackPromise, Disposition, OptOut, Scope, Source, Via
from campaigns.script import Purpose
from campaigns.store import Basis, CampaignState, Consent, ContactState, Permit, Store
from campaigns.store.prepared import Prepared
from tests.campaigns.samples import Calling, Definition, Person, Retry

T = TypeVar("T")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGINS = datetime(2025, 3, 8, 15, 0, tzinfo=UTC)
"""The day before the clocks go forward in the United States."""

_PLACES = {
    "+1212555": ("America/New_York", "US"),
    "+1305555": ("America/New_York", "US"),
    "+1602555": ("America/Phoenix", "US"),
    "+1312555": ("America/Chicago", "US"),
    "+44207946": ("Europe/London", "GB"),
}
FLORIDIAN = "+1305"
NUMBERS = {f"{start}{n:04}": place for n in range(10, 4000) for start, place in _PLACES.items()}
FEW = list(NUMBERS)[: len(_PLACES)]
_RETRY = {
    Disposition.BUSY: Retry(timedelta(minutes=15), 2),
    Disposition.NO_ANSWER: Retry(4 * HOUR, 2),
    Disposition.FAILED: Retry(timedelta(minutes=30), 1),
}
CAMPAIGNS = {
    "shipping": Definition("shipping", matter="delivery", retry=_RETRY),
    "refund": Definition("refund", matter="refund", retry=_RETRY, calling=Calling(max_attempts=2)),
    "sale": Definition("sale", purpose=Purpose.MARKETING, matter="discount", retry=_RETRY),
    "other": Definition("other", brand="Other", matter="other", retry=_RETRY),
}
ENDINGS = (
    Disposition.BUSY,
    Disposition.NO_ANSWER,
    Disposition.FAILED,
    Disposition.COMPLETED,
    Disposition.VOICEMAIL,
    Disposition.CALLBACK,
    Disposition.OPTED_OUT,
    Disposition.ROUTE_DOWN,
)
_MESSAGE = {Disposition.COMPLETED, Disposition.VOICEMAIL, Disposition.OPTED_OUT, Disposition.INTERRUPTED}
_BRITISH = holidays.country_holidays("GB")


class Crash(BaseException):
    """The power went."""


@contextmanager
def power_cut_before(statement: int) -> Iterator[None]:
    """The process dies before the given one of the gate's own statements, counted from 0."""
    left = [statement]
    real = Prepared._execute

    def execute(self: Prepared, connection: Any, values: dict[str, object]) -> Any:
        if left[0] == 0:
            raise Crash
        left[0] -= 1
        return real(self, connection, values)

    with mock.patch.object(Prepared, "_execute", execute):
        yield


@dataclass
class Dialled:
    """A call as the account has it."""

    at: datetime
    number: str
    contact_id: int
    campaign: Definition
    ended: Disposition | None = None


@dataclass
class Process:
    """A dialer. What it knows dies with it."""

    store: Store
    name: str
    claims: list[int] = field(default_factory=list)
    calls: dict[int, Dialled] = field(default_factory=dict)
    leased_at: datetime | None = None

    def lease(self, now: datetime) -> None:
        """The right to dial, for two hours; renewed long before it ends."""
        if self.leased_at is None or now - self.leased_at > timedelta(hours=1):
            self.store.lease(self.name, now, name=self.name, seconds=7200)
            self.leased_at = now


class House:
    """Two processes, one store, and the account."""

    def __init__(self, stores: tuple[Store, Store]) -> None:
        self.now = BEGINS
        self.processes = [Process(store, f"process-{at}") for at, store in enumerate(stores)]
        self.office = stores[1]
        self.dialled: dict[str, list[Dialled]] = defaultdict(list)
        """The calls of a year by number: as far back as any cap looks."""
        self.entries: dict[str, dict[int, Reach]] = defaultdict(dict)
        """What is in force against a number, by the entry's id."""
        self.consents: set[tuple[str, str]] = set()
        self.due: dict[int, datetime] = {}
        self.done: set[int] = set()
        self.added = 0
        self.permits = self.steps = self.attempts = 0
        self.office.load_list("us-national", date(2026, 12, 31), [int(FEW[0][1:])], self.now, "ann")
        for definition in CAMPAIGNS.values():
            self.office.save_campaign(definition, definition.name, self.now)
            self.office.set_state(definition.name, CampaignState.RUNNING, self.now)

    # what people do

    def import_contacts(self, campaign: str, *people: tuple[str, str]) -> None:
        """Numbers with references."""
        rows = (
            Person(number, NUMBERS[number][0], reference=reference, country=NUMBERS[number][1])
            for number, reference in people
        )
        self.added += self.office.add_contacts(campaign, rows, self.now).new
        record = self.office.campaign(campaign)
        if record.state is not CampaignState.RUNNING:
            self.office.set_state(campaign, CampaignState.RUNNING, self.now)

    def list_number(self, number: str, scope: Scope, campaign: str) -> None:
        definition = CAMPAIGNS[campaign]
        reach = Reach.of(scope, brand=definition.brand, campaign=campaign, purpose=definition.purpose)
        entry = self.office.add_entry(NewEntry(number, reach, Source.PERSON), self.now, "ann")
        self.entries[number][entry.id] = reach

    def revoke(self, at: int) -> None:
        listed = [number for number, entries in self.entries.items() if entries]
        if listed:
            entry_id, _ = self.entries[listed[at % len(listed)]].popitem()
            self.office.remove_entry(entry_id, self.now, "ann", "they asked for it")

    def consent(self, number: str, brand: str) -> None:
        given = Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me")
        self.office.give_consent(number, brand, given, self.now, "ann")
        self.consents.add((number, brand))

    def withdraw(self, number: str, brand: str) -> None:
        self.office.withdraw_consent(number, brand, self.now, "ann")
        self.consents.discard((number, brand))

    def wait(self, delta: timedelta) -> None:
        self.now += delta

    # what processes do

    def claim(self, process: Process, most: int) -> None:
        process.lease(self.now)
        process.claims += [claim.contact_id for claim in process.store.claim(self.now, most)]

    def authorise(self, process: Process, cut: int | None = None) -> None:
        if not process.claims:
            return
        contact_id = process.claims.pop(0)
        self.attempts += 1
        process.lease(self.now)
        answer = self._maybe_cut(
            process, cut, lambda: process.store.authorise(contact_id, self.now, line="x", owner=process.name)
        )
        if isinstance(answer, Permit):
            self._check(answer)
            call = Dialled(self.now, answer.number, contact_id, CAMPAIGNS[answer.campaign])
            past = self.dialled[answer.number]
            past[:] = [one for one in past if one.at > self.now - 400 * DAY] + [call]
            process.calls[answer.call_id] = call
            self.permits += 1

    def opt_out(self, process: Process, cut: int | None = None) -> None:
        """The callee of the oldest call says stop; the process may die just then, before or after it is on disk."""
        if not process.calls:
            return
        call_id, call = next(iter(process.calls.items()))
        learned = OptOut(Via.VOICE, "stop")

        def say() -> bool:
            process.store.save(call_id, learned, self.now)
            return True

        if self._maybe_cut(process, cut, say):
            reach = Reach(Scope.BRAND, call.campaign.brand)
            found = [one for one in self.office.entries_in_force(call.number, self.now) if one.call_id == call_id]
            assert [one.reach for one in found] == [reach], "an opt-out was lost"
            self.entries[call.number][found[0].id] = reach

    def finish(self, process: Process, ending: Disposition, cut: int | None = None) -> None:
        if not process.calls:
            return
        call_id, call = next(iter(process.calls.items()))
        promised = self.now + 3 * HOUR
        if ending is Disposition.CALLBACK:
            process.store.save(call_id, CallbackPromise(promised, by_person=False, words="later"), self.now)
        ended = self._maybe_cut(process, cut, lambda: process.store.finish(call_id, ending, self.now))
        if ended is None:
            return
        del process.calls[call_id]
        self._ended(call, call_id, ended, promised)

    def die(self, process: Process) -> None:
        """The process is gone, with all it knew; another begins in its place and settles what it left behind."""
        at = self.processes.index(process)
        left = process.calls
        name = f"{process.name}+"
        born = self.processes[at] = Process(process.store, name)
        born.store.release_lease(process.name)
        for other in self.processes:
            other.lease(self.now)
        born.store.recover(self.now, name)
        for call_id, call in left.items():
            ended = born.store.call(call_id).disposition
            assert ended is not None, "a call of a dead process was left under way"
            promise = born.store.contact(call.contact_id).due_at if ended is Disposition.CALLBACK else self.now
            self._ended(call, call_id, ended, promise)

    # the account

    def _ended(self, call: Dialled, call_id: int, ended: Disposition, promised: datetime) -> None:
        call.ended = ended
        if ended is Disposition.OPTED_OUT:
            for one in self.office.entries_in_force(call.number, self.now):
                if one.call_id == call_id:
                    self.entries[call.number][one.id] = one.reach
        if ended is Disposition.CALLBACK:
            self.due[call.contact_id] = promised
        elif ended in _RETRY:
            self.due[call.contact_id] = self.now + _RETRY[ended].after
        elif ended is not Disposition.ROUTE_DOWN:
            self.done.add(call.contact_id)

    def _maybe_cut(self, process: Process, cut: int | None, act: Callable[[], T]) -> T | None:
        if cut is None:
            return act()
        try:
            with power_cut_before(cut):
                return act()
        except Crash:
            self._reckon(process)
            self.die(process)
            return None

    def _reckon(self, process: Process) -> None:
        """A transaction that was cut off left nothing behind: no call that the account does not know."""
        with process.store.reading() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM call").scalar_one()
        assert count == self.permits, "half a transaction was kept"

    def _check(self, permit: Permit) -> None:
        """The gate said yes: the account must agree."""
        definition = CAMPAIGNS[permit.campaign]
        number = permit.number
        covering = {"brand": definition.brand, "campaign": definition.name, "purpose": definition.purpose}
        listed = self.entries[number].values()
        assert not any(reach.covers(**covering) for reach in listed), "a listed number was called"
        zone, country = NUMBERS[number]
        local = self.now.astimezone(ZoneInfo(zone))
        assert 9 <= local.hour < 20, "a call outside its window"
        assert country != "GB" or local.date() not in _BRITISH, "a call on a holiday"
        assert permit.contact_id not in self.done, "a contact that is done was called"
        assert self.now >= self.due.get(permit.contact_id, self.now), "a retry came too early"
        past = self.dialled[number]
        assert all(call.ended for call in past), "two calls to one number at the same time"
        counted = [call for call in past if call.ended is not Disposition.ROUTE_DOWN]
        consented = (number, definition.brand) in self.consents
        if definition.purpose is Purpose.MARKETING:
            assert consented, "marketing without consent"
        same_brand = [call for call in counted if call.campaign.brand == definition.brand]
        if country == "US" and not consented:
            assert sum(call.at > self.now - 30 * DAY for call in same_brand) < 3, "a fourth call in thirty days"
            told = [call for call in same_brand if call.contact_id == permit.contact_id and call.ended in _MESSAGE]
            assert definition.matter != "delivery" or not told, "a parcel was told of twice"
        if number.startswith(FLORIDIAN):
            matter = [call for call in same_brand if call.campaign.matter == definition.matter]
            assert sum(call.at > self.now - DAY for call in matter) < 3, "a fourth call in a day"
        if country == "GB":
            assert sum(call.at > self.now - DAY for call in counted) < 3, "a fourth call in a day"
            broken = [call for call in counted if call.ended in (Disposition.FAILED, Disposition.INTERRUPTED)]
            assert not any(call.at > self.now - 3 * DAY for call in broken), "a robot after silence"
        attempts = [call for call in counted if call.contact_id == permit.contact_id]
        promised = bool(attempts) and attempts[-1].ended is Disposition.CALLBACK
        assert len(attempts) < definition.calling.max_attempts or promised, "more attempts than the campaign allows"

    def nobody_is_forgotten(self) -> None:
        """Every contact stands somewhere, and every call under way is known to a living process."""
        with self.office.reading() as connection:
            rows = connection.exec_driver_sql("SELECT state, count(*) FROM contact GROUP BY state").all()
        counts: dict[str, int] = dict(rows)
        assert sum(counts.values()) == self.added
        under_way = sum(len(process.calls) for process in self.processes)
        assert counts.get(ContactState.CALLING, 0) == under_way

    def nothing_was_changed(self) -> None:
        assert self.office.verify().findings == ()
