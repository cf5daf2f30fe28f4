"""One person out of a population: at home or not, in a good mood or a bad one, with words of their own.

Decides everything by chance that depends on nothing but the seed, the number and which attempt it is: the same seed
gives the same people whatever happens in between, in whatever order, and however often a process dies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.intents import Intent
from outbound.clock import Clock
from outbound.dialogue.actions import Listen
from outbound.lines.base import DialOrder
from outbound.simulation import callee
from outbound.simulation.callee import Answerer, Callee, HangsUp, Presses, Says, StaysSilent
from outbound.simulation.population.habits import DayPart, Doing, Habits, Life, Range, Turns

_HELLO = {"en": "hello?", "zh": "喂,你好?", "ko": "여보세요?"}
_YES_NO = frozenset({Intent.YES, Intent.NO})


@dataclass(frozen=True, slots=True)
class Home:
    """Where somebody lives and what is spoken there: an IANA zone and a BCP 47 tag."""

    zone: ZoneInfo
    language: str


class Population:
    """Who is at a number: a directory for a simulated line that counts how often each number was rung.

    Args:
        homes: of the numbers there are.
        clock: what time it is when somebody's phone rings.
        matter: the campaign's: some calls are welcomer than others.
    """

    def __init__(self, habits: Habits, seed: int, clock: Clock, *, homes: Mapping[str, Home], matter: str) -> None:
        self._habits = habits
        self._seed = seed
        self._clock = clock
        self._homes = homes
        self._welcomes = habits.welcomes(matter)
        self._rung: Counter[str] = Counter()
        self._lives = tuple(habits.lives.values())
        self._life_shares = [life.share for life in self._lives]

    def __call__(self, order: DialOrder) -> Callee:
        number = order.number
        self._rung[number] += 1
        home = self._homes[number]
        person = Random(f"{self._seed}/{number}")
        attempt = Random(f"{self._seed}/{number}/{self._rung[number]}")
        telephone = self._habits.telephone
        if person.random() < telephone.dead_number:
            return Callee("dead number", Answerer.UNREACHABLE, rings=1.0)
        has_voicemail = person.random() < telephone.has_voicemail
        has_screener = person.random() < telephone.has_screener
        life = person.choices(self._lives, self._life_shares)[0]
        if attempt.random() < telephone.busy:
            return Callee("on the phone", Answerer.BUSY, rings=1.0)
        if attempt.random() >= self._takes_it(life, home):
            return self._nobody(attempt, has_voicemail, home.language)
        return self._somebody(person, attempt, has_screener, home.language)

    def _takes_it(self, life: Life, home: Home) -> float:
        local = self._clock.now().astimezone(home.zone)
        day = life.weekend if local.weekday() >= 5 else life.weekday
        return day[DayPart.of(local.hour)]

    def _nobody(self, attempt: Random, has_voicemail: bool, language: str) -> Callee:
        telephone = self._habits.telephone
        if attempt.random() < telephone.declined:
            return Callee("declines the call", Answerer.REJECTED, rings=_drawn(attempt, telephone.rings_seconds))
        if has_voicemail:
            return Callee(
                "voicemail",
                Answerer.VOICEMAIL,
                rings=telephone.voicemail_after_seconds,
                greeting=callee.GREETINGS[Answerer.VOICEMAIL],
            )
        return Callee("nobody home", Answerer.NO_ANSWER)

    def _somebody(self, person: Random, attempt: Random, has_screener: bool, language: str) -> Callee:
        habits = self._habits
        rings = _drawn(attempt, habits.telephone.rings_seconds)
        thinks = _drawn(attempt, habits.telephone.thinks_seconds)
        wrong = person.random() < habits.wrong_number
        mind = _Mind(habits, attempt, language, welcome=person.random() < self._welcomes, wrong=wrong)
        begins: tuple[callee.Doing, ...] = ()
        if has_screener:
            begins = (Says(_HELLO.get(language[:2], "hello?")),)
        elif attempt.random() < habits.interrupts:
            begins = mind.interruption()
        return Callee(
            "somebody",
            Answerer.SCREENER if has_screener else Answerer.PERSON,
            rings=rings,
            greeting=callee.GREETINGS[Answerer.SCREENER] if has_screener else _HELLO.get(language[:2], "hello?"),
            does=begins,
            thinks=thinks,
            transfer_reached=attempt.random() < habits.desk_answers,
            transfer_seconds=_drawn(attempt, habits.desk_seconds),
            then=mind.turn,
        )


class _Mind:
    """What one person does, turn by turn, in one call."""

    def __init__(self, habits: Habits, chance: Random, language: str, *, welcome: bool, wrong: bool) -> None:
        self._habits = habits
        self._chance = chance
        self._words: Mapping[str, Any] = habits.words.get(language, {})
        self._wrong = wrong
        self._turns: Turns = habits.turns.welcome if welcome else habits.turns.unwelcome
        self._agrees = habits.agrees.welcome if welcome else habits.agrees.unwelcome
        self._presses = not self._words or chance.random() < habits.keys

    def interruption(self) -> tuple[callee.Doing, ...]:
        """Of those who want to end it: what is done before the robot has finished; nothing for the others."""
        after = _drawn(self._chance, self._habits.patience_seconds)
        match self._drawn_doing():
            case Doing.HANG_UP:
                return (HangsUp(after),)
            case Intent.OPT_OUT:
                return (Presses("9", after) if self._presses else Says(self._one("opt_out"), after),)
        return ()

    def turn(self, listen: Listen) -> callee.Doing:
        """What is done when the robot has finished."""
        if self._wrong:
            self._wrong = False
            return self._saying("wrong_number")
        match self._drawn_doing():
            case Doing.ANSWER:
                return self._answer(listen)
            case Doing.SILENT:
                return StaysSilent()
            case Doing.HANG_UP:
                return HangsUp()
            case Intent.OPT_OUT if self._presses:
                return Presses("9")
            case Intent.TRANSFER if self._presses:
                return Presses("0")
            case Intent.REPEAT if self._presses:
                return Presses("*")
            case other:
                return self._saying(str(other))

    def _drawn_doing(self) -> Doing | Intent:
        point = self._chance.random()
        rest: Doing | Intent = Doing.ANSWER
        for doing, share in self._turns.items():
            if share == "rest":
                rest = doing
            elif point < share:
                return doing
            else:
                point -= share
        return rest

    def _answer(self, listen: Listen) -> callee.Doing:
        """An answer to what was asked, by key or in words."""
        expecting = listen.expecting
        if Intent.RATING_5 in expecting:
            value = self._chance.choices(list(self._habits.ratings), list(self._habits.ratings.values()))[0]
            return Presses(str(value)) if self._presses else Says(self._chance.choice(self._words["ratings"][value]))
        if expecting & _YES_NO:
            yes = self._chance.random() < self._agrees
            if self._presses:
                return Presses("1" if yes else "2")
            return Says(self._one("agreeing" if yes else "declining"))
        if listen.phrases:
            place = self._chance.randrange(len(listen.phrases))
            return Presses(str(1 + place % 2)) if self._presses else Says(listen.phrases[place])
        if Intent.CALLBACK in expecting:
            return self._saying("time")
        return self._saying("open") if listen.seconds is not None else StaysSilent()

    def _saying(self, what: str) -> callee.Doing:
        return Says(self._one(what)) if self._words.get(what) else StaysSilent()

    def _one(self, what: str) -> str:
        return str(self._chance.choice(self._words[what]))


def _drawn(chance: Random, between: Range) -> float:
    return round(chance.uniform(between.least, between.most), 2)
