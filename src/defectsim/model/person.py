"""Columns of a person, declared in one table."""

from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any, Protocol

from numpy.typing import NDArray

from defectsim.core.section import Bounds
from defectsim.model.transitions import STATUSES, Rank, Service

type Array = NDArray[Any]


@dataclass(frozen=True)
class Column:
    """One column of the population."""

    bounds: Bounds
    """Bounds of its values, to which distributions are truncated."""
    unit: str
    """Unit of measurement."""
    meaning: str
    """Meaning, in a sentence."""
    default: float | None = None
    """Value where the scenario gives none; None if the scenario must."""
    owner: str = "people"
    """Section of the scenario that sets it: `forces` or `people`."""


def _code(most: float, meaning: str, unit: str = "code") -> Any:
    return Column(Bounds(0, most, whole=True), unit, meaning, owner="forces")


_share: Any = partial(Column, Bounds(0, 1), "0..1")
_amount: Any = partial(Column, Bounds(low=0))
_score: Any = partial(Column, Bounds(), default=0.0)


class PersonColumns(Protocol):
    """Columns of one person, as rules read them: ``agent.pay``."""

    rank: Rank = _code(len(Rank) - 1, "Rank, lowest first.")
    service: Service = _code(len(Service) - 1, "Active or reserve.")
    capital: int = _code(1, "1 where the person's unit is stationed in the capital.")
    degree: int = _code(inf, "Number of the person's sideways ties.", "count")
    pay: float = _amount("USD/month", "Official pay.")
    perks: float = _amount("USD/month", "Rents that stop on leaving.", 0.0)
    outside: float = _amount("USD/month", "Income that the person could earn elsewhere.")
    exposure: float = _share("Share of the person's wealth that sanctions reach.", 0.0)
    designated: float = _share("Whether sanctions name the person.", 1.0)
    signal: float = _score("log odds", "The person's private signal of the regime's strength.")
    training: float = _amount("years", "Length of the training of the person's cohort.", 2.0)
    grievance: float = _score("log income", "Discontent with the service, as income forgone.")
    attachment: float = _score("log income", "Loyalty to the service, as income gained.")
    risk_aversion: float = _amount("multiple", "Weight that the person gives to punishment.", 1.0)
    jeopardy: float = _amount("log income", "The person's fear of the next government.", 0.0)
    cohesion: float = _share("Cohesion of the person's unit.", 0.5)
    distance: float = _share("Distance of the person's unit from a border or safe place.", 0.0)
    basket_share: float = _share("Share of a basket's price in what the person spends.", 1.0)


COLUMNS = {name: one for name, one in vars(PersonColumns).items() if isinstance(one, Column)}
"""Columns that rules can read; a scenario's own attributes come beside them."""

PEOPLE_COLUMNS = {name: column for name, column in COLUMNS.items() if column.owner == "people"} | {
    "frailty": _amount("multiple", "Personal multiplier of every rate; no rule reads it.", 1.0)
}
"""Columns that the section `people` fills."""

_AGENT_NAMES = """
    advance around begin belief branch cell country create_agents decides_as defect desert draw
    from_dataframe model p pos random remove rng row scenario status step superior ties
    unique_id unit
"""
_TIES = (f"ties_{status}" for status in STATUSES)

RESERVED_NAMES = frozenset({*COLUMNS, *PEOPLE_COLUMNS, *_AGENT_NAMES.split(), *_TIES})
"""Names that a scenario's own attributes cannot have: columns, and other names of agents."""

OWN_ATTRIBUTE = _score("own", "A column that the scenario declares.")
"""Column of an attribute that the scenario declares."""
