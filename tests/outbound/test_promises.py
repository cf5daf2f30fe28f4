"""What is promised to somebody who asks for a time at which no call is allowed."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.windows import Hours, Window, next_open
from campaigns.definition import parse
from campaigns.outcomes import CallbackPromise
from campaigns.script import Purpose
from campaigns.store.terms import Terms
from campaigns.templates import template, template_text
from outbound.call import replay
from outbound.dialogue import Dialogue
from outbound.promises import calendar_of, near, windows_for
from outbound.rehearsal import Setting, hold
from outbound.simulation.callee import Callee, Says

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 13, 16, 40, tzinfo=ZONE)
"""A Friday."""
WORKDAYS = [Window("test", (Hours(time(9), time(20), frozenset(range(6))),))]
"""Monday to Saturday, nine to eight."""


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("asked", "promised"),
    [
        ("2026-03-14 15:00", "2026-03-14 15:00"),
        ("2026-03-15 15:00", "2026-03-16 15:00"),
        ("2026-03-14 03:00", "2026-03-14 09:00"),
        ("2026-03-13 20:00", "2026-03-13 19:30"),
        ("2026-03-16 22:30", "2026-03-16 19:30"),
        ("2026-03-15 22:00", "2026-03-16 19:30"),
        ("2026-03-15 03:00", "2026-03-16 09:00"),
    ],
    ids=["open", "a closed day", "too early", "tonight", "late", "late on a closed day", "early on a closed day"],
)
def test_what_is_promised_is_near_to_what_was_asked(asked: str, promised: str) -> None:
    assert near(at(asked), NOW, WORKDAYS, [ZONE]) == at(promised)


def test_an_evening_that_is_over_is_the_next_day_s() -> None:
    assert near(at("2026-03-13 20:45"), at("2026-03-13 19:45"), WORKDAYS, [ZONE]) == at("2026-03-14 19:45")


@given(
    st.integers(1, 14 * 24 * 60),
    st.sampled_from([WORKDAYS, [*WORKDAYS, Window("law", (Hours(time(10), time(18), frozenset({5, 6})),))]]),
)
def test_no_moment_is_promised_at_which_nobody_may_be_called(minutes: int, windows: list[Window]) -> None:
    moment = near(NOW + timedelta(minutes=minutes), NOW, windows, [ZONE])
    assert moment > NOW
    assert next_open(windows, [ZONE], moment) == moment


def test_the_law_of_the_callee_s_place_counts_and_not_only_the_campaign_s_hours() -> None:
    source = template_text("shipping").replace("countries: [US]", "countries: [CA]")
    definition = parse(source)
    windows = windows_for(definition, Terms.of(definition), "+14165550123", "CA")
    promised = calendar_of(windows, "+14165550123", "America/Toronto", {}).promised
    saturday_evening = datetime(2026, 3, 14, 19, tzinfo=ZoneInfo("America/Toronto"))
    moment = promised(saturday_evening, saturday_evening - timedelta(hours=20))
    assert definition.purpose is Purpose.INFORMATIONAL
    assert moment == saturday_evening.replace(hour=17, minute=30)  # Canada ends automatic calls at six on weekends


def test_a_call_before_the_clocks_are_put_forward_is_played_again_exactly() -> None:
    definition = template("shipping")
    saturday = datetime(2026, 3, 7, 12, tzinfo=ZONE)
    setting = Setting("en-US", "", {}, saturday)
    held = hold(definition, setting, Callee("x", does=(Says("call me on monday at three"),)))
    (promise,) = held.results
    windows = windows_for(definition, Terms.of(definition), "", "US")
    calendar = calendar_of(windows, definition.caller_id, ZONE.key, definition.transfer)
    assert isinstance(promise, CallbackPromise)
    assert promise.at == datetime(2026, 3, 9, 15, tzinfo=ZONE)
    assert replay(held.outcome.log, Dialogue(setting.script(definition), calendar)) == ()
