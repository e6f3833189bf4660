"""Tables of what the countries that ship have, for whoever writes another."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import get_args

import numpy as np
from tools.markdown import code, table

from defectsim.core.choices import ShippedCountry
from defectsim.core.section import Number
from defectsim.model.levers import LEVERS
from defectsim.model.person import PEOPLE_COLUMNS
from defectsim.model.transitions import Rank
from defectsim.population.forces import COMPANY_RANKS
from defectsim.scenario.load import load
from defectsim.scenario.new import country_file
from defectsim.scenario.schema import Scenario


@cache
def _countries() -> list[Scenario]:
    return [load(country_file(country)) for country in get_args(ShippedCountry)]


def _between(values: Iterable[float]) -> str:
    """Return the lowest and the highest of some values, in words."""
    known = sorted({*values})
    ends = [f"{value:,.3g}" if value < 1000 else f"{value:,.0f}" for value in known]
    return " to ".join(dict.fromkeys([*ends[:1], *ends[-1:]]))


def _medians(name: str, rank: Rank) -> Iterator[float]:
    """Yield the median of a column among the people of a rank, of each branch of each country."""
    for scenario in _countries():
        for branch in scenario.forces.branches.values():
            quantity = branch.quantity(scenario.people, name, rank)
            if isinstance(quantity, Number):
                yield quantity.value
            elif quantity is not None:
                (median,) = quantity.quantiles(np.array([0.5]), PEOPLE_COLUMNS[name].bounds)
                yield float(median)


def people() -> str:
    """Return the columns of people with their typical medians by rank."""
    rows = [
        (code(name), column.unit, *(_between(_medians(name, rank)) for rank in Rank))
        for name, column in PEOPLE_COLUMNS.items()
    ]
    return table(("column", "unit", *map(str, Rank)), rows)


def levers() -> str:
    """Return the levers that are set, with their typical values as conditions and in policies."""
    rows = []
    for name, lever in LEVERS.items():
        numbers = [scenario.conditions[name] for scenario in _countries()]
        conditions = [number.value for number in numbers if number.source]
        policies = [
            policy.value.value
            for scenario in _countries()
            for policy in scenario.policies.values()
            if policy.lever == name
        ]
        if conditions or policies:
            cells = (_between(conditions), _between(policies))
            rows.append((code(name), lever.meaning, lever.unit, *cells))
    return table(("lever", "meaning", "unit", "as a condition", "in policies"), rows)


def forces() -> str:
    """Return the keys of forces with their typical values."""
    branches = [branch for one in _countries() for branch in one.forces.branches.values()]
    companies = [scenario.forces.company for scenario in _countries()]
    rows = [
        (code("branches.*.strength"), _between(float(one.strength) for one in branches)),
        (code("branches.*.generals"), _between(float(one.generals) for one in branches)),
        (code("branches.*.capital"), _between(float(one.capital) for one in branches)),
        *(
            (code(f"company.{rank}"), _between(float(one.posts[rank]) for one in companies))
            for rank in COMPANY_RANKS
        ),
        *(
            (code(level), _between(float(getattr(one.forces, level)) for one in _countries()))
            for level in ("battalion", "brigade", "command")
        ),
    ]
    return table(("key under `forces`", "in the scenarios"), rows)


TABLES = {
    "typical-people": people,
    "typical-levers": levers,
    "typical-forces": forces,
}
