"""An import that is killed: nothing is half-applied, and beginning again completes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from typer.testing import CliRunner

from campaigns.store import open_store
from outbound.cli.dnc import app

_BATCH = 1000
_BAD_LINES = 5000
"""Their reasons are more than a pipe holds."""


def test_an_import_that_was_killed_between_two_batches_is_completed_by_beginning_again(tmp_path: Path) -> None:
    db, source, rejects = tmp_path / "store.db", tmp_path / "list.txt", tmp_path / "rejects.fifo"
    good = [f"+1212{2_000_000 + n}\n" for n in range(3 * _BATCH)]
    middle = _BATCH + _BATCH // 2
    source.write_text("".join([*good[:middle], *["call me\n"] * _BAD_LINES, *good[middle:]]))
    os.mkfifo(rejects)
    code = "from outbound.cli.dnc import app; app()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "import", str(source), "--rejects", str(rejects), "--db", str(db)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    with rejects.open("rb") as told:
        told.read(1)  # the first batch is in, half of the second is read, and the pipe is full: it can do no more
        process.kill()
        process.wait()
    watchdog.cancel()
    store = open_store(str(db))
    assert store.verify().findings == ()
    assert sum(1 for _ in store.entries()) == _BATCH
    store.close()
    done = json.loads(CliRunner().invoke(app, ["import", str(source), "--db", str(db), "--json"]).stdout)
    assert (done["new"], done["known"], done["rejected"]) == (2 * _BATCH, _BATCH, _BAD_LINES)
    store = open_store(str(db))
    assert store.verify().findings == ()
    store.close()
