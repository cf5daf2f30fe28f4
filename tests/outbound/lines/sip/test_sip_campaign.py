"""A whole campaign over SIP: fifty contacts, a farm of talking callees, and the dialer as it runs every day."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audio.pcm import Sound
from audio.synthesis import PromptCache, voice_for
from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.store import CampaignState, Store, open_store
from campaigns.store.results import Kind
from outbound.clock import LoopClock
from outbound.dialer import Dialer
from outbound.dialing.news import Finished, News
from outbound.journal import Journal
from outbound.lines.sip import SipLine
from outbound.routes import SpeechSettings, SpokenRoute
from tests.outbound.lines.sip.calls import settings
from tests.outbound.lines.sip.exchange import Refusal
from tests.outbound.lines.sip.farm import callee_farm

pytestmark = pytest.mark.telephones

PUT_THROUGH_SECONDS = 30.0
TUESDAY_NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
"""In New York."""
CAMPAIGN = """
campaign: parcels
brand: Bluebird
about: your parcel
purpose: informational
matter: delivery
language: en-US
caller_id: "+12025550123"
callback_number: "+12025550123"
countries: [US]
calling: {days: mon-sat, from: "09:00", to: "20:00", ring_seconds: 10, longest_seconds: 60, max_attempts: 1}
transfer: {desk: "+12025559001", spare: "+12025559002"}
voicemail: Hello, this is Bluebird about your parcel. It is on its way. Our number is {{ callback_number }}. Goodbye.
script:
  tell:
    say: Your parcel is on its way. Will you be there?
    ask: {yes: rating, no: rating, neighbour: {next: spare, key: "5", phrases: [my neighbour]}}
  rating:
    say: From one to five, how was this call?
    collect: rating
    next: bye
  spare: {transfer: spare}
  bye: {end: true}
"""
CALLEES = """
pleased:  {rings: 0.5, thinks: 1.0, does: [{say: "yes please"}, {say: "I would give it a five."}]}
by_key:   {rings: 0.5, thinks: 1.0, greeting: "", does: [{press: "1"}, {press: "4"}]}
cool:     {rings: 0.5, thinks: 1.0, does: [{say: "no"}, {press: "2"}, {say: "it came much too late"}]}
stops:    {rings: 0.5, thinks: 1.0, does: [{say: "please stop calling me"}]}
stops_by_key: {rings: 0.5, greeting: "", does: [{press: "9", after: 1.5}]}
wrong:    {rings: 0.5, thinks: 1.0, does: [{say: "you have the wrong number"}]}
hangs_up: {rings: 0.5, greeting: "", does: [{hang_up: {after: 2.0}}]}
machine:  {rings: 0.5, answers: voicemail}
wants_a_person: {rings: 0.5, thinks: 1.0, greeting: "", does: [{press: "0"}, silent, silent, silent]}
gets_another: {rings: 0.5, thinks: 1.0, greeting: "", does: [{press: "5"}, silent, silent, silent]}
desk:     {rings: 0.2, greeting: "", thinks: 1.5, does: [hang_up]}
spare:    {answers: busy}
away:     {answers: no_answer}
"""
REFUSALS = {
    "busy": Refusal("486 Busy Here", first="180 Ringing"),
    "busy_everywhere": Refusal("600 Busy Everywhere"),
    "declines": Refusal("603 Decline", first="183 Session Progress"),
    "switched_off": Refusal("480 Temporarily Unavailable"),
    "timed_out": Refusal("408 Request Timeout"),
    "terminated": Refusal("487 Request Terminated"),
    "unknown": Refusal("404 Not Found"),
    "incomplete": Refusal("484 Address Incomplete"),
    "congested": Refusal("503 Service Unavailable", headers="Retry-After: 3", times=1),
}
EXPECTED = {
    # how many, how it ends, the rating
    "pleased": (4, "completed", "5"),
    "by_key": (8, "completed", "4"),
    "cool": (3, "completed", "2"),
    "stops": (4, "opted_out", None),
    "stops_by_key": (5, "opted_out", None),
    "wrong": (2, "wrong_number", None),
    "hangs_up": (3, "hung_up", None),
    "machine": (2, "voicemail", None),
    "wants_a_person": (3, "transferred", None),
    "gets_another": (2, "transferred", None),
    "away": (2, "no_answer", None),
    "busy": (2, "busy", None),
    "busy_everywhere": (1, "busy", None),
    "declines": (2, "rejected", None),
    "switched_off": (1, "no_answer", None),
    "timed_out": (1, "no_answer", None),
    "terminated": (1, "no_answer", None),
    "unknown": (2, "unreachable", None),
    "incomplete": (1, "unreachable", None),
    "congested": (1, "route_down", None),
}
THEN = {"congested": ("completed", "5")}
"""How the second call ends, where a first one cost no attempt."""
DESKS = {"+12025559001": "desk", "+12025559002": "spare"}
IN_FLIGHT = 8


def people() -> dict[str, str]:
    """Who is at a number: fifty of them, mixed."""
    names = sorted((place / count, name) for name, (count, _, _) in EXPECTED.items() for place in range(count))
    return {f"+1202555{100 + place:04}": name for place, (_, name) in enumerate(names)}


def filled_store(cast: dict[str, str]) -> Store:
    store = open_store(":memory:")
    store.save_campaign(parse(CAMPAIGN, "parcels.yaml"), CAMPAIGN, TUESDAY_NOON)
    contacts = [NewContact(number, "America/New_York", "en-US", {}, None, "US") for number in cast]
    store.add_contacts("parcels", contacts, TUESDAY_NOON)
    store.set_state("parcels", CampaignState.RUNNING, TUESDAY_NOON)
    return store


async def announce(sentence: str) -> Sound:
    told.append(sentence)
    return await asyncio.to_thread(voice_for("en-US").speak, sentence)


told: list[str] = []
"""What was made for the desks to hear before callees are put through: while it rings, whether they answer or not."""


def test_fifty_people_are_called_over_sip_and_what_they_want_is_done(tmp_path: Path) -> None:
    cast = people()
    assert len(cast) == 50
    store = filled_store(cast)
    finished: list[Finished] = []

    def watch(news: News) -> None:
        if isinstance(news, Finished):
            finished.append(news)

    async def campaign() -> None:
        people = {number: "pleased" if name in REFUSALS else name for number, name in cast.items()} | DESKS
        refusals = {number: REFUSALS[name] for number, name in cast.items() if name in REFUSALS}
        async with callee_farm(tmp_path, CALLEES, people, refusals) as port:
            clock = LoopClock(TUESDAY_NOON, asyncio.get_running_loop())
            trunk = settings(port, allow=("+1202",), channels=IN_FLIGHT, join="bridge")
            line = SipLine(trunk, clock.now, announce=announce)
            await line.open()
            try:
                speech = SpeechSettings(voice_engine="pyttsx3", cache=PromptCache(tmp_path / "prompts"))
                route = SpokenRoute(line, clock, speech)
                dialer = Dialer(
                    store, route, clock, Journal(tmp_path / "journal"), owner="test", allow=trunk.allow, watch=watch
                )
                await dialer.run()
                with suppress(TimeoutError):  # a callee and a desk that found nothing to say are no matter of ours
                    await asyncio.wait_for(line.idle(), PUT_THROUGH_SECONDS)
            finally:
                await line.close()

    asyncio.run(campaign())

    seen: dict[str, Counter[tuple[str, str | None]]] = {name: Counter() for name in EXPECTED}
    for news in finished:
        results = store.results(news.call_id)
        rating = next((one.value for one in results if one.kind is Kind.RATING), None)
        seen[cast[store.call(news.call_id).number]][news.disposition.value, rating] += 1
    expected = {name: Counter({(end, rating): count}) for name, (count, end, rating) in EXPECTED.items()}
    for name, end in THEN.items():
        expected[name][end] += EXPECTED[name][0]
    assert seen == expected
    asked = EXPECTED["wants_a_person"][0] + 2 * EXPECTED["gets_another"][0]
    assert told == ["A customer, called by Bluebird about your parcel."] * asked
    opted_out = {number for number, name in cast.items() if name.startswith("stops")}
    assert {entry.number for entry in store.entries() if entry.source in ("spoken", "key")} == opted_out
    store.close()
