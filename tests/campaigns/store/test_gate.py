"""The gate: nobody is called who must not be, and nobody twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Disposition, Scope, Source
from campaigns.script import Purpose
from campaigns.store import Basis, CampaignState, Consent, ContactState, NoSuchContact, Permit, Refusal, Store
from tests.campaigns.samples import MONDAY_NOON, NUMBER, Calling, Definition, Person
from tests.campaigns.store.house import OWNER, ask, dial, only, rules_of, running

HOUR = timedelta(hours=1)


def test_a_due_contact_of_a_running_campaign_may_be_called(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    assert permit.number == NUMBER
    assert permit.fields == {"order": "A1"}
    assert permit.timezone == "America/New_York"
    assert (permit.caller_id, permit.ring_seconds, permit.attempt) == ("+12125550100", 25, 1)
    assert NUMBER not in repr(permit)


def test_a_permit_takes_the_contact_out_of_the_queue_and_a_second_one_is_refused(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    assert store.claim(MONDAY_NOON + 10 * HOUR, 5) == []
    assert "contact" in rules_of(ask(store, permit.contact_id))
    assert store.contact(permit.contact_id).state is ContactState.CALLING


@pytest.mark.parametrize(
    "state", [CampaignState.DRAFT, CampaignState.PAUSED, CampaignState.STOPPED, CampaignState.DONE]
)
def test_only_a_running_campaign_calls(store: Store, state: CampaignState) -> None:
    running(store, Person())
    contact_id = only(store)
    store.set_state("shipping", state, MONDAY_NOON)
    assert store.claim(MONDAY_NOON, 5) == []
    assert rules_of(ask(store, contact_id)) == ["campaign"]


@pytest.mark.parametrize(
    "reach",
    [
        Reach(Scope.EVERYONE),
        Reach(Scope.BRAND, "Lumen"),
        Reach(Scope.CAMPAIGN, "shipping"),
        Reach(Scope.PURPOSE, "informational"),
    ],
)
def test_an_entry_of_any_scope_closes_queued_contacts_and_stops_the_gate(store: Store, reach: Reach) -> None:
    running(store, Person())
    (claim,) = store.claim(MONDAY_NOON, 1)
    store.add_entry(NewEntry(NUMBER, reach, Source.PERSON), MONDAY_NOON, "ann")
    assert store.contact(claim.contact_id).closed_by == "listed"
    assert rules_of(ask(store, claim.contact_id)) == ["contact", "listed"]


@pytest.mark.parametrize(
    "reach", [Reach(Scope.BRAND, "Other"), Reach(Scope.CAMPAIGN, "other"), Reach(Scope.PURPOSE, "marketing")]
)
def test_an_entry_for_something_else_does_not_matter(store: Store, reach: Reach) -> None:
    running(store, Person())
    store.add_entry(NewEntry(NUMBER, reach, Source.PERSON), MONDAY_NOON, "ann")
    assert isinstance(ask(store, only(store)), Permit)


def test_an_expired_or_revoked_entry_is_not_in_force(store: Store) -> None:
    earlier = MONDAY_NOON - timedelta(days=400)
    expired = NewEntry(NUMBER, Reach(Scope.EVERYONE), Source.IMPORT, expires_at=MONDAY_NOON)
    store.add_entry(expired, earlier, "ann")
    revoked = store.add_entry(NewEntry(NUMBER, Reach(Scope.BRAND, "Lumen"), Source.PERSON), earlier, "ann")
    store.remove_entry(revoked.id, earlier + HOUR, "ann", "they asked us to call again")
    running(store, Person())
    assert isinstance(ask(store, only(store)), Permit)


def test_a_number_listed_before_the_import_is_closed_by_the_import(store: Store) -> None:
    store.add_entry(NewEntry(NUMBER, Reach(Scope.BRAND, "Lumen"), Source.PERSON), MONDAY_NOON, "ann")
    store.save_campaign(Definition(), "text", MONDAY_NOON)
    added = store.add_contacts("shipping", [Person(), Person("+12125550124"), Person()], MONDAY_NOON)
    assert (added.new, added.duplicates, added.listed) == (2, 1, 1)


def test_outside_the_hours_there_the_answer_is_no_until_they_open(store: Store) -> None:
    running(store, Person(timezone="Asia/Kathmandu"))  # 21:45 at +5:45
    answer = ask(store, only(store))
    assert isinstance(answer, Refusal)
    assert [reason.rule for reason in answer.verdict.reasons] == ["window", "window"]
    opens = MONDAY_NOON + timedelta(hours=11, minutes=15)  # 09:00 there
    assert answer.verdict.next_allowed == opens
    assert store.claim(opens - timedelta(seconds=1), 1) == []
    assert isinstance(ask(store, store.claim(opens, 1)[0].contact_id, opens), Permit)


def test_an_unknown_zone_is_a_no_and_never_the_operators_own(store: Store) -> None:
    running(store, Person(timezone="Mars/Olympus"))
    assert rules_of(ask(store, only(store))) == ["zone"]
    held = store.contact(only(store))
    assert (held.state, held.held_by, held.next_at) == (ContactState.OPEN, "zone", None)


def test_without_a_zone_of_its_own_the_number_tells_and_every_zone_it_may_be_in_must_be_open(store: Store) -> None:
    running(store, Person("+18005550123", timezone=None))
    assert rules_of(ask(store, only(store))) == ["window", "window"]  # toll-free: from Guam to Newfoundland


def test_a_retry_is_never_earlier_than_configured(store: Store) -> None:
    running(store, Person())
    permit = dial(store)
    store.finish(permit.call_id, Disposition.BUSY, MONDAY_NOON + timedelta(seconds=30))
    early = MONDAY_NOON + timedelta(minutes=15)
    assert store.claim(early, 1) == []
    assert rules_of(ask(store, permit.contact_id, early)) == ["not_due"]
    assert dial(store, early + timedelta(seconds=30)).attempt == 2


def test_attempts_end_at_the_campaigns_maximum(store: Store) -> None:
    definition = Definition(calling=Calling(max_attempts=2))
    running(store, Person(), definition=definition)
    now = MONDAY_NOON
    for _ in range(2):
        store.finish(dial(store, now).call_id, Disposition.BUSY, now)
        now += timedelta(minutes=15)
    assert store.contact(only(store)).closed_by == "attempts"


def test_another_call_to_the_same_number_under_way_is_a_no(store: Store) -> None:
    running(store, Person(reference="A1"), Person(reference="A2"))
    first, second = store.contacts("shipping")
    assert isinstance(ask(store, first.id), Permit)
    assert "in_flight" in rules_of(ask(store, second.id))


def test_caps_count_across_campaigns_and_roll(store: Store) -> None:
    people = [Person("+442079460123", "Europe/London", reference=str(n), country="GB") for n in range(4)]
    for number, person in enumerate(people):
        running(store, person, definition=Definition(f"c{number}", brand=f"b{number}"))
        answer = ask(store, only(store, f"c{number}"), MONDAY_NOON + number * timedelta(minutes=10))
        if isinstance(answer, Permit):
            store.finish(answer.call_id, Disposition.COMPLETED, MONDAY_NOON + number * timedelta(minutes=10))
    assert rules_of(answer) == ["cap"]
    assert isinstance(answer, Refusal)
    assert answer.verdict.next_allowed == MONDAY_NOON + timedelta(hours=24)


def test_marketing_needs_consent_of_the_kind_the_place_asks_for(store: Store) -> None:
    definition = Definition("sale", purpose=Purpose.MARKETING, matter="discount")
    running(store, Person(), Person("+12125550124"), definition=definition)
    first, second = store.contacts("sale")
    store.give_consent(NUMBER, "Lumen", Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me"), MONDAY_NOON, "ann")
    store.give_consent(second.number, "Lumen", Consent(Purpose.MARKETING, Basis.EXPRESS, "Yes"), MONDAY_NOON, "ann")
    assert isinstance(ask(store, first.id), Permit)
    assert rules_of(ask(store, second.id)) == ["consent", "list_age"]


def test_a_withdrawn_consent_is_none(store: Store) -> None:
    running(store, Person(), definition=Definition(purpose=Purpose.MARKETING))
    given = Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me")
    store.give_consent(NUMBER, "Lumen", given, MONDAY_NOON - HOUR, "ann")
    assert store.withdraw_consent(NUMBER, "Lumen", MONDAY_NOON, "ann") == 1
    assert rules_of(ask(store, only(store))) == ["consent", "list_age"]


def test_who_holds_no_lease_may_not_dial(store: Store) -> None:
    running(store, Person())
    answer = store.authorise(only(store), MONDAY_NOON, line="simulated", owner="a worker that was asleep")
    assert rules_of(answer) == ["lease"]
    assert store.contact(only(store)).state is ContactState.OPEN


def test_may_call_says_what_the_gate_would_and_changes_nothing(store: Store) -> None:
    running(store, Person())
    before = store.contact(only(store))
    assert store.may_call(before.id, MONDAY_NOON).allowed
    night = store.may_call(before.id, MONDAY_NOON + 12 * HOUR)
    assert night.next_allowed == MONDAY_NOON + 21 * HOUR
    assert store.contact(before.id) == before


def test_a_changed_window_is_seen_at_once(store: Store) -> None:
    late = MONDAY_NOON + 8 * HOUR + timedelta(minutes=30)  # 20:30 there
    running(store, Person())
    assert rules_of(ask(store, only(store), late)) == ["window"]
    longer = replace(Definition(), calling=Calling(closes=Calling().closes.replace(hour=21)))
    assert store.save_campaign(longer, "a later evening", late).version == 2
    assert isinstance(ask(store, store.claim(late, 1)[0].contact_id, late), Permit)


def test_there_is_no_permit_for_nobody(store: Store) -> None:
    with pytest.raises(NoSuchContact):
        store.authorise(7, MONDAY_NOON, line="simulated", owner="x")


def test_a_line_dials_only_what_its_allow_list_holds(store: Store) -> None:
    """The contact waits: another line may dial it."""
    running(store, Person())
    answer = store.authorise(only(store), MONDAY_NOON, line="sip", owner=OWNER, allow=["+49"])
    assert isinstance(answer, Refusal)
    assert rules_of(answer) == ["line"]
    assert store.upcoming() is None
    assert store.reopen(held_by=["line"]) == 1
    assert isinstance(store.authorise(only(store), MONDAY_NOON, line="sip", owner=OWNER, allow=[NUMBER[:4]]), Permit)
    assert store.spent_on("sip", MONDAY_NOON - timedelta(days=1)) == [(MONDAY_NOON, 0.0)]
    assert store.spent_on("simulated", MONDAY_NOON - timedelta(days=1)) == []
