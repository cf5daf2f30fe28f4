"""`kill -9` at any moment: nobody is dialled twice for one attempt, nothing said is lost, the campaign ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from campaigns.audience import NewContact
from campaigns.store import CampaignState, ContactState, Store, open_store
from campaigns.templates import template, template_text
from outbound.clock import SystemClock

CONTACTS = 60
KILLS = 10
KEPT_AS = {"callback_promise": "callback", "transfer_result": "transfer"}
"""Where the store calls a result by another name than the event stream."""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return str(tmp_path / "killed.db")
    return str(request.getfixturevalue("postgresql_url"))


def test_ten_kills_lose_nothing_and_dial_nobody_twice(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    now = SystemClock().now()
    store.save_campaign(template("shipping"), template_text("shipping"), now)
    store.add_contacts("shipping", [_contact(number) for number in range(CONTACTS)], now)
    store.set_state("shipping", CampaignState.RUNNING, now)
    random = Random(7)
    told: list[dict[str, Any]] = []
    killed = 0
    for _ in range(KILLS):
        finished, events = _run(url, tmp_path, after_events=random.randrange(1, 150))
        told += events
        killed += not finished
    finished, events = _run(url, tmp_path)
    told += events
    assert finished
    assert killed >= 3, "the runs ended before they could be killed"
    _nobody_was_dialled_twice_for_one_attempt(store)
    _what_was_confirmed_is_kept(store, told)
    assert all(contact.state is ContactState.CLOSED for contact in store.contacts("shipping"))
    store.close()


def _contact(number: int) -> NewContact:
    fields = {"name": "Dana", "order": f"BB-{number}", "arrives": "2026-03-14"}
    return NewContact(f"+1202555{1000 + number}", "America/New_York", "en-US", fields, None, "US")


def _run(url: str, home: Path, after_events: int | None = None) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the run came to its end, and what it told; killed once it has told so many events."""
    command = [sys.executable, "-m", "outbound", "run", "--line", "text", "--json", "--db", url]
    told: list[dict[str, Any]] = []
    environment = os.environ | {"XDG_DATA_HOME": str(home), "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith(b"\n"):
                told.append(json.loads(line))
            if after_events is not None and len(told) >= after_events:
                process.send_signal(signal.SIGKILL)
                break
        process.wait(timeout=120)
    return process.returncode == 0, told


def _nobody_was_dialled_twice_for_one_attempt(store: Store) -> None:
    with store.reading() as connection:
        calls = connection.execute(sa.text("SELECT contact_id, attempt, disposition FROM call")).all()
    # A call that the line did not take is no attempt: nobody's phone rang.
    attempts = Counter((call.contact_id, call.attempt) for call in calls if call.disposition != "route_down")
    assert max(attempts.values()) == 1
    interrupted = {call.contact_id for call in calls if call.disposition == "interrupted"}
    later = {call.contact_id for call in calls if (call.contact_id, call.attempt + 1) in attempts}
    assert not interrupted & later, "a call whose outcome is unknown was dialled again"


def _what_was_confirmed_is_kept(store: Store, told: list[dict[str, Any]]) -> None:
    """Whatever was said after a Save was said after its commit: then the store holds what was saved."""
    saved: defaultdict[int, list[str]] = defaultdict(list)
    confirmed: set[tuple[int, str]] = set()
    for event in told:
        if event["event"] != "happened":
            continue
        call, what = event["call_id"], event["what"]
        if what["kind"] == "save":
            saved[call].append(what["result"]["kind"])
        elif what["kind"] == "say":
            confirmed |= {(call, kind) for kind in saved[call]}
    assert any(kind == "opt_out" for _, kind in confirmed)
    for call, kind in confirmed:
        assert KEPT_AS.get(kind, kind) in {result.kind for result in store.results(call)}
    with store.reading() as connection:
        listed = set(connection.execute(sa.text("SELECT call_id FROM dnc_entry")).scalars())
    assert {call for call, kind in confirmed if kind == "opt_out"} <= listed
