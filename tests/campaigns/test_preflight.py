"""Preflight: how many will be called when, how many not and why; nobody is called by asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns import templates
from campaigns.compliance.packs import Duty
from campaigns.definition import parse
from campaigns.dnc import NewEntry, Reach
from campaigns.outcomes import Scope, Source
from campaigns.preflight import preflight
from campaigns.script import Purpose
from campaigns.store import Basis, Consent, Store, open_store
from tests.campaigns.samples import MONDAY_NOON, Person

NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), durable=False)
    yield opened
    opened.close()


def prepare(store: Store, template: str, *people: Person, callback: str | None = None) -> None:
    text = templates.template_text(template, "en-US")
    definition = parse(text, template)
    if callback is not None:
        text = text.replace(f'callback_number: "{definition.callback_number}"', f'callback_number: "{callback}"')
        definition = parse(text, template)
    store.save_campaign(definition, text, MONDAY_NOON)
    store.add_contacts(template, people, MONDAY_NOON)


def test_contacts_are_counted_by_when_they_may_be_called_first(store: Store) -> None:
    early = MONDAY_NOON - timedelta(hours=2, minutes=30)  # 09:30 in New York, 06:30 in Los Angeles
    people = [Person(f"+1212555{n:04}", NEW_YORK) for n in range(3)]
    people += [Person(f"+1213555{n:04}", LOS_ANGELES) for n in range(2)]
    prepare(store, "shipping", *people)
    before = list(store.contacts())
    found = preflight(store, "shipping", early)
    assert (found.contacts, found.now, found.later, found.skipped) == (5, 0, 5, ())  # nobody is due before the import
    found = preflight(store, "shipping", MONDAY_NOON)
    assert (found.now, found.later) == (5, 0)
    late = preflight(store, "shipping", MONDAY_NOON + timedelta(hours=8, minutes=30))  # 20:30 and 17:30
    assert (late.now, late.later) == (2, 3)
    assert sum(late.when.values()) == 5
    assert list(store.contacts()) == before


def test_who_will_not_be_called_is_told_with_the_reason(store: Store) -> None:
    people = [Person(f"+1212555{n:04}", NEW_YORK) for n in range(5)]
    prepare(store, "shipping", *people, Person("+12125559999", "Mars/Olympus"))
    found = preflight(store, "shipping", MONDAY_NOON)
    (skipped,) = found.skipped
    assert (skipped.rule, skipped.source, skipped.count, skipped.examples) == ("zone", "contact", 1, (6,))
    store.add_entry(NewEntry("+12125550001", Reach(Scope.EVERYONE), Source.PERSON), MONDAY_NOON, "ann")
    assert preflight(store, "shipping", MONDAY_NOON).contacts == 5  # who is listed is closed at once


def test_marketing_without_consent_is_counted_and_without_its_duties_refused(store: Store) -> None:
    people = [Person(f"+1212555{n:04}", NEW_YORK) for n in range(3)]
    prepare(store, "renewal", *people, callback="+12025550123")
    given = Consent(Purpose.MARKETING, Basis.WRITTEN, "Yes, call me")
    store.give_consent("+12125550000", store.campaign("renewal").brand, given, MONDAY_NOON, "ann")
    found = preflight(store, "renewal", MONDAY_NOON)
    assert (found.now, [(one.rule.value, one.count) for one in found.skipped]) == (1, [("consent", 2)])
    assert [one.duty for one in found.unmet] == [Duty.TOLL_FREE_VOICEMAIL]
    assert found.refused


def test_marketing_with_its_duties_may_start(store: Store) -> None:
    prepare(store, "renewal", callback="+18002345678")
    assert not preflight(store, "renewal", MONDAY_NOON).refused
