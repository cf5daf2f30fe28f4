"""A recogniser in processes of its own, so that what decodes never holds up what talks.

Decides that decoding gives way: the processes are nicer than ours, whose 20 ms frames cannot wait, and no engine's hold
on the interpreter lock is ours. Their number bounds what decoding takes of the machine; utterances wait their turn, and
partial results are made only while nobody does. An engine that crashes costs the utterance it was decoding, not the
calls. The thousands of wordings that a step may hear are left in a file, which each process reads once: to send them
takes 8 ms, which all calls would wait for at every answer. What is recognised is the engine's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import tempfile
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context, parent_process
from pathlib import Path

from audio.errors import AudioError
from audio.pcm import Sound
from audio.recognition.base import Expected, Recognizer, Transcript
from audio.recognition.buffered import BufferedListening

_NICER = 10
_KEPT = 8
"""So many tuples of wordings are named, and kept in each process; a language has two."""
_Work = Callable[[Sound, Expected], Transcript]
Open = Callable[[str], Recognizer]
"""Loads an engine for a language; a function of a module, because it is called in another process."""


class ApartRecognizer:
    """Implements `audio.recognition.base.Recognizer` with an engine loaded once in each of a few processes."""

    def __init__(self, language: str, engine: str, load: Open, processes: int, *, partials: bool = True) -> None:
        """Start the processes and load the engine in each: some seconds, and its memory each time.

        Args:
            partials: whether the engine tells with a grammar what was heard so far.

        Raises:
            AudioError: the engine cannot be loaded there.
        """
        self.language, self.engine = language, engine
        self._load, self._processes, self._partials = load, processes, partials
        self._lock = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="outbound-wordings-"))
        self._tidy = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._waiting = 0
        self._pool = self._started()

    def listen(self, expected: Expected, rate: int) -> BufferedListening:
        # Only a grammar is quick enough to look at the utterance more than once.
        glances = self._partials and expected.closed and bool(expected.phrases)
        return BufferedListening(
            lambda sound: self._ask(_decode, sound, expected),
            rate,
            partial=(lambda sound: self._glance(sound, expected)) if glances else None,
        )

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)
        self._tidy()

    def _started(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(self._processes, get_context("spawn"), _begin, (self._load, self.language))
        try:
            for ready in [pool.submit(os.getpid) for _ in range(self._processes)]:
                ready.result()
        except BrokenProcessPool as error:
            raise AudioError(
                f"the engine {self.engine!r} cannot be loaded in a process of its own",
                "the lines above say why; is there enough memory?",
            ) from error
        return pool

    def _glance(self, sound: Sound, expected: Expected) -> Transcript:
        """What was heard so far; nothing while others wait for their turn to end."""
        if self._waiting >= self._processes:
            return Transcript("", 0.0, self.engine, final=False)
        return self._ask(_decode_so_far, sound, replace(expected, wordings=()))

    def _ask(self, work: _Work, sound: Sound, expected: Expected) -> Transcript:
        with self._lock:
            self._waiting += 1
            pool = self._pool
        question = _Question(sound, replace(expected, wordings=()), self._written(expected.wordings))
        try:
            asked: Future[Transcript] = pool.submit(_answer, work, question)
            return asked.result()
        except BrokenProcessPool as error:
            self._start_anew(pool)
            raise AudioError(f"the engine {self.engine!r} crashed and was started again") from error
        finally:
            with self._lock:
                self._waiting -= 1

    def _written(self, wordings: tuple[str, ...]) -> Path | None:
        """Where these wordings stand for the processes to read, once each."""
        if not wordings:
            return None
        file = self._folder / _name_of(wordings)
        with self._lock:
            if not file.exists():  # not yet, or somebody tidied up
                file.parent.mkdir(mode=0o700, exist_ok=True)
                file.write_text(json.dumps(wordings), encoding="utf-8")
        return file

    def _start_anew(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = self._started()


@dataclass(frozen=True, slots=True)
class _Question:
    """What a process is asked.

    Attributes:
        expected: without its wordings: they are a megabyte, and the same for many steps.
        wordings: the file they stand in, if there are any.
    """

    sound: Sound
    expected: Expected
    wordings: Path | None


@lru_cache(maxsize=_KEPT)
def _name_of(wordings: tuple[str, ...]) -> str:
    """A name that says which wordings these are; a quarter of a millisecond once it is known."""
    return hashlib.sha256("\n".join(wordings).encode()).hexdigest()


_recognizer: Recognizer
"""Of such a process."""


def _begin(load: Open, language: str) -> None:
    global _recognizer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the calls: they end politely, and are heard meanwhile
    os.nice(_NICER)
    threading.Thread(target=_leave_with_the_parent, daemon=True).start()
    _recognizer = load(language)


def _leave_with_the_parent() -> None:
    """A parent that was killed ends nobody."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _answer(work: _Work, question: _Question) -> Transcript:
    wordings = _read(question.wordings) if question.wordings is not None else ()
    return work(question.sound, replace(question.expected, wordings=wordings))


@lru_cache(maxsize=_KEPT)
def _read(file: Path) -> tuple[str, ...]:
    return tuple(json.loads(file.read_text(encoding="utf-8")))


def _decode(sound: Sound, expected: Expected) -> Transcript:
    listening = _recognizer.listen(expected, sound.rate)
    listening.feed(sound.samples)
    return listening.finish()


def _decode_so_far(sound: Sound, expected: Expected) -> Transcript:
    listening = _recognizer.listen(expected, sound.rate)
    heard = listening.feed(sound.samples)
    listening.cancel()
    return heard or Transcript("", 0.0, _recognizer.engine, final=False)
