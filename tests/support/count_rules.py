"""Rules about how many others are in each status, found by scenarios as ``count_rules:name``."""

from math import inf
from typing import NamedTuple

from defectsim import Country, Person, Rates, Unit, rule


class Contagion(NamedTuple):
    base: float = 0.3


@rule
def counts_everybody(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    """Answer to the shares of unit, branch and country, and to the numbers, of every status."""
    near = unit.loyal - 2.0 * unit.plotting + unit.arrested + 3.0 * unit.dismissed + unit.retired
    branch = (
        unit.branch_deserted
        - unit.branch_defected
        + 2.0 * unit.branch_shirking
        + unit.branch_plotting
        + unit.branch_arrested
        + unit.branch_dismissed
        + 0.5 * unit.branch_retired
        - 0.5 * unit.branch_loyal
    )
    far = (
        country.forces_shirking
        + country.forces_plotting
        + country.forces_arrested
        + country.forces_dismissed
        + country.forces_retired
        - country.forces_loyal
    )
    gone = country.n_deserted + 2.0 * country.n_defected + country.n_retired
    more = p.base * max(1.0 + near + branch + far + 0.05 * gone - 0.01 * country.n_loyal, 0.0)
    held = country.n_shirking + country.n_arrested + country.n_dismissed + country.n_plotting
    return Rates(more, 0.5 * more, 0.1, more, p.base, 1.0 / (1.0 + held))


@rule
def sees_the_branch_alone(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    """Desert and shirk as others of the branch do; with bounds, in rows."""
    return Rates(desert=p.base * (1.0 + 20.0 * unit.branch_deserted), shirk=p.base)


@rule
def joins_a_number(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    """Defect at the base rate, and all at once when 29 people have."""
    return Rates(defect=inf if country.n_defected >= 29.0 else p.base)


@rule
def follows_the_unit(agent: Person, unit: Unit, country: Country, p: Contagion) -> float:
    """Follow a commander as those of unit and branch have left, which no other rule reads."""
    return min(0.2 + 5.0 * unit.deserted + unit.branch_loyal * 0.2, 1.0)


@rule
def in_percent(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    percent = 100 * country.forces_defected
    return Rates(defect=inf if percent >= agent.cohesion else 0.0)


@rule
def in_tenths(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    return Rates(defect=inf if unit.branch_loyal * 10.0 < agent.cohesion else 0.0)


@rule
def in_halves(agent: Person, unit: Unit, country: Country, p: Contagion) -> Rates:
    """Compare twice a share, which is exact, and a share of 100."""
    twice = 2.0 * unit.loyal < agent.cohesion
    return Rates(defect=inf if twice or country.forces_defected >= agent.pay / 100.0 else 0.0)
