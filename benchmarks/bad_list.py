"""A list as bad as they come, imported as a user does, killed on the way and begun again.

Six lines of ten are good, some of them with a note in another encoding. The others repeat a number in another form, are
numbers of no country, hold a quotation mark that is never closed, bytes of UTF-16 or plain rubbish. All of it is made
on the fly, and known: how many numbers must stand in the register, and how many lines among the rejects.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from campaigns.store import open_store

_KILL_AFTER = 0.4
"""Of the bytes of all rejected lines."""


@dataclass(frozen=True, slots=True)
class BadList:
    """What is known of a list.

    Attributes:
        numbers: that must be listed in the end, each once.
        rejected: lines that must not.
    """

    path: Path
    lines: int
    numbers: int
    rejected: int


def write(path: Path, megabytes: int, seed: int = 7) -> BadList:
    """Makes the list."""
    chance = Random(seed)
    lines = numbers = rejected = size = 0
    with path.open("wb") as file:
        size += file.write(b"number,note\r\n")
        while size < megabytes * 1_000_000:
            kind = chance.random()
            if kind < 0.6 or not numbers:
                note = "asked by mail" if kind < 0.5 else chance.choice(["Zoë, déjà vu", "Grüße", "señor"])
                line = f'{_number(numbers)},"{note} {"x" * chance.randrange(200)}"'
                text = line.encode("utf-8" if kind < 0.5 else "cp1252")
                numbers += 1
            elif kind < 0.75:
                again = _number(chance.randrange(numbers))
                text = f"({again[2:5]}) {again[5:8]}-{again[8:]},once more".encode()
            else:
                text = _broken(chance)
                rejected += 1
            size += file.write(text + b"\r\n")
            lines += 1
    return BadList(path, lines, numbers, rejected)


def _number(at: int) -> str:
    """Sown over the area codes, so that neighbours in the list are none in the register."""
    scattered = at * 7_368_787 % 64_000_000
    return f"+1{212 + scattered // 8_000_000}{2_000_000 + scattered % 8_000_000}"


def _broken(chance: Random) -> bytes:
    kind = chance.randrange(5)
    if kind == 0:
        return f"{chance.randrange(100_000)},too short".encode()
    if kind == 1:
        return f"+999 {chance.randrange(10**8)},of no country".encode()
    if kind == 2:
        return f'"+1212{2_000_000 + chance.randrange(10**6)},never closed'.encode()
    if kind == 3:
        return f"+1212{2_000_000 + chance.randrange(10**6)},wide".encode("utf-16-le").replace(b"\n", b"")
    rubbish = bytes(byte for byte in chance.randbytes(chance.randrange(100, 2500)) if byte not in b'\r\n",')
    return b"x" + rubbish


def measured(url: str, folder: Path, megabytes: int) -> dict[str, float]:
    """Imports such a list: killed first, then whole.

    Raises:
        AssertionError: something was half-applied, lost or added; or the kill missed the middle.
    """
    bad = write(folder / "bad.csv", megabytes)
    open_store(url).close()
    committed = _killed(url, folder, bad)
    if not 0 < committed < bad.numbers:
        raise AssertionError(f"the kill came too early or too late: {committed} of {bad.numbers}")
    rejects = folder / "rejects.csv"
    began = time.perf_counter()
    with subprocess.Popen(_command(url, bad, rejects), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        done = json.loads(process.stdout.read())
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    seconds = time.perf_counter() - began
    found = {"listed": committed + done["new"], "rejected": done["rejected"], "in the file": _rows(rejects)}
    if found != {"listed": bad.numbers, "rejected": bad.rejected, "in the file": bad.rejected}:
        raise AssertionError(f"{found}, where {bad.numbers} numbers are good and {bad.rejected} lines bad")
    _whole(url)
    return {
        "bad list: MB": bad.path.stat().st_size / 1e6,
        "bad list: lines": bad.lines,
        "bad list: numbers": bad.numbers,
        "bad list: rejected": bad.rejected,
        "bad list: listed when it was killed": committed,
        "bad list: begun again, seconds": seconds,
        "bad list: begun again, CPU seconds": used.ru_utime + used.ru_stime,
        "bad list: memory, MB": used.ru_maxrss / 1024,
    }


def _killed(url: str, folder: Path, bad: BadList) -> int:
    """Kills an import by what it has rejected so far; how many entries stand then, nothing of them half."""
    fifo = folder / "rejects.fifo"
    os.mkfifo(fifo)
    process = subprocess.Popen(_command(url, bad, fifo), stdout=subprocess.DEVNULL)
    wanted = int(bad.rejected * _KILL_AFTER)
    with fifo.open("rb") as told:
        for _ in zip(range(wanted), told, strict=False):
            pass
        process.kill()
        process.wait()
    return _whole(url)


def _whole(url: str) -> int:
    store = open_store(url)
    try:
        proof = store.verify()
        if proof.findings:
            raise AssertionError(f"half-applied: {proof.findings[:3]}")
        return proof.entries
    finally:
        store.close()


def _rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _command(url: str, bad: BadList, rejects: Path) -> list[str]:
    named = ["--rejects", str(rejects), "--region", "US", "--db", url, "--json"]
    return [sys.executable, "-m", "outbound", "dnc", "import", str(bad.path), *named]
