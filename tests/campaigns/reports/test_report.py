"""A report counts what the calls left behind, each contact once, and never a machine."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.outcomes import (
    Answer,
    CallbackPromise,
    Comment,
    Complaint,
    Crisis,
    Disposition,
    OptOut,
    Rating,
    TransferResult,
    Via,
    WrongNumber,
)
from campaigns.reports import CampaignReport, report
from campaigns.reports.model import Funnel
from campaigns.reports.statistics import difference, proportion
from campaigns.store import NoSuchCampaign, Store
from tests.campaigns.reports.history import History
from tests.campaigns.samples import MONDAY_NOON, Definition

HOUR = timedelta(hours=1)
FIVE_PM = MONDAY_NOON + 5 * HOUR
SIX_PM = MONDAY_NOON + 6 * HOUR


def of(store: Store, name: str = "shipping") -> CampaignReport:
    (found,) = report(store, [name], now=FIVE_PM).campaigns
    return found


def test_the_funnel_counts_every_contact_once_and_every_stage_holds_the_next(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 8)
    next(ids)  # never called
    twice = next(ids)
    history.call(twice, Disposition.NO_ANSWER)
    history.call(twice, Disposition.COMPLETED, Answer("tell", "yes", Via.VOICE, "yes"), at=SIX_PM, seconds=30)
    history.call(next(ids), Disposition.COMPLETED, Rating(5, Via.KEY, "5"), seconds=40)
    history.call(next(ids), Disposition.COMPLETED, seconds=20)
    history.call(next(ids), Disposition.HUNG_UP, seconds=3)
    history.call(next(ids), Disposition.TRANSFERRED, heard=True, seconds=60)
    history.call(next(ids), Disposition.VOICEMAIL, seconds=25)
    history.call(next(ids), Disposition.BUSY)
    found = of(store)
    assert found.funnel == Funnel(contacts=8, attempted=7, reached=5, heard=4, answered=2, rated=1)
    assert found.attempts == {1: 6, 2: 1}
    assert [(e.disposition, e.calls) for e in found.endings][:2] == [("completed", 3), ("busy", 1)]
    assert sum(e.share for e in found.endings) == pytest.approx(1)


def test_what_a_machine_seemed_to_say_counts_for_nothing(store: Store) -> None:
    history = History(store)
    for contact_id, ended in zip(
        history.campaign(Definition(), 2), [Disposition.VOICEMAIL, Disposition.SCREENED], strict=True
    ):
        history.call(
            contact_id, ended, Rating(5, Via.VOICE, "five"), Answer("tell", "yes", Via.VOICE, "yes"), seconds=9
        )
    found = of(store)
    assert found.funnel == Funnel(2, 2, 0, 0, 0, 0)
    assert found.satisfaction.ratings == 0
    assert found.durations.calls == 0


def test_a_call_that_the_line_never_took_is_no_attempt(store: Store) -> None:
    history = History(store)
    (contact_id,) = history.campaign(Definition(), 1)
    history.call(contact_id, Disposition.ROUTE_DOWN)
    found = of(store)
    assert (found.funnel.attempted, found.attempts, found.hours) == (0, {}, ())
    assert [ending.disposition for ending in found.endings] == [Disposition.ROUTE_DOWN]


def test_satisfaction_has_mean_distribution_and_interval(store: Store) -> None:
    history = History(store)
    for contact_id, value in zip(history.campaign(Definition(), 4), [5, 5, 4, 1], strict=True):
        history.call(contact_id, Disposition.COMPLETED, Rating(value, Via.VOICE, str(value)), seconds=30)
    satisfaction = of(store).satisfaction
    assert satisfaction.counts == {1: 1, 2: 0, 3: 0, 4: 1, 5: 2}
    assert satisfaction.mean == 3.75
    assert satisfaction.satisfied == proportion(3, 4)


def test_remarks_come_with_their_rating_and_without_who_said_them(store: Store) -> None:
    history = History(store)
    (contact_id,) = history.campaign(Definition(), 1)
    words = "this is alice and it was late, call me on 212 555 0100"
    history.call(contact_id, Disposition.COMPLETED, Rating(2, Via.KEY, "2"), Comment(words, "rating"), seconds=30)
    (remark,) = of(store).remarks
    assert remark.rating == 2
    assert remark.words == "this is ▒▒▒ and it was late, call me on ▒▒▒"


def test_refusals_are_shares_of_the_contacts_reached(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 4)
    history.call(next(ids), Disposition.COMPLETED, OptOut(Via.VOICE, "stop"), seconds=5)
    history.call(next(ids), Disposition.WRONG_NUMBER, WrongNumber(Via.KEY, "3"), seconds=5)
    history.call(next(ids), Disposition.COMPLETED, Complaint("rude"), seconds=5)
    history.call(next(ids), Disposition.CRISIS, Crisis("…"), seconds=5)
    found = of(store)
    assert found.opted_out == proportion(1, 4)
    assert found.wrong_number == proportion(1, 4)
    assert (found.complaints, found.crises) == (1, 1)


def test_an_opt_out_that_came_in_after_the_crash_still_counts(store: Store) -> None:
    history = History(store)
    (contact_id,) = history.campaign(Definition(), 1)
    permit = history.call(contact_id, Disposition.INTERRUPTED)
    store.save(permit.call_id, OptOut(Via.VOICE, "never again"), FIVE_PM)
    assert of(store).opted_out == proportion(1, 1)


def test_whoever_asked_for_a_person_got_one_or_a_promise(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 3)
    history.call(next(ids), Disposition.TRANSFERRED, TransferResult("service", True, ""), seconds=50)
    history.call(
        next(ids),
        Disposition.CALLBACK,
        TransferResult("service", False, "busy"),
        CallbackPromise(FIVE_PM, True, "a person please"),
        seconds=50,
    )
    history.call(next(ids), Disposition.HUNG_UP, TransferResult("service", False, "declined"), seconds=50)
    transfers = of(store).transfers
    assert (transfers.asked, transfers.reached, transfers.promised) == (3, proportion(1, 3), 1)


def test_a_callback_is_kept_by_calling_again_or_by_settling_the_task(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 6)
    at = MONDAY_NOON + HOUR
    for contact_id in (kept := next(ids), next(ids), next(ids)):
        history.call(contact_id, Disposition.CALLBACK, CallbackPromise(at, False, "later"), seconds=9)
    history.call(kept, Disposition.COMPLETED, at=at, seconds=9)
    for _ in range(2):
        history.call(next(ids), Disposition.CALLBACK, CallbackPromise(at, True, "a person"), seconds=9)
    store.settle_task(store.open_tasks()[0].id, at, "Kim")
    late = MONDAY_NOON + 100 * HOUR
    history.call(next(ids), Disposition.CALLBACK, CallbackPromise(late, False, "thursday"), seconds=9)
    callbacks = of(store).callbacks
    assert callbacks.kept == proportion(2, 6)
    assert (callbacks.promised, callbacks.open, callbacks.overdue, callbacks.dropped) == (6, 4, 3, 0)


def test_hours_are_those_on_the_callees_clock(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 2)
    history.call(next(ids), Disposition.COMPLETED, seconds=30)  # Monday noon in New York
    history.call(next(ids), Disposition.NO_ANSWER, at=FIVE_PM + 24 * HOUR)
    assert [(h.day, h.hour, h.calls, h.reached) for h in of(store).hours] == [(0, 12, 1, 1), (1, 17, 1, 0)]


def test_durations_are_those_of_conversations(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 4)
    for seconds in (10.2, 20.4, 90.0):
        history.call(next(ids), Disposition.COMPLETED, seconds=seconds)
    history.call(next(ids), Disposition.VOICEMAIL, seconds=300)
    durations = of(store).durations
    assert (durations.calls, durations.median_seconds, durations.p95_seconds) == (3, 20, 90)


def test_variants_are_compared_with_the_first(store: Store) -> None:
    history = History(store)
    for contact_id in history.campaign(Definition(variants={"a": 1, "b": 1}), 12):
        good = contact_id % 2 == 0
        history.call(
            contact_id,
            Disposition.COMPLETED if good else Disposition.HUNG_UP,
            *([Rating(5, Via.KEY, "5")] if good else []),
            seconds=20,
        )
    found = of(store)
    a, b = found.variants
    assert (a.name, b.name, a.attempted + b.attempted) == ("a", "b", 12)
    assert a.reached + b.reached == found.funnel.reached
    assert a.heard.hits + b.heard.hits == found.funnel.heard == 6
    assert (a.heard_more, b.heard_more) == (None, difference(b.heard, a.heard))
    assert a.satisfied.of + b.satisfied.of == found.satisfaction.ratings


def test_whoever_heard_two_wordings_is_counted_under_one(store: Store) -> None:
    history = History(store)
    changing, other = history.campaign(Definition(variants={"z": 1}), 2)
    history.call(changing, Disposition.NO_ANSWER)
    store.save_campaign(Definition(variants={"a": 1}), "changed", MONDAY_NOON)
    history.call(changing, Disposition.OPTED_OUT, OptOut(Via.VOICE, "stop"), at=SIX_PM, seconds=5)
    history.call(other, Disposition.COMPLETED, seconds=30)
    a, z = of(store).variants
    assert (a.attempted, a.opted_out) == (1, proportion(0, 1))
    assert (z.attempted, z.opted_out) == (1, proportion(1, 1))


def test_a_campaign_without_variants_compares_none(store: Store) -> None:
    history = History(store)
    (contact_id,) = history.campaign(Definition(), 1)
    history.call(contact_id, Disposition.COMPLETED, seconds=20)
    assert of(store).variants == ()


def test_a_matter_of_the_survey_is_held_against_it(store: Store) -> None:
    history = History(store)
    (contact_id,) = history.campaign(Definition(), 1)
    history.call(contact_id, Disposition.COMPLETED, seconds=20)
    list(history.campaign(Definition("points", matter="points"), 1))
    accepted, satisfied = of(store).comparisons
    assert (accepted.own, accepted.survey) == (proportion(1, 1), 0.441)
    assert (satisfied.own, satisfied.survey) == (proportion(0, 0), 0.253)
    assert [comparison.survey for comparison in of(store, "points").comparisons] == [0.253]


def test_a_period_takes_the_calls_dialled_in_it(store: Store) -> None:
    history = History(store)
    ids = history.campaign(Definition(), 2)
    history.call(next(ids), Disposition.COMPLETED, Rating(5, Via.KEY, "5"), seconds=20)
    history.call(next(ids), Disposition.COMPLETED, Rating(1, Via.KEY, "1"), at=FIVE_PM, seconds=20)
    (early,) = report(store, before=FIVE_PM, now=FIVE_PM).campaigns
    (late,) = report(store, since=FIVE_PM, now=FIVE_PM).campaigns
    assert (early.funnel.contacts, early.funnel.attempted, early.satisfaction.mean) == (2, 1, 5)
    assert (late.funnel.contacts, late.funnel.attempted, late.satisfaction.mean) == (2, 1, 1)


def test_campaigns_are_reported_apart_and_by_name(store: Store) -> None:
    history = History(store)
    for name in ("renewal", "price-drop"):
        (contact_id,) = history.campaign(Definition(name, matter="other"), 1)
        history.call(contact_id, Disposition.COMPLETED, seconds=20)
    names = [campaign.name for campaign in report(store, now=FIVE_PM).campaigns]
    assert names == ["price-drop", "renewal"]
    assert of(store, "renewal").funnel == Funnel(1, 1, 1, 1, 0, 0)
    with pytest.raises(NoSuchCampaign):
        report(store, ["nowhere"], now=FIVE_PM)


def test_an_empty_campaign_has_a_report_too(store: Store) -> None:
    list(History(store).campaign(Definition(), 0))
    found = of(store)
    assert found.funnel == Funnel(0, 0, 0, 0, 0, 0)
    assert (found.satisfaction.mean, found.opted_out.share, found.durations.median_seconds) == (None, None, None)
