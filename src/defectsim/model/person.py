"""Columns of a person, declared in one table."""

from dataclasses import dataclass
from math import inf
from typing import Annotated, Any, Protocol

from numpy.typing import NDArray

from defectsim.core.section import Bounds, annotations
from defectsim.model.transitions import Rank, Service

type Array = NDArray[Any]


@dataclass(frozen=True)
class Column:
    """One column of the population.

    Attributes
    ----------
    dtype
        Type of its array.
    unit
        Unit of measurement.
    bounds
        Bounds of its values, to which distributions are truncated.
    owner
        Section of the scenario that sets it: `forces` or `people`.
    meaning
        Meaning, in a sentence.
    default
        Value where the scenario gives none; None if the scenario must.
    """

    dtype: str
    unit: str
    bounds: Bounds
    owner: str
    meaning: str
    default: float | None = None


def _code(dtype: str, most: float, meaning: str, unit: str = "code") -> Column:
    return Column(dtype, unit, Bounds(0, most, whole=True), "forces", meaning)


def _people(unit: str, bounds: Bounds, meaning: str, default: float | None = None) -> Column:
    return Column("float64", unit, bounds, "people", meaning, default)


def _share(meaning: str, default: float) -> Column:
    return _people("0..1", Bounds(0, 1), meaning, default)


def _amount(unit: str, meaning: str, default: float | None = None) -> Column:
    return _people(unit, Bounds(low=0), meaning, default)


def _score(unit: str, meaning: str) -> Column:
    return _people(unit, Bounds(), meaning, 0.0)


class PersonColumns(Protocol):
    """Columns of one person, as rules read them: ``agent.pay``."""

    rank: Annotated[Rank, _code("int8", len(Rank) - 1, "Rank, lowest first.")]
    service: Annotated[Service, _code("int8", len(Service) - 1, "Active or reserve.")]
    capital: Annotated[
        int, _code("int8", 1, "1 where the person's unit is stationed in the capital.")
    ]
    degree: Annotated[int, _code("int32", inf, "Number of the person's sideways ties.", "count")]
    pay: Annotated[float, _amount("USD/month", "Official pay.")]
    perks: Annotated[float, _amount("USD/month", "Rents that stop on leaving.", 0.0)]
    outside: Annotated[float, _amount("USD/month", "Income that the person could earn elsewhere.")]
    exposure: Annotated[float, _share("Share of the person's wealth that sanctions reach.", 0.0)]
    designated: Annotated[float, _share("Whether sanctions name the person.", 1.0)]
    signal: Annotated[
        float, _score("log odds", "The person's private signal of the regime's strength.")
    ]
    training: Annotated[
        float, _amount("years", "Length of the training of the person's cohort.", 2.0)
    ]
    grievance: Annotated[
        float, _score("log income", "Discontent with the service, as income forgone.")
    ]
    attachment: Annotated[float, _score("log income", "Loyalty to the service, as income gained.")]
    risk_aversion: Annotated[
        float, _amount("multiple", "Weight that the person gives to punishment.", 1.0)
    ]
    jeopardy: Annotated[
        float, _amount("log income", "The person's fear of the next government.", 0.0)
    ]
    cohesion: Annotated[float, _share("Cohesion of the person's unit.", 0.5)]


COLUMNS = annotations(PersonColumns, Column)
"""Columns that rules can read; a scenario's own attributes come beside them."""

PEOPLE_COLUMNS = {name: column for name, column in COLUMNS.items() if column.owner == "people"} | {
    "frailty": _amount("multiple", "Personal multiplier of every rate; no rule reads it.", 1.0)
}
"""Columns that the section `people` fills."""

_AGENT_NAMES = """
    advance around begin belief branch country create_agents decides_as defect desert draw
    from_dataframe model p pos random remove rng row scenario status step superior ties
    ties_defected unique_id unit
"""

RESERVED_NAMES = frozenset({*COLUMNS, *PEOPLE_COLUMNS, *_AGENT_NAMES.split()})
"""Names that a scenario's own attributes cannot have: columns, and other names of agents."""

OWN_ATTRIBUTE = _score("own", "A column that the scenario declares.")
"""Column of an attribute that the scenario declares."""
