"""Keeping the sound of calls: announced, aligned, and only where it may be; heard on the simulated line."""

from __future__ import annotations

import asyncio
import stat
import wave
from pathlib import Path

import numpy as np
import pytest

from campaigns.audience import NewContact
from campaigns.definition import parse
from campaigns.store import CampaignState, Store, open_store
from campaigns.store.results import Kind
from outbound import wiring
from outbound.clock import LoopClock
from outbound.dialing.news import News, Placed
from outbound.lines.base import EndCause, Ended, Frame
from outbound.lines.recorded import RecordedChannel
from outbound.lines.simulated import SimulatedLine
from outbound.recordings import Recordings
from outbound.routes import SpeechSettings, SpokenRoute
from outbound.simulation.callee import Callee, Presses, Says
from outbound.simulation.clock import run_virtually
from tests.outbound.lines.scripted import ScriptedChannel
from tests.outbound.lines.sip.test_sip_campaign import CAMPAIGN, TUESDAY_NOON
from tests.outbound.spoken import callee_voice

RECORDED = CAMPAIGN.replace("script:", "record: true\nscript:")
UNHAPPY = Callee("unhappy", does=(Presses("1"), Presses("1"), Says("it came too late and nobody told me")))


def called(folder: Path, campaign: str = RECORDED, country: str = "US", number: str = "+12025550100") -> Store:
    """The store after one call to an unhappy person."""
    store = open_store(str(folder / "store.db"))
    source = campaign.replace("[US]", f"[{country}]")
    store.save_campaign(parse(source, "parcels"), source, TUESDAY_NOON)
    zone = "America/New_York" if country == "US" else "Europe/Berlin"
    store.add_contacts("parcels", [NewContact(number, zone, "en-US", {}, None, country)], TUESDAY_NOON)
    store.set_state("parcels", CampaignState.RUNNING, TUESDAY_NOON)
    placed: list[News] = []

    async def run() -> None:
        clock = LoopClock(TUESDAY_NOON, asyncio.get_running_loop())
        line = SimulatedLine(lambda _: UNHAPPY, callee_voice(), channels=1)
        route = SpokenRoute(line, clock, SpeechSettings("pyttsx3"), recordings=wiring.recordings_for(store))
        dialer = wiring.dialer(store, route, clock, watch=placed.append)
        await dialer.call_once(next(store.contacts("parcels")).id)

    run_virtually(run())
    assert isinstance(placed[0], Placed)
    return store


def both_sides(path: Path) -> np.ndarray:
    """Shape (n, 2): the robot, the callee; as loudness of each second in dB below full scale."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8_000)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    seconds = samples[: len(samples) // 8_000 * 8_000].reshape(-1, 8_000, 2).astype(float)
    loudness: np.ndarray = 10 * np.log10(np.mean(np.square(seconds), axis=1) / 32_767**2 + 1e-12)
    return loudness


def test_a_recorded_call_is_announced_kept_for_its_owner_only_and_known_to_the_store(tmp_path: Path) -> None:
    store = called(tmp_path)
    call = store.call(1)
    path = tmp_path / "store.recordings" / "1.wav"
    assert call.recording == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    said = [one["text"] for entry in store.call_log(1).events for one in entry["actions"] if one["kind"] == "say"]
    assert said[0].endswith("This call is recorded.")
    loud = both_sides(path) > -40
    assert loud[0].tolist() == [True, False], "it begins with the message, after the announcement"
    assert loud[:, 1].any(), "the callee's words are on the right"
    assert call.seconds is not None
    assert len(loud) < call.seconds - 3, "nothing of the opening is kept"
    comments = [one for one in store.results(1) if one.kind is Kind.COMMENT]
    assert [one.recording for one in comments] == [str(path)]
    store.close()


def test_without_the_campaign_s_wish_or_the_law_s_leave_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "unwanted").mkdir()
    unwanted = called(tmp_path / "unwanted", CAMPAIGN)
    (tmp_path / "forbidden").mkdir()
    forbidden = called(tmp_path / "forbidden", country="DE", number="+4930123456")
    for store in (unwanted, forbidden):
        assert store.call(1).recording == ""
        assert "recorded" not in str(store.call_log(1).events)
        store.close()
    assert not list(tmp_path.rglob("*.wav"))


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device")])
def test_a_disk_that_is_away_costs_the_recording_and_not_the_call(trouble: OSError, tmp_path: Path) -> None:
    async def note(_call_id: int, _path: Path) -> None:
        raise trouble

    async def run() -> None:
        frame = Frame(np.zeros(160, dtype=np.int16))
        channel = RecordedChannel(ScriptedChannel([frame, Ended(EndCause.FAR_END)]))
        await Recordings(tmp_path, note).begin(1, channel)
        assert await channel.receive() is frame
        channel.begin(tmp_path / "no" / "folder.wav")
        assert isinstance(await channel.receive(), Ended)

    asyncio.run(run())
    assert not list(tmp_path.rglob("*.wav"))
