"""Several desks on independent phones: the next one is asked, and the callee never waits in silence."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from audio.pcm import FRAME_SECONDS, Sound
from audio.synthesis import PromptCache
from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.outcomes import Disposition
from campaigns.store import CampaignState, Store, open_store
from campaigns.store.results import Kind
from outbound.clock import LoopClock
from outbound.dialer import Dialer
from outbound.journal import Journal
from outbound.lines.sip import SipLine
from outbound.routes import SpeechSettings, SpokenRoute
from tests.outbound.lines.sip.calls import settings
from tests.outbound.lines.sip.sipp import expect, pause, refuse, reply, scenario, sipp
from tests.outbound.lines.sip.softphone import Softphone, softphone
from tests.outbound.lines.sip.test_sip_campaign import TUESDAY_NOON

pytestmark = pytest.mark.telephones

CALLEE = "+12025550100"
LONGEST_SILENCE_SECONDS = 6.5
CAMPAIGN = """
campaign: desks
brand: Bluebird
about: your parcel
purpose: informational
matter: delivery
language: en-US
caller_id: "+12025550123"
callback_number: "+12025550123"
countries: [US]
calling: {{days: mon-sat, from: "09:00", to: "20:00", ring_seconds: 10, longest_seconds: 60, max_attempts: 1}}
transfer: {{first: "{first}", closed: {closed}, second: "{second}"}}
script:
  tell: {{say: Your parcel is on its way., next: person}}
  person: {{transfer: first}}
"""
RINGS_FOR_TEN_SECONDS = scenario(
    reply("180 Ringing"), pause(10_000), reply("480 Temporarily Unavailable"), expect("ACK"),
)  # fmt: skip


def filled_store(first: int, second: int) -> Store:
    """One contact, and two desks by their ports, with one between them that is closed."""
    closed = '{address: "+12025559009", days: sun, from: "03:00", to: "03:01", time_zone: America/New_York}'
    first_desk, second_desk = (f"sip:phone@127.0.0.1:{port}" for port in (first, second))
    source = CAMPAIGN.format(first=first_desk, second=second_desk, closed=closed)
    store = open_store(":memory:")
    store.save_campaign(parse(source, "desks.yaml"), source, TUESDAY_NOON)
    store.add_contacts("desks", [NewContact(CALLEE, "America/New_York", "en-US", {}, None, "US")], TUESDAY_NOON)
    store.set_state("desks", CampaignState.RUNNING, TUESDAY_NOON)
    return store


async def call_everybody(store: Store, callee: Softphone, join: str, desks: tuple[int, int], folder: Path) -> None:
    clock = LoopClock(TUESDAY_NOON, asyncio.get_running_loop())
    hosts = [f"127.0.0.1:{port}" for port in desks]
    line = SipLine(settings(callee.port, allow=("+1202",), join=join, transfer_hosts=hosts), clock.now)
    await line.open()
    try:
        speech = SpeechSettings("pyttsx3", "pocketsphinx", cache=PromptCache(folder / "prompts"))
        await Dialer(store, SpokenRoute(line, clock, speech), clock, Journal(folder / "journal"), owner="test").run()
        await callee.command("hangup")
        await line.idle()
    finally:
        await line.close()


def asked(store: Store) -> list[tuple[str, str, str]]:
    """Who was asked to take the call, and what came of it."""
    return [(one.about, one.value, one.words) for one in store.results(1) if one.kind is Kind.TRANSFER]


def longest_silence(heard: Sound) -> float:
    """In seconds, between the first sound and the last."""
    loud = [place for place, frame in enumerate(heard.frames()) if np.abs(frame.astype(np.int32)).max() > 300]
    return max(np.diff(loud), default=0) * FRAME_SECONDS


@pytest.mark.parametrize("join", ["blind", "warm"])
def test_the_second_desk_takes_the_call_when_the_first_is_busy(join: str, tmp_path: Path) -> None:
    async def run() -> Store:
        async with (
            softphone(tmp_path, CALLEE, hertz=0) as callee,
            sipp(refuse("486 Busy Here"), tmp_path) as first,
            softphone(tmp_path) as second,
        ):
            store = filled_store(first.port, second.port)
            await call_everybody(store, callee, join, (first.port, second.port), tmp_path)
            await second.until("CALL_ESTABLISHED")
            return store

    store = asyncio.run(run())
    assert store.call(1).disposition is Disposition.TRANSFERRED
    assert asked(store) == [("first", "not_reached", "486 Busy Here"), ("second", "reached", "")]
    assert store.open_tasks() == []


@pytest.mark.parametrize("join", ["blind", "warm"])
def test_when_no_desk_takes_it_the_callee_hears_so_and_a_call_by_a_person_is_a_task(join: str, tmp_path: Path) -> None:
    async def run() -> tuple[Store, Sound]:
        async with (
            softphone(tmp_path, CALLEE, hertz=0) as callee,
            sipp(refuse("603 Decline"), tmp_path) as first,
            sipp(RINGS_FOR_TEN_SECONDS, tmp_path) as second,
        ):
            store = filled_store(first.port, second.port)
            await call_everybody(store, callee, join, (first.port, second.port), tmp_path)
            return store, callee.recording()

    store, heard = asyncio.run(run())
    assert store.call(1).disposition is Disposition.CALLBACK
    assert asked(store) == [("first", "not_reached", "603 Decline"),
                            ("second", "not_reached", "480 Temporarily Unavailable")]  # fmt: skip
    assert [task.kind for task in store.open_tasks()] == [Kind.CALLBACK]
    assert longest_silence(heard) < LONGEST_SILENCE_SECONDS
