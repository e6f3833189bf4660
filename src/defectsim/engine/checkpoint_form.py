"""The state of a life as plain arrays and as data for JSON, and back."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from defectsim.behaviour.rule import Rates
from defectsim.core.statuses import CAUSES, STATUSES, WAYS
from defectsim.engine.lived import Lived
from defectsim.engine.setting import Attempt, Observation
from defectsim.engine.state import State
from defectsim.population.columns import Array
from defectsim.population.population import Population
from defectsim.population.units import NOBODY

_COLUMN = "column."

type Data = Mapping[str, Any]
type Arrays = Mapping[str, Array]


def taken_apart(state: State) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what of a state is plain data, and its arrays by name."""
    lived = state.lived._asdict()
    data = {
        "seed": state.seed,
        "replicate": state.replicate,
        "step": lived.pop("step"),
        "attempts": state.attempts,
        "observations": [(one.date.isoformat(), *one[1:]) for one in state.observations],
        "started": {name: date.isoformat() for name, date in state.started.items()},
        "court": state.court,
        "leaving": state.leaving,
    }
    return data, {**lived, **{_COLUMN + name: column for name, column in state.columns.items()}}


def put_together(data: Data, arrays: Arrays) -> State:
    """Return the state that was taken apart so."""
    columns = {name.removeprefix(_COLUMN): array for name, array in arrays.items() if name.startswith(_COLUMN)}
    lived = {name: array for name, array in arrays.items() if not name.startswith(_COLUMN)}
    return State(
        seed=data["seed"],
        replicate=data["replicate"],
        lived=Lived(step=data["step"], **lived),
        columns=columns,
        attempts=tuple(Attempt(*one) for one in data["attempts"]),
        observations=tuple(Observation(dt.date.fromisoformat(date), *one) for date, *one in data["observations"]),
        started={name: dt.date.fromisoformat(date) for name, date in data["started"].items()},
        court=data["court"],
        leaving=tuple((row, way) for row, way in data["leaving"]),
    )


class _Form(NamedTuple):
    """What an array must be: its type, its shape, and bounds of what is looked up by it, the upper not included."""

    kind: type[Any]
    shape: tuple[int, ...]
    low: int | None = None
    high: int | tuple[int, ...] | None = None

    def holds(self, array: Array) -> bool:
        if array.dtype != self.kind or array.shape != self.shape:
            return False
        return self.low is None or bool(((array >= self.low) & (array < np.asarray(self.high))).all())


def misfits(arrays: Arrays, step: int, population: Population) -> list[str]:
    """Return the names of arrays that cannot be those of an army when a step begins, or are missing.

    Compiled steps look people and units up by them, and would reach beyond the army.
    """
    forms = _forms(population, step, len(arrays.get("events", ())))
    own = {_COLUMN + name: _Form(np.float64, (len(population),)) for name in population.said}
    known = {**forms, **own}
    wrong = [name for name, array in arrays.items() if name not in known or not known[name].holds(array)]
    return [*wrong, *(name for name in forms if name not in arrays)]


def _forms(population: Population, step: int, events: int) -> dict[str, _Form]:
    people, units, counted = len(population), len(population.units.level), (step + 1, *population.strength.shape)
    return {
        "status": _Form(np.int8, (people,), 0, len(STATUSES)),
        "left": _Form(np.int64, (people, len(Rates._fields))),
        "belief": _Form(np.float64, (people,)),
        "leads": _Form(np.int32, (people,), NOBODY, units),
        "ties_gone": _Form(np.int32, (people,)),
        "commander": _Form(np.int32, (units,), NOBODY, people),
        "stands": _Form(np.int32, (len(STATUSES), units)),
        "memory": _Form(np.float64, (4,)),
        "counts": _Form(np.int32, (*counted, len(STATUSES))),
        "doubting": _Form(np.int32, counted),
        "events": _Form(np.int32, (events, 5), 0, (step, people, len(WAYS), len(CAUSES), len(STATUSES))),
    }
