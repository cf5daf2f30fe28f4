"""A watched house driven by dice: far more steps than Hypothesis could take, the same account."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from campaigns.outcomes import Scope
from tests.campaigns.store.watched import CAMPAIGNS, ENDINGS, NUMBERS, House

_WEIGHTS: dict[str, float] = {
    "import": 24,
    "list": 0.5,
    "revoke": 2,
    "consent": 5,
    "withdraw": 1,
    "wait": 5,
    "claim": 18,
    "authorise": 30,
    "opt_out": 1,
    "finish": 30,
    "die": 1,
}
_ALL = list(NUMBERS)
_SOME = _ALL[:200]
_MINUTES = (1, 5, 15, 60, 240, 600)


def act(house: House, dice: Random) -> None:
    """One step of somebody."""
    house.steps += 1
    process = dice.choice(house.processes)
    number, campaign = dice.choice(_SOME), dice.choice(list(CAMPAIGNS))
    brand = CAMPAIGNS[campaign].brand
    cut = dice.randrange(7) if dice.random() < 0.05 else None
    match dice.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]:
        case "import":
            house.import_contacts(campaign, (number, str(dice.randrange(10**6))))
        case "list":
            house.list_number(number, dice.choice(list(Scope)), campaign)
        case "revoke":
            house.revoke(dice.randrange(100))
        case "consent":
            house.consent(number, brand)
        case "withdraw":
            house.withdraw(number, brand)
        case "wait":
            house.wait(timedelta(minutes=dice.choice(_MINUTES)))
        case "claim":
            house.claim(process, dice.randint(1, 4))
        case "authorise":
            house.authorise(process, cut)
        case "opt_out":
            house.opt_out(process, cut)
        case "finish":
            house.finish(process, dice.choice(ENDINGS), cut)
        case "die":
            house.die(process)


def rush(house: House, dice: Random) -> None:
    """An hour in a busy house: lists come in, people ask for peace, both processes call until nobody is due."""
    house.steps += 1
    house.import_contacts(
        dice.choice(list(CAMPAIGNS)), *((dice.choice(_ALL), f"{house.steps}.{n}") for n in range(150))
    )
    for _ in range(3):
        campaign = dice.choice(list(CAMPAIGNS))
        house.list_number(dice.choice(_ALL), dice.choice(list(Scope)), campaign)
        house.consent(dice.choice(_ALL), CAMPAIGNS[campaign].brand)
    house.revoke(dice.randrange(10**6))
    house.wait(timedelta(minutes=dice.choice(_MINUTES)))
    if dice.random() < 0.05:
        house.die(dice.choice(house.processes))
    for at in range(2):
        house.claim(house.processes[at], 100)
        while house.processes[at].claims:
            house.authorise(house.processes[at], _cut(dice))
        while house.processes[at].calls:
            if dice.random() < 0.02:
                house.opt_out(house.processes[at], _cut(dice))
            house.finish(house.processes[at], dice.choice(ENDINGS), _cut(dice))


def _cut(dice: Random) -> int | None:
    """Seldom: where the power goes."""
    return dice.randrange(7) if dice.random() < 0.002 else None
