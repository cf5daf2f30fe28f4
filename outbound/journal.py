"""Results that the store did not take, kept on disk until it does.

Decides that nothing a callee said is lost when the database is away: one JSON line per result, flushed to the disk
before the call goes on. Bringing them home is the caller's: read `pending`, save each, then `clear`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from campaigns.outcomes import Result
from outbound.dialogue.records import record, result_from


@dataclass(frozen=True, slots=True)
class Kept:
    """One result of one call, waiting for the store."""

    call_id: int
    result: Result


class Journal:
    """A file of results, one line each. One process writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting = path.exists()

    def keep(self, call_id: int, result: Result) -> None:
        """Write a result down; on disk when this returns. Blocks for the disk, not for a network.

        Raises:
            OSError: the disk did not take it.
        """
        line = json.dumps({"call": call_id, "result": record(result)}, ensure_ascii=False)
        self._waiting = True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab", buffering=0) as file:
            before = file.tell()
            try:
                left = f"{line}\n".encode()
                while left:
                    left = left[file.write(left) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(before)  # half a line would spoil the next one
                raise

    def keeping(self, call_id: int) -> Callable[[Result], None]:
        """`keep` for one call, as `conduct` wants it."""
        return lambda result: self.keep(call_id, result)

    @property
    def waiting(self) -> bool:
        """Whether there is anything to bring home."""
        return self._waiting

    def pending(self) -> tuple[Kept, ...]:
        """What is waiting, oldest first. A line cut off by a power failure is left out: it was never confirmed."""
        if not self._waiting or not self._path.exists():
            return ()
        whole, _, _ = self._path.read_text(encoding="utf-8").rpartition("\n")
        entries = [json.loads(line) for line in whole.split("\n") if line]
        return tuple(Kept(entry["call"], result_from(entry["result"])) for entry in entries)

    def clear(self, *, aside: bool = False) -> None:
        """Everything pending is in the store now; or, `aside`, as much as can be: the file stays under another name."""
        if aside:
            names = (self._path.with_suffix(f".aside{number or ''}") for number in count())
            self._path.rename(next(name for name in names if not name.exists()))
        else:
            self._path.unlink(missing_ok=True)
        self._waiting = False
