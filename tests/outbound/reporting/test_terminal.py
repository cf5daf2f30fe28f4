"""The report on the terminal fits 80 columns and prints what people wrote as it is."""

from __future__ import annotations

import io

from rich.console import Console

from outbound.reporting import terminal
from tests.outbound.reporting.reports import HOSTILE, full


def test_it_fits_80_columns_and_reads_no_markup() -> None:
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(terminal.rendered(full()))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert HOSTILE in text.replace("\n", "")
    for said in (
        "person reached",
        "mean 3.67",
        "opted out",
        "b against a",
        "2020 e-commerce service survey",
        "4 overdue",
    ):
        assert said in text
