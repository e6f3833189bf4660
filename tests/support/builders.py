"""Small armies, and what people in them see, for tests to change."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from defectsim.model.levers import LEVERS
from defectsim.model.person import COLUMNS
from defectsim.model.rule import NEWS_FIELDS, TIES, Unit
from defectsim.model.transitions import Status
from defectsim.population.population import Population, build_population
from defectsim.scenario.schema import Scenario

START = dt.date(2018, 1, 1)
NOBODY, EVERYBODY, TOO_LIKELY = (
    {"rule": "rules:chance", "parameters": {"probability": probability}}
    for probability in (0, 1, 1.5)
)
"""Decisions that nobody takes, that everybody takes, and one that is no probability."""
SMALL: dict[str, Any] = {
    "name": "small",
    "question": "Does it hold?",
    "clock": {"start": START, "end": dt.date(2018, 7, 1)},
    "forces": {
        "branches": {
            "army": {"strength": 50, "generals": 5},
            "guard": {"strength": 25, "generals": 2, "service": "reserve"},
        },
        "company": {"officer": 2, "nco": 2, "enlisted": 6},
        "battalion": 2,
        "brigade": 2,
        "command": 2,
        "ties": {"classes": 3, "neighbours": 2},
    },
    "people": {
        "pay": {"enlisted": 10, "nco": 12, "officer": 20, "general": 100},
        "outside": {"lognormal": [200, 0.5]},
        "exposure": {"general": {"beta": [2, 5]}},
        "grievance": {"normal": [0, 0.5], "per": "unit"},
        "frailty": {"gamma": [2, 0.5]},
    },
}
"""50 soldiers in five companies of ten, 25 in two and a half; two companies a battalion, and so on upward."""


def laid_over(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a mapping over another, key by key; None takes a key away."""
    mappings = {
        key: laid_over(lower[key], value)
        for key, value in upper.items()
        if isinstance(value, Mapping) and isinstance(lower.get(key), Mapping)
    }
    return {
        key: value for key, value in {**lower, **upper, **mappings}.items() if value is not None
    }


def small_scenario(**changes: Any) -> Scenario:
    """Return the small scenario with `changes` laid over its sections."""
    return Scenario.model_validate(laid_over(SMALL, changes))


def small_population(seed: int = 1, **changes: Any) -> Population:
    """Return the army of the small scenario with `changes` laid over its sections."""
    scenario = small_scenario(**changes)
    return build_population(scenario.forces, scenario.people, seed)


NETWORKS: list[dict[str, Any]] = [
    {"kind": "erdos_renyi", "mean_degree": 4},
    {"kind": "watts_strogatz", "neighbours": 4, "rewired": 0.2},
    {"kind": "barabasi_albert", "links": 2},
    {"kind": "complete", "ranks": ["officer", "general"]},
    {
        "kind": "edges",
        "edges": [["army-1", "guard-2"], ["army-general-1", "army-1"], ["guard-25", "army-50"]],
    },
]
"""A network of each kind besides the academy's."""


def networked(ties: Mapping[str, Any], seed: int = 1, **changes: Any) -> Population:
    """Return the army of the small scenario, tied by a network."""
    return small_population(
        seed, forces={"ties": {**dict.fromkeys(SMALL["forces"]["ties"]), **ties}}, **changes
    )


def person(**values: float) -> SimpleNamespace:
    """Return somebody whom a rule can be asked about: columns as they are by default, and pay for a basket."""
    columns = {name: column.default or 0.0 for name, column in COLUMNS.items()}
    loyal = {**dict.fromkeys(TIES, 0.0), "status": Status.LOYAL, "belief": 1.0}
    return SimpleNamespace(**{**columns, "pay": 30.0, "outside": 30.0, **loyal, **values})


def around(**values: float) -> Unit:
    """Return a unit in which nothing has happened, but for `values`."""
    return Unit(**{**dict.fromkeys(Unit._fields, 0.0), **values})


def country(**values: float) -> SimpleNamespace:
    """Return a country where nothing has happened and every lever stands at its default, but for `values`."""
    levers = {name: lever.default for name, lever in LEVERS.items()}
    return SimpleNamespace(**{**dict.fromkeys(NEWS_FIELDS, 0.0), **levers, **values})


def written(folder: Path, text: str, name: str = "rules_of_a_test") -> ModuleType:
    """Write a module and run it, without a byte-code cache, and without making it known to other tests."""
    path = folder / f"{name}.py"
    path.write_text(text)
    module = ModuleType(name)
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module
