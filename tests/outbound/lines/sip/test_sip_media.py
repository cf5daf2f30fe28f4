"""Sound and keys over RTP: the 20 ms clock, early media, loss, and what a re-INVITE changes."""

from __future__ import annotations

import asyncio
import itertools
import wave
from pathlib import Path

import numpy as np
import pytest

from audio.pcm import joined, silence, to_mulaw
from audio.tones import dtmf
from outbound.lines.base import Answered, Channel, EndCause, Ended, Frame, Signal
from outbound.lines.recorded import RecordedLine
from outbound.lines.sip.channel import SipChannel
from tests.audio.sounds import hum, pitch
from tests.outbound.lines.sip.calls import NUMBER, follow, line_to, one_call, order
from tests.outbound.lines.sip.rough import RoughSound, over
from tests.outbound.lines.sip.second_agent import second_agent
from tests.outbound.lines.sip.sipp import (
    PCMA,
    PLAYING_PORT,
    answer,
    bye,
    expect,
    expect_reply,
    pause,
    play,
    press,
    reply,
    request,
    scenario,
    silence_rtp,
    sipp,
)

pytestmark = pytest.mark.telephones

HELD_UP_SECONDS = 0.5
"""A busy machine may hold our loop up when the call ends: the frames of that time do not come any more."""


def tone(hertz: float, seconds: float, folder: Path) -> Path:
    """A file of mu-law bytes."""
    path = folder / f"tone{hertz:.0f}.ulaw"
    path.write_bytes(to_mulaw(hum(hertz, seconds).samples).tobytes())
    return path


def test_the_callee_s_sound_comes_in_frames_of_20_ms_from_the_answer_on(tmp_path: Path) -> None:
    steps = scenario(answer(port=PLAYING_PORT), play(tone(440, 5, tmp_path)), pause(2_000), bye())

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            seconds = heard.ended_at - heard.answered_at
            assert abs(len(heard.frames) * 0.02 - seconds) < HELD_UP_SECONDS
            assert all(frame.samples.shape == (160,) for frame in heard.frames)
            kept = [frame.samples for frame in heard.frames if not frame.lost]
            assert len(kept) > 50
            assert abs(pitch(np.concatenate(kept)) - 440) < 5

    asyncio.run(run())


def test_a_gap_in_the_sound_is_silence_marked_as_lost_and_the_clock_goes_on(tmp_path: Path) -> None:
    steps = scenario(
        answer(port=PLAYING_PORT), play(tone(440, 5, tmp_path)), pause(700), silence_rtp(), pause(800), bye()
    )

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            tail = heard.frames[-25:]
            assert all(frame.lost and not frame.samples.any() for frame in tail)
            assert not all(frame.lost for frame in heard.frames)
            assert abs(len(heard.frames) * 0.02 - (heard.ended_at - heard.answered_at)) < HELD_UP_SECONDS

    asyncio.run(run())


def test_sound_before_the_answer_is_early_media(tmp_path: Path) -> None:
    steps = scenario(
        reply("183 Session Progress", sdp=True, port=PLAYING_PORT),
        play(tone(425, 5, tmp_path)),
        pause(800),
        reply("486 Busy Here"),
        expect("ACK"),
    )

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            assert heard.end.cause is EndCause.BUSY
            assert not heard.frames
            early = np.concatenate([signal.samples for signal in heard.early])
            assert abs(pitch(early) - 425) < 5

    asyncio.run(run())


def test_early_media_becomes_the_call_s_sound_when_it_is_answered(tmp_path: Path) -> None:
    steps = scenario(
        reply("183 Session Progress", sdp=True, port=PLAYING_PORT),
        play(tone(425, 5, tmp_path)),
        pause(500),
        answer(port=PLAYING_PORT),
        pause(600),
        bye(),
    )

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            assert heard.early
            assert any(not frame.lost for frame in heard.frames)
            assert sum(isinstance(signal, Answered) for signal in heard.signals) == 1

    asyncio.run(run())


def test_the_sound_survives_a_re_invite(tmp_path: Path) -> None:
    steps = scenario(
        answer(port=PLAYING_PORT), play(tone(440, 5, tmp_path)), pause(500),
        request("INVITE", 2, sdp=True, port=PLAYING_PORT), expect_reply(200), request("ACK", 2),
        pause(700), bye(),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee)
            assert heard.end.cause is EndCause.FAR_END, callee.errors()
            assert abs(len(heard.frames) * 0.02 - (heard.ended_at - heard.answered_at)) < HELD_UP_SECONDS
            assert any(not frame.lost for frame in heard.frames[-25:])

    asyncio.run(run())


def test_a_re_invite_may_change_codec_and_port(tmp_path: Path) -> None:
    async def run() -> None:
        first, second = RoughSound(hum(440, 1).samples), RoughSound(hum(800, 1).samples, payload_type=PCMA)
        async with over(first), over(second):
            steps = scenario(
                answer(port=str(first.port)), pause(1_000),
                request("INVITE", 2, sdp=True, port=str(second.port), codec=PCMA), expect_reply(200), request("ACK", 2),
                pause(2_000), bye(),
            )  # fmt: skip
            async with sipp(steps, tmp_path) as callee:
                heard = await one_call(callee)
                assert heard.end.cause is EndCause.FAR_END, callee.errors()
                kept = [frame.samples for frame in heard.frames if not frame.lost]
                assert abs(pitch(np.concatenate(kept[5:25])) - 440) < 10
                assert abs(pitch(np.concatenate(kept[-25:])) - 800) < 10

    asyncio.run(run())


@pytest.mark.parametrize("trouble", [{"lost": 0.2}, {"swapped": 0.3}, {"doubled": 0.3}])
def test_a_bad_network_costs_only_the_sound_that_it_lost(trouble: dict[str, float], tmp_path: Path) -> None:
    async def run() -> None:
        async with (
            over(RoughSound(hum(440, 1).samples, **trouble)) as sound,
            sipp(scenario(answer(port=str(sound.port)), pause(4_000), bye()), tmp_path) as callee,
        ):
            heard = await one_call(callee)
        assert heard.end.cause is EndCause.FAR_END
        frames = heard.frames[25:]
        kept = [frame.samples for frame in frames if not frame.lost]
        assert 1 - len(kept) / len(frames) < trouble.get("lost", 0.0) + 0.15
        assert abs(pitch(np.concatenate(kept)) - 440) < 10

    asyncio.run(run())


def test_a_narrow_answer_to_a_wideband_offer_is_heard_at_the_line_s_rate(tmp_path: Path) -> None:
    steps = scenario(answer(port=PLAYING_PORT), play(tone(440, 5, tmp_path)), pause(1_000), bye())

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee, codecs=["g722", "pcmu"])
            assert all(frame.samples.shape == (320,) for frame in heard.frames)
            kept = [frame.samples for frame in heard.frames if not frame.lost]
            assert abs(pitch(np.concatenate(kept), 16_000) - 440) < 5

    asyncio.run(run())


def test_a_call_takes_two_threads_and_opens_no_loudspeaker(caplog: pytest.LogCaptureFixture) -> None:
    threads: list[list[str]] = []

    def look(signal: Signal, channel: Channel) -> None:
        if isinstance(signal, Frame):
            threads.append(sorted(path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")))
            if len(threads) == 20:
                channel.hang_up()

    async def run() -> None:
        async with second_agent(NUMBER) as callee, line_to(callee.port) as line:
            await follow(await line.dial(order()), look)

    asyncio.run(run())
    assert [name for name in threads[19] if name.startswith(("aumem", "Audio"))] == ["Audio TX", "aumem_src"]
    assert "nowhere" not in caplog.text


def test_a_recorded_call_has_the_robot_on_the_left_and_the_callee_on_the_right(tmp_path: Path) -> None:
    async def run() -> None:
        ours, heard = itertools.cycle(hum(900, 1.0).frames()), 0
        async with second_agent(NUMBER, hertz=500) as callee, line_to(callee.port) as line:
            channel = await RecordedLine(line, tmp_path).dial(order())
            while not isinstance(signal := await channel.receive(), Ended):
                if isinstance(signal, Frame):
                    channel.send(next(ours))
                    heard += not signal.lost
                    if heard == 100:
                        channel.hang_up()

    asyncio.run(run())
    with wave.open(str(tmp_path / "1.wav"), "rb") as file:
        assert file.getnchannels() == 2
        sides = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    assert abs(pitch(sides[-8_000:, 0]) - 900) < 5
    assert abs(pitch(sides[-8_000:, 1]) - 500) < 5


def test_keys_arrive_as_events_of_rfc_4733(tmp_path: Path) -> None:
    steps = scenario(
        answer(), pause(300), press("1"), pause(400), press("2"), pause(400), press("pound"), pause(400), bye()
    )

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            assert (await one_call(callee)).keys == "12#"

    asyncio.run(run())


def test_our_own_keys_reach_the_far_end() -> None:
    frames = 0

    async def run() -> None:
        def press_then_hang_up(signal: Signal, channel: Channel) -> None:
            nonlocal frames
            frames += isinstance(signal, Frame)
            if frames == 20 and isinstance(signal, Frame):
                assert isinstance(channel, SipChannel)
                channel.press("1#")
            elif frames == 60:
                channel.hang_up()

        async with second_agent(NUMBER) as callee, line_to(callee.port) as line:
            await follow(await line.dial(order()), press_then_hang_up)
            await callee.until("CALL_CLOSED")
            pressed = [event["text"] for event in callee.events if event["event"] == "CALL_DTMF_START"]
            assert pressed == ["1", "#"]

    asyncio.run(run())


def test_keys_in_the_sound_are_keys_on_a_trunk_that_sends_no_events(tmp_path: Path) -> None:
    pressed = joined([silence(0.5), dtmf("49", 0.15, 0.4), silence(3.0)], 8_000)
    path = tmp_path / "keys.ulaw"
    path.write_bytes(to_mulaw(pressed.samples).tobytes())
    steps = scenario(answer(port=PLAYING_PORT), play(path), pause(2_500), bye())

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            assert (await one_call(callee, inband_keys=True)).keys == "49"

    asyncio.run(run())


def test_sound_that_stops_ends_the_call_as_lost(tmp_path: Path) -> None:
    steps = scenario(
        answer(port=PLAYING_PORT), play(tone(440, 5, tmp_path)), pause(700), silence_rtp(), expect("BYE"),
        reply("200 OK"),
    )  # fmt: skip

    async def run() -> None:
        async with sipp(steps, tmp_path) as callee:
            heard = await one_call(callee, media_timeout_seconds=1)
            assert heard.end.cause is EndCause.LOST
            assert any(not frame.lost for frame in heard.frames)

    asyncio.run(run())
