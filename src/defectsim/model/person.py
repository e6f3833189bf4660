"""What is known of a person: one declared table of columns."""

from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from numpy.typing import NDArray

from defectsim.core.section import Bounds, annotations
from defectsim.model.transitions import Rank, Service

type Array = NDArray[Any]
_AT_LEAST_0 = Bounds(low=0)
_SHARE = Bounds(0, 1)


@dataclass(frozen=True)
class Column:
    """One column of the population.

    Attributes
    ----------
    dtype
        How it is kept.
    unit
        What it is measured in.
    bounds
        What its values must keep; laws are truncated to them.
    owner
        Who sets it: the `forces` or the `people` section of the scenario, or the `engine`.
    meaning
        What it is, in a sentence.
    default
        Its value where the scenario says nothing; None where the scenario must.
    """

    dtype: str
    unit: str
    bounds: Bounds
    owner: str
    meaning: str
    default: float | None = None


def _people(unit: str, bounds: Bounds, meaning: str, default: float | None = None) -> Column:
    return Column("float64", unit, bounds, "people", meaning, default)


class PersonColumns(Protocol):
    """One person, as a rule reads them: ``agent.pay``."""

    rank: Annotated[
        Rank,
        Column(
            "int8", "code", Bounds(0, len(Rank) - 1, whole=True), "forces", "Rank, lowest first."
        ),
    ]
    service: Annotated[
        Service, Column("int8", "code", Bounds(0, 1, whole=True), "forces", "Active or reserve.")
    ]
    capital: Annotated[
        int,
        Column(
            "int8",
            "code",
            Bounds(0, 1, whole=True),
            "forces",
            "1 where the person's unit is stationed in the capital.",
        ),
    ]
    degree: Annotated[
        int,
        Column(
            "int32",
            "count",
            Bounds(low=0, whole=True),
            "forces",
            "Number of the person's sideways ties.",
        ),
    ]
    pay: Annotated[float, _people("USD/month", _AT_LEAST_0, "Official pay.")]
    perks: Annotated[
        float, _people("USD/month", _AT_LEAST_0, "Rents that stop for whoever leaves.", 0.0)
    ]
    outside: Annotated[
        float, _people("USD/month", _AT_LEAST_0, "What the person could earn after leaving.")
    ]
    exposure: Annotated[
        float, _people("0..1", _SHARE, "Share of the person's wealth that sanctions reach.", 0.0)
    ]
    designated: Annotated[
        float,
        _people("0..1", _SHARE, "Whether sanctions name the person; 1 where nothing is said.", 1.0),
    ]
    signal: Annotated[
        float,
        _people("log odds", Bounds(), "The person's private signal of the regime's strength.", 0.0),
    ]
    training: Annotated[
        float, _people("years", _AT_LEAST_0, "How long the person's cohort was trained.", 2.0)
    ]
    grievance: Annotated[
        float,
        _people("log income", Bounds(), "Discontent with the service, as income forgone.", 0.0),
    ]
    attachment: Annotated[
        float, _people("log income", Bounds(), "Loyalty to the service, as income gained.", 0.0)
    ]
    risk_aversion: Annotated[
        float, _people("multiple", _AT_LEAST_0, "Weight that the person gives to punishment.", 1.0)
    ]
    jeopardy: Annotated[
        float,
        _people("log income", _AT_LEAST_0, "What the person fears from the next government.", 0.0),
    ]
    cohesion: Annotated[
        float, _people("0..1", _SHARE, "How closely the person's unit holds together.", 0.5)
    ]


COLUMNS = annotations(PersonColumns, Column)
"""The columns that rules can read, and a scenario's own attributes beside them."""

PEOPLE_COLUMNS = {name: column for name, column in COLUMNS.items() if column.owner == "people"} | {
    "frailty": _people(
        "multiple", _AT_LEAST_0, "Personal multiplier of every rate; no rule reads it.", 1.0
    )
}
"""The columns that the scenario's `people` section fills."""

_AGENT_NAMES = """
    advance around begin belief branch country create_agents decides_as defect desert draw
    from_dataframe model p pos random remove rng row scenario status step superior ties
    ties_defected unique_id unit
"""

RESERVED_NAMES = frozenset({*COLUMNS, *PEOPLE_COLUMNS, *_AGENT_NAMES.split()})
"""Names that a scenario's own attributes cannot have: columns, and other names of agents."""

OWN_ATTRIBUTE = _people("own", Bounds(), "A column that the scenario declares.", 0.0)
