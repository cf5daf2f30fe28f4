"""Who a process is in a store, and which of those before it are known to be gone."""

from __future__ import annotations

import os
import subprocess
import sys

from outbound import wiring


def test_a_living_process_has_not_ended_and_one_that_was_waited_for_has() -> None:
    mine = wiring.owner()
    assert not wiring.has_ended(mine)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    assert wiring.has_ended(mine.replace(f"/{os.getpid()}/", f"/{int(gone.stdout)}/"))
    assert not wiring.has_ended(mine.replace(f"/{os.getpid()}/", f"/{os.getppid()}/"))
    assert not wiring.has_ended("another-host/1/abcd")


def test_an_earlier_process_with_our_own_number_has_ended_as_in_a_container_that_was_begun_again() -> None:
    host, process, token = wiring.owner().split("/")
    assert wiring.has_ended(f"{host}/{process}/{token[::-1]}x")
