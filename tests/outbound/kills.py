"""`kill -9` of the real `outbound run`, and what must hold afterwards."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.store import CampaignState, ContactState, Store
from campaigns.templates import template_text
from outbound.cli import app
from outbound.clock import SystemClock

KEPT_AS = {"callback_promise": "callback", "transfer_result": "transfer"}
"""Where the store calls a result by another name than the event stream."""

Event = Mapping[str, Any]


def fill(store: Store, contacts: int) -> None:
    """A running campaign with so many contacts, which does not pause itself when many of them opt out."""
    now = SystemClock().now()
    source = template_text("shipping") + "\nalarm: {opt_outs: 100}\n"
    store.save_campaign(parse(source, "shipping"), source, now)
    store.add_contacts("shipping", [_contact(number) for number in range(contacts)], now)
    store.set_state("shipping", CampaignState.RUNNING, now)


def _contact(number: int) -> NewContact:
    fields = {"name": "Dana", "order": f"BB-{number}", "arrives": "2026-03-14"}
    return NewContact(f"+1202555{1000 + number}", "America/New_York", "en-US", fields, None, "US")


def run(url: str, home: Path, after_events: int | None = None, line: str = "text") -> tuple[bool, list[Event]]:
    """Whether the run came to its end, and what it told; killed once it has told so many events."""
    reading, writing = _NURSERY.Pipe(duplex=False)
    words = ["run", "--line", line, "--json", "--db", url]
    process = _NURSERY.Process(target=_outbound, args=(words, str(home), writing))
    process.start()
    writing.close()
    told: list[Event] = []
    with reading, os.fdopen(os.dup(reading.fileno()), "rb") as lines:
        for written in lines:
            if written.endswith(b"\n"):
                told.append(json.loads(written))
            if after_events is not None and len(told) >= after_events:
                process.kill()
                break
    process.join(timeout=600)
    assert process.exitcode in (0, -signal.SIGKILL), "the run failed by itself"
    return process.exitcode == 0, told


_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["outbound.cli.run", "tests.outbound.kills"])
"""Each run is a process of its own, forked from one that has imported everything: that takes longer than the calls."""


def _outbound(words: list[str], home: str, told: Connection) -> None:
    """`outbound WORDS`, whose standard output goes to `told`."""
    os.environ["XDG_DATA_HOME"] = home
    os.dup2(told.fileno(), 1)
    app(words)


def dialled_twice(store: Store) -> int:
    """Attempts that were dialled more than once, and contacts that were called after an unknown outcome."""
    with store.reading() as connection:
        calls = connection.execute(sa.text("SELECT contact_id, attempt, disposition FROM call")).all()
    # A call that the line did not take is no attempt: nobody's phone rang.
    attempts = Counter((call.contact_id, call.attempt) for call in calls if call.disposition != "route_down")
    unknown = [call for call in calls if call.disposition == "interrupted"]
    redialled = sum((call.contact_id, call.attempt + 1) in attempts for call in unknown)
    return sum(times > 1 for times in attempts.values()) + redialled


def confirmed(told: Iterable[Event]) -> set[tuple[int, str]]:
    """Call and kind of result: whatever was said after a Save was said after its commit."""
    saved: defaultdict[int, list[str]] = defaultdict(list)
    found: set[tuple[int, str]] = set()
    for event in told:
        if event["event"] != "happened":
            continue
        call, what = event["call_id"], event["what"]
        if what["kind"] == "save":
            saved[call].append(what["result"]["kind"])
        elif what["kind"] == "say":
            found |= {(call, kind) for kind in saved[call]}
    return found


def lost(store: Store, results: set[tuple[int, str]]) -> int:
    """How many of these results the store does not hold, and opt-outs without an entry of the register."""
    with store.reading() as connection:
        listed = set(connection.execute(sa.text("SELECT call_id FROM dnc_entry")).scalars())
        saved = connection.execute(sa.text("SELECT call_id, kind FROM call_result"))
        kept = {(row.call_id, row.kind) for row in saved}
    missing = sum((call, KEPT_AS.get(kind, kind)) not in kept for call, kind in results)
    return missing + len({call for call, kind in results if kind == "opt_out"} - listed)


def forgotten(store: Store) -> int:
    """Contacts that are not settled."""
    return sum(contact.state is not ContactState.CLOSED for contact in store.contacts("shipping"))
