"""People out of a population: the same for the same seed in whatever order they are called, and alive by the hour."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

import pytest

from campaigns.intents import Intent
from campaigns.templates import template
from outbound.dialogue.actions import Listen
from outbound.errors import OutboundError
from outbound.lines.base import DialOrder
from outbound.simulation.callee import Answerer, Callee, Presses, Says
from outbound.simulation.population import Home, Population, invented, read_habits
from outbound.simulation.population.habits import Country, Zone

MORNING = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=9)
NEW_YORK = Home(ZoneInfo("America/New_York"), "en-US")
NUMBERS = [f"+1212555{line:04}" for line in range(2000)]
YES_NO = Listen(frozenset({Intent.YES, Intent.NO}), seconds=6)
RATING = Listen(frozenset({Intent(f"rating_{value}") for value in range(1, 6)}), seconds=6)


class Fixed:
    """A clock that stands still."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


def _population(seed: int = 7, moment: datetime = MORNING, language: str = "en-US") -> Population:
    homes = dict.fromkeys(NUMBERS, Home(NEW_YORK.zone, language))
    return Population(read_habits(), seed, Fixed(moment), homes=homes, matter="delivery")


def _met(population: Population, numbers: list[str]) -> dict[str, Callee]:
    return {number: population(DialOrder(1, number, None, 25.0)) for number in numbers}


def _turns(callee: Callee, listen: Listen = YES_NO) -> list[object]:
    return [callee.then(listen) for _ in range(3)] if callee.then else []


def test_the_same_seed_gives_the_same_people_in_whatever_order_they_are_called() -> None:
    shuffled = Random(1).sample(NUMBERS, len(NUMBERS))
    once, again = _met(_population(), NUMBERS), _met(_population(), shuffled)
    assert once == again
    assert all(_turns(once[number]) == _turns(again[number]) for number in NUMBERS)


def test_another_seed_gives_other_people() -> None:
    assert _met(_population(7), NUMBERS) != _met(_population(8), NUMBERS)


def test_who_did_not_answer_may_answer_the_next_call() -> None:
    population = _population()
    first, second = _met(population, NUMBERS), _met(population, NUMBERS)
    nobody = [number for number in NUMBERS if first[number].answers is Answerer.NO_ANSWER]
    assert any(second[number].answers is Answerer.PERSON for number in nobody)


def test_a_dead_number_stays_dead() -> None:
    population = _population()
    first, second = _met(population, NUMBERS), _met(population, NUMBERS)
    dead = {number for number in NUMBERS if first[number].answers is Answerer.UNREACHABLE}
    assert dead == {number for number in NUMBERS if second[number].answers is Answerer.UNREACHABLE}
    assert len(dead) == pytest.approx(0.02 * len(NUMBERS), rel=0.5)


def test_more_people_are_at_home_in_the_evening() -> None:
    morning, evening = (_met(_population(moment=moment), NUMBERS) for moment in (MORNING, EVENING))
    people = [sum(one.then is not None for one in met.values()) for met in (morning, evening)]
    assert people[1] > 1.3 * people[0]


def test_what_is_said_answers_what_is_asked() -> None:
    callees = [one for one in _met(_population(), NUMBERS).values() if one.then]
    to_yes_no = Counter(type(turn).__name__ for one in callees for turn in _turns(one))
    assert {"Says", "Presses", "StaysSilent", "HangsUp"} <= set(to_yes_no)
    pressed = {turn.keys for one in callees for turn in _turns(one, RATING) if isinstance(turn, Presses)}
    assert {"1", "2", "3", "4", "5", "9", "0"} <= pressed


def test_without_words_of_their_language_people_press_keys() -> None:
    callees = [one for one in _met(_population(language="fr-FR"), NUMBERS).values() if one.then]
    assert not any(isinstance(turn, Says) for one in callees for turn in _turns(one))
    assert any(isinstance(turn, Presses) for one in callees for turn in _turns(one))


def test_invented_contacts_live_all_over_the_country_and_none_shares_a_number() -> None:
    contacts = list(islice(invented(template("shipping"), read_habits(), 7), 20_000))
    assert len({contact.number for contact in contacts}) == len(contacts)
    assert all(contact.number[5:8] == "555" for contact in contacts)
    shares = Counter(contact.timezone for contact in contacts)
    assert shares["America/New_York"] / len(contacts) == pytest.approx(0.47, abs=0.02)


def test_fiction_comes_first() -> None:
    contacts = islice(invented(template("shipping"), read_habits(), 7), 300)
    assert all(100 <= int(contact.number[-4:]) <= 199 for contact in contacts)


@pytest.mark.parametrize("language", ["zh-CN", "ko-KR"])
def test_ready_campaigns_of_other_countries_find_people_too(language: str) -> None:
    definition = template("shipping", language)
    contacts = list(islice(invented(definition, read_habits(), 7), 10))
    assert {contact.country for contact in contacts} == {definition.countries[0]}


def test_further_numbers_are_given_out_when_the_others_are() -> None:
    habits = read_habits()
    zone = Zone(share=1.0, prefixes=("+12125550", "+16175550"), further=("+13475550",))
    country = Country(digits=2, first="01", zones={"America/New_York": zone})
    contacts = invented(template("shipping"), habits.model_copy(update={"countries": {"US": country}}), 7)
    numbers = [contact.number for contact in islice(contacts, 300)]
    assert len(set(numbers)) == 300
    assert [number[:5] for number in numbers].index("+1347") == 200
    with pytest.raises(OutboundError, match="only 300 numbers"):
        next(contacts)


def test_there_are_a_million_people_to_call() -> None:
    for zone in read_habits().countries["US"].zones.values():
        assert len((*zone.prefixes, *zone.further)) * 10**4 > 1.05e6 * zone.share


def test_numbers_that_run_out_are_told() -> None:
    habits = read_habits()
    few = habits.countries["US"].model_copy(update={"digits": 2, "first": "01"})
    with pytest.raises(OutboundError, match="only"):
        list(invented(template("shipping"), habits.model_copy(update={"countries": {"US": few}}), 7))
