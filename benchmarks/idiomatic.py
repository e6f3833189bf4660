"""The same model as Mesa's users write it: an object for each person, who decides in `step()`, in random order.

The army and the terms of the rules are defectsim's. People see the week so far, not its beginning, and leave by chances
drawn weekly, not by thresholds drawn once: in distribution the two are one model, but for the order within a week.
"""

from collections.abc import Mapping, Sequence
from dataclasses import make_dataclass
from math import exp, log
from typing import Any

import mesa

from benchmarks.rules import LEAST_INCOME
from defectsim.model.levers import LEVERS
from defectsim.model.person import Array
from defectsim.model.transitions import Rank, Status
from defectsim.population.population import Population, build_population
from defectsim.rules.bindings import Decision
from defectsim.scenario.schema import Scenario

MEANS = ("pay", "perks", "outside", "exposure")
MIND = ("grievance", "attachment", "risk_aversion", "jeopardy", "cohesion", "frailty")
LOYAL, DESERTED, DEFECTED = Status.LOYAL, Status.DESERTED, Status.DEFECTED
Country: Any = make_dataclass(
    "Country",
    ["forces_defected", "generals_defected", *LEVERS, ("survival", float, 0.0)],
    slots=True,
)


def logistic(odds: float) -> float:
    """1 / (1 + exp(-odds))."""
    return 1.0 / (1.0 + exp(-odds))


class Unit:
    """A unit, with the shares of its people, and of those in units below it, who have left."""

    def __init__(self, parent: "Unit | None", strength: int) -> None:
        self.parent = parent
        self.strength = strength
        self.deserted = 0.0
        self.defected = 0.0
        self.commander: Person | None = None
        self.followers: list[Person] = []


class Person(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person who serves until they leave."""

    def __init__(self, model: "Army", rank: Rank, unit: Unit, audience: int, *own: float) -> None:
        super().__init__(model)
        self.rank = rank
        self.unit = unit
        self.superior: Person | None = None
        self.audience = audience
        self.pay, self.perks, outside, self.exposure = own[: len(MEANS)]
        (
            self.grievance,
            self.attachment,
            self.risk_aversion,
            self.jeopardy,
            self.cohesion,
            self.frailty,
        ) = own[len(MEANS) :]
        self.outside = max(outside, LEAST_INCOME)
        self.status = LOYAL
        self.ties: Sequence[Person] = ()
        self.ties_defected = 0.0

    def decide(self, desert: float, defect: float) -> None:
        """Leave, or not, within a week of these annual rates."""
        total, random = desert + defect, self.model.random.random
        if random() < 1.0 - exp(-total * self.frailty * self.model.years_per_step):
            self.leave(DESERTED if random() * total < desert else DEFECTED)

    def leave(self, status: Status) -> None:
        """Leave, and be seen to; subordinates may follow a commander who defects."""
        self.status = status
        self.model.left[self.rank][status] += 1
        unit: Unit | None = self.unit
        while unit is not None:
            if status is DESERTED:
                unit.deserted += 1.0 / unit.strength
            else:
                unit.defected += 1.0 / unit.strength
            unit = unit.parent
        self.remove()
        if status is DEFECTED:
            for tie in self.ties:
                tie.ties_defected += 1.0 / len(tie.ties)
            if self is self.unit.commander:
                for follower in self.unit.followers:
                    if follower.status is LOYAL:
                        follower.follow()

    def follow(self) -> None:
        """Follow a commander who has just defected, or not."""
        p, country = self.model.following, self.model.countries[self.audience]
        pull = p.cohesion * self.cohesion + p.grievance * self.grievance
        probability = logistic(p.base + pull - p.monitoring * country.surveillance)
        if self.random.random() < 1.0 - (1.0 - probability) ** self.frailty:
            self.leave(DEFECTED)


class Soldier(Person):
    """A person below the rank of general."""

    def step(self) -> None:
        """Serve another week, desert or defect."""
        model, unit, superior = self.model, self.unit, self.superior
        p, country = model.soldiers, model.countries[self.audience]
        survival = country.survival
        fall = 1.0 - survival
        jeopardy, risk_aversion = self.jeopardy, self.risk_aversion
        sanctions = country.sanctions * self.exposure
        income = max(self.pay * country.pay + self.perks * country.perks, LEAST_INCOME)
        gained = log(self.outside * country.subsistence / (income * p.basket_abroad))
        stay = self.attachment - self.grievance - fall * jeopardy - sanctions
        desert = (
            gained
            - p.exit_cost * country.travel_ban
            - country.surveillance * p.punishment_desertion * risk_aversion
            - sanctions
            + p.example_deserted * unit.deserted
        )
        defect = (
            gained
            + fall * (p.reward - jeopardy * (1.0 - country.amnesty))
            - survival * p.punishment_defection * risk_aversion
            - sanctions * (1.0 - country.off_ramp)
            + p.example_defected * unit.defected
        )
        if superior is not None and superior.status is not LOYAL:
            if superior.status is DESERTED:
                desert += p.commander_deserted
            else:
                defect += p.commander_defected
        self.decide(
            p.base_desertion * exp(p.sensitivity * (desert - stay)),
            p.base_defection * exp(p.sensitivity * (defect - stay)),
        )


class General(Person):
    """A general or an admiral."""

    def step(self) -> None:
        """Serve another week, flee abroad or defect."""
        model, superior = self.model, self.superior
        p, country = model.generals, model.countries[self.audience]
        doubt = p.doubt_protest * country.protest + p.doubt_defected * country.forces_defected
        survival = logistic(p.confidence - doubt - p.doubt_generals * country.generals_defected)
        fall = 1.0 - survival
        jeopardy, risk_aversion = self.jeopardy, self.risk_aversion
        sanctions = country.sanctions * self.exposure
        income = max(self.pay * country.pay + self.perks * country.perks, LEAST_INCOME)
        gained = log(self.outside * country.subsistence / (income * p.basket_abroad))
        stay = self.attachment - self.grievance - fall * jeopardy - sanctions
        flee = (
            gained
            - p.exit_cost * country.travel_ban
            - country.surveillance * p.punishment_flight * risk_aversion
            - sanctions
        )
        defect = (
            gained
            + fall * (p.reward - jeopardy * (1.0 - country.amnesty))
            - survival * p.punishment_defection * risk_aversion
            - sanctions * (1.0 - country.off_ramp)
            + p.example_ties * self.ties_defected
            + p.example_defected * self.unit.defected
        )
        if superior is not None and superior.status is DEFECTED:
            defect += p.commander_defected
        self.decide(
            p.base_flight * exp(p.sensitivity * (flee - stay)),
            p.base_defection * exp(p.sensitivity * (defect - stay)),
        )


class Army(mesa.Model):  # type: ignore[misc]  # as above
    """The army of a scenario, as agents and units; `replicate` tells the people that are drawn and what they do."""

    def __init__(self, army: Scenario, seed: int, replicate: int) -> None:
        super().__init__(rng=replicate)
        chosen = army.behaviour.decisions
        self.soldiers, self.generals, self.following = map(
            _parameters, (chosen.soldier, chosen.general, chosen.follow)
        )
        self.years_per_step = army.clock.years_per_step
        population = build_population(army.forces, army.people, seed)
        columns = population.draw_columns(replicate)
        timeline = army.calendar.timeline(population, columns)
        self.levers: list[list[list[float]]] = timeline.values.tolist()
        self.countries: list[Any] = []
        self.people = len(population)
        self.left = {rank: {DESERTED: 0, DEFECTED: 0} for rank in Rank}
        _recruit(self, population, columns, timeline.audience.tolist())
        self.number_of_generals = len(self.agents_by_type.get(General, ()))
        self.datacollector = mesa.DataCollector({"left": "left"})

    @property
    def gone(self) -> tuple[int, int]:
        """Numbers of deserters and defectors."""
        return sum(left[DESERTED] for left in self.left.values()), sum(
            left[DEFECTED] for left in self.left.values()
        )

    def step(self) -> None:
        """Simulate one week."""
        forces = self.gone[1] / self.people
        generals = self.left[Rank.GENERAL][DEFECTED] / max(self.number_of_generals, 1)
        self.countries = [
            Country(forces, generals, *levers) for levers in self.levers[self.steps - 1]
        ]
        p = self.soldiers
        for country in self.countries:
            doubt = p.doubt_protest * country.protest + p.doubt_defected * forces
            country.survival = logistic(p.confidence - doubt)
        self.agents.shuffle_do("step")
        self.datacollector.collect(self)


def _parameters(decision: Decision) -> Any:
    """Return a rule's parameters as a dataclass, whose fields are read faster than a named tuple's."""
    fields = decision.rule.parameters._fields  # type: ignore[attr-defined]  # a NamedTuple class
    return make_dataclass("Parameters", fields, slots=True)(*decision.p)


def _recruit(
    model: Army, population: Population, columns: Mapping[str, Array], audience: list[int]
) -> None:
    """Make units and people, and tell them about each other."""
    units: list[Unit] = []
    for parent, strength in zip(
        population.units.parent.tolist(), population.units.strength.tolist(), strict=True
    ):
        units.append(Unit(units[parent] if parent >= 0 else None, strength))
    shared: dict[
        float, float
    ] = {}  # equal numbers are one object, as in a model that takes them from a table by rank
    own = (
        [shared.setdefault(value, value) for value in columns[name].tolist()]
        for name in (*MEANS, *MIND)
    )
    people = [
        (General if rank == Rank.GENERAL else Soldier)(
            model, Rank(rank), units[unit], kind, *values
        )
        for rank, unit, kind, *values in zip(
            population.rank.tolist(), population.unit.tolist(), audience, *own, strict=True
        )
    ]
    for unit, commander in zip(units, population.units.commander.tolist(), strict=True):
        unit.commander = people[commander] if commander >= 0 else None
    first, ties = population.ties.indptr.tolist(), population.ties.indices.tolist()
    for row, (person, superior) in enumerate(
        zip(people, population.superior.tolist(), strict=True)
    ):
        if superior >= 0:
            person.superior = people[superior]
            person.superior.unit.followers.append(person)
        if first[row] < first[row + 1]:
            person.ties = [people[tie] for tie in ties[first[row] : first[row + 1]]]
