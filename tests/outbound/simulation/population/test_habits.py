"""A population file says what people are like, whose guess it is, and is told apart from a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from outbound.errors import OutboundError
from outbound.simulation.population import read_habits, ready_file
from outbound.simulation.population.habits import DayPart


def test_the_ready_population_says_where_its_numbers_come_from() -> None:
    text = ready_file().read_text("utf-8")
    assert "[survey]" in text
    assert "[assumption]" in text
    assert read_habits().source


def test_the_ready_population_holds_the_surveys_figures() -> None:
    habits = read_habits()
    assert [habits.welcomes(matter) for matter in ("delivery", "renewal", "price_drop")] == [0.441, 0.356, 0.297]
    assert habits.keys == 0.63
    assert habits.ratings[5] == 0.04
    assert habits.ratings[4] + habits.ratings[5] == pytest.approx(0.253)
    assert habits.welcomes("refund") == habits.welcome["other"]


def test_shares_of_lives_ratings_and_zones_are_whole() -> None:
    habits = read_habits()
    assert sum(life.share for life in habits.lives.values()) == pytest.approx(1)
    assert sum(habits.ratings.values()) == pytest.approx(1)
    for country in habits.countries.values():
        assert sum(zone.share for zone in country.zones.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("hour", "part"),
    [(5, "night"), (6, "morning"), (12, "midday"), (14, "afternoon"), (18, "evening"), (22, "night"), (0, "night")],
)
def test_every_hour_belongs_to_a_part_of_the_day(hour: int, part: str) -> None:
    assert DayPart.of(hour) is DayPart(part)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (("dead_number: 0.02", "dead_number: 2"), "telephone.dead_number"),
        (("keys: 0.63", "keyz: 0.63"), "keys"),
        (("least: 3, most: 16", "least: 16, most: 3"), "telephone.rings_seconds"),
        (("digits: 4", "digits: many"), "countries.US.digits"),
    ],
)
def test_a_mistake_is_named_by_its_place(wrong: tuple[str, str], place: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(ready_file().read_text("utf-8").replace(*wrong, 1), "utf-8")
    with pytest.raises(OutboundError, match=place.replace(".", r"\.")) as told:
        read_habits(file)
    assert str(ready_file()) in told.value.hint


def test_a_file_that_is_not_there_or_no_yaml_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutboundError, match="cannot read"):
        read_habits(tmp_path / "nowhere.yaml")
    (tmp_path / "broken.yaml").write_text("keys: [", "utf-8")
    with pytest.raises(OutboundError, match="YAML"):
        read_habits(tmp_path / "broken.yaml")
