"""The simulated line keeps the promises of a line, and its callees behave like people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

import numpy as np
import pytest

from audio.pcm import TELEPHONE_RATE, Samples, Sound, joined
from audio.synthesis import voice_for
from audio.synthesis.base import Voice
from audio.tones import ToneTracker
from outbound.lines.base import (
    Answered,
    Channel,
    DialOrder,
    EndCause,
    Ended,
    Frame,
    Key,
    Ringing,
    Signal,
    TransferDone,
    TransferOrder,
)
from outbound.lines.simulated import SimulatedLine
from outbound.simulation.callee import Answerer, Callee, HangsUp, Presses, Says
from outbound.simulation.clock import run_virtually

ORDER = DialOrder(call_id=1, number="+12025550123", caller_id=None, ring_seconds=25.0)
TONE = (8_000 * np.sin(np.arange(160) * 0.4)).astype(np.int16)
SILENCE = np.zeros(160, dtype=np.int16)


@cache
def voice() -> Voice:
    return voice_for("en-US", "piper", repeatable=True)


Timed = list[tuple[float, Signal]]


def call(
    callee: Callee,
    robot: Callable[[float], Samples] = lambda _: SILENCE,
    act: Callable[[Channel, float], None] = lambda channel, at: None,
    seed: int = 0,
) -> Timed:
    """Everything that comes over the line, and when; the robot plays `robot(seconds since the answer)`."""

    async def run() -> Timed:
        loop = asyncio.get_running_loop()
        line = SimulatedLine(lambda _: callee, voice(), seed=seed)
        channel = await line.dial(ORDER)
        heard: Timed = []
        answered = 0.0
        while True:
            act(channel, loop.time())
            signal = await channel.receive()
            heard.append((loop.time(), signal))
            if isinstance(signal, Answered):
                answered = loop.time()
            elif isinstance(signal, Frame):
                channel.send(robot(loop.time() - answered))
            elif isinstance(signal, Ended):
                await line.close()
                return heard

    return run_virtually(run())


def sound_of(heard: Timed) -> Sound:
    frames = [Sound(signal.samples, TELEPHONE_RATE) for _, signal in heard if isinstance(signal, Frame)]
    return joined(frames, TELEPHONE_RATE)


def speaking(begin: float, end: float) -> Callable[[float], Samples]:
    return lambda at: TONE if begin <= at < end else SILENCE


def hang_up_after(seconds: float) -> Callable[[Channel, float], None]:
    return lambda channel, at: channel.hang_up() if at >= seconds else None


def when(heard: Timed, kind: type) -> float:
    return next(at for at, signal in heard if isinstance(signal, kind))


@pytest.mark.parametrize("answerer", [a for a in Answerer if a.end is not None])
def test_a_call_that_is_not_answered_ends_with_its_cause(answerer: Answerer) -> None:
    heard = call(Callee("nobody", answerer, rings=3.0))
    assert [signal for _, signal in heard] == [Ringing(), Ended(EndCause(answerer.value))]


def test_ringing_longer_than_the_order_allows_is_no_answer() -> None:
    heard = call(Callee("slow", rings=60.0))
    at, signal = heard[-1]
    assert signal == Ended(EndCause.NO_ANSWER)
    assert at == pytest.approx(25.0)


def test_frames_come_every_twenty_milliseconds_at_the_channel_s_rate() -> None:
    heard = call(Callee("listening", rings=2.0, greeting=""), act=hang_up_after(5.0))
    frames = [(at, signal) for at, signal in heard if isinstance(signal, Frame)]
    assert when(heard, Answered) == pytest.approx(2.0)
    assert np.allclose(np.diff([at for at, _ in frames]), 0.02)
    assert all(len(signal.samples) == 160 and signal.samples.dtype == np.int16 for _, signal in frames)
    assert heard[-1][1] == Ended(EndCause.NEAR_END)


def test_hanging_up_while_it_rings_ends_the_call_at_once() -> None:
    def act(channel: Channel, at: float) -> None:
        asyncio.get_running_loop().call_at(1.0, channel.hang_up)

    heard = call(Callee("slow", rings=20.0), act=act)
    at, signal = heard[-1]
    assert signal == Ended(EndCause.NEAR_END)
    assert at == pytest.approx(1.0)


def test_nothing_comes_after_the_end() -> None:
    async def run() -> None:
        line = SimulatedLine(lambda _: Callee("x"), voice())
        channel = await line.dial(ORDER)
        assert await channel.receive() == Ringing()
        channel.hang_up()
        channel.hang_up()
        assert await channel.receive() == Ended(EndCause.NEAR_END)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(channel.receive(), 100.0)
        await line.close()

    run_virtually(run())


def test_a_callee_greets_and_answers_when_the_robot_has_finished() -> None:
    callee = Callee("polite", greeting="hello?", does=(Says("yes please"),), thinks=0.7)
    heard = call(callee, speaking(2.0, 4.0), hang_up_after(12.0))
    sound, answered = sound_of(heard), when(heard, Answered)
    assert sound.part(0.4, 1.0).level_dbfs > -35
    assert sound.part(2.0, 4.6).level_dbfs < -55
    assert sound.part(4.7, 5.3).level_dbfs > -35
    assert answered == pytest.approx(4.0)


def test_a_pause_within_the_robot_s_sentence_is_not_its_end() -> None:
    def with_a_pause(at: float) -> Samples:
        return SILENCE if 3.0 <= at < 3.5 or at > 5.0 or at < 1.0 else TONE

    heard = call(Callee("patient", greeting="", does=(Presses("1"),), thinks=0.7), with_a_pause, hang_up_after(12.0))
    assert when(heard, Key) - when(heard, Answered) == pytest.approx(5.7, abs=0.06)


def test_a_callee_interrupts_where_the_script_says_so() -> None:
    heard = call(Callee("hasty", greeting="", does=(Presses("9", after=1.5),)), speaking(1.0, 8.0), hang_up_after(14.0))
    assert when(heard, Key) - when(heard, Answered) == pytest.approx(2.5, abs=0.06)


def test_keys_come_one_after_the_other() -> None:
    heard = call(Callee("typing", greeting="", does=(Presses("205#"),)), speaking(0.0, 1.0), hang_up_after(12.0))
    keys = [(at, signal.key) for at, signal in heard if isinstance(signal, Key)]
    assert [key for _, key in keys] == ["2", "0", "5", "#"]
    assert min(np.diff([at for at, _ in keys])) >= 0.2


def test_a_callee_hangs_up() -> None:
    heard = call(Callee("brief", greeting="", does=(HangsUp(),)), speaking(0.0, 1.0))
    assert heard[-1][1] == Ended(EndCause.FAR_END)


def test_a_voicemail_greets_beeps_and_records() -> None:
    callee = Callee("machine", Answerer.VOICEMAIL, greeting="please leave a message after the tone")
    heard = call(callee, speaking(0.0, 3.0))
    (beep,) = ToneTracker(TELEPHONE_RATE).feed(sound_of(heard).samples)
    assert beep.frequency == pytest.approx(1_000, abs=10)
    assert beep.seconds == pytest.approx(0.6, abs=0.1)
    assert heard[-1][1] == Ended(EndCause.FAR_END)
    assert heard[-1][0] - when(heard, Answered) > 60


@pytest.mark.parametrize("reached", [True, False])
def test_a_transfer_settles_once_and_a_reached_one_lets_go(reached: bool) -> None:
    callee = Callee("asking", rings=1.0, greeting="", transfer_reached=reached, transfer_seconds=3.0)

    def act(channel: Channel, at: float) -> None:
        if at >= 2.0:
            channel.transfer(TransferOrder("service", "a customer"))
        if at >= 10.0:
            channel.hang_up()

    heard = call(callee, act=act)
    done = next(signal for _, signal in heard if isinstance(signal, TransferDone))
    assert done.reached is reached
    assert heard[-1][1] == Ended(EndCause.TRANSFERRED if reached else EndCause.NEAR_END)


def test_the_same_seed_sounds_the_same_and_another_does_not() -> None:
    callee = Callee("x", rings=0.5, greeting="hello?")
    calls = [sound_of(call(callee, act=hang_up_after(2.0), seed=seed)).samples for seed in (1, 1, 2)]
    assert np.array_equal(calls[0], calls[1])
    assert not np.array_equal(calls[0], calls[2])


def test_the_room_is_never_dead_silent_and_never_loud() -> None:
    heard = call(Callee("quiet", rings=0.5, greeting=""), act=hang_up_after(3.0))
    assert -75 < sound_of(heard).level_dbfs < -55


def test_closing_the_line_ends_its_calls() -> None:
    async def run() -> Signal:
        line = SimulatedLine(lambda _: Callee("x"), voice())
        channel = await line.dial(ORDER)
        assert await channel.receive() == Ringing()
        await line.close()
        return await channel.receive()

    assert run_virtually(run()) == Ended(EndCause.NEAR_END)


def test_a_line_carries_calls_side_by_side() -> None:
    async def run() -> list[EndCause]:
        line = SimulatedLine(lambda order: Callee(order.number, rings=1.0, greeting="", does=(HangsUp(),)), voice())

        async def one(number: str) -> EndCause:
            channel = await line.dial(DialOrder(1, number, None, 20.0))
            while not isinstance(signal := await channel.receive(), Ended):
                if isinstance(signal, Frame):
                    channel.send(TONE if asyncio.get_running_loop().time() < 3.0 else SILENCE)
            return signal.cause

        calls: list[Awaitable[EndCause]] = [one(f"+1202555{n:04}") for n in range(8)]
        return await asyncio.gather(*calls)

    assert run_virtually(run()) == [EndCause.FAR_END] * 8
