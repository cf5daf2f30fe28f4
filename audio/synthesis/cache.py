"""Keeping what was rendered: the same voice, text and pace are the same sound.

Decides the key, the files and what goes when the folder is full. Several processes may share a folder: a
sound is written beside its place and moved there in one step, and a file that is gone or broken is a miss,
never an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import tempfile
import threading
from datetime import datetime
from pathlib import Path
from typing import Final

from audio.errors import AudioError
from audio.pcm import Sound, read_wav, write_wav
from audio.synthesis.base import Voice

DEFAULT_LIMIT_BYTES: Final = 256 * 1024 * 1024
"""About 100 minutes of speech at 22 050 Hz."""
_TRIM_TO: Final = 0.9
"""Emptying goes this far below the limit, so that a full cache does not list its folder at every new sound.
"""


class PromptCache:
    """Sounds on disk by content, at most `limit_bytes` of them; what was not used longest goes first."""

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        """Keep sounds in `folder`, which is made when needed.

        Raises:
            AudioError: the folder cannot be made.
        """
        self._folder = folder
        self._limit = limit_bytes
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AudioError(f"cannot keep rendered speech in {folder}: {error}", "choose another folder") from error
        self._size = sum(size for _, size, _ in self._entries())

    def get(self, identity: str, text: str, pace: float) -> Sound | None:
        """The sound kept under this key, now counted as used; None when there is none."""
        path = self._path(identity, text, pace)
        try:
            sound = read_wav(path)
            os.utime(path)
        except (AudioError, OSError):
            return None
        return sound

    def put(self, identity: str, text: str, pace: float, sound: Sound) -> None:
        """Keep a sound. A full or read-only disk is not an error: the sound is rendered again next time."""
        path = self._path(identity, text, pace)
        try:
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            os.close(handle)
            part = Path(name)
            try:
                write_wav(part, sound)
                size = part.stat().st_size
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        except OSError:
            return
        with self._lock:
            self._size += size
            if self._size > self._limit:
                self._size = self._trim()

    def forget(self, unused_since: datetime | None = None) -> int:
        """Remove the sounds that were not used since, or all of them; how many. Nobody can tell whose name one says.

        Raises:
            AudioError: one of them cannot be removed.
        """
        before = unused_since.timestamp() if unused_since is not None else math.inf
        going = [path for used, _, path in self._entries() if used < before]
        if unused_since is None:
            going += self._folder.glob("*.part")  # of a process that died
        try:
            for path in going:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise AudioError(
                f"cannot remove rendered speech from {self._folder}: {error}", "remove it yourself"
            ) from error
        with self._lock:
            self._size = sum(size for _, size, _ in self._entries())
        return len(going)

    def _path(self, identity: str, text: str, pace: float) -> Path:
        key = "\0".join((identity, text, f"{pace:.3f}"))
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.wav"

    def _entries(self) -> list[tuple[float, int, Path]]:
        """(last use, bytes, path) of every sound; what another process removes meanwhile is left out."""
        entries = []
        for path in self._folder.glob("*.wav"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                entries.append((stat.st_mtime, stat.st_size, path))
        return entries

    def _trim(self) -> int:
        """Remove the least recently used sounds; the bytes that are left in the folder."""
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if total <= self._limit * _TRIM_TO:
                break
            path.unlink(missing_ok=True)
            total -= size
        return total


class CachedVoice:
    """A voice that renders a text only once."""

    def __init__(self, voice: Voice, cache: PromptCache) -> None:
        self._voice = voice
        self._cache = cache
        self.engine = voice.engine
        self.language = voice.language
        self.identity = voice.identity

    def speak(self, text: str, *, pace: float = 1.0) -> Sound:
        kept = self._cache.get(self.identity, text, pace)
        if kept is not None:
            return kept
        sound = self._voice.speak(text, pace=pace)
        self._cache.put(self.identity, text, pace, sound)
        return sound
