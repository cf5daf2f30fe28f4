"""Seeded people to simulate a campaign with: habits from a file, numbers that ring nowhere, one mind for each call."""

from outbound.simulation.population.addresses import invented
from outbound.simulation.population.habits import Habits, read_habits, ready_file
from outbound.simulation.population.people import Home, Population

__all__ = ["Habits", "Home", "Population", "invented", "read_habits", "ready_file"]
