"""An import that is killed: nothing is half-applied, and beginning again completes it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from typer.testing import CliRunner

from campaigns.store import open_store
from outbound.cli.dnc import app

_LINES = 3000


def test_an_import_that_was_killed_is_completed_by_beginning_again(tmp_path: Path) -> None:
    db, fifo = tmp_path / "store.db", tmp_path / "list.txt"
    lines = [f"+1212{2_000_000 + n}\n" for n in range(_LINES)]
    os.mkfifo(fifo)
    code = "from outbound.cli.dnc import app; app()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "import", str(fifo), "--format", "plain", "--db", str(db)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    with fifo.open("w"):
        pass  # the format is looked at first
    with fifo.open("w") as list_file:
        list_file.writelines(lines[:2500])
        list_file.flush()
        process.send_signal(signal.SIGKILL)
        process.wait()
    watchdog.cancel()
    store = open_store(str(db))
    before = sum(1 for _ in store.entries())
    assert before % 1000 == 0
    assert store.verify().findings == ()
    store.close()
    whole = tmp_path / "whole.txt"
    whole.write_text("".join(lines))
    done = json.loads(CliRunner().invoke(app, ["import", str(whole), "--db", str(db), "--json"]).stdout)
    assert (done["new"], done["known"]) == (_LINES - before, before)
    store = open_store(str(db))
    assert store.verify().findings == ()
    store.close()
