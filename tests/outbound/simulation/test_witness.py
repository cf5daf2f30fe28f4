"""The witness notices what must never happen: it is no use if it would let it pass."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.audience import NewContact
from campaigns.store import CampaignState, Permit, Store, open_store
from campaigns.templates import template, template_text
from outbound.lines.base import DialOrder
from outbound.simulation.population import Home
from outbound.simulation.witness import AT_ONCE, FORGOTTEN, LISTED, LOST, TWICE, UNKNOWN, WINDOW, Witness

NUMBER = "+12125550100"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
"""A Tuesday in New York."""
HOMES = {NUMBER: Home(ZoneInfo("America/New_York"), "en-US")}


class Fixed:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


def _permit(call_id: int = 1, attempt: int = 1) -> Permit:
    return Permit(
        call_id, 1, "shipping", 1, 1, NUMBER, "US", "en-US", {}, "America/New_York", "1", attempt, None, 25.0, 60.0
    )


def _witness(moment: datetime = NOON) -> Witness:
    return Witness(template("shipping"), HOMES, Fixed(moment))


def _rings(witness: Witness, call_id: int = 1, attempt: int = 1) -> None:
    witness.dials(DialOrder(call_id, NUMBER, None, 25.0), _permit(call_id, attempt))


def test_a_call_at_noon_is_nothing_to_remark_on() -> None:
    witness = _witness()
    _rings(witness)
    assert +witness.wrongs == {}


def test_a_listed_number_is_noticed() -> None:
    witness = _witness()
    witness.listed(NUMBER)
    _rings(witness)
    assert witness.wrongs[LISTED] == 1


def test_a_number_that_was_promised_rest_is_noticed() -> None:
    witness = _witness()
    witness.promises(NUMBER)
    _rings(witness)
    assert witness.wrongs[LISTED] == 1


@pytest.mark.parametrize("moment", [NOON.replace(hour=3), NOON.replace(day=1)], ids=["at night", "on a Sunday"])
def test_a_call_outside_the_campaigns_hours_is_noticed(moment: datetime) -> None:
    witness = _witness(moment)
    _rings(witness)
    assert witness.wrongs[WINDOW] == 1


def test_one_attempt_dialled_twice_is_noticed() -> None:
    witness = _witness()
    _rings(witness)
    witness.ends(NUMBER)
    _rings(witness, call_id=2)
    assert (witness.wrongs[TWICE], witness.wrongs[AT_ONCE]) == (1, 0)


def test_two_calls_to_one_phone_at_once_are_noticed() -> None:
    witness = _witness()
    _rings(witness)
    _rings(witness, call_id=2, attempt=2)
    assert (witness.wrongs[TWICE], witness.wrongs[AT_ONCE]) == (0, 1)


def test_an_attempt_that_the_line_did_not_take_may_be_made_again() -> None:
    witness = _witness()
    _rings(witness)
    witness.not_taken(_permit())
    witness.ends(NUMBER)
    _rings(witness, call_id=2)
    assert +witness.wrongs == {}


def test_what_a_dead_process_does_is_heard_by_nobody() -> None:
    witness = _witness()
    witness.process_died()
    witness.promises(NUMBER)
    witness.process_began()
    _rings(witness)
    assert +witness.wrongs == {}


def _store() -> Store:
    store = open_store(":memory:")
    store.save_campaign(template("shipping"), template_text("shipping"), NOON)
    fields = {"name": "Dana", "order": "BB-1", "arrives": "2026-03-14"}
    store.add_contacts("shipping", [NewContact(NUMBER, None, "en-US", fields, None, "US")], NOON)
    store.set_state("shipping", CampaignState.RUNNING, NOON)
    return store


def test_a_store_that_does_not_agree_with_the_line_is_noticed() -> None:
    witness = _witness()
    _rings(witness)
    witness.promises(NUMBER)
    assert witness.examine(_store()) == {UNKNOWN: 1, LOST: 1, FORGOTTEN: 1}
