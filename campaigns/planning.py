"""Who is called next, and when somebody is tried again.

Decides how free channels are shared between campaigns (promised callbacks first, then priority, then fair shares), and,
from how a call ended and the campaign's retry rules, when the next attempt is due or that there is none: never earlier
than configured, in the calling window, and for somebody who was not there in a part of the day in which there is more
hope. Who answered before is called first in such a part of the day, too. Among those who are due, who has waited
longest is first. Whether a call is allowed at that moment is the gate's
business. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.compliance.windows import Window
from campaigns.outcomes import Disposition


@dataclass(frozen=True, slots=True)
class RetryRule:
    """After this disposition, wait `after`, then try again; `times` at most for each contact."""

    after: timedelta
    times: int


ROUTE_DOWN_WAIT = timedelta(minutes=1)
LONGEST_ROUTE_WAIT = timedelta(days=1)
"""A route that asks us to stay away for longer is tried again after a day."""
CALLBACK_LATER = timedelta(days=1)
"""Somebody asked to be called another time and named none."""
MAX_CALLBACKS = 3
NORMAL_PRIORITY = 5

CLOSED_BY_ATTEMPTS = "attempts"
CLOSED_BY_CALLBACKS = "callbacks"
"""Asked to be called another time once too often: a person takes over."""

NOBODY_THERE = frozenset({Disposition.NO_ANSWER, Disposition.VOICEMAIL, Disposition.SCREENED})
"""After these another part of the day may do better; who was busy is at home."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try again, at `due_at` at the earliest."""

    due_at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """No further attempt; `by` says why: the disposition, or that attempts or callbacks are used up."""

    by: str


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier call to the number: the hour on the callee's clock (0-23), and whether a person was there."""

    hour: int
    answered: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """When a callee may be called, and when somebody was there.

    Attributes:
        last_day: of the campaign, on the callee's calendar.
    """

    zone: ZoneInfo
    window: Window
    past: Sequence[Past] = ()
    last_day: date | None = None


def after_call(
    disposition: Disposition,
    now: datetime,
    *,
    retry: Mapping[Disposition, RetryRule],
    times_so_far: int,
    attempts: int,
    max_attempts: int,
    max_callbacks: int = MAX_CALLBACKS,
    promised_at: datetime | None = None,
    wait: timedelta | None = None,
    habits: Callable[[], Habits | None] = lambda: None,
) -> Again | Closed:
    """What becomes of the contact.

    Args:
        times_so_far: how many of the contact's calls ended like this one, this one included.
        attempts: how many attempts have counted, this one included.
        promised_at: for `CALLBACK`: the moment that was promised, None when none was named.
        wait: how long a route that is down asked us to wait.
        habits: tells them, where they are asked for; None when it is not known where the callee is: the gate then
            decides alone.
    """
    if disposition is Disposition.ROUTE_DOWN:  # the line took no call: no attempt, and nothing is used up
        return Again(now + min(wait or ROUTE_DOWN_WAIT, LONGEST_ROUTE_WAIT))
    if disposition is Disposition.CALLBACK:  # a promise is kept, whatever the attempts; but not for ever by a robot
        if times_so_far > max_callbacks:
            return Closed(CLOSED_BY_CALLBACKS)
        return Again(max(promised_at, now) if promised_at else now + CALLBACK_LATER)
    if disposition.closes:
        return Closed(disposition)
    rule = retry.get(disposition)
    if rule is None or times_so_far > rule.times:
        return Closed(disposition)
    if attempts >= max_attempts:
        return Closed(CLOSED_BY_ATTEMPTS)
    due_at = now + rule.after
    if disposition in NOBODY_THERE and (known := habits()) is not None:
        due_at = best_time(due_at, known)
    return Again(due_at)


_NOON, _EVENING = time(12), time(17)
_PARTS = (time(0), _NOON, _EVENING)
"""Where morning, afternoon and evening begin."""
_ANSWER_OUTWEIGHS = 3
"""One call that was answered in a part of the day makes up for so many that were not."""
_LONGEST_MOVE = timedelta(days=1)


def first_time(now: datetime, habits: Habits) -> datetime:
    """The moment at which to call somebody for the first time in a campaign: `now`, or later on the same day.

    Only for somebody who answered before it is worth waiting, until the part of the day in which they did. Outside the
    window nothing is decided: the gate will say no, and it is asked about again.
    """
    if not any(one.answered for one in habits.past) or not habits.window.covers(habits.zone, now):
        return now
    return best_time(now, habits, days=1)


def best_time(earliest: datetime, habits: Habits, *, days: int = 2) -> datetime:
    """The moment at which to try somebody who was not there: `earliest`, or within a day after it.

    In the calling window always; in the part of the day with the most answers and the fewest calls in vain; of equal
    ones in the first. A campaign's last day is not missed for it.

    Args:
        days: of the callee's calendar that are looked at, that of the first opening included.
    """
    opens = habits.window.opens_after(habits.zone, earliest)
    if opens is None:  # no window for a year: the gate will say so
        return earliest
    hopeless = {part: _hopeless(part, habits.past) for part in _PARTS}
    if hopeless[_part(opens.astimezone(habits.zone))] == min(hopeless.values()):
        return opens
    candidates = [opens, *_later_parts(opens, habits, days)]
    return min(candidates, key=lambda moment: (hopeless[_part(moment.astimezone(habits.zone))], moment))


def _later_parts(opens: datetime, habits: Habits, days: int) -> Iterator[datetime]:
    """The beginnings of the parts of the day within a day after the opening, as far as they are in the window."""
    local = opens.astimezone(habits.zone)
    spread = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    for day in (local.date() + timedelta(days=offset) for offset in range(days)):
        if habits.last_day is not None and day > habits.last_day:
            return
        for begins in _PARTS:
            part = datetime.combine(day, begins, habits.zone).astimezone(UTC)
            moment = habits.window.opens_after(habits.zone, part + spread)  # spread: not everybody on the hour
            if moment is None or not opens < moment <= opens + _LONGEST_MOVE:
                continue
            if _part(moment.astimezone(habits.zone)) is begins:
                yield moment


def _part(local: datetime) -> time:
    return max(begins for begins in _PARTS if begins <= local.time())


def _hopeless(part: time, past: Iterable[Past]) -> int:
    in_part = [one.answered for one in past if _part_of_hour(one.hour) is part]
    return in_part.count(False) - _ANSWER_OUTWEIGHS * in_part.count(True)


def _part_of_hour(hour: int) -> time:
    return max(begins for begins in _PARTS if begins.hour <= hour)


@dataclass(frozen=True, slots=True)
class Queue:
    """A campaign that wants channels.

    Attributes:
        priority: 9 is served first.
        share: the weight beside campaigns of the same priority.
        in_flight: channels it has already.
        promised: contacts who are due and were promised this call.
        due: the other ones.
        room: how many calls it may begin; None for any number.
    """

    campaign_id: int
    priority: int = NORMAL_PRIORITY
    share: int = 1
    in_flight: int = 0
    promised: int = 0
    due: int = 0
    room: int | None = None


def share_out(free: int, queues: Sequence[Queue]) -> dict[int, int]:
    """How many contacts each campaign may call, by its id; in each the promised ones are first.

    Promised callbacks of all campaigns come before everything else; then campaigns by priority; those of the same
    priority so that channels in use, the new ones included, stand as their shares do. Where that is equal, the campaign
    that stands first in `queues` has the channel.
    """
    given = {queue.campaign_id: 0 for queue in queues}

    def load(queue: Queue) -> tuple[int, float]:
        return -queue.priority, (queue.in_flight + given[queue.campaign_id]) / queue.share

    for wanted in ({q.campaign_id: q.promised for q in queues}, {q.campaign_id: q.promised + q.due for q in queues}):
        while free > 0:
            waiting = [
                queue
                for queue in queues
                if given[queue.campaign_id] < wanted[queue.campaign_id]
                and (queue.room is None or given[queue.campaign_id] < queue.room)
            ]
            if not waiting:
                break
            given[min(waiting, key=load).campaign_id] += 1
            free -= 1
    return given
