"""Calling hours: what the clock on the callee's wall shows decides, on every kind of day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.book import shipped
from campaigns.compliance.rules import may_call
from campaigns.compliance.windows import Hours, Window, next_open, zones_of
from tests.campaigns.compliance.calls import at, facts, judge, sources

US = "47 CFR 64.1200(c)(1)"
MANNERS = "house rule: office and evening hours, not on public holidays"


def campaign(opens: str, closes: str, days: frozenset[int] = frozenset(range(7))) -> Window:
    return Window("campaign shipping", (Hours(time.fromisoformat(opens), time.fromisoformat(closes), days),))


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2025-03-08 12:59", False),  # 07:59 in winter
        ("2025-03-08 13:00", True),
        ("2025-03-09 11:59", False),  # the clock went forward in the night: 07:59 in summer
        ("2025-03-09 12:00", True),
        ("2025-03-10 00:59", True),
        ("2025-03-10 01:00", False),  # 21:00
        ("2025-11-02 12:59", False),  # the clock went back in the night
        ("2025-11-02 13:00", True),
        ("2025-11-03 02:00", False),
    ],
)
def test_the_days_on_which_the_clock_changes(moment: str, allowed: bool) -> None:
    verdict = judge(facts(zone="America/New_York"), moment)
    assert verdict.allowed is allowed
    assert sources(verdict) == ([] if allowed else [("window", US)])


def test_a_window_that_opens_in_the_hour_that_does_not_exist_opens_at_the_change() -> None:
    early = campaign("02:30", "05:00")
    zone = ZoneInfo("America/New_York")
    assert next_open([early], [zone], at("2025-03-09 05:00")) == at("2025-03-09 07:00")  # 03:00, an instant after 01:59


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    zone = ZoneInfo("America/New_York")
    early = campaign("01:00", "01:30")
    assert [early.covers(zone, at(f"2025-11-02 {clock}")) for clock in ("05:15", "05:45", "06:15", "06:45")] == [
        True,
        False,
        True,
        False,
    ]
    assert next_open([early], [zone], at("2025-11-02 05:30")) == at("2025-11-02 06:00")


@pytest.mark.parametrize(
    ("number", "country", "zone", "opens"),
    [
        ("+97714123456", "NP", "Asia/Kathmandu", "2025-06-02 03:15"),  # +5:45
        ("+68987123456", "PF", "Pacific/Marquesas", "2025-06-02 18:30"),  # -9:30
    ],
)
def test_zones_that_are_no_whole_hours_away(number: str, country: str, zone: str, opens: str) -> None:
    call = facts(number, country, zone)
    before = may_call(call, shipped(), at(opens) - timedelta(minutes=1))
    assert sources(before) == [("window", MANNERS)]
    assert before.next_allowed == at(opens)
    assert judge(call, opens).allowed


def test_a_number_with_three_zones_is_called_when_all_of_them_are_open() -> None:
    call = facts("+68987123456", "PF")  # Gambier at -9, Marquesas at -9:30, Tahiti at -10
    assert len(zones_of(call.number, None)) == 3
    assert sources(judge(call, "2025-06-02 18:59")) == [("window", MANNERS)]  # 08:59 in Tahiti
    assert judge(call, "2025-06-02 19:00").allowed
    assert judge(call, "2025-06-03 04:59").allowed
    closed = judge(call, "2025-06-03 05:00")  # 20:00 in Gambier, 19:00 in Tahiti
    assert sources(closed) == [("window", MANNERS)]
    assert closed.next_allowed == at("2025-06-03 19:00")


@pytest.mark.parametrize(("number", "country"), [("+56912345678", "CL"), ("+5215512345678", "MX")])
def test_a_number_whose_zone_nobody_knows_is_not_called(number: str, country: str) -> None:
    verdict = judge(facts(number, country), "2025-06-02 16:00")
    assert ("zone", "contact") in sources(verdict)
    assert verdict.next_allowed is None


def test_a_leap_day_is_a_day() -> None:
    call = facts(zone="America/New_York", window=campaign("09:00", "20:00", frozenset({3})))  # Thursdays
    verdict = judge(call, "2024-02-28 23:00")
    assert verdict.next_allowed == at("2024-02-29 14:00")
    assert judge(call, "2024-02-29 14:00").allowed


def test_a_window_across_midnight_belongs_to_the_day_on_which_it_opened() -> None:
    zone = ZoneInfo("Asia/Seoul")
    night = campaign("22:00", "02:00", frozenset({4}))  # Fridays
    friday = datetime(2025, 6, 6, 22, tzinfo=zone)
    assert night.covers(zone, friday)
    assert night.covers(zone, friday + timedelta(hours=3, minutes=59))
    assert not night.covers(zone, friday + timedelta(hours=4))
    assert not night.covers(zone, friday - timedelta(days=1))
    assert next_open([night], [zone], friday + timedelta(hours=4)) == friday + timedelta(days=7)


def test_a_holiday_counts_where_the_phone_is_and_nowhere_else() -> None:
    french = judge(facts("+33612345678", "FR", "Europe/Paris"), "2025-07-14 10:00")
    assert sources(french) == [("holiday", MANNERS)]
    assert french.reasons[0].text.startswith("It is a day without calls there")
    assert french.next_allowed == at("2025-07-15 07:00")
    assert judge(facts("+4915123456789", "DE", "Europe/Berlin"), "2025-07-14 10:00").allowed
    assert judge(facts(zone="America/New_York"), "2025-07-14 14:00").allowed


def test_weekends_have_hours_of_their_own_in_canada() -> None:
    call = facts("+14165550123", "CA", "America/Toronto")
    rule = [("window", "CRTC Unsolicited Telecommunications Rules, part IV (ADAD)")]
    assert judge(call, "2025-06-07 01:29").allowed  # Friday 21:29
    assert sources(judge(call, "2025-06-07 01:30")) == rule
    assert sources(judge(call, "2025-06-07 13:59")) == rule  # Saturday 09:59
    assert judge(call, "2025-06-07 14:00").allowed
    closed = judge(call, "2025-06-08 22:00")  # Sunday 18:00
    assert sources(closed) == rule
    assert closed.next_allowed == at("2025-06-09 13:00")


@given(
    st.sampled_from(["America/New_York", "Asia/Kathmandu", "Pacific/Marquesas", "Australia/Lord_Howe", "Asia/Seoul"]),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
    st.times().map(lambda clock: clock.replace(microsecond=0)),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 3 * 365 * 24 * 3600).map(lambda seconds: at("2024-01-01") + timedelta(seconds=seconds)),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    name: str, opens: time, closes: time, days: frozenset[int], moment: datetime
) -> None:
    zone = ZoneInfo(name)
    window = Window("x", (Hours(opens, closes, days),))
    found = next_open([window], [zone], moment)
    if found is None:  # open for no longer than the clock skips over
        return
    assert found >= moment
    assert window.covers(zone, found)
    step = max((found - moment) / 50, timedelta(seconds=1))
    probe = moment
    while probe < found:
        assert not window.covers(zone, probe)
        probe += step
