"""What was rendered is kept by content, in bounds, and shared by processes."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from audio.errors import AudioError
from audio.pcm import Sound
from audio.synthesis import voice_for
from audio.synthesis.cache import CachedVoice, PromptCache


class Counter:
    """A voice whose sound is as long as the text, and that counts what it renders."""

    engine, language, identity = "counter", "en-US", "counter 1"

    def __init__(self) -> None:
        self.rendered = 0

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        self.rendered += 1
        return Sound(np.full(100 * len(text), 7, dtype=np.int16), 8_000)


def test_the_same_text_is_rendered_once_even_by_another_cache_on_the_folder(tmp_path: Path) -> None:
    voice = Counter()
    first = CachedVoice(voice, PromptCache(tmp_path)).speak("Hello")
    again = CachedVoice(voice, PromptCache(tmp_path)).speak("Hello")
    assert voice.rendered == 1
    assert np.array_equal(first.samples, again.samples)
    assert first.rate == again.rate


def test_another_voice_text_or_pace_is_another_sound(tmp_path: Path) -> None:
    cache, voice, other = PromptCache(tmp_path), Counter(), Counter()
    other.identity = "counter 2"
    CachedVoice(voice, cache).speak("Hello")
    CachedVoice(voice, cache).speak("Hello!")
    CachedVoice(voice, cache).speak("Hello", pace=0.8)
    CachedVoice(other, cache).speak("Hello")
    assert (voice.rendered, other.rendered) == (3, 1)


def test_what_was_not_used_longest_goes_when_the_folder_is_full(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path, limit_bytes=10_000)
    sound = Sound(np.zeros(1_000, dtype=np.int16), 8_000)
    for number in range(4):
        cache.put("voice", str(number), 1.0, sound)
    for age, number in enumerate((0, 3, 2, 1)):  # 0 was used last
        path = cache._path("voice", str(number), 1.0)
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    cache.put("voice", "4", 1.0, sound)
    kept = [number for number in range(5) if cache.get("voice", str(number), 1.0) is not None]
    assert kept == [0, 2, 3, 4] or kept == [0, 3, 4]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 10_000


def test_what_was_not_used_since_a_moment_is_forgotten_or_all_of_it(tmp_path: Path) -> None:
    cache = PromptCache(tmp_path)
    voice = CachedVoice(Counter(), cache)
    voice.speak("Hello Ann")
    (ann,) = tmp_path.glob("*.wav")
    os.utime(ann, (1000, 1000))
    voice.speak("Hello Bob")
    (tmp_path / "broken-off.part").touch()
    assert cache.forget(datetime.fromtimestamp(2000, UTC)) == 1
    assert not ann.exists()
    assert cache.forget() == 2
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_is_rendered_again(tmp_path: Path) -> None:
    cache, voice = PromptCache(tmp_path), Counter()
    cached = CachedVoice(voice, cache)
    cached.speak("Hello")
    next(tmp_path.iterdir()).write_bytes(b"RIFF of nothing")
    assert cached.speak("Hello").seconds > 0
    assert voice.rendered == 2


def test_no_half_written_sound_is_ever_seen(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert all(processes.map(_write_and_read, [tmp_path] * 2))
    assert {path.suffix for path in tmp_path.iterdir()} == {".wav"}


def _write_and_read(folder: Path) -> bool:
    cache = PromptCache(folder, limit_bytes=200_000)
    sizes = set()
    for turn in range(200):
        cache.put("voice", str(turn % 5), 1.0, Sound(np.zeros(10_000, dtype=np.int16), 8_000))
        found = cache.get("voice", str((turn + 1) % 5), 1.0)
        sizes.add(10_000 if found is None else len(found.samples))
    return sizes == {10_000}


def test_a_folder_that_cannot_be_made_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(AudioError) as caught:
        PromptCache(tmp_path / "file" / "cache")
    assert caught.value.hint


def test_sentences_shared_by_two_texts_are_rendered_once(tmp_path: Path) -> None:
    voice = voice_for("en-US", cache=PromptCache(tmp_path))
    voice.speak("Hello from the garage. Your order 1 is ready.")
    voice.speak("Hello from the garage. Your order 2 is ready.")
    assert len(list(tmp_path.iterdir())) == 3
