"""Recording calls."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np

from outbound.lines.base import Answered, DialOrder, EndCause, Ended, Frame, Ringing, TransferOrder
from outbound.lines.recorded import RecordedLine
from tests.outbound.lines.scripted import ScriptedChannel, ScriptedLine

ORDER = DialOrder(7, "+12025550123", None, 20.0)


def frame(value: int) -> np.ndarray:
    return np.full(160, value, dtype=np.int16)


def recorded(channel: ScriptedChannel, folder: Path, answers: list[int | None]) -> None:
    """Run the call; for each frame send the next value, or nothing."""

    async def call() -> None:
        line = RecordedLine(ScriptedLine(channel), folder)
        await line.open()
        recording = await line.dial(ORDER)
        values = iter(answers)
        while not isinstance(signal := await recording.receive(), Ended):
            if isinstance(signal, Frame) and (value := next(values)) is not None:
                recording.send(frame(value))
        await line.close()

    asyncio.run(call())


def test_the_robot_is_left_and_the_callee_right_frame_by_frame(tmp_path: Path) -> None:
    heard = [Frame(frame(value)) for value in (10, 20, 30)]
    channel = ScriptedChannel([Ringing(), Answered(), *heard, Ended(EndCause.FAR_END)])
    recorded(channel, tmp_path / "kept", [1, None, 3])
    with wave.open(str(tmp_path / "kept" / "7.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8_000)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    assert samples[::160].tolist() == [[0, 10], [1, 20], [0, 30]]
    assert [int(sent[0]) for sent in channel.sent] == [1, 3]


def test_a_call_that_nobody_answered_leaves_no_file(tmp_path: Path) -> None:
    recorded(ScriptedChannel([Ringing(), Ended(EndCause.BUSY)]), tmp_path, [])
    assert list(tmp_path.iterdir()) == []


def test_everything_else_goes_through(tmp_path: Path) -> None:
    async def call() -> None:
        channel = ScriptedChannel([])
        recording = await RecordedLine(ScriptedLine(channel), tmp_path).dial(ORDER)
        recording.transfer(order := TransferOrder("+12025550124", "Kim asks for a person"))
        recording.hang_up()
        assert channel.transfers == [order]
        assert channel.hung_up

    asyncio.run(call())
