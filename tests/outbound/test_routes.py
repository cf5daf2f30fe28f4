"""What is rendered before a phone rings is what the call will say, at the pace at which it will say it."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from audio.synthesis import PromptCache
from campaigns.intents import Intent
from outbound.clock import LoopClock
from outbound.dialogue.actions import Say
from outbound.dialogue.events import Silence
from outbound.lines.base import EndCause, Ended
from outbound.routes import SpeechSettings, SpokenRoute, prompts_of
from tests.outbound.calls import SCRIPT, Call, answered
from tests.outbound.lines.scripted import ScriptedChannel, ScriptedLine

PACED = replace(SCRIPT, steps={name: replace(step, pace=0.9) for name, step in SCRIPT.steps.items()})


def _said(call: Call) -> set[tuple[str, float]]:
    return {(say.text, say.pace) for say in call.actions if isinstance(say, Say)}


def test_every_sentence_of_a_call_is_ready_at_its_step_s_own_pace() -> None:
    call = answered(PACED)
    call.hear_out(3)
    call.take(Silence())
    call.hear_out()
    call.say(Intent.YES)
    call.hear_out()
    call.press("5")
    call.hear_out(2)
    assert (SCRIPT.steps["message"].say, 0.9) in _said(call)
    assert _said(call) <= set(prompts_of(PACED))


def test_whoever_asks_for_it_slower_is_answered_at_once() -> None:
    call = answered()
    call.hear_out(3)
    before = _said(call)
    call.say(Intent.SLOWER)
    assert _said(call) - before <= set(prompts_of(SCRIPT))


def test_what_comes_first_is_rendered_first_and_nothing_twice() -> None:
    prompts = prompts_of(PACED)
    assert prompts[0] == (SCRIPT.phrases.opening, 1.0)
    assert prompts[1] == (SCRIPT.steps["message"].say, 0.9)
    assert len(set(prompts)) == len(prompts)


def emptied(folder: Path) -> int:
    """How many files there were."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        path.unlink()
    return len(files)


def test_what_was_rendered_for_one_call_is_not_read_again_for_the_next(tmp_path: Path) -> None:
    async def rendered() -> tuple[int, int]:
        line = ScriptedLine(ScriptedChannel([Ended(EndCause.BUSY)]))
        clock = LoopClock(datetime(2026, 3, 10, tzinfo=UTC), asyncio.get_running_loop())
        route = SpokenRoute(line, clock, SpeechSettings("pyttsx3", "keys", cache=PromptCache(tmp_path)))
        await route.prepare(SCRIPT)
        first = emptied(tmp_path)
        await route.prepare(SCRIPT)
        return first, emptied(tmp_path)

    first, again = asyncio.run(rendered())
    assert first > 0
    assert again == 0


def test_what_is_loaded_is_not_looked_at_by_the_collector_again(tmp_path: Path) -> None:
    async def loaded() -> None:
        line = ScriptedLine(ScriptedChannel([Ended(EndCause.BUSY)]))
        clock = LoopClock(datetime(2026, 3, 10, tzinfo=UTC), asyncio.get_running_loop())
        await SpokenRoute(line, clock, SpeechSettings("pyttsx3", "keys", cache=PromptCache(tmp_path))).prepare(SCRIPT)

    gc.unfreeze()
    looked_at = len(gc.get_objects())
    asyncio.run(loaded())
    assert len(gc.get_objects()) < looked_at / 4
