"""Rule packs: each is dated and cites its sources, and the strictest of state, country and campaign holds."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import phonenumbers
import pytest
from phonenumbers import geocoder

from campaigns.compliance.book import RuleBook, digests, shipped
from campaigns.compliance.duties import Offer, unmet
from campaigns.compliance.facts import NationalListing, PastCall
from campaigns.compliance.packs import Duty, PackUnreadable, RulePack, read
from campaigns.outcomes import Disposition
from campaigns.script import Purpose, Recording
from tests.campaigns.compliance.calls import at, facts, judge, sources

FLORIDA = "Florida Telephone Solicitation Act, Fla. Stat. 501.616(6) (check)"
NOON = "2025-06-02 16:00"
MARKETING = Purpose.MARKETING


def past(moment: str, disposition: Disposition | None = Disposition.NO_ANSWER, **values: object) -> PastCall:
    known: dict[str, object] = {"contact_id": 2, "brand": "Lumen", "purpose": "informational", "matter": "other"}
    return PastCall(dialed_at=at(moment), reference="", disposition=disposition, **known | values)  # type: ignore[arg-type]


def test_the_packs_are_the_ones_the_house_promises() -> None:
    names = {pack.name for pack in shipped().packs}
    assert names == {"us", "us-fl", "us-ok", "us-wa", "uk", "eu", "ca", "cn", "kr", "default"} == set(digests())
    assert all(pack.as_of >= date(2025, 1, 1) for pack in shipped().packs)
    assert all(rule.source for pack in shipped().packs for rule in pack.rules)


def test_a_rule_that_was_not_read_from_its_source_says_so_in_every_verdict() -> None:
    verdict = judge(facts("+8613800138000", "CN", "Asia/Shanghai"), "2025-06-02 13:00")
    assert [source for _, source in sources(verdict)] == [
        "practice of the carriers under the 13-ministry plan of 2018 (check)"
    ]


def test_rules_that_nobody_read_at_their_source_are_told_with_a_yes_too() -> None:
    verdict = judge(facts("+13055550123", zone="America/New_York"), NOON)
    assert verdict.allowed
    assert FLORIDA.removesuffix(" (check)") in verdict.unconfirmed
    assert not any("64.1200(c)(1)" in source for source in verdict.unconfirmed)


@pytest.mark.parametrize(
    ("number", "state", "packs"),
    [
        ("+13055550123", "", {"us", "us-fl"}),
        ("+14055550123", "", {"us", "us-ok"}),
        ("+12065550123", "", {"us", "us-wa"}),
        ("+12125550123", "", {"us"}),
        ("+12125550123", "FL", {"us", "us-fl"}),
        ("+12125550123", "florida", {"us", "us-fl"}),
        ("+12125550123", "US-OK", {"us", "us-ok"}),
        ("+13055550123", "WA", {"us", "us-fl", "us-wa"}),
        ("+12025550123", "", {"us"}),
        ("+18005550123", "", {"us"}),
        ("+12135550123", "", {"us"}),  # California is not Canada
        ("+13025550123", "", {"us"}),  # Delaware is not Germany
    ],
)
def test_the_state_comes_from_the_contact_and_from_the_area_code(number: str, state: str, packs: set[str]) -> None:
    book = shipped()
    governing = book.governing(book.places(number, "US", state), "US", Purpose.INFORMATIONAL, "other")
    assert set(governing.packs) == packs


def test_the_table_of_area_codes_says_what_the_numbering_plan_says() -> None:
    states = [pack for pack in shipped().packs if pack.name.startswith("us-")]
    named = {name: place for pack in states for name in pack.known_as for place in pack.places}
    for area in range(200, 1000):
        number = f"+1{area}2345678"
        said = geocoder.description_for_number(phonenumbers.parse(number), "en").rpartition(", ")[2]
        assert shipped().places(number, "US") == {"US"} | ({named[said]} if said in named else set()), area


def test_the_strictest_of_state_country_and_campaign_holds() -> None:
    florida = facts("+13055550123", zone="America/New_York")
    assert sources(judge(florida, "2025-06-03 00:30")) == [("window", FLORIDA)]  # 20:30 there
    assert judge(facts(zone="America/New_York"), "2025-06-03 00:30").allowed


def test_no_pack_of_its_own_means_the_cautious_one() -> None:
    governing = shipped().governing(frozenset({"JP"}), "JP", Purpose.INFORMATIONAL, "other")
    assert governing.packs == ("default",)
    assert RuleBook(()).governing(frozenset({"JP"}), "JP", Purpose.INFORMATIONAL, "other").packs == ()


def test_florida_counts_three_calls_on_the_same_matter_in_a_day_that_rolls() -> None:
    calls = tuple(past(moment) for moment in ("2025-06-01 17:00", "2025-06-01 19:00", "2025-06-02 12:30"))
    call = facts("+13055550123", history=calls, consents=frozenset({"express"}))
    verdict = judge(call, NOON)
    assert sources(verdict) == [("cap", FLORIDA)]
    assert verdict.next_allowed == at("2025-06-02 17:00")
    assert judge(call, "2025-06-02 17:00").allowed
    other = facts("+13055550123", history=calls, consents=frozenset({"express"}), matter="refund")
    assert judge(other, NOON).allowed


def test_without_consent_three_informational_calls_in_thirty_days() -> None:
    calls = tuple(past(moment) for moment in ("2025-05-10 16:00", "2025-05-20 16:00", "2025-05-30 16:00"))
    verdict = judge(facts(history=calls), NOON)
    assert sources(verdict) == [("cap", "88 FR 3668")]
    assert verdict.next_allowed == at("2025-06-09 16:00")
    assert judge(facts(history=calls, consents=frozenset({"express"})), NOON).allowed
    down = (*calls[:2], past("2025-05-30 16:00", Disposition.ROUTE_DOWN))
    assert judge(facts(history=down), NOON).allowed


def test_a_parcel_is_told_of_once_and_a_callback_that_was_asked_for_is_free() -> None:
    def told(*calls: PastCall) -> list[tuple[str, str]]:
        return sources(judge(facts(matter="delivery", history=calls), NOON))

    once = "FCC package delivery exemption of 2014, as amended (check)"
    mine = {"contact_id": 1, "matter": "delivery"}
    assert told(past("2025-06-01 16:00", Disposition.VOICEMAIL, **mine)) == [("cap", once)]
    assert told(past("2025-06-01 16:00", Disposition.NO_ANSWER, **mine)) == []
    assert told(past("2025-06-01 16:00", Disposition.CALLBACK, **mine)) == []
    assert told(past("2025-06-01 16:00", Disposition.COMPLETED, contact_id=2, matter="delivery")) == []


def test_silence_is_not_followed_by_a_robot_for_three_days_in_the_united_kingdom() -> None:
    broken = facts("+442079460123", "GB", "Europe/London", history=(past("2025-06-02 10:00", Disposition.FAILED),))
    verdict = judge(broken, NOON)
    assert [rule for rule, _ in sources(verdict)] == ["cap"]
    assert verdict.next_allowed == at("2025-06-05 10:00")


@pytest.mark.parametrize(
    ("country", "number", "basis", "enough"),
    [
        ("US", "+12125550123", "express", False),
        ("US", "+12125550123", "written", True),
        ("GB", "+442079460123", "express", True),
        ("DE", "+4915123456789", "express", True),
        ("CN", "+8613800138000", "express", True),
        ("KR", "+821012345678", "written", True),
        ("JP", "+819012345678", "express", True),
    ],
)
def test_marketing_needs_the_consent_that_the_place_asks_for(
    country: str, number: str, basis: str, enough: bool
) -> None:
    today = {"us-national": NationalListing(date(2025, 6, 1), listed=False)}
    zones = {"US": "America/New_York", "GB": "Europe/London", "DE": "Europe/Berlin", "CN": "Asia/Shanghai"}
    zone = zones.get(country, "Asia/Tokyo")
    moment = {"US": NOON, "GB": "2025-06-02 12:00", "DE": "2025-06-02 12:00"}.get(country, "2025-06-02 04:00")
    none = judge(facts(number, country, zone, purpose=MARKETING, national=today), moment)
    assert [rule for rule, _ in sources(none)] == ["consent"]
    with_it = facts(number, country, zone, purpose=MARKETING, national=today, consents=frozenset({basis}))
    assert judge(with_it, moment).allowed is enough


@pytest.mark.parametrize(("age", "rules"), [(31, ["consent"]), (32, ["consent", "list_age"])])
def test_a_list_is_good_for_31_days(age: int, rules: list[str]) -> None:
    copy = NationalListing(at(NOON).date() - timedelta(days=age), listed=False)
    verdict = judge(facts(purpose=MARKETING, national={"us-national": copy}), NOON)
    assert [rule for rule, _ in sources(verdict)] == rules


def test_every_place_lets_it_ring_for_fifteen_seconds() -> None:
    for country in ("US", "GB", "DE", "CA", "CN", "KR", "JP"):
        governing = shipped().governing(frozenset({country}), country, Purpose.INFORMATIONAL, "other")
        assert governing.ring_seconds >= 15, country


def test_duties_that_a_campaign_does_not_meet_are_named_with_the_fix() -> None:
    book = shipped()
    sale = book.governing(frozenset({"US"}), "US", MARKETING, "discount").duties
    (found,) = unmet(sale, Offer("+12025550123", leaves_messages=True, longest_seconds=120))
    assert (found.duty, found.source) == (Duty.TOLL_FREE_VOICEMAIL, "47 CFR 64.1200(b)(3)")
    assert unmet(sale, Offer("+18002345678", leaves_messages=True, longest_seconds=120)) == []
    assert unmet(sale, Offer("+12025550123", leaves_messages=False, longest_seconds=120)) == []
    parcel = book.governing(frozenset({"US"}), "US", Purpose.INFORMATIONAL, "delivery").duties
    assert [one.duty for one in unmet(parcel, Offer("+12025550123", False, 61))] == [Duty.LONGEST]
    assert unmet(parcel, Offer("+12025550123", False, 60)) == []


@pytest.mark.parametrize(
    "text",
    ["name: [", "name: x\nas_of: 2025-01-01\nrules: [{kind: window, hours: []}]", "as_of: never\nrules: []", "- 1"],
)
def test_a_pack_that_cannot_be_read_says_which(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    with pytest.raises(PackUnreadable, match="odd"):
        read(tmp_path / "odd.yaml")
    with pytest.raises(PackUnreadable):
        read(tmp_path / "missing.yaml")


def test_a_rule_of_an_unknown_kind_is_no_rule() -> None:
    with pytest.raises(ValueError, match="kind"):
        RulePack.model_validate({"name": "x", "as_of": "2025-01-01", "rules": [{"kind": "wish", "source": "x"}]})


@pytest.mark.parametrize(
    ("number", "country", "allowed"),
    [
        ("+12125550123", "US", Recording.ANNOUNCED),
        ("+13055550123", "US", Recording.ANNOUNCED),
        ("+442071838750", "GB", Recording.ANNOUNCED),
        ("+4930123456", "DE", Recording.NEVER),
        ("+33140205050", "FR", Recording.NEVER),
        ("+61293744000", "AU", Recording.NEVER),
    ],
)
def test_a_call_is_recorded_only_where_a_pack_says_it_may_be(number: str, country: str, allowed: Recording) -> None:
    book = shipped()
    assert book.governing(book.places(number, country), country, Purpose.INFORMATIONAL, "other").recording is allowed


def test_the_strictest_word_on_recording_holds_and_silence_is_a_no() -> None:
    def pack(name: str, *said: Recording) -> RulePack:
        rules = [{"kind": "recording", "source": "a law", "recording": word} for word in said]
        return RulePack.model_validate({"name": name, "as_of": "2026-01-01", "places": [name], "rules": rules})

    def allowed(*packs: RulePack) -> Recording:
        return RuleBook(packs).governing(frozenset({"US", "US-FL"}), "US", Purpose.INFORMATIONAL, "other").recording

    free, told, never = Recording.UNANNOUNCED, Recording.ANNOUNCED, Recording.NEVER
    assert allowed(pack("US", free), pack("US-FL")) is free
    assert allowed(pack("US", free), pack("US-FL", told)) is told
    assert allowed(pack("US", never), pack("US-FL", told)) is never
    assert allowed(pack("US"), pack("US-FL")) is never
