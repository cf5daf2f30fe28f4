"""Contacts that nobody is: numbers that ring nowhere, spread over a country's time zones.

Decides how many live in each zone and which number each gets, the same for the same seed; no number twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

from campaigns.audience import NewContact
from campaigns.definition import CampaignDefinition
from campaigns.definition.examples import example_fields
from outbound.errors import OutboundError
from outbound.simulation.population.habits import Country, Habits


def invented(definition: CampaignDefinition, habits: Habits, seed: int) -> Iterator[NewContact]:
    """Contacts of a campaign without end, in its first country; their fields hold the campaign's own examples.

    Raises:
        OutboundError: the population has no numbers for that country, or no more.
        CampaignError: the campaign's fields have no readable examples.
    """
    country = definition.countries[0]
    if country not in habits.countries:
        raise OutboundError(
            f"the population has no people in {country}",
            "give a list of your own with --contacts-file, or add the country to a --population file",
        )
    fields = example_fields(definition)
    for zone, number in _numbers(habits.countries[country], country, seed):
        yield NewContact(number, zone, definition.language, fields, None, country)


def _numbers(country: Country, name: str, seed: int) -> Iterator[tuple[str, str]]:
    zones = list(country.zones)
    shares = [country.zones[zone].share for zone in zones]
    chance = Random(f"{seed}/zones")
    taken: Counter[str] = Counter()
    lines = 10**country.digits
    while True:
        zone = chance.choices(zones, shares)[0]
        there, place = country.zones[zone], taken[zone]
        prefixes = there.prefixes
        if place >= len(prefixes) * lines:
            place, prefixes = place - len(prefixes) * lines, there.further
        if place >= len(prefixes) * lines:
            raise OutboundError(
                f"the population has only {taken[zone]:,} numbers in {zone}",
                f"simulate fewer contacts, or add prefixes to {name} in a --population file",
            )
        taken[zone] += 1
        row, column = divmod(place, len(prefixes))
        yield zone, f"{prefixes[column]}{(int(country.first) + row) % lines:0{country.digits}d}"
