"""What a status says about the contact, without any network."""

from __future__ import annotations

import pytest

from outbound.lines.base import EndCause
from outbound.lines.sip.outcomes import cause_before_answer, detail_of


@pytest.mark.parametrize("status", range(300, 700))
def test_every_status_has_a_cause_that_blames_nobody_for_an_answer(status: int) -> None:
    cause = cause_before_answer(f"{status} Words")
    assert cause not in (EndCause.FAR_END, EndCause.NEAR_END, EndCause.TRANSFERRED, EndCause.LOST)


def test_details_carry_no_numbers_of_people() -> None:
    assert detail_of("404 No route to +4930123456 <sip:jo@x>") == "404 No route to  sipjox"
    assert detail_of("Connection timed out [110]") == "Connection timed out"
