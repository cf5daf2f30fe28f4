"""One call: the dialogue's actions carried out, its results saved, its log kept.

Decides that a result is durable before anything else is done, that a store which is away ends the call politely and
loses nothing, and that a call which is broken off still has its one honest outcome. What is said is the dialogue's
business; sound or text is the conversation's; which call may be placed was decided before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from audio.errors import AudioError
from campaigns.outcomes import Disposition, Result
from campaigns.planning import LONGEST_ROUTE_WAIT
from outbound.dialogue import Dialogue, OutOfPlace
from outbound.dialogue.actions import Action, HangUp, Save
from outbound.dialogue.events import Answered, Event, HungUp, SaveFailed
from outbound.dialogue.records import event_from, record
from outbound.errors import OutboundError
from outbound.lines.base import EndCause

log = logging.getLogger(__name__)

Entry = Mapping[str, Any]
"""One step of a call's log: `at` (seconds since dialling), `event`, `actions`; `state` and script `step` after it."""


SAVE_SECONDS = 3.0
"""A store that takes longer counts as away: a person is on the phone."""


class Conversation(Protocol):
    """Carries a dialogue's actions out, by sound or by text, and tells what happens."""

    async def next_event(self) -> Event:
        """The next thing that happens. The last one is `HungUp`.

        Raises:
            AudioError, OutboundError: sound or line broke.
        """

    def perform(self, action: Action) -> None:
        """Carry out anything but a `Save`. Returns at once."""

    async def close(self) -> None:
        """Hang up if nobody has, wait until the line has let go, and free everything."""


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """What became of a call.

    Attributes:
        seconds: from the answer to the end; 0.0 for a call that was not answered.
        detail: the line's own words about the end, where there are any; else its cause.
        log: every event with its actions; `replay` gives the same actions again.
        heard: a person heard the message to its end, or answered it.
        wait_seconds: what a route that took no call asks us to wait (Retry-After), None if it did not say.
        unsaved: results that neither the store nor the journal took: save them with the outcome.
    """

    disposition: Disposition
    seconds: float
    detail: str
    log: tuple[Entry, ...]
    unsaved: tuple[Result, ...] = ()
    heard: bool = False
    wait_seconds: float | None = None


class CallCancelled(asyncio.CancelledError):
    """The call was hung up because its task was cancelled. `outcome` is what it came to."""

    def __init__(self, outcome: CallOutcome) -> None:
        super().__init__("the call was cancelled")
        self.outcome = outcome


async def conduct(
    dialogue: Dialogue,
    conversation: Conversation,
    save: Callable[[Result], Awaitable[None]],
    keep: Callable[[Result], None],
    watch: Callable[[Event | Action], None] = lambda _: None,
) -> CallOutcome:
    """Hold one call, from dialling to the end.

    Args:
        save: writes a result to the store, durably; anything it raises counts as not written.
        keep: writes a result to the journal when the store did not take it (`outbound.journal`).
        watch: is shown every event and action as it happens; must not block.

    Raises:
        CallCancelled: the task was cancelled; the call was hung up, and the exception carries its outcome.
    """
    call = _Call(dialogue, conversation, save, keep, watch)
    try:
        while not dialogue.ended:
            await call.take(await conversation.next_event())
    except asyncio.CancelledError as cancelled:
        await call.end(EndCause.NEAR_END)
        raise CallCancelled(call.outcome()) from cancelled
    except (AudioError, OutboundError) as broken:
        log.error("a call broke: %s", broken)
        await call.end(EndCause.FAILED)
    finally:
        await conversation.close()
    return call.outcome()


class _Call:
    """The running record of `conduct`."""

    def __init__(
        self,
        dialogue: Dialogue,
        conversation: Conversation,
        save: Callable[[Result], Awaitable[None]],
        keep: Callable[[Result], None],
        watch: Callable[[Event | Action], None],
    ) -> None:
        self._dialogue, self._conversation = dialogue, conversation
        self._save, self._keep, self._watch = save, keep, watch
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._answered: float | None = None
        self._entries: list[Entry] = []
        self._unsaved: list[Result] = []
        self._disposition = Disposition.FAILED
        self._end: HungUp | None = None

    async def take(self, event: Event) -> None:
        """Tell the dialogue, and do what it wants."""
        if isinstance(event, Answered):
            self._answered = self._loop.time()
        elif isinstance(event, HungUp):
            self._end = event
        await self._perform(self._decide(event))

    async def end(self, cause: EndCause) -> None:
        """Break the call off, unless it has ended."""
        if not self._dialogue.ended:
            await self.take(HungUp(cause))

    def outcome(self) -> CallOutcome:
        seconds = 0.0 if self._answered is None else self._loop.time() - self._answered
        end = self._end
        return CallOutcome(
            self._disposition,
            seconds,
            (end.detail or end.cause.value) if end else "",
            tuple(self._entries),
            tuple(self._unsaved),
            self._dialogue.heard,
            _asked(end),
        )

    def _decide(self, event: Event) -> tuple[Action, ...]:
        self._watch(event)
        at = round(self._loop.time() - self._began, 3)
        actions = self._dialogue.receive(event, at)
        self._entries.append(
            {
                "at": at,
                "event": record(event),
                "actions": [record(action) for action in actions],
                "state": self._dialogue.state.value,
                "step": self._dialogue.step,
            }
        )
        return actions

    async def _perform(self, actions: tuple[Action, ...]) -> None:
        for place, action in enumerate(actions):
            self._watch(action)
            if isinstance(action, Save):
                if await self._saved(action.result):
                    continue
                instead = self._decide(SaveFailed())
                if instead:
                    # The rest is not said; what else was learned is still written down.
                    owed = tuple(later for later in actions[place + 1 :] if isinstance(later, Save))
                    await self._perform((*owed, *instead))
                    return
                continue
            if isinstance(action, HangUp):
                self._disposition = action.disposition
            self._conversation.perform(action)

    async def _saved(self, result: Result) -> bool:
        """Write a result down, to the end even if the call is cancelled meanwhile."""
        writing = asyncio.ensure_future(self._save(result))
        try:
            await asyncio.wait_for(asyncio.shield(writing), SAVE_SECONDS)
        except TimeoutError:
            # Nobody is kept waiting in silence. If it is written after all, writing it again changes nothing.
            log.error("the store did not take a result in time; it goes to the journal")
            writing.add_done_callback(_forget)
            self._journal(result)
            return False
        except asyncio.CancelledError:
            await asyncio.wait({writing})
            if writing.cancelled() or writing.exception() is not None:
                self._journal(result)
            raise
        except Exception:
            # A store has many ways to be away. Whatever it raised, the result must not be lost.
            log.exception("a result was not saved; it goes to the journal")
            self._journal(result)
            return False
        return True

    def _journal(self, result: Result) -> None:
        try:
            self._keep(result)
        except OSError:
            log.exception("the journal did not take a result either; it stays with the call")
            self._unsaved.append(result)


def _asked(end: HungUp | None) -> float | None:
    """How long the route asks us to wait, in a figure that dates can be reckoned with."""
    if end is None or end.retry_after_seconds is None:
        return None
    return min(max(end.retry_after_seconds, 0.0), LONGEST_ROUTE_WAIT.total_seconds())


def _forget(writing: asyncio.Future[None]) -> None:
    """What became of it is the journal's matter now."""
    if not writing.cancelled():
        writing.exception()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay did something else than the call did."""

    at: float
    recorded: list[Any]
    replayed: list[Any]


def replay(entries: Iterable[Entry], dialogue: Dialogue) -> tuple[Difference, ...]:
    """Give a call's events to a fresh dialogue; where its actions differ. None: the log is reproduced exactly.

    An event for which a changed dialogue has no place brings no action.
    """
    differences = []
    for entry in entries:
        try:
            actions = [record(action) for action in dialogue.receive(event_from(entry["event"]), entry["at"])]
        except OutOfPlace:
            actions = []
        if actions != entry["actions"]:
            differences.append(Difference(entry["at"], entry["actions"], actions))
    return tuple(differences)
