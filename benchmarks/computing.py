"""What a load test has cost so far: of this process, of those that decode for it, and of the crowd it calls."""

from __future__ import annotations

import contextlib
import os
import resource
from dataclasses import astuple, dataclass
from pathlib import Path


@dataclass(slots=True)
class Computing:
    """CPU seconds so far and resident MB: of the robot, of the processes that decode for it, and of the crowd."""

    robot: float
    decoding: float
    callees: float
    memory: float
    callees_memory: float
    descriptors: int

    def __add__(self, other: Computing) -> Computing:
        return Computing(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @classmethod
    def now(cls) -> Computing:
        own = resource.getrusage(resource.RUSAGE_SELF)
        decoding = callees = callees_memory = 0.0
        memory = _memory(os.getpid())
        for process in _children():
            with contextlib.suppress(OSError):  # one that has just ended
                seconds = _seconds(process)
                if b"crowd" in Path(f"/proc/{process}/cmdline").read_bytes():
                    callees, callees_memory = callees + seconds, callees_memory + _memory(process)
                else:
                    decoding, memory = decoding + seconds, memory + _memory(process)
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        return cls(own.ru_utime + own.ru_stime, decoding, callees, memory, callees_memory, descriptors)


def _children() -> list[int]:
    return [int(number) for task in Path("/proc/self/task").iterdir() for number in _words(task / "children")]


def _words(path: Path) -> list[str]:
    return path.read_text().split()


def _seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    return int(_words(Path(f"/proc/{process}/statm"))[1]) * resource.getpagesize() / 1e6
