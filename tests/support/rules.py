"""Rules of the tests' own, found by scenarios as ``rules:name``."""

from math import exp, inf
from typing import Any, NamedTuple

from defectsim import Country, Person, Rates, Stance, Unit, rule


class Nothing(NamedTuple):
    """No parameters."""


class Contagion(NamedTuple):
    beta: float = 8.0


class Base(NamedTuple):
    base: float = 0.5


@rule
def contagion(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    """SI: seeds defect at once, everybody else at a rate in proportion to those who have."""
    return Rates(defect=inf if agent.seed > 0.0 else p.beta * unit.defected)


@rule
def threshold(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    """Granovetter 1978: join when at least `threshold` percent have joined."""
    return Rates(defect=inf if unit.defected >= agent.threshold / 100.0 else 0.0)


class Six(NamedTuple):
    """Rate of each transition without an incentive."""

    desert: float = 0.1
    defect: float = 0.1
    retire: float = 0.1
    shirk: float = 0.5
    plot: float = 1.0
    resume: float = 2.0


@rule
def reads_everything(agent: Person, unit: Unit, country: Country, p: Six) -> Rates:
    """Answer to every field there is, so that an engine that hands one over wrongly, or late, is found out."""
    own = (
        agent.rank
        + agent.service
        + agent.pay / 100.0
        + agent.perks / 100.0
        + agent.outside / 1000.0
    )
    drawn = agent.signal + agent.designated + agent.training + agent.capital
    traits = (
        agent.exposure
        + agent.grievance
        - agent.attachment
        + agent.risk_aversion
        - agent.jeopardy
        - agent.cohesion
    )
    near = (
        unit.deserted
        + 2.0 * unit.defected
        + 0.3 * unit.commander_deserted
        + 0.5 * unit.commander_defected
    )
    far = (
        3.0 * country.forces_deserted
        + 5.0 * country.forces_defected
        + 7.0 * country.generals_defected
    )
    news = country.declared + country.treated / 10.0 + country.lesson * country.withstood
    fight = country.joined - country.resisting
    levers = (
        country.pay
        + country.perks
        + country.subsistence / 100.0
        + country.travel_ban
        + country.surveillance
    )
    offers = country.sanctions + country.off_ramp + country.amnesty + country.protest
    doubt = 1.0 - agent.belief
    seen = near + far + news + fight + doubt + unit.shirking + 0.2 * agent.status
    strain = (
        0.2 * (own + drawn + traits) + seen + 0.3 * (levers - offers) + 2.0 * agent.ties_defected
    )
    more = exp(min(strain, 3.0) - 2.0)
    return Rates(
        p.desert * more,
        p.defect * exp(min(seen, 3.0) - 2.0),
        p.retire * more,
        p.shirk * more,
        p.plot * (0.5 + doubt) if agent.rank >= 2 else 0.0,
        p.resume / more,
    )


@rule
def hears_everything(agent: Person, unit: Unit, country: Country, p: Base) -> float:
    """Believe less, the more is heard of those who went over, and the more of the unit has gone."""
    heard = (
        20.0 * country.declared + 5.0 * country.joined + country.generals_defected + unit.defected
    )
    held = 5.0 * country.resisting + country.lesson * country.withstood + country.treated / 20.0
    return 1.0 / (1.0 + exp(min(heard - held - agent.signal - p.base, 50.0)))


class Rest(NamedTuple):
    desert: float = 0.0
    defect: float = 0.0
    retire: float = 0.0
    shirk: float = 0.0
    plot: float = 0.0
    resume: float = 0.0


@rule
def steady(agent: Person, unit: Unit, country: Country, p: Rest) -> Rates:
    """Go at rates that nothing changes; only officers and generals plot."""
    return Rates(
        p.desert, p.defect, p.retire, p.shirk, p.plot if agent.rank >= 2 else 0.0, p.resume
    )


@rule
def faithful(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=1.0 - agent.belief)


@rule
def believes(agent: Person, unit: Unit, country: Country, p: Nothing) -> float:
    return agent.belief


class Chance(NamedTuple):
    probability: float = 0.5


@rule
def chance(agent: Person, unit: Unit, country: Country, p: Chance) -> float:
    return p.probability


@rule
def believes_ties(agent: Person, unit: Unit, country: Country, p: Nothing) -> float:
    return 1.0 - 0.9 * agent.ties_defected


@rule
def reads_belief(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(defect=p.base * (0.05 + 20.0 * (1.0 - agent.belief)))


class Sides(NamedTuple):
    join: float = 0.1
    resist: float = 0.1


@rule
def sides(agent: Person, unit: Unit, country: Country, p: Sides) -> Stance:
    return Stance(p.join, p.resist)


class ByTies(NamedTuple):
    base: float = 0.4


@rule
def reads_ties(agent: Person, unit: Unit, country: Country, p: ByTies) -> Rates:
    """Those with many ties go first, and their ties after them; alone, people desert."""
    if agent.degree == 0:
        return Rates(desert=p.base)
    return Rates(defect=p.base * (agent.degree / 10.0 + 20.0 * agent.ties_defected))


@rule
def reads_own_levers(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    """Answer to `curfew` and `bounty`, which a scenario has to declare."""
    kept = 1.0 - country.curfew
    return Rates(
        desert=p.base * kept * (1.0 + unit.deserted), defect=p.base * kept * country.bounty
    )


@rule
def kept_in(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(desert=p.base * (1.0 - country.curfew))


class Wrong(NamedTuple):
    divides: float = 1.0
    falls: float = 0.0


@rule
def goes_wrong(agent: Person, unit: Unit, country: Country, p: Wrong) -> Rates:
    """Divide by a travel ban, which may be none, or fall below zero as soon as somebody has gone."""
    return Rates(
        desert=1.0 / country.travel_ban if p.divides else 0.1, defect=-p.falls * unit.deserted
    )


def not_a_rule(base: float) -> float:
    return float(f"{base:.3f}")


@rule
def cannot_be_compiled(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(desert=not_a_rule(p.base))


@rule
def pays_more(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    agent.pay = 2.0 * agent.pay
    return Rates(desert=p.base)


def nothing() -> Any:
    return None


@rule
def gives_some_nothing(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(desert=p.base) if agent.rank > 0 else nothing()


@rule
def gives_two_numbers(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return (p.base,) * 2  # type: ignore[return-value]


@rule
def believes_nothing(agent: Person, unit: Unit, country: Country, p: Base) -> float:
    return nothing()


@rule
def reads_a_wage(agent: Person, unit: Unit, country: Country, p: Base) -> Rates:
    return Rates(desert=p.base / agent.pays)


@rule
def two_certainties(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    """Quiet for some weeks, then two certain transitions at once."""
    return Rates(desert=inf, defect=inf) if country.protest > 0.0 else Rates(desert=0.9, defect=0.3)


YEARLY = 0.2


@rule
def by_a_constant(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=YEARLY * exp(unit.deserted))


class Crowd(NamedTuple):
    """Parameters of leaving as others leave."""

    base: float = 0.05
    contagion: float = 3.0


@rule
def crowd(agent: Person, unit: Unit, country: Country, p: Crowd) -> Rates:
    """Leave as hunger, and the share of the army that has left, drive one to; read no belief."""
    hunger = 0.01 * (country.subsistence - agent.pay) + agent.grievance
    return Rates(desert=p.base * exp(hunger + p.contagion * country.forces_deserted))


@rule
def keeps_time(agent: Person, unit: Unit, country: Country, p: Six) -> Rates:
    """Answer to the date, to what ties do, and to `casualties`, which a scenario has to declare."""
    season = 0.5 if country.day_of_year > 60.0 else 0.0
    gone = agent.ties_deserted + 3.0 * agent.ties_defected + agent.ties_arrested
    near = gone + agent.ties_shirking + 2.0 * agent.ties_plotting + agent.degree / 20.0
    more = country.years + season + country.casualties / 10.0 + near
    return Rates(
        p.desert * more, p.defect * more, p.retire, p.shirk * (1.0 + more), p.plot, p.resume / 4.0
    )


@rule
def on_a_date(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    """Desert for certain in the step that begins on the 60th day of a year, from the second year on."""
    due = country.day_of_year == 60.0 and country.years > 1.0
    return Rates(desert=inf if due else 0.0)


@rule
def deserts_by_lever(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=inf if country.amnesty > 0.0 else 0.0)


@rule
def deserts_by_news(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=inf if country.forces_deserted > 0.0 else 0.0)


@rule
def deserts_by_unit(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=inf if unit.deserted > 0.0 else 0.0)


@rule
def deserts_by_commander(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=inf if unit.commander_deserted > 0.0 else 0.0)


@rule
def deserts_by_ties(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    return Rates(desert=inf if agent.ties_deserted > 0.0 else 0.0)


@rule
def deserts_once_led(agent: Person, unit: Unit, country: Country, p: Nothing) -> Rates:
    """Stay while the commander is gone, and go when there is another."""
    return Rates(desert=inf if unit.deserted > 0.0 and unit.commander_deserted < 1.0 else 0.0)
