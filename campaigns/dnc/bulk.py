"""Lists of tens of millions of numbers, one a line, as countries deliver them.

Decides which lines are good without taking each number apart: by their form. Anything that is not plainly a number goes
the careful way of `numbers.py`. A list may be far larger than memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from campaigns.dnc.numbers import NotANumber, e164
from campaigns.dnc.reading import ListFormat, RejectedLine
from campaigns.errors import CampaignError

_LONGEST_LINE = 4096
"""Bytes."""
_US = re.compile(rb"([2-9]\d\d),?([2-9]\d{6})\r?\n?")
_PLAIN = re.compile(rb"\+(1[2-9]\d\d[2-9]\d{6}|(?!1)[1-9]\d{7,14})\r?\n?")
_NATIONAL = re.compile(rb"1?([2-9]\d\d[2-9]\d{6})\r?\n?")


def read_numbers(
    path: Path, form: ListFormat, reject: Callable[[RejectedLine], None], region: str | None = None
) -> Iterator[int]:
    """The digits of each number in E.164, without the plus; bad lines go to `reject`.

    Raises:
        CampaignError: the file cannot be read, or the format has no bulk form.
    """
    if form not in (ListFormat.US, ListFormat.PLAIN):
        raise CampaignError(
            f"A national list cannot be read from {form}.", "Save it with one number a line, and give --format plain."
        )
    try:
        with path.open("rb") as file:
            lines = _lines(file)
            yield from _us(lines, reject) if form is ListFormat.US else _plain(lines, reject, region)
    except OSError as error:
        raise CampaignError(f"{path} cannot be read: {error.strerror}.", "Give the path of a list.") from error


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Each line; an endless one is cut."""
    while line := file.readline(_LONGEST_LINE):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(_LONGEST_LINE)):
            pass


def _us(lines: Iterator[bytes], reject: Callable[[RejectedLine], None]) -> Iterator[int]:
    match = _US.fullmatch
    for number, line in enumerate(lines, 1):
        found = match(line)
        if found is not None:
            yield int(b"1" + found[1] + found[2])
        elif line.strip():
            text = line[:100].decode("utf-8", "replace").strip()
            why = "This is not an area code and seven digits."
            reject(RejectedLine(number, text, why, 'Write it like "212,5550123".'))


def _plain(lines: Iterator[bytes], reject: Callable[[RejectedLine], None], region: str | None) -> Iterator[int]:
    match = _PLAIN.fullmatch
    national = _NATIONAL.fullmatch if region == "US" else lambda _line: None
    for number, line in enumerate(lines, 1):
        found = match(line)
        if found is not None:
            yield int(found[1])
            continue
        found = national(line)
        if found is not None:
            yield int(b"1" + found[1])
            continue
        text = line[:100].decode("utf-8", "replace").strip()
        if not text:
            continue
        try:
            yield int(e164(text, region)[1:])
        except NotANumber as error:
            reject(RejectedLine(number, text, str(error), error.hint))
