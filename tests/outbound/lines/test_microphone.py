"""Calls at the computer: the command a user types, a real sound card, and a synthetic person before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from campaigns.audience import NewContact
from campaigns.definition import example_fields, parse
from campaigns.store import open_store
from campaigns.templates import template_text
from outbound.clock import SystemClock
from outbound.simulation.callee import Callee, Says
from tests.audio.soundcard import SoundCard, sound_card
from tests.outbound.lines.person import sit

pytestmark = pytest.mark.telephones


@pytest.fixture
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundCard]:
    with sound_card(tmp_path_factory.mktemp("c")) as card:
        card.environment["XDG_CACHE_HOME"] = str(tmp_path_factory.getbasetemp() / "prompts")
        yield card


@pytest.fixture
def campaign(tmp_path: Path) -> str:
    path = tmp_path / "shipping.yaml"
    path.write_text(template_text("shipping"))
    return str(path)


def test_a_person_with_a_headset_says_hello_is_understood_and_interrupts_to_opt_out(
    card: SoundCard, campaign: str
) -> None:
    person = Callee("person", does=(Says("yes please"), Says("please stop calling me", after=1.0)), thinks=1.5)
    sitting = sit(card, person, "--campaign", campaign, "--field", "name=Kim")
    assert sitting.code == 0, sitting.notes
    assert "a headset" in sitting.notes
    assert "Kim" in sitting.said[0]
    assert [heard["intent"] for heard in sitting.of("heard")][-2:] == ["yes", "opt_out"]
    assert sitting.of("heard")[-1]["interrupted"]
    assert sitting.end["disposition"] == "opted_out"


def test_on_open_speakers_the_robot_does_not_hear_itself_and_keys_are_keys(card: SoundCard, campaign: str) -> None:
    card.echo(60)
    silent = Callee("silent", greeting="")
    sitting = sit(card, silent, "--campaign", campaign, keys={"ringing": "\n", "said_all": "9"})
    assert sitting.code == 0, sitting.notes
    assert "open speakers" in sitting.notes
    assert "(measured)" in sitting.notes
    assert sitting.of("heard") == []
    assert [pressed["key"] for pressed in sitting.of("pressed")] == ["9"]
    assert sitting.end["disposition"] == "opted_out"


def test_a_dry_run_is_the_contact_s_own_call_and_saves_nothing(card: SoundCard, campaign: str, tmp_path: Path) -> None:
    database, source = str(tmp_path / "store.db"), Path(campaign).read_text()
    with closing(open_store(database)) as store:
        definition = parse(source, campaign)
        store.save_campaign(definition, source, SystemClock().now())
        fields = dict(example_fields(definition, {"name": "Robin"}))
        contact = NewContact("+12125550123", "America/New_York", "en-US", fields, None, "US")
        store.add_contacts(definition.name, [contact], SystemClock().now())
    keys = {"ringing": "\n", "said_all": "9"}
    options = ["--campaign", definition.name, "--contact", "1", "--dry-run", "--db", database]
    sitting = sit(card, Callee("silent", greeting=""), *options, keys=keys)
    assert sitting.code == 0, sitting.notes
    assert "Robin" in sitting.said[0]
    assert sitting.end["disposition"] == "opted_out"
    with closing(open_store(database)) as store:
        assert list(store.entries()) == []
        assert store.contact(1).attempts == 0
