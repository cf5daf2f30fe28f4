"""The playout buffer, by property: whatever the network does, nothing is heard twice, out of order, or ever later."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from audio.pcm import Samples
from outbound.lines.sip.playout import Playout

SIZE = 160
LOWEST, HIGHEST = 3, 10
DELAY_MS = (20 * LOWEST, 20 * HIGHEST)
LOUD, QUIET = 20_000, 0


def packet(number: int, quiet: bool = False) -> Samples:
    """20 ms that can be told from all others: its first sample is its number."""
    samples = np.full(SIZE, QUIET if quiet else LOUD, dtype=np.int16)
    samples[0] = -number  # a peak is looked for above zero
    return samples


def played(arrivals: list[int], *, quiet: bool = False, playout: Playout | None = None) -> list[int | None]:
    """What is given out at each tick when so many packets have come since the last one; None: nothing."""
    playout = playout or Playout(SIZE, DELAY_MS)
    number, given_out = 0, []
    for count in arrivals:
        for _ in range(count):
            playout.add(packet(number, quiet))
            number += 1
        frame = playout.frame()
        given_out.append(None if frame is None else -int(frame[0]))
    return given_out


def in_hand(arrivals: list[int], *, quiet: bool = False) -> int:
    """Frames that have arrived when the last one is given out, and are not past: itself among them."""
    last = played(arrivals, quiet=quiet)[-1]
    assert last is not None
    return sum(arrivals) - last


def lateness(late: list[int]) -> list[int]:
    """Arrivals per tick of packets that each come so many ticks late, never before the one that was sent earlier."""
    arrivals, at = [0] * (len(late) + max(late, default=0) + 1), 0
    for sent, ticks in enumerate(late):
        at = max(at, sent + ticks)
        arrivals[at] += 1
    return arrivals


@given(st.lists(st.integers(0, 12), max_size=300))
def test_whatever_arrives_is_given_out_once_and_in_order(arrivals: list[int]) -> None:
    numbers = [number for number in played(arrivals) if number is not None]
    assert numbers == sorted(set(numbers))


@given(st.lists(st.integers(0, LOWEST - 1), min_size=1, max_size=400))
def test_lateness_below_the_lowest_delay_starves_no_frame_and_loses_none(late: list[int]) -> None:
    late[0] = 0
    sent = len(late)
    given_out = played(lateness(late)[:sent])
    first = next((place for place, number in enumerate(given_out) if number is not None), sent)
    assert first <= 2 * (LOWEST - 1)
    assert given_out[first:] == list(range(sent - first))


@given(st.lists(st.integers(0, HIGHEST), min_size=300, max_size=400))
def test_the_delay_never_exceeds_the_highest(late: list[int]) -> None:
    arrivals = lateness(late)
    for tick, number in enumerate(played(arrivals)):
        if number is not None:
            assert sum(arrivals[: tick + 1]) - number <= HIGHEST


@given(st.integers(LOWEST, HIGHEST - LOWEST))
def test_a_standstill_starves_once_and_the_same_again_does_not(ticks: int) -> None:
    standstill = [0] * ticks + [ticks + 1]
    given_out = played([1] * 20 + standstill + [1] * 20 + standstill + [1] * 20)
    half = len(given_out) // 2
    assert None in given_out[LOWEST:half]
    assert None not in given_out[half:]


def test_a_delay_that_was_needed_once_goes_away_where_nobody_speaks() -> None:
    arrivals = [1] * 20 + [0] * 6 + [7] + [1] * 600
    assert in_hand([1] * 600) == LOWEST
    assert in_hand(arrivals) > LOWEST, "words are not cut"
    assert in_hand(arrivals, quiet=True) == LOWEST


def test_a_sender_whose_clock_is_fast_does_not_talk_later_and_later() -> None:
    arrivals = [2 if tick % 200 == 0 else 1 for tick in range(6_000)]  # 5 ms a second too many
    assert in_hand(arrivals, quiet=True) <= LOWEST + 3


def test_after_a_pause_of_the_sender_a_cushion_is_collected_anew() -> None:
    given_out = played([1] * 10 + [0] * 30 + [1] * 10)
    resumed = given_out[40:]
    assert resumed[: LOWEST - 1] == [None] * (LOWEST - 1)
    assert None not in resumed[LOWEST - 1 :]


def test_a_highest_delay_at_the_lowest_still_lets_sound_through() -> None:
    assert played([1] * 50, playout=Playout(SIZE, (60, 60)))[LOWEST:].count(None) == 0
    assert None not in played([1] * 50, playout=Playout(SIZE, (0, 0)))
